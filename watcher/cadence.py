"""
When a feed is polled next, and why then.

A feed is polled about four times as often as it publishes, less often while it is silent, and never
more often than `Bounds.minimum` or less often than `Bounds.maximum`. All times count from `now`, so
that a clock that was set neither brings a storm of polls nor stops them; see `is_due`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_START: Final = timedelta(minutes=30)  # where nothing is known yet
_FASTER: Final = 0.5  # of the last interval, when something new came
_SLOWER: Final = 1.5  # ... and when nothing did
_SHARE: Final = 4  # polls in a usual gap between two entries
_SILENCE: Final = 16  # polls in a silence as long as it lasts: 30 minutes after a night of 8 hours
_RECENT: Final = 20  # entries that the usual gap is taken from
_HINT: Final = _HOUR  # a longer ttl or max-age is a default that nobody chose
_DOUBLINGS: Final = 16
_PAGE_RETRIES: Final = (timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How often a feed may be polled at most, and how often at least."""

    minimum: timedelta = timedelta(minutes=5)
    maximum: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is known of a feed right after a poll. Leave out what is not known."""

    changed: bool = False  # the poll brought new entries
    entries: Sequence[datetime] = ()  # when its recent entries appeared, in any order
    interval: timedelta | None = None  # the last plan's
    failures: int = 0  # in a row, this poll's included; 0: it succeeded
    retry_after: timedelta | None = None  # the server's words
    max_age: timedelta | None = None  # of the HTTP answer
    time_to_live: timedelta | None = None  # of the feed document
    skip_hours: frozenset[int] = frozenset()  # UTC hours 0-23
    skip_days: frozenset[int] = frozenset()  # Monday is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next poll, and the sentence that says why it is then."""

    due_at: datetime
    interval: timedelta
    reason: str


def next_poll(
    findings: Findings,
    *,
    now: datetime,
    bounds: Bounds = Bounds(),
    jitter: float = 0.5,
) -> Plan:
    """
    Plan the next poll. `jitter` is a random number in [0, 1) that spreads polls by a tenth each way.

    The interval is within the bounds, whatever the findings.
    """
    if findings.retry_after is not None:
        wait, reason = findings.retry_after, "the server asked for this pause"
        spread = 1 + 0.1 * jitter  # never sooner than asked
    elif findings.failures > 0:
        doubled = 2 ** min(findings.failures - 1, _DOUBLINGS)
        wait = min(bounds.minimum * doubled, bounds.maximum)
        some = "poll" if findings.failures == 1 else f"{findings.failures} polls"
        reason = f"the last {some} failed"
        spread = 0.75 + 0.5 * jitter  # feeds that failed together come back apart
    else:
        wait, reason = _activity(findings, now)
        wait, reason = _asked(findings, wait, reason)
        spread = 0.9 + 0.2 * jitter
    interval, reason = _bounded(wait, spread, bounds, reason)
    due_at, reason = _allowed(findings, now + interval, now + bounds.maximum, reason)
    return Plan(due_at=due_at, interval=interval, reason=reason)


def retry_entry(attempts: int) -> timedelta | None:
    """Return when to try an article's page again after so many failures; `None`: take the feed's text."""
    step = max(attempts, 1) - 1
    return _PAGE_RETRIES[step] if step < len(_PAGE_RETRIES) else None


def is_due(due_at: datetime, *, now: datetime, bounds: Bounds = Bounds()) -> bool:
    """Tell whether a poll is due; one that is further off than any plan means that the clock was set back."""
    return due_at <= now or due_at - now > bounds.maximum


def _activity(findings: Findings, now: datetime) -> tuple[timedelta, str]:
    """Return the interval that the feed's own rhythm suggests."""
    gap = _usual_gap(findings.entries, now)
    if gap is not None:
        silence = now - max(time for time in findings.entries if time <= now)
        if silence / _SILENCE > gap / _SHARE:
            return silence / _SILENCE, f"nothing new for {_told(silence)}"
        return gap / _SHARE, f"a new entry about every {_told(gap)}"
    if findings.interval is None:
        return _START, "its rhythm is not known yet"
    if findings.changed:
        return findings.interval * _FASTER, "the last poll brought news"
    return findings.interval * _SLOWER, "the last poll brought nothing new"


def _usual_gap(entries: Sequence[datetime], now: datetime) -> timedelta | None:
    """Return the median time between the latest entries; `None` when it cannot be told."""
    times = sorted({time for time in entries if time <= now}, reverse=True)[:_RECENT]
    gaps = sorted(later - earlier for later, earlier in pairwise(times))
    return gaps[len(gaps) // 2] if gaps else None


def _asked(findings: Findings, wait: timedelta, reason: str) -> tuple[timedelta, str]:
    """Wait as long as publisher and server ask."""
    gap = wait * _SHARE
    life = min(findings.time_to_live or timedelta(), _HINT)
    # Many a ttl is the default of the software. Who publishes more often than it says, is asked more often.
    life = max(life / _SHARE, min(life, gap / 2))
    fresh = min(findings.max_age or timedelta(), _HINT)
    if max(life, fresh) <= wait:
        return wait, reason
    return (
        (fresh, "the answer is fresh until then") if fresh >= life else (life, "the feed's own ttl")
    )


def _bounded(wait: timedelta, spread: float, bounds: Bounds, reason: str) -> tuple[timedelta, str]:
    if wait < bounds.minimum:
        reason = f"{reason}; no more often than every {_told(bounds.minimum)}"
    elif wait > bounds.maximum:
        reason = f"{reason}; at least every {_told(bounds.maximum)}"
    wait = min(max(wait, bounds.minimum), bounds.maximum)  # before spreading: it cannot overflow
    return min(max(wait * spread, bounds.minimum), bounds.maximum), reason


def _allowed(
    findings: Findings, due_at: datetime, latest: datetime, reason: str
) -> tuple[datetime, str]:
    """Move a poll out of the hours and days that the feed asks to skip, as far as the bounds let it."""
    moved = due_at
    while moved < latest and _skipped(findings, moved):
        moved = moved.replace(minute=0, second=0, microsecond=0) + _HOUR
    if moved == due_at:
        return due_at, reason
    return min(moved, latest), f"{reason}; the feed asks to skip some hours"


def _skipped(findings: Findings, time: datetime) -> bool:
    return time.hour in findings.skip_hours or time.weekday() in findings.skip_days


def _told(span: timedelta) -> str:
    """
    Say a time in its largest unit.

    >>> _told(timedelta(minutes=90))
    '90 min'
    """
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (timedelta(minutes=1), "min")):
        if span >= 2 * unit:
            return f"{span // unit} {name}"
    return f"{span.total_seconds():.0f} s"
