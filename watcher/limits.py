"""How many messages a channel takes in how much time, and whose turn it is."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

NONE: Final = timedelta()
EVERYONE: Final = ""  # an address that stands for all
TOGETHER: Final = timedelta(seconds=1)  # two addresses told to wait within it: the whole bot is


class Budget(NamedTuple):
    """At most `most` messages in any stretch of `period`."""

    most: int
    period: timedelta


# Telegram names its limits loosely: one a second in a chat with short bursts, 20 a minute in a group
# or channel, about 30 a second in all (core.telegram.org/bots/faq). We stay below each of them. The
# last is spread over the second: our clock and the server's do not cut seconds at the same place.
# Within it there is a little to spare, so that what was late for its turn can be made up for.
CHAT: Final[tuple[Budget, ...]] = (Budget(3, timedelta(seconds=3)),)
GROUP: Final[tuple[Budget, ...]] = (*CHAT, Budget(18, timedelta(minutes=1)))
OVERALL: Final[tuple[Budget, ...]] = (
    Budget(5, timedelta(milliseconds=160)),
    Budget(28, timedelta(seconds=1)),
)


def budgets(address: str) -> tuple[Budget, ...]:
    """
    Tell what a Telegram address takes: a group's number is negative, a channel may have a @name.

    >>> len(budgets("1")), len(budgets("-1001")), len(budgets("@depeches")), len(budgets("console"))
    (1, 2, 2, 0)
    """
    if address.startswith(("-", "@")):
        return GROUP
    return CHAT if address.isdecimal() else ()


class Limiter:
    """Remembers when messages left, for as long as a budget asks; `now` must never go back."""

    def __init__(self) -> None:
        self._left: dict[str, deque[datetime]] = {}
        self._all: deque[datetime] = deque(maxlen=OVERALL[-1].most)
        self._asked: dict[str, datetime] = {}  # when the channel last told an address to wait
        self._shut: dict[str, datetime] = {}  # until when an address, or EVERYONE, has to

    def pause(self, address: str, now: datetime) -> timedelta:
        """Return how long this address must wait, whatever the others send."""
        shut = [self._shut[one] - now for one in (address, EVERYONE) if one in self._shut]
        return max([_wait(self._left.get(address, ()), budgets(address), now), *shut])

    def wait(self, address: str, now: datetime) -> timedelta:
        """Return how long a message to this address must wait; zero: it may leave."""
        return max(self.pause(address, now), _wait(self._all, OVERALL, now))

    def hold(self, address: str, now: datetime, wait: timedelta) -> None:
        """Keep an address waiting for so long."""
        self._shut = {one: until for one, until in self._shut.items() if until > now}
        self._shut[address] = max(self._shut.get(address, now), now + wait)

    def shut(self, address: str, now: datetime, wait: timedelta) -> bool:
        """Note that the channel told an address to wait; return whether that shuts everyone out."""
        self._asked = {one: at for one, at in self._asked.items() if now - at < TOGETHER}
        self._asked[address] = now
        self.hold(address, now, wait)
        together = len(self._asked) > 1
        if together:
            self.hold(EVERYONE, now, wait)
        return together

    def take(self, address: str, now: datetime) -> None:
        """Note that a message to this address leaves."""
        if known := budgets(address):
            self._left.setdefault(address, deque(maxlen=known[-1].most)).append(now)
            self._all.append(now)


def _wait(left: Sequence[datetime], kept: Sequence[Budget], now: datetime) -> timedelta:
    """Wait until, for each budget, the last message but `most` is a whole period old."""
    waits = [left[-b.most] + b.period - now for b in kept if len(left) >= b.most]
    return max([NONE, *waits])
