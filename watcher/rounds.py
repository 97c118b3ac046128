"""What is due is kept in work: each feed and each entry once at a time, no host hogging the line."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog

from watcher.errors import StoreError
from watcher.model import EntryId, Feed, FeedId, Pending
from watcher.pipeline import Line

log = structlog.get_logger(__name__)

TICK: Final = timedelta(seconds=1)
READING: Final = 64  # articles in work at once
READING_PER_HOST: Final = 2  # one at work, one waiting for the host's turn
PAUSE: Final = timedelta(seconds=15)  # after the store failed
STALLED: Final = timedelta(minutes=10)  # no task may be in work longer
SOON: Final = 0.05  # seconds: what ends together is looked at together
UNEXPECTED: Final = timedelta(minutes=10)  # before a thing that met a defect of ours is tried again


@dataclass(slots=True)
class Rounds:
    """Keeps due feeds and waiting entries in work, each once at a time."""

    line: Line
    polls: int  # feeds in work at once
    polling: dict[FeedId, asyncio.Task[None]] = field(default_factory=dict)
    reading: dict[EntryId, asyncio.Task[None]] = field(default_factory=dict)
    hosts: dict[EntryId, str] = field(default_factory=dict)
    started: dict[asyncio.Task[None], float] = field(default_factory=dict)
    paused_until: float = 0.0
    ticked_at: float = 0.0
    trouble: StoreError | None = None  # the last failure of the store
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one tick at a time
    next_tick: asyncio.Task[None] | None = None
    stopped: bool = False

    async def tick(self, *, everything: bool = False) -> int:
        """Start what is due; returns how many tasks are in work."""
        self.ticked_at = time.monotonic()
        if self.ticked_at >= self.paused_until:
            try:
                async with self.turn:
                    await self._start(everything=everything)
            except StoreError as error:
                self._store_failed(error)
        return len(self.started)

    async def _start(self, *, everything: bool) -> None:
        now, store = self.line.clock(), self.line.store
        # What ends while we ask the store may be in its answer still, as it was before.
        polling, reading = set(self.polling), set(self.reading)
        limit = 1_000_000 if everything else self.polls
        for feed in await store.due_feeds(now, limit=limit, everything=everything):
            if feed.id not in polling and (everything or len(self.polling) < self.polls):
                self.polling[feed.id] = self._work(self._poll(feed))
        if len(self.reading) > READING * 3 // 4:
            return  # the store is asked for a handful at a time, not for each
        for pending in await store.pending(now, limit=READING * 4):
            host = self.line.host(pending)
            busy = sum(host == other for other in self.hosts.values() if host)
            if len(self.reading) >= READING:
                break
            if pending.id not in reading and busy < READING_PER_HOST:
                self.hosts[pending.id] = host
                self.reading[pending.id] = self._work(self._read(pending))

    def _work(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(job)
        self.started[task] = time.monotonic()
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Give the free place away at once: the next tick of the clock may be a second off."""
        self.started.pop(task, None)
        if not self.stopped and (self.next_tick is None or self.next_tick.done()):
            self.next_tick = asyncio.create_task(self._tick_soon())

    async def _tick_soon(self) -> None:
        await asyncio.sleep(SOON)
        if not self.stopped:
            await self.tick()

    async def _poll(self, feed: Feed) -> None:
        try:
            await self.line.poll(feed)
        except StoreError as error:
            self._store_failed(error)
        except Exception:  # a defect met by one feed must not stop the others
            log.exception("feed met a defect", feed=feed.url)
            until = self.line.clock() + UNEXPECTED
            await self._quietly(
                self.line.store.record_failure(
                    feed.id, error="a defect of watcher; see its log", due_at=until, now=until
                )
            )
        finally:
            del self.polling[feed.id]

    async def _read(self, pending: Pending) -> None:
        try:
            await self.line.read(pending)
        except StoreError as error:
            self._store_failed(error)
        except Exception:  # a defect met by one article must not stop the others
            log.exception("article met a defect", entry=pending.id, feed=pending.feed.url)
            until = self.line.clock() + UNEXPECTED
            await self._quietly(
                self.line.store.postpone(pending.id, until=until, error="a defect of watcher")
            )
        finally:
            del self.reading[pending.id], self.hosts[pending.id]

    async def _quietly(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except StoreError as error:
            self._store_failed(error)

    def _store_failed(self, error: StoreError) -> None:
        if time.monotonic() >= self.paused_until:
            log.error("store unavailable, polling pauses", reason=str(error), seconds=PAUSE.seconds)
        self.trouble = error
        self.paused_until = time.monotonic() + PAUSE.total_seconds()

    async def settle(self, grace: timedelta | None = None) -> None:
        """End: wait for what is in work; after the grace, cut it off, the next start repeats it."""
        self.stopped = True
        tasks = [*self.started, *([self.next_tick] if self.next_tick else ())]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace.total_seconds() if grace else None)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def run_dry(self, *, everything: bool, watch: Callable[["Rounds"], None]) -> None:
        """Work until nothing is due and nothing is in work: one pass. Raises `StoreError` if it must stop."""
        await self.tick(everything=everything)
        while self.started and time.monotonic() >= self.paused_until:
            watch(self)
            await asyncio.wait(list(self.started), return_when=asyncio.FIRST_COMPLETED)
            await self.tick()
        await self.settle()
        if self.trouble is not None:
            raise self.trouble

    def alive(self) -> bool:
        """Tell whether the loop ticks and no task hangs."""
        now = time.monotonic()
        oldest = min(self.started.values(), default=now)
        late = TICK.total_seconds() * 15
        return now - self.ticked_at < late and now - oldest < STALLED.total_seconds()
