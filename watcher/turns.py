"""The one place that waits before a message leaves."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from watcher.errors import RetryLaterError
from watcher.limits import EVERYONE, NONE, Limiter
from watcher.model import LONG_AGO

log = structlog.get_logger(__name__)

PATIENCE: Final = timedelta(seconds=5)  # with a turn that comes; longer, a claim should not be held
BLINK: Final = timedelta(milliseconds=10)


class Turns:
    """
    Who may send when: each address within its budget, all of them within the channel's.

    What a person waits for goes before what nobody asked for.
    """

    def __init__(self) -> None:
        self._limiter = Limiter()
        self._asking = 0  # people whose turn only the budget of all keeps away

    async def take(self, address: str, *, asked: bool = False) -> None:
        """Wait for a turn; raises `RetryLaterError` when that is more than some seconds away."""
        while True:
            own, wait = self.pause(address), self._limiter.wait(address, _ticks())
            if wait > PATIENCE:
                raise RetryLaterError("the channel has to be left alone for a while", after=wait)
            if not wait and (asked or not self._asking):
                break
            first = asked and not own
            self._asking += first
            try:
                await asyncio.sleep(max(wait, BLINK).total_seconds())
            finally:
                self._asking -= first
        self._limiter.take(address, _ticks())

    def pause(self, address: str = EVERYONE) -> timedelta:
        """Return how long an address, or everyone, has to wait, whatever the others send."""
        return max(NONE, self._limiter.pause(address, _ticks()))

    def shut(self, address: str, wait: timedelta) -> None:
        """Take note that the channel told us to wait."""
        if self._limiter.shut(address, _ticks(), wait):
            log.warning("the channel asks everyone to wait", wait=str(wait))

    def remember(self, address: str, ahead: timedelta) -> None:
        """Learn what was before a start: when something left (it is past), or until when to wait."""
        if ahead > NONE:
            self._limiter.hold(address, _ticks(), ahead)
        else:
            self._limiter.take(address, _ticks() + ahead)


def _ticks() -> datetime:
    """Read the clock that nobody sets: rate limits must not care when the wall clock jumps."""
    return LONG_AGO + timedelta(seconds=asyncio.get_running_loop().time())
