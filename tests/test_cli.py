"""The command line's frame: options, exit codes, mistakes shown, and the commands on feeds and settings."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from watcher import __version__, opml
from watcher.cli import config as config_commands
from watcher.cli import feeds as feed_commands
from watcher.cli import probing, problems
from watcher.cli.state import State
from watcher.errors import ConfigError, Problem, SourceError, WatcherError

TOKEN = "4242:AAveille-du-soir_0123456789abcdefghij"
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start from a machine that sets nothing."""
    for variable in [name for name in os.environ if name.startswith("WATCHER_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def state(tmp_path: Path) -> State:
    """Return the options of a command whose configuration names an OPML file that is yet to come."""
    path = tmp_path / "watcher.toml"
    path.write_text(
        f'opml = "fils.opml"\n[telegram]\ntoken = "{TOKEN}"\n[fetch]\nallow_addresses = ["127.0.0.0/8"]\nhost_delay = 0\n'
        '[store]\nurl = "postgresql://veille:motdepasse@localhost/veille"\n'
    )
    return State(path=path, errors=Console(stderr=True, width=200))


def watcher(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as people do."""
    return subprocess.run(
        [sys.executable, "-m", "watcher", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# The program -----------------------------------------------------------------------------------


def test_help_names_every_command() -> None:
    """`watcher --help` lists all that the program can do."""
    done = watcher("--help")
    assert done.returncode == 0
    for word in (
        "demo",
        "run",
        "poll",
        "extract",
        "replay",
        "rules",
        "feeds",
        "stories",
        "status",
        "invite",
        "privacy",
        "config",
        "--config",
    ):
        assert word in done.stdout


def test_version() -> None:
    """`--version` says the version and nothing else."""
    assert watcher("--version").stdout == f"watcher {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--config", "absent.toml", "config", "show"), 78, "No such file"),
        (("--config", "faux.toml", "config", "show"), 78, "did you mean timeout?"),
        (("feeds", "remove", "https://exemple.fr/fil"), 78, "opml ="),
        (("feeds", "import"), 2, "FILE"),
        (("inconnu",), 2, "inconnu"),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int, said: str) -> None:
    """What goes wrong is a sentence on standard error and a code that scripts can rely on."""
    Path("faux.toml").write_text("[fetch]\ntiemout = 3\n")
    done = watcher(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_closed_pipe_is_quiet() -> None:
    """`watcher ... | head` ends without complaint."""
    line = f"{sys.executable} -m watcher config show --json | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_every_error_has_an_exit_code() -> None:
    """The first fitting line of the table decides, and the last fits all."""
    from watcher.__main__ import EXITS

    kinds = [kind for _, group in EXITS for kind in group]
    assert kinds[-1] is WatcherError
    for earlier, kind in enumerate(kinds):
        assert not any(issubclass(kind, other) for other in kinds[:earlier]), kind


def test_main_turns_errors_into_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence goes to standard error as it is, brackets included."""
    from watcher import __main__
    from watcher.cli import app

    def fail() -> None:
        raise SourceError("[fil] ceci n'est pas un fil")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 1
    assert "watcher: [fil] ceci n'est pas un fil" in capsys.readouterr().err


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is no mistake: no traceback, the shell's own code."""
    from watcher import __main__
    from watcher.config import reading

    def interrupted(given: Path | None = None) -> Path | None:
        os.kill(os.getpid(), signal.SIGINT)
        return given

    monkeypatch.setattr(reading, "find", interrupted)
    monkeypatch.setattr(sys, "argv", ["watcher", "config", "show"])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130


# Mistakes shown --------------------------------------------------------------------------------


def shown(problem: Problem) -> list[str]:
    """Return the lines that a mistake is shown in."""
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        problems.render([problem], console)
    return capture.get().splitlines()


def test_a_mistake_is_shown_in_its_line(tmp_path: Path) -> None:
    """The place, the line and a caret under the very column; a tab is one column wide."""
    file = tmp_path / "règles.yaml"
    file.write_text("a: 1\n\tb: [mot]\n", encoding="utf-8")
    problem = Problem(
        file=str(file), line=2, column=5, code="R1", message="faux [b]", hint="did you mean mots?"
    )
    assert shown(problem) == [
        f"{file}:2:5 R1 faux [b] (did you mean mots?)",
        "   b: [mot]",
        "      ^",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f'token = "{TOKEN}"', 1),
        ("url = 'postgresql://a:motdepasse@b'", 1),
        ("x" * 999, 1),
        ("", 7),
        ("", 1),
    ],
)
def test_some_lines_are_not_shown(text: str, line: int, tmp_path: Path) -> None:
    """Secrets, endless lines and lines that are not there are told by their place only."""
    file = tmp_path / f"a{len(text)}{line}.toml"
    file.write_text(text)
    [told] = shown(Problem(file=str(file), line=line, column=1, code="X", message="faux"))
    assert told == f"{file}:{line}:1 X faux"


def test_a_mistake_without_a_line() -> None:
    """A variable, or a file that cannot be read, has no line to show."""
    assert shown(Problem(file="WATCHER_X", line=0, column=1, code="X", message="faux")) == [
        "WATCHER_X: X faux"
    ]
    assert len(shown(Problem(file="absent", line=3, column=1, code="X", message="faux"))) == 1


# config show -----------------------------------------------------------------------------------


def test_config_show(state: State) -> None:
    """Every value is shown, with its origin, as TOML; secrets are not."""
    done = RUNNER.invoke(config_commands.app, ["show", "--origin"], obj=state)
    assert done.exit_code == 0
    assert TOKEN not in done.output
    assert "motdepasse" not in done.output
    lines = {line.split(" = ")[0]: line for line in done.stdout.splitlines()}
    assert lines["telegram.token"].split(" = ")[1].startswith('"***"')
    assert lines["telegram.token"].endswith(f"{state.path}:3")
    assert '"30s"' in lines["fetch.timeout"]
    assert lines["fetch.timeout"].endswith("# default")
    assert "postgresql://veille:***@localhost" in lines["store.url"]
    assert "chmod 640" in done.stderr


def test_config_show_json(state: State) -> None:
    """JSON carries the same, with and without origins."""
    plain = json.loads(RUNNER.invoke(config_commands.app, ["show", "--json"], obj=state).stdout)
    full = json.loads(
        RUNNER.invoke(config_commands.app, ["show", "--json", "--origin"], obj=state).stdout
    )
    assert plain == {name: told["value"] for name, told in full.items()}
    assert plain["fetch.allow_addresses"] == ["127.0.0.0/8"]
    assert plain["telegram.token"] == "***"
    assert full["opml"] == {"value": str(Path.cwd() / "fils.opml"), "origin": f"{state.path}:1"}


def test_config_show_lists_tables(tmp_path: Path) -> None:
    """Chats and feeds are numbered; what is not set is said so."""
    (tmp_path / "c.toml").write_text("[[chats]]\nid = 5\n")
    done = RUNNER.invoke(config_commands.app, ["show"], obj=State(path=tmp_path / "c.toml"))
    assert 'chats[0].id = "5"' in done.stdout
    assert "# chats[0].thread is not set" in done.stdout


# feeds -----------------------------------------------------------------------------------------


@pytest.fixture
def listed(tmp_path: Path) -> State:
    """Return the options of a command whose configuration names an OPML file of two feeds."""
    (tmp_path / "mes.opml").write_text(
        '<opml version="2.0"><body><!-- mien --><outline text="Puces"><outline text="A" xmlUrl="https://a.exemple.fr/fil"/>'
        '<outline text="B" xmlUrl="https://b.exemple.fr/fil"/></outline></body></opml>'
    )
    (tmp_path / "veille.toml").write_text(
        'opml = "mes.opml"\n[[feeds]]\nurl = "https://c.exemple.fr/fil"\n'
    )
    return State(
        path=tmp_path / "veille.toml",
        console=Console(width=200),
        errors=Console(stderr=True, width=200),
    )


def test_feeds_list_before_the_first_poll(listed: State, tmp_path: Path) -> None:
    """Looking makes no database: feeds that were never polled are listed as new."""
    rows = json.loads(RUNNER.invoke(feed_commands.app, ["list", "--json"], obj=listed).stdout)
    assert [row["url"][8] for row in rows] == ["c", "a", "b"]
    assert [(row["due_at"], row["failures"], row["error"]) for row in rows] == [(None, 0, None)] * 3
    assert not (tmp_path / "state").exists()


def test_feeds_export_is_an_import(listed: State, state: State, tmp_path: Path) -> None:
    """What one watch exports, another imports, once."""
    out = tmp_path / "tous.opml"
    assert RUNNER.invoke(feed_commands.app, ["export", "-o", str(out)], obj=listed).exit_code == 0
    assert RUNNER.invoke(feed_commands.app, ["export"], obj=listed).stdout_bytes == out.read_bytes()
    first = RUNNER.invoke(feed_commands.app, ["import", str(out)], obj=state)
    again = RUNNER.invoke(feed_commands.app, ["import", str(out)], obj=state)
    assert "3 added" in first.stderr
    assert "0 added" in again.stderr
    assert set(opml.load(tmp_path / "fils.opml")) == set(opml.load(out))


def test_feeds_remove(listed: State, tmp_path: Path) -> None:
    """A feed is removed from the file, and the rest of the file stays."""
    done = RUNNER.invoke(feed_commands.app, ["remove", "https://a.exemple.fr/fil"], obj=listed)
    assert done.exit_code == 0
    assert [spec.title for spec in opml.load(tmp_path / "mes.opml")] == ["B"]
    assert "mien" in (tmp_path / "mes.opml").read_text()


def test_feeds_remove_unknown(listed: State) -> None:
    """A feed that is not in the file is told, with where else it may stand."""
    done = RUNNER.invoke(feed_commands.app, ["remove", "https://c.exemple.fr/fil"], obj=listed)
    assert isinstance(done.exception, ConfigError)
    assert "[[feeds]] are removed from" in str(done.exception)


@pytest.mark.parametrize("text", ["", "opml = '{shipped}'\n"])
def test_the_shipped_list_is_not_edited(text: str, tmp_path: Path) -> None:
    """Without an OPML file of one's own there is nowhere to write, and the cure is said."""
    from watcher.config.keys import SHIPPED_FEEDS

    (tmp_path / "c.toml").write_text(text.format(shipped=SHIPPED_FEEDS))
    done = RUNNER.invoke(
        feed_commands.app, ["remove", "https://a.exemple.fr/"], obj=State(path=tmp_path / "c.toml")
    )
    assert isinstance(done.exception, ConfigError)
    assert f"watcher feeds export -o {tmp_path / 'feeds.opml'}" in str(done.exception)


PAGE = b"""<html><head><base href="/site/"><link rel="stylesheet" href="a.css">
<link rel="Alternate nofollow" type="application/rss+xml; charset=utf-8" href="fil.xml">
<link rel="alternate" hreflang="en" href="/en"><link rel="alternate" type="application/atom+xml" href="https://autre.exemple.fr/atom">
<link rel="alternate" type="application/rss+xml" href="fil.xml"></head><body>Veille</body></html>"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (PAGE, ("https://exemple.fr/site/fil.xml", "https://autre.exemple.fr/atom")),
        (b"", ()),
        (b"<html><body>rien</body></html>", ()),
        (b"\x00\xff\xfe", ()),
    ],
)
def test_a_page_names_its_feeds(body: bytes, found: tuple[str, ...]) -> None:
    """The feeds that a page links to are found in its order, each once, absolute."""
    assert probing.named(body, "https://exemple.fr/a/b.html") == found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve a page, the feed it names and a page that names none, on loopback."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "page.html").write_text(
        '<html><head><link rel="alternate" type="application/rss+xml" href="absent.xml">'
        '<link rel="alternate" type="application/rss+xml" href="fil.xml"></head><body>Veille</body></html>'
    )
    (folder / "vide.html").write_text("<html><body>Rien ici</body></html>")
    (folder / "fil.xml").write_text(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Puces du soir</title><language>fr</language>'
        "<link>https://puces.exemple.fr/</link><description>Fil</description>"
        "<item><title>Les H200 arrivent</title><link>https://puces.exemple.fr/1</link></item></channel></rss>"
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/fil.xml", "/page.html"])
def test_feeds_add(path: str, site: str, state: State, tmp_path: Path) -> None:
    """A feed is added by its own address or by that of a page that names it, under its own title."""
    done = RUNNER.invoke(feed_commands.app, ["add", site + path, "--tag", "Puces"], obj=state)
    assert done.exit_code == 0, done.exception
    [spec] = opml.load(tmp_path / "fils.opml")
    assert (spec.url, spec.title, spec.tags, spec.language) == (
        f"{site}/fil.xml",
        "Puces du soir",
        ("Puces",),
        "fr",
    )
    assert "systemctl reload" in done.stderr
    again = RUNNER.invoke(feed_commands.app, ["add", site + path], obj=state)
    assert "already there" in again.stderr


def test_feeds_add_nothing(site: str, state: State, tmp_path: Path) -> None:
    """A page without feeds is told, and nothing is written."""
    done = RUNNER.invoke(feed_commands.app, ["add", f"{site}/vide.html"], obj=state)
    assert isinstance(done.exception, SourceError)
    assert "give the address of the feed itself" in str(done.exception)
    assert not (tmp_path / "fils.opml").exists()


def test_feeds_check(site: str, state: State, tmp_path: Path) -> None:
    """Each feed is fetched and read; a failing one is told and makes the exit code 1."""
    (tmp_path / "fils.opml").write_text(
        f'<opml><body><outline xmlUrl="{site}/fil.xml"/><outline xmlUrl="{site}/absent.xml"/></body></opml>'
    )
    done = RUNNER.invoke(feed_commands.app, ["check", "--json"], obj=state)
    good, bad = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (good["title"], good["entries"], good["error"]) == ("Puces du soir", 1, None)
    assert "404" in bad["error"]
    one = RUNNER.invoke(feed_commands.app, ["check", f"{site}/fil.xml"], obj=state)
    assert one.exit_code == 0


def test_feeds_list_from_the_store(listed: State, tmp_path: Path) -> None:
    """Once polled, a feed's next poll, failures and last error are told; removed feeds are not."""
    import asyncio
    from datetime import UTC, datetime, timedelta

    from watcher.model import FeedSpec
    from watcher.store import Store

    now = datetime(2026, 1, 30, 8, tzinfo=UTC)
    config = listed.config()
    specs = [*config.feed_specs(), FeedSpec(url="https://vieux.exemple.fr/fil")]

    async def prepare() -> None:
        store = await Store.open(config.store.url, now=now)
        await store.sync_feeds(specs, now=now)
        [feed] = [feed for feed in await store.feeds() if feed.url == "https://a.exemple.fr/fil"]
        await store.record_failure(
            feed.id, error="the site answered 500", due_at=now + timedelta(hours=1), now=now
        )
        await store.close()

    asyncio.run(prepare())
    rows = json.loads(RUNNER.invoke(feed_commands.app, ["list", "--json"], obj=listed).stdout)
    assert len(rows) == 3
    [failing] = [row for row in rows if row["failures"]]
    assert (failing["due_at"], failing["error"]) == (
        "2026-01-30T09:00:00+00:00",
        "the site answered 500",
    )
    table = RUNNER.invoke(feed_commands.app, ["list"], obj=listed)
    assert "2026-01-30 09:00" in table.output
    assert "3 feeds" in table.output
