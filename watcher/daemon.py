"""The wiring: one place that knows every part, starts them, keeps them moving and stops them."""

import asyncio
import fcntl
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TextIO, TypeVar

import structlog
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from rich.console import Console

from watcher import __version__, channels, locales, placing, recall, reviews, rulebook, systemd
from watcher.bot import tables
from watcher.bot.desk import Desk
from watcher.cadence import Bounds
from watcher.channels import ConsoleChannel
from watcher.chronicle import Chronicle
from watcher.config import Config
from watcher.delivery import Courier
from watcher.errors import ProblemsError, StoreError, WatcherError
from watcher.fetching import Fetcher, FetchSettings
from watcher.model import LONG_AGO
from watcher.pipeline import Line, Tally
from watcher.ports import Channel
from watcher.rounds import TICK, Rounds
from watcher.selfcheck import EVERY, SelfCheck
from watcher.store import Store
from watcher.workers import Workers

T = TypeVar("T")
log = structlog.get_logger(__name__)

SLACK: Final = timedelta(minutes=1)  # what a time service corrects without anyone noticing
DAY: Final = timedelta(days=1)
DIGESTS: Final = 20  # seconds between two looks whether one is due
DRAIN: Final = timedelta(seconds=8)  # after SIGTERM; systemd and the issue allow ten


def utcnow() -> datetime:
    """Read the clock: here and in the command line only."""
    return datetime.now(UTC)


@dataclass(slots=True)
class SteadyClock:
    """
    Tells the time, and never goes back by more than it is corrected every day.

    A clock that is set back would leave every plan of the schedule in the future: the watch would be
    silent for as long as the step. So time goes on from where it was until the clock catches up, or
    until the next start, which mends the schedule. Steps forward are followed.
    """

    wall: Callable[[], datetime] = utcnow
    elapsed: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    reached: datetime = LONG_AGO
    reached_after: float = 0.0
    behind: bool = False

    def __call__(self) -> datetime:
        """Return the time in UTC."""
        wall, elapsed = self.wall(), self.elapsed()
        steady = self.reached + timedelta(seconds=elapsed - self.reached_after)
        behind = steady - wall > SLACK
        if behind and not self.behind:
            log.warning("the clock was set back, time goes on from before", by=str(steady - wall))
        self.behind = behind
        self.reached, self.reached_after = (steady if behind else wall), elapsed
        return self.reached


class BusyError(WatcherError):
    """Another process works on the same database."""


@contextmanager
def alone(database: Path | None) -> Iterator[None]:
    """Hold the database for this process: two senders would tell everything twice."""
    with ExitStack() as stack:
        if database is not None:
            lock = stack.enter_context(opened(database.with_name(f"{database.name}.lock")))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(
                    f"another watcher works on {database}; stop it, or name another store.url"
                ) from error
        yield


def opened(file: Path) -> TextIO:
    """Open a file of the state folder for writing; raises `StoreError` with what to do."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return file.open("w")
    except OSError as error:
        raise StoreError(
            f"the folder {file.parent} cannot be written to ({error.strerror}); "
            "make it writable for this user, or name another store.url"
        ) from error


class Loop(Protocol):
    """Runs as long as the daemon: its end is the daemon's."""

    async def run(self, stop: asyncio.Event) -> None: ...
    def alive(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class Parts:
    """All that runs, put together."""

    config: Config
    store: Store
    line: Line
    rounds: Rounds
    courier: Courier
    channel: Channel
    desk: Desk | None = None  # where people can speak to us
    recalled: str = ""  # hash of the rules that the stories were put together under
    check: SelfCheck = field(init=False)

    def __post_init__(self) -> None:
        """Have the watch look at itself."""
        self.check = SelfCheck(line=self.line, config=self.config)

    async def reload(self, config: Config) -> None:
        """Take feeds, chats and rules anew; raises before anything changes when they are wrong."""
        book = rulebook.read(config.rules)
        now = self.line.clock()
        await self.store.sync_feeds(config.feed_specs(), now=now)
        self.line.chats = await self.store.sync_chats(
            config.chat_specs(), channel=config.channel, now=now
        )
        async with self.line.placing:
            self.line.book = book
            if book.hash != self.recalled:  # what was decided stands, but texts are read again
                self.line.chronicle = await recall.chronicle(
                    self.store, book, self.line.catalogues, now=now
                )
                self.recalled = book.hash
        self.line.bounds, self.line.pages = bounds(config), config.fetch.pages
        self.config = config
        self.check.config, self.check.refused, self.check.canary_at = config, (), LONG_AGO
        if self.desk is not None:
            self.desk.keys = config.telegram


def bounds(config: Config) -> Bounds:
    """Take the limits of the cadence out of the configuration."""
    return Bounds(minimum=config.cadence.minimum, maximum=config.cadence.maximum)


def fetch_settings(config: Config) -> FetchSettings:
    """Take the HTTP client's settings out of the configuration."""
    fetch = config.fetch
    return FetchSettings(
        user_agent=f"watcher/{__version__}",
        contact=fetch.contact,
        timeout=fetch.timeout,
        max_bytes=fetch.max_bytes,
        allow_addresses=fetch.allow_addresses,
        host_delay=fetch.host_delay,
        concurrency=fetch.concurrency,
    )


@asynccontextmanager
async def assembled(
    config: Config, channel: Channel, *, url: str = "", clock: Callable[[], datetime] | None = None
) -> AsyncIterator[Parts]:
    """Open everything in order, and close it in reverse; rules and configuration are checked first."""
    book, clock = rulebook.read(config.rules), clock or SteadyClock()
    catalogues = locales.catalogues()
    async with AsyncExitStack() as stack:
        store = await Store.open(url or config.store.url, now=clock())
        stack.push_async_callback(store.close)
        stack.push_async_callback(channel.close)
        limits = config.workers
        workers = Workers(limits.processes, deadline=limits.deadline, memory=limits.memory)
        stack.push_async_callback(workers.close)
        fetcher = Fetcher(fetch_settings(config), hosts=await store.hosts(), clock=clock)
        courier = Courier(store, channel, clock=clock)
        line = Line(
            store=store,
            fetcher=await stack.enter_async_context(fetcher),
            workers=workers,
            book=book,
            chats=(),
            chronicle=Chronicle(book, catalogues, locales.frequencies()),
            bounds=bounds(config),
            pages=config.fetch.pages,
            catalogues=catalogues,
            clock=clock,
            chance=random.random,
            wake=courier.wake,
        )
        rounds = Rounds(line, polls=config.fetch.concurrency * 4)
        parts = Parts(
            config=config, store=store, line=line, rounds=rounds, courier=courier, channel=channel
        )
        await parts.reload(config)
        # no feed is planned farther ahead than this, unless the clock was wrong when it was
        await store.mend_schedule(clock(), farthest=max(DAY, config.cadence.maximum * 2))
        await store.recover(clock())
        yield parts


async def poll_once(
    config: Config,
    *,
    everything: bool,
    console: Console,
    watch: Callable[[Rounds], None] = lambda rounds: None,
) -> Tally:
    """Poll what is due, judge what is new, send what must be sent; then stop."""
    with alone(config.store.path):
        printing = config.channel == "console"
        channel = ConsoleChannel(console) if printing else channels.create(config)
        async with assembled(config, channel) as parts:
            await parts.rounds.run_dry(everything=everything, watch=watch)
            await reviews.write_due(parts.line)
            await channel.open()  # last: what was found is stored even if nobody can be told now
            await parts.courier.flush()
            return parts.line.tally


async def run(reload: Callable[[], Config], *, dry: bool = False) -> None:
    """Run until SIGTERM or SIGINT; `dry` works on a copy of the database and prints."""
    config = reload()
    if not dry:
        with alone(config.store.path):
            await _run(config, reload, channels.create(config))
        return
    with tempfile.TemporaryDirectory(prefix="watcher-dry-") as folder:
        store = await Store.open(config.store.url, now=utcnow())
        copy = Path(folder) / "watcher.db"
        await store.backup_to(copy)
        await store.close()
        await _run(config, reload, ConsoleChannel(), url=f"sqlite:///{copy}")


async def _run(
    config: Config, reload: Callable[[], Config], channel: Channel, *, url: str = ""
) -> None:
    stop, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, again.set)
    async with AsyncExitStack() as stack:
        opening = stack.enter_async_context(assembled(config, channel, url=url))
        parts = await unless(stop, opening)
        if parts is None:
            return
        loops = {"sender": parts.courier, **hearing(parts)}
        running = [asyncio.create_task(one.run(stop)) for one in loops.values()]
        scheduler = scheduled(parts, loops)
        scheduler.start()
        systemd.notify("READY=1", f"STATUS=watching {len(config.feed_specs())} feeds")
        log.info("watching", feeds=len(config.feed_specs()), rules=parts.line.book.hash)
        try:
            await _until(stop, again, running, lambda: reloaded(parts, reload))
        finally:
            systemd.notify("STOPPING=1")
            scheduler.shutdown(wait=False)
            stop.set()
            await parts.rounds.settle(DRAIN)
            await asyncio.wait(running)  # all of them, also when one has failed
            log.info("stopped")
        for task in running:
            task.result()


def hearing(parts: Parts) -> dict[str, Loop]:
    """Make the loop that hears people, where there are any: not on a terminal."""
    if parts.channel.name == ConsoleChannel.name:
        return {}
    from watcher.bot.rights import ChatRights  # a third of a second, if not needed
    from watcher.bot.updates import Updates
    from watcher.channels.telegram import TelegramChannel

    channel = parts.channel
    if not isinstance(channel, TelegramChannel):
        return {}
    parts.desk = Desk(
        line=parts.line,
        channel=channel.name,
        keys=parts.config.telegram,
        rights=ChatRights(channel),
        commands=tables.COMMANDS,
        presses=tables.PRESSES,
        others=tables.OTHERS,
        text=tables.TEXT,
    )
    updates = Updates(channel, parts.desk)
    parts.courier.topic_gone = updates.topic_gone
    return {"bot": updates}


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do what may take long, such as remembering months of stories; give it up when we are to stop."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        return await doing if doing.done() else None
    finally:
        stopping.cancel()
        doing.cancel()
        await asyncio.wait((doing,))


async def _until(
    stop: asyncio.Event,
    again: asyncio.Event,
    running: Sequence[asyncio.Task[None]],
    renew: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Wait for the end, reloading when asked; the end of one loop is ours too."""
    while not stop.is_set() and not any(task.done() for task in running):
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(again.wait())]
        await asyncio.wait([*waits, *running], return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if again.is_set():
            again.clear()
            await unless(stop, renew())


async def reloaded(parts: Parts, reload: Callable[[], Config]) -> None:
    """Reload on SIGHUP: what is wrong is refused whole, and the last good set stays in force."""
    systemd.notify_reloading()
    try:
        await parts.reload(reload())
    except ProblemsError as error:
        parts.check.refused = [str(problem) for problem in error.problems]
        for problem in parts.check.refused:
            log.error("reload refused, the last good set stays", problem=problem)
    except WatcherError as error:
        parts.check.refused = [str(error)]
        log.error("reload failed, the last good set stays", reason=str(error))
    else:
        log.info("reloaded", rules=parts.line.book.hash, feeds=len(parts.config.feed_specs()))
    systemd.notify("READY=1")
    await parts.check.run()


def scheduled(parts: Parts, loops: Mapping[str, Loop]) -> AsyncIOScheduler:
    """Give the few regular jobs to APScheduler, which must not drop late ones."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.add_job(parts.rounds.tick, "interval", seconds=TICK.total_seconds(), id="tick")
    scheduler.add_job(
        reviews.write_due, "interval", seconds=DIGESTS, args=[parts.line], id="digests"
    )
    scheduler.add_job(tidy, "interval", hours=1, args=[parts], id="tidy", next_run_time=utcnow())
    seconds = EVERY.total_seconds()
    scheduler.add_job(parts.check.run, "interval", seconds=seconds, id="selfcheck")
    if every := systemd.watchdog_interval():
        seconds = every.total_seconds() / 3
        scheduler.add_job(
            feed_watchdog, "interval", seconds=seconds, args=[parts, loops], id="watchdog"
        )
    scheduler.add_listener(
        lambda event: log.error("job failed", job=event.job_id, reason=repr(event.exception)),
        events.EVENT_JOB_ERROR,
    )
    return scheduler


async def tidy(parts: Parts) -> None:
    """Forget what has served its time."""
    await parts.store.prune(utcnow())
    await parts.store.expire(utcnow())
    async with parts.line.placing:
        parts.line.chronicle.forget(utcnow() - placing.LINKS)


def feed_watchdog(parts: Parts, loops: Mapping[str, Loop]) -> None:
    """Tell systemd that we live, only while all loops make progress."""
    alive = {name: one.alive() for name, one in loops.items()} | {"rounds": parts.rounds.alive()}
    if all(alive.values()):
        systemd.notify("WATCHDOG=1")
    else:
        log.error("a loop stands still", **alive)
