"""`watcher extract`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from tests.seeds import SEEDS, page, seed
from watcher.cli import extract as command
from watcher.cli.state import State
from watcher.errors import ExtractError

RUNNER = CliRunner()
APP = typer.Typer()
APP.command()(command.extract)


@pytest.fixture
def state(tmp_path: Path) -> State:
    path = tmp_path / "watcher.toml"
    path.write_text('[fetch]\nallow_addresses = ["127.0.0.0/8"]\nhost_delay = 0\n')
    return State(path=path, console=Console(width=100))


@pytest.fixture
def site() -> Iterator[str]:
    """Serve seed 002 as a page, and a picture, on loopback."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            picture = self.path.endswith(".png")
            body = b"\x89PNG" if picture else page(seed("002"))
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("Content-Type", "image/png" if picture else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_text_file(state: State) -> None:
    """A text is shown with its parts named, chrome included."""
    done = RUNNER.invoke(APP, [str(next(SEEDS.glob("001_*")))], obj=state)
    assert done.exit_code == 0, done.exception
    assert "2026-01-25T23:00:00+00:00 (derived)" in done.stdout
    rows = [line.split()[0] for line in done.stdout.splitlines() if line[:1].isalpha()]
    assert rows[:9] == "title site date author language url canonical origin chrome".split()
    assert rows[9:12] == ["heading", "chrome", "heading"]


def test_page_on_standard_input(state: State) -> None:
    """A page may come through a pipe; its address is told beside it."""
    done = RUNNER.invoke(
        APP, ["-", "--url", "https://puces.example/a", "--json"], input=page(seed("002")), obj=state
    )
    told = json.loads(done.stdout)
    assert set(told) == {
        *("title", "text", "zones", "date", "precision", "author", "site", "language"),
        *("url", "canonical", "origin"),
    }
    assert told["canonical"] == "https://puces.example/deepseek-h200"
    assert told["text"].startswith("Profitant d’un assouplissement")
    assert told["zones"][0] == {"kind": "title", "start": 0, "end": len(told["title"])}
    assert (told["origin"], told["precision"]) == ("page", "assumed-zone")


def test_address(state: State, site: str) -> None:
    """An address is fetched and read as the daemon does it."""
    done = RUNNER.invoke(APP, [f"{site}/deepseek"], obj=state)
    assert done.exit_code == 0, done.exception
    assert f"{site}/deepseek-h200" in done.stdout
    assert "chrome" not in done.stdout


def test_picture(state: State, site: str) -> None:
    """What is no page is named for what it is."""
    done = RUNNER.invoke(APP, [f"{site}/logo.png"], obj=state)
    assert isinstance(done.exception, ExtractError)
    assert "is image/png, not a page: give the address of an article" in str(done.exception)


def test_nothing_to_read(state: State, tmp_path: Path) -> None:
    """A missing file, an empty one and a page without an article are told in words."""
    missing = RUNNER.invoke(APP, [str(tmp_path / "rien.html")], obj=state)
    assert missing.exit_code == 2
    assert "No such file" in " ".join(missing.stderr.replace("│", " ").split())
    empty = RUNNER.invoke(APP, ["-"], input=b" \n", obj=state)
    assert "the page is empty" in str(empty.exception)
    bare = RUNNER.invoke(APP, ["-"], input=b"<html><body></body></html>", obj=state)
    assert isinstance(bare.exception, ExtractError)


def test_undated_text(state: State) -> None:
    """What is not known is shown as a dash, and is null in JSON."""
    done = RUNNER.invoke(APP, ["-", "--json"], input="Les puces sont livrées.".encode(), obj=state)
    assert json.loads(done.stdout)["date"] is None
    shown = RUNNER.invoke(APP, ["-"], input="Les puces sont livrées.".encode(), obj=state)
    assert "date       -" in shown.stdout
