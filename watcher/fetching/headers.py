"""What a server's header fields say: bounded values, never an exception."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=365)  # a longer time is a mistake, or an attempt to overflow
_LONGEST_TAG: Final = 1024  # characters of a validator worth sending back
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", re.ASCII | re.I)


def retry_after(fields: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the server asks us to wait, in seconds or until a date (RFC 9110 section 10.2.3)."""
    value = fields.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return _seconds(value)
    try:
        read = parsedate_to_datetime(value)
        until = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(until - now, timedelta()), LONGEST)


def max_age(fields: Mapping[str, str]) -> timedelta | None:
    """Return for how long Cache-Control calls the answer fresh (RFC 9111 section 5.2.2.1)."""
    control = fields.get("cache-control", "")
    found = None if re.search(r"no-(?:cache|store)", control, re.I) else _MAX_AGE.search(control)
    return _seconds(found[1]) if found else None


def validator(fields: Mapping[str, str], name: str) -> str:
    """Return a validator that may be sent back; empty when it is too long to be one."""
    value = fields.get(name, "")
    return value if len(value) <= _LONGEST_TAG else ""


def _seconds(digits: str) -> timedelta:
    """Read a number of seconds, at most `LONGEST`; the first twelve digits exceed it and cannot overflow."""
    return min(timedelta(seconds=int(digits.lstrip("0")[:12] or "0")), LONGEST)
