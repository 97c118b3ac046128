"""The real daemon on captured feeds, killed at random moments: nothing is lost, nothing comes twice."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from watcher import urls

pytestmark = pytest.mark.corpus

KILLS = int(os.environ.get("WATCHER_KILLS", "12"))
TOKEN = "123456:AAFakeFakeFakeFakeFakeFakeFakeFake00"
# every article is a message of its own: what shares one depends on the order of arrival, too
# in titles only: what is furniture in a text is learned, so it depends on the order of arrival
# everyday names of these feeds' years, so that each subscriber gets a handful of alerts
WORDS = (
    "Apple Google Microsoft Paris Trump Macron Ukraine Musk Amazon Facebook Londres Lyon Marseille "
    "Renault Chine Japon Israel Gaza Poutine Europe Bruxelles Tesla Android Linux Windows Samsung"
).split()
RULES = """schema: 1
rule_set: {name}
title: {name}
language: fr
words:
  mot: ["={name}"]
rules:
  - id: cite
    title: Le mot est dans le titre
    zones: [title]
    when: {{all: [mot]}}
    must_match: [{{title: "On parle de {name} ici."}}]
    must_not_match: [{{title: "On parle d’autre chose."}}]
"""


class Feeds:
    """Serves feeds by number; `body` says what each has after so many seconds, if it is there yet."""

    def __init__(self, count: int, body: Callable[[int, float], bytes | None]) -> None:
        self.count = count
        start = time.monotonic()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = True  # a killed reader is no error of ours
                found = body(int(self.path.strip("/")), time.monotonic() - start)
                self.send_response(503 if found is None else 200)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(found or b"")))
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def urls(self) -> list[str]:
        port = self.server.server_address[1]
        return [f"http://127.0.0.1:{port}/{number}" for number in range(self.count)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Telegram:
    """The strict simulator as a process of its own."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        port_file = folder / "port"
        command = [sys.executable, "-m", "telegram_sim", "--port", "0", "--token", TOKEN]
        command += ["--state", str(folder / "sim.db"), "--port-file", str(port_file)]
        self.process = subprocess.Popen(
            command, cwd=corpus, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not port_file.exists() or not port_file.read_text().strip():
            assert time.monotonic() < deadline, "the simulator did not start"
            time.sleep(0.05)
        self.url = port_file.read_text().strip()

    def do(self, command: dict[str, Any]) -> None:
        body = json.dumps(command).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/sim/do", body)).read()

    def read(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/sim/{what}") as answer:
            return json.loads(answer.read())

    def told(self) -> Counter[tuple[int, str]]:
        """Count the messages by chat and linked article: several feeds carry one article."""
        return Counter(
            (row["message"]["chat"]["id"], first_link(row["message"]))
            for row in self.read("messages")
        )

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def copies(*folders: Path) -> dict[str, str]:
    """Name all copies of a text by one of them: which comes first depends on the order of arrival."""
    name: dict[str, str] = {}
    pairs = "SELECT a.url, b.url FROM articles a JOIN articles b ON b.id = a.copy_of"
    for folder in folders:
        with closing(sqlite3.connect(folder / "watcher.db")) as db:
            for pair in db.execute(pairs):
                one, other = (name.get(key, key) for key in map(urls.key, pair))
                name |= {key: one for key, known in name.items() if known == other}
                name |= {one: one, other: one}
    return name


def first_link(message: dict[str, Any]) -> str:
    """Return the key of the address behind the title, else the title itself."""
    links = (e["url"] for e in message.get("entities", ()) if e["type"] == "text_link")
    link = next(links, "")
    return urls.key(link) if link else str(message["text"].splitlines()[1])


@contextmanager
def world(
    corpus: Path, folder: Path, feeds: Feeds, rules: Path, chats: Sequence[str]
) -> Iterator[tuple[Telegram, list[str]]]:
    """Serve feeds and Telegram, and write the configuration; gives the daemon's command line."""
    folder.mkdir()
    with closing(feeds), closing(Telegram(corpus, folder)) as telegram:
        telegram.do({"do": "flood", "enabled": True})
        for number in range(1, len(chats) + 1):
            telegram.do({"do": "user", "id": number, "first_name": "Claude", "started": True})
        config = configured(folder, feeds.urls, telegram, rules, chats)
        yield telegram, [sys.executable, "-m", "watcher", "--config", str(config), "run"]


@contextmanager
def captured(corpus: Path, folder: Path, *, every: float) -> Iterator[tuple[Telegram, list[str]]]:
    """Serve the captured files, each a little later than the one before, to a subscriber a word."""
    files = sorted((corpus / "data" / "feeds").glob("*.xml"))

    def body(number: int, after: float) -> bytes | None:
        return files[number].read_bytes() if after >= number * every else None

    rules, names = folder.with_name(f"{folder.name}-rules"), [word.lower() for word in WORDS]
    rules.mkdir()
    for name in names:
        (rules / f"{name}.yaml").write_text(RULES.format(name=name), encoding="utf-8")
    chats = [f'rule_sets = ["{name}"]\nlevel = "all"\n' for name in names]
    with world(corpus, folder, Feeds(len(files), body), rules, chats) as both:
        yield both


def configured(
    folder: Path, urls: list[str], telegram: Telegram, rules: Path, chats: Sequence[str]
) -> Path:
    """Write the configuration: chats are numbered from 1 on."""
    config = folder / "watcher.toml"
    config.write_text(
        f"""rules = "{rules}"
[store]
url = "sqlite:///watcher.db"
[fetch]
allow_addresses = ["127.0.0.0/8"]
host_delay = 0
pages = false
[cadence]
minimum = "1s"
maximum = "2s"
[telegram]
token = "{TOKEN}"
base_url = "{telegram.url}/bot"
"""
        + "".join(f"[[chats]]\nid = {number}\n{told}" for number, told in enumerate(chats, 1))
        + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls),
        encoding="utf-8",
    )
    return config


def quiet(command: list[str]) -> bool:
    """Tell whether nothing waits any more, by the program's own account."""
    asked = [*command[:-1], "status", "--json"]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True, text=True).stdout)
    waiting = sum(told["outbox"].get(state, 0) for state in ("queued", "sending", "unsure"))
    return bool(told["entries_pending"] == waiting == 0)


def finish(
    command: list[str],
    log: Path,
    *,
    patience: float,
    done: Callable[[list[str]], bool] = quiet,
) -> None:
    """Run until nothing waits, then stop as systemd would."""
    with log.open("ab") as sink:
        daemon = subprocess.Popen(command, stderr=sink, stdout=sink)
        deadline = time.monotonic() + patience
        calm = 0
        while calm < 3:
            assert daemon.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(1)
            calm = calm + 1 if done(command) else 0
        start = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(15) == 0
        assert time.monotonic() - start < 10


def kill(command: list[str], log: Path, *, after: float, ready: str = "") -> None:
    """Start the daemon and kill it; so long after its start, or after it has said a word."""
    with log.open("ab") as sink:
        began = sink.tell()
        daemon = subprocess.Popen(command, stderr=sink, stdout=sink)
        while ready not in log.read_text("utf-8")[began:] and daemon.poll() is None:
            time.sleep(0.05)
        time.sleep(after)
        assert daemon.poll() is None, log.read_text()[-2000:]
        daemon.kill()
        daemon.wait()


def test_fifty_deaths_lose_and_double_nothing(corpus: Path, tmp_path: Path) -> None:
    """What a daemon killed at random moments delivers is what an undisturbed one delivers, once each."""
    with captured(corpus, tmp_path / "calm", every=0.0) as (telegram, command):
        finish(command, tmp_path / "calm.log", patience=240)
        expected = telegram.told()
        assert telegram.read("stats")["duplicates"] == 0
        assert len(expected) > 100
    dice = random.Random(4)
    with captured(corpus, tmp_path / "killed", every=KILLS * 1.8 / 32) as (telegram, command):
        log = tmp_path / "killed.log"
        for _ in range(KILLS):
            kill(command, log, after=dice.uniform(0.2, 3.5))
        finish(command, log, patience=240)
        delivered, stats = telegram.told(), telegram.read("stats")
    name = copies(tmp_path / "calm", tmp_path / "killed")
    expected, delivered = (
        Counter((chat, name.get(link, link)) for chat, link in told.elements())
        for told in (expected, delivered)
    )
    told = (
        f"{KILLS} kills, {sum(delivered.values())} delivered of {sum(expected.values())}: {stats}"
    )
    sys.stderr.write(told + "\n")
    assert set(expected) - set(delivered) == set(), told
    assert set(delivered) - set(expected) == set(), told
    assert stats["duplicates"] <= stats["replies_lost"], told
    assert stats["flood_ignored"] == 0, told
    assert TOKEN not in log.read_text()
