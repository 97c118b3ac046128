"""Politeness: one request at a time to each host, with a pause between, and longer ones on request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from watcher.errors import ThrottledError
from watcher.model import LONG_AGO, Host

PATIENCE: Final = timedelta(seconds=30)  # the longest pause sat out here; also of a Crawl-delay
_LONGEST_PAUSE: Final = timedelta(days=1)
_UNASKED_PAUSE: Final = timedelta(minutes=1)  # "too many requests", without saying how long to wait
_WORTH_KEEPING: Final = timedelta(seconds=5)  # a pause as short as a restart is not stored

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Gate:
    """One host's queue."""

    name: str
    next_at: datetime = LONG_AGO
    robots: str | None = None
    robots_at: datetime | None = None
    robots_failed_at: datetime | None = None
    robots_error: str = ""
    crawl_delay: timedelta = timedelta()
    changed: bool = False  # since it was last stored
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    reading_robots: asyncio.Lock = field(default_factory=asyncio.Lock)


class Gates:
    """The queues of all hosts, and the bound over all of them."""

    def __init__(
        self, hosts: Iterable[Host], delay: timedelta, concurrency: int, clock: Clock
    ) -> None:
        self._gates = {h.name: Gate(h.name, h.next_at, h.robots, h.robots_at) for h in hosts}
        self._delay = delay
        self._slots = asyncio.Semaphore(concurrency)
        self._clock = clock

    def gate(self, name: str) -> Gate:
        """Return the queue of a host."""
        return self._gates.setdefault(name, Gate(name))

    @asynccontextmanager
    async def turn(self, gate: Gate) -> AsyncIterator[None]:
        """
        Wait until a request may be sent to this host, and hold its place.

        The host's own queue comes first, so that a slow host never holds places that others need.
        Raises `ThrottledError` where the host asked for a pause that is too long to sit out.
        """
        async with gate.turn:
            await asyncio.sleep(self._wait(gate).total_seconds())
            async with self._slots:
                try:
                    yield
                finally:
                    self._rest(gate, max(self._delay, gate.crawl_delay))

    def pause(self, gate: Gate, after: timedelta | None) -> timedelta:
        """Leave a host alone for as long as it asked, within bounds; returns for how long."""
        pause = min(_UNASKED_PAUSE if after is None else after, _LONGEST_PAUSE)
        self._rest(gate, pause)
        return pause

    def changed(self) -> list[Host]:
        """Hand out the hosts whose state changed since the last call."""
        gates = [gate for gate in self._gates.values() if gate.changed]
        for gate in gates:
            gate.changed = False
        return [
            Host(name=g.name, next_at=g.next_at, robots=g.robots, robots_at=g.robots_at)
            for g in gates
        ]

    def _wait(self, gate: Gate) -> timedelta:
        wait = gate.next_at - self._clock()
        if PATIENCE < wait <= _LONGEST_PAUSE:
            raise ThrottledError(
                f"{gate.name} asked for a pause until {gate.next_at:%Y-%m-%d %H:%M} UTC",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                after=wait,
            )
        # A longer one was not asked for: the clock was set back.
        return timedelta() if wait > _LONGEST_PAUSE else wait

    def _rest(self, gate: Gate, pause: timedelta) -> None:
        now = self._clock()
        known = gate.next_at if gate.next_at - now <= _LONGEST_PAUSE else now
        gate.next_at = max(known, now + pause)
        gate.changed = gate.changed or pause >= _WORTH_KEEPING
