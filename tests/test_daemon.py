"""The wiring: clock, lock, one pass, and the real daemon under signals."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.fake_telegram import TOKEN, FakeTelegram
from tests.servers import Server, reply
from tests.talking import until
from tests.test_bot_hearing import PRIVATE, message
from tests.watching import RULES, item, rss
from watcher import config, daemon
from watcher.channels import ConsoleChannel
from watcher.errors import ConfigError, StoreError
from watcher.store import Store

START = datetime(2026, 1, 28, 9, 0, tzinfo=UTC)


class Clocks:
    """A wall clock that can be set, and the time since the machine was switched on."""

    def __init__(self) -> None:
        self.wall = START
        self.elapsed = 100.0

    def pass_by(self, seconds: float) -> None:
        """Let time pass on both."""
        self.wall += timedelta(seconds=seconds)
        self.elapsed += seconds

    def steady(self) -> daemon.SteadyClock:
        """Make the clock under test."""
        return daemon.SteadyClock(wall=lambda: self.wall, elapsed=lambda: self.elapsed)


def test_a_clock_set_back_does_not_stop_time() -> None:
    """Time goes on from where it was until the wall clock catches up: no plan waits for a whole step."""
    clocks = Clocks()
    clock = clocks.steady()
    assert clock() == START
    clocks.wall -= timedelta(days=1)
    clocks.pass_by(60)
    assert clock() == START + timedelta(seconds=60)
    clocks.pass_by(60)
    assert clock() == START + timedelta(seconds=120)
    clocks.wall += timedelta(days=1)
    assert clock() == START + timedelta(seconds=120)


def test_a_clock_set_forward_is_followed() -> None:
    """A machine that boots in 1970 and then learns the time is believed, and so is a small correction."""
    clocks = Clocks()
    clocks.wall = datetime(1970, 1, 1, tzinfo=UTC)
    clock = clocks.steady()
    clock()
    clocks.wall = START
    assert clock() == START
    clocks.wall -= timedelta(seconds=5)
    assert clock() == START - timedelta(seconds=5)


def test_two_processes_never_share_a_database(tmp_path: Path) -> None:
    """The second is told what to do; without a file there is nothing to hold."""
    database = tmp_path / "neu" / "watcher.db"
    with daemon.alone(database):
        with (
            pytest.raises(daemon.BusyError, match="another watcher works on"),
            daemon.alone(database),
        ):
            pass
        with daemon.alone(None):
            pass
    with daemon.alone(database):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The sentence names the folder and the key."""
    (tmp_path / "datei").write_text("kein Ordner")
    with (
        pytest.raises(StoreError, match=r"cannot be written to .*store\.url"),
        daemon.alone(tmp_path / "datei" / "watcher.db"),
    ):
        pass


def configured(folder: Path, *feeds: str) -> Path:
    """Write a configuration for loopback, with one rule set and alerts on the terminal."""
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "h200.yaml").write_text(RULES.format(name="h200", title="H200", word="H200"))
    tables = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds)
    path = folder / "watcher.toml"
    path.write_text(
        f'rules = "rules"\n[store]\nurl = "sqlite:///watcher.db"\n[fetch]\npages = false\n'
        f'allow_addresses = ["127.0.0.0/8"]\nhost_delay = 0\n[log]\nformat = "json"\n{tables}'
        '[[chats]]\nid = 1\nlevel = "all"\n'
    )
    return path


async def test_one_pass_from_feed_to_terminal(tmp_path: Path) -> None:
    """`poll --once` stores, judges and tells; done again it has nothing to add."""
    async with Server({"/flux": reply(rss(item(1)))}) as site:
        settings = config.read(configured(tmp_path, site.url("/flux")))
        screen = StringIO()
        console = Console(file=screen, width=100)
        tally = await daemon.poll_once(settings, everything=False, console=console)
        assert (tally.feeds, tally.articles, tally.alerts) == (1, 1, 1)
        assert "Puces, épisode 1" in screen.getvalue()
        tally = await daemon.poll_once(settings, everything=True, console=console)
        assert (tally.unchanged, tally.alerts) == (1, 0)


@asynccontextmanager
async def running(path: Path, *options: str, **variables: str) -> AsyncIterator["Daemon"]:
    """Run the daemon as a process of its own; it is ended in any case."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "watcher", "--config", str(path), "run", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | variables,
    )
    try:
        yield Daemon(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Daemon:
    """A running daemon and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""

    async def says(self, words: str) -> None:
        """Read until these words come."""
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            while words not in self.said:
                line = await self.process.stdout.readline()
                assert line, self.said
                self.said += line.decode()

    async def ends(self) -> int:
        """Wait for the end, ten seconds at most."""
        async with asyncio.timeout(10):
            return await self.process.wait()


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Be systemd: read at once what is notified; gives a function that waits for a message."""
    told: asyncio.Queue[str] = asyncio.Queue()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(systemd, lambda: told.put_nowait(systemd.recv(4096).decode()))

        async def hears(start: str) -> None:
            async with asyncio.timeout(20):
                while not (await told.get()).startswith(start):
                    pass

        try:
            yield hears
        finally:
            loop.remove_reader(systemd)


async def test_the_daemon_hears_people(tmp_path: Path) -> None:
    """With a token it answers who speaks to it, and still ends within ten seconds."""
    async with Server({"/flux": reply(rss(item(1)))}) as site, FakeTelegram() as telegram:
        path = configured(tmp_path, site.url("/flux"))
        bot = f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{telegram.url}"\n'
        path.write_text(path.read_text() + bot)
        async with running(
            path, WATCHDOG_USEC="900000", NOTIFY_SOCKET=str(tmp_path / "x")
        ) as watch:
            telegram.push(message=message(PRIVATE | {"id": 1}, text="/canal"))
            await watch.says("watching")
            await until(lambda: "Nommez-moi" in str(telegram.texts("1")), 20)
            watch.process.send_signal(signal.SIGHUP)
            await watch.says("reloaded")
            watch.process.send_signal(signal.SIGTERM)
            assert await watch.ends() == 0


LOST = item(2, title="Un lot de H200 s’est perdu", text="Le transporteur cherche deux caisses.")


async def test_the_daemon_tells_reloads_and_stops(tmp_path: Path) -> None:
    """Alert, good reload, refused reload, second alert, end: and systemd hears of each step."""
    notified = tmp_path / "notify"
    settings = {"NOTIFY_SOCKET": str(notified), "WATCHDOG_USEC": "900000"}
    async with (
        Server({"/flux": reply(rss(item(1))), "/neu": reply(rss(LOST))}) as site,
        listening(notified) as hears,
    ):
        path = configured(tmp_path, site.url("/flux"))
        async with running(path, **settings) as watch:
            await watch.says("Puces, épisode 1")
            await hears("READY=1")
            await hears("WATCHDOG=1")
            configured(tmp_path, site.url("/flux"), site.url("/neu"))
            watch.process.send_signal(signal.SIGHUP)
            await watch.says("Un lot de H200 s’est perdu")
            await hears("RELOADING=1")
            (tmp_path / "rules" / "h200.yaml").write_text("schema: 7\n")
            watch.process.send_signal(signal.SIGHUP)
            await watch.says("reload refused, the last good set stays")
            watch.process.send_signal(signal.SIGTERM)
            assert await watch.ends() == 0
            await hears("STOPPING=1")


async def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    """It prints what would be sent, and the database does not know of it."""
    async with Server({"/flux": reply(rss(item(1)))}) as site:
        path = configured(tmp_path, site.url("/flux"))
        async with running(path, "--dry-run") as watch:
            await watch.says("Puces, épisode 1")
            watch.process.send_signal(signal.SIGINT)
            assert await watch.ends() == 0
        store = await Store.open(f"sqlite:///{tmp_path}/watcher.db", now=START)
        status = await store.status(START)
        await store.close()
        assert (status.articles, status.alerts) == (0, 0)


async def test_a_reload_takes_all_or_nothing(tmp_path: Path) -> None:
    """A configuration that cannot be read leaves feeds and rules as they were."""
    settings = config.read(configured(tmp_path, "https://puces.example/flux"))
    async with daemon.assembled(settings, ConsoleChannel(Console(file=StringIO()))) as parts:
        before = parts.line.book.hash

        def broken() -> config.Config:
            raise ConfigError([])

        def lost() -> config.Config:
            raise StoreError("weg")

        await daemon.reloaded(parts, broken)
        await daemon.reloaded(parts, lost)
        assert parts.line.book.hash == before
        stories = parts.line.chronicle
        await parts.reload(settings)
        assert parts.line.chronicle is stories  # the same rules: nothing to put together
        daemon.feed_watchdog(parts, {"sender": parts.courier})
        await daemon.tidy(parts)


def test_the_summary_is_json(tmp_path: Path) -> None:
    """Figures, failures with reasons, seconds per stage."""
    from typer.testing import CliRunner

    from watcher.cli.app import app

    path = configured(tmp_path, "http://127.0.0.1:9/flux")
    answer = CliRunner().invoke(app, ["--config", str(path), "poll", "--once", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told["feeds"] == 1
    assert told["failed"][0]["url"] == "http://127.0.0.1:9/flux"
    assert {"unchanged", "entries_new", "articles", "matches", "alerts", "seconds"} <= told.keys()
    words = CliRunner().invoke(app, ["--config", str(path), "poll", "--all"])
    assert "1 feed (0 unchanged, 1 failed)" in words.output
    status = CliRunner().invoke(app, ["--config", str(path), "status", "--json"])
    assert json.loads(status.stdout)["feeds_failing"] == 1
    assert (
        "1 active, 1 of them failing"
        in CliRunner().invoke(app, ["--config", str(path), "status"]).output
    )


def test_the_demo_tells_five_stories_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three messages, two of them answers, and an edit; nothing in the last pass, nothing in a second run on one state."""
    from typer.testing import CliRunner

    from watcher.cli.app import app

    monkeypatch.chdir(tmp_path)
    first = CliRunner().invoke(app, ["demo", "--state", str(tmp_path / "state")])
    assert first.exit_code == 0, first.output
    passes = [line for line in first.output.splitlines() if " unchanged, " in line]
    assert [line.split(", ")[-1] for line in passes] == [
        "1 alert",
        "1 alert",
        "1 alert",
        "2 alerts",
        "0 alerts",
    ]
    assert first.output.count("↪ answers an earlier message") == len(("14 January", "26 January"))
    assert first.output.count("✎ an earlier message now reads") == len(("28 and 30 January",))
    second = CliRunner().invoke(app, ["demo", "--state", str(tmp_path / "state")])
    assert second.output.count("0 alerts") == len(passes)


def test_replay_prints_verdicts(tmp_path: Path) -> None:
    """Lines for people, objects for machines, a sentence where the file is missing."""
    from typer.testing import CliRunner

    from watcher.cli.app import app

    path = configured(tmp_path)
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"id": "a", "title": "Le H200", "text": "Le H200 arrive."}))
    start = ["--config", str(path), "replay"]
    words = CliRunner().invoke(app, [*start, str(file)])
    assert "a  first  h200/cite" in words.output
    chats = tmp_path / "chats.toml"
    chats.write_text('[[chats]]\nid = 7\nname = "moi"\n')
    machine = CliRunner().invoke(app, [*start, str(file), "--json", "--chats", str(chats)])
    assert [send["chat"] for send in json.loads(machine.stdout)["sends"]] == ["moi"]
    missing = CliRunner().invoke(app, [*start, str(tmp_path / "rien.jsonl")])
    assert isinstance(missing.exception, ConfigError)


async def test_the_end_does_not_wait_for_what_takes_long() -> None:
    """Remembering thousands of stories is given up when the daemon is to stop."""
    stop = asyncio.Event()
    given_up: list[bool] = []

    async def remember() -> str:
        try:
            await asyncio.sleep(0 if not given_up else 60)
        finally:
            given_up.append(stop.is_set())
        return "stories"

    assert await daemon.unless(stop, remember()) == "stories"
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await daemon.unless(stop, remember()) is None
    assert given_up == [False, True]
