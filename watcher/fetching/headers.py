"""What a server's header fields say: bounded values, never an exception."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=365)  # a longer time is a mistake, or an attempt to overflow
_DIGITS: Final = 12  # of a number of seconds: more than `LONGEST`, less than overflows
_LONGEST_TAG: Final = 1024  # characters of a validator worth sending back
_LISTS: Final = frozenset({"cache-control", "content-encoding"})


def fold(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """
    Return fields by lower-case name. Of a repeated field the first counts, lists are joined.

    Latin-1 keeps every byte, so that a validator goes back just as it came.
    """
    folded: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        if name not in folded:
            folded[name] = value
        elif name in _LISTS:
            folded[name] += f", {value}"
    return folded


def http_date(value: str) -> datetime | None:
    """Read a date in any form HTTP has known; `None` when it is none."""
    try:
        read = parsedate_to_datetime(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def seconds(value: str) -> timedelta | None:
    """Read a number of seconds, at most `LONGEST`; `None` when it is none."""
    digits = value.strip().strip('"')
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(timedelta(seconds=int(digits.lstrip("0")[:_DIGITS] or "0")), LONGEST)


def retry_after(fields: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the server asks us to wait (RFC 9110 section 10.2.3)."""
    value = fields.get("retry-after", "")
    after = seconds(value)
    if after is not None:
        return after
    until = http_date(value)
    return None if until is None else _between(fields, until, now)


def max_age(fields: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return for how long the answer stays fresh (RFC 9111 section 4.2.1), less the time spent in caches."""
    directives = _directives(fields.get("cache-control", ""))
    if not directives.keys().isdisjoint({"no-cache", "no-store"}):
        return timedelta()
    fresh = seconds(directives.get("max-age", ""))
    if fresh is not None:
        spent = seconds(fields.get("age", "")) or timedelta()
        return max(fresh - spent, timedelta())
    if "expires" not in fields:
        return None
    until = http_date(fields["expires"])  # "0" and the like mean: already stale
    return timedelta() if until is None else _between(fields, until, now)


def validator(value: str) -> str:
    """Return a validator that may be sent back; empty when it is too long to be one."""
    return value if len(value) <= _LONGEST_TAG else ""


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.lower().split(","))
    return {name.strip(): argument.strip() for name, _, argument in pairs}


def _between(fields: Mapping[str, str], until: datetime, now: datetime) -> timedelta:
    """Return the time until a date, by the server's own clock where it tells it."""
    start = http_date(fields.get("date", "")) or now
    return min(max(until - start, timedelta()), LONGEST)
