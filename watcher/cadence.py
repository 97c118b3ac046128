"""
When a feed is polled next, and why then.

A feed is polled about four times as often as it publishes, less often while it is silent, and never
more often than `Bounds.minimum` or less often than `Bounds.maximum`. All times count from `now`, so
that a clock that was set forward brings no storm of polls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_START: Final = 30 * _MINUTE  # where nothing is known yet
_SHARE: Final = 4  # polls in a usual gap between two entries
_SILENCE: Final = 16  # polls in a silence as long as it lasts: 30 minutes after a night of 8 hours
_RECENT: Final = 20  # entries that the usual gap is taken from
_HINT: Final = _HOUR  # a longer ttl or max-age is a default that nobody chose
_DOUBLINGS: Final = 16
_PAGE_RETRIES: Final = {1: _MINUTE, 2: 5 * _MINUTE}


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
    findings: Findings, *, now: datetime, bounds: Bounds = Bounds(), jitter: float = 0.5
) -> Plan:
    """Plan the next poll, always within the bounds. `jitter` is a random number in [0, 1) that spreads polls."""
    if findings.retry_after is not None:
        wait, reason = findings.retry_after, "the server asked for this pause"
        spread = 1 + 0.1 * jitter  # never sooner than asked
    elif findings.failures > 0:
        wait = bounds.minimum * 2 ** min(findings.failures - 1, _DOUBLINGS)
        some = "poll" if findings.failures == 1 else f"{findings.failures} polls"
        reason = f"the last {some} failed"
        spread = 0.75 + 0.5 * jitter  # feeds that failed together come back apart
    else:
        wait, reason = _asked(findings, *_activity(findings, now))
        spread = 0.9 + 0.2 * jitter
    if wait < bounds.minimum:
        reason += f"; no more often than every {_told(bounds.minimum)}"
    elif wait > bounds.maximum:
        reason += f"; at least every {_told(bounds.maximum)}"
    wait = _bounded(wait, bounds)  # before spreading: it cannot overflow
    interval = _bounded(wait * spread, bounds)
    due_at = _allowed(findings, now + interval, latest=now + bounds.maximum)
    if due_at != now + interval:
        reason += "; the feed asks to skip some hours"
    return Plan(due_at=due_at, interval=interval, reason=reason)


def retry_entry(attempts: int) -> timedelta | None:
    """Return when to try an article's page again after so many failures; `None`: take the feed's text."""
    return _PAGE_RETRIES.get(max(attempts, 1))


def _activity(findings: Findings, now: datetime) -> tuple[timedelta, str]:
    """Return the interval that the feed's own rhythm suggests."""
    times = sorted({time for time in findings.entries if time <= now}, reverse=True)[:_RECENT]
    gaps = sorted(later - earlier for later, earlier in pairwise(times))
    if gaps:
        gap, silence = gaps[len(gaps) // 2], now - times[0]
        if silence / _SILENCE > gap / _SHARE:
            return silence / _SILENCE, f"nothing new for {_told(silence)}"
        return gap / _SHARE, f"a new entry about every {_told(gap)}"
    if findings.interval is None:
        return _START, "its rhythm is not known yet"
    if findings.changed:
        return findings.interval * 0.5, "the last poll brought news"
    return findings.interval * 1.5, "the last poll brought nothing new"


def _asked(findings: Findings, wait: timedelta, reason: str) -> tuple[timedelta, str]:
    """Wait as long as publisher and server ask."""
    # Many a ttl is the default of the software: a feed that publishes more often is asked more often.
    life = min(findings.time_to_live or timedelta(), _HINT, 2 * min(wait, _HINT))
    fresh = min(findings.max_age or timedelta(), _HINT)
    return max(
        (wait, reason),
        (life, "the feed's own ttl"),
        (fresh, "the answer is fresh until then"),
        key=lambda candidate: candidate[0],
    )


def _bounded(wait: timedelta, bounds: Bounds) -> timedelta:
    return min(max(wait, bounds.minimum), bounds.maximum)


def _allowed(findings: Findings, due_at: datetime, *, latest: datetime) -> datetime:
    """Move a poll out of the hours and days that the feed asks to skip, as far as the bounds let it."""
    while due_at < latest and (
        due_at.hour in findings.skip_hours or due_at.weekday() in findings.skip_days
    ):
        due_at = due_at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return min(due_at, latest)


def _told(span: timedelta) -> str:
    """Say a time in its largest unit, such as "90 min"."""
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if span >= 2 * unit:
            return f"{span // unit} {name}"
    return f"{span.total_seconds():.0f} s"
