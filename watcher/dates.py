"""
What a date that a machine wrote is worth: its zone, its precision, and whether it can be true.

The rule: a time without a zone is Paris time (`ASSUMED_ZONE`); a day without a time is that day's
midnight in Paris (`DAY`); what lies before 1995 or more than a day ahead is no date at all.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from watcher.model import Precision, Published

PARIS: Final = ZoneInfo("Europe/Paris")
EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)  # there were no news sites before
AHEAD: Final = timedelta(days=1)  # clocks and zones are wrong by hours, not by days

_DAY_ONLY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T00:00(?::00(?:\.0+)?)?)?")
_LOOSE: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ]+|[A-Z]{3,5})(?P<time>\d\d?:\d\d(?::\d\d)?)(?:\.\d+)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


def published(text: str, *, now: datetime | None = None) -> Published | None:
    """
    Read an ISO 8601 or RFC 822 date; `None` when it is neither, or cannot be true.

    A midnight without a zone is a day: many systems store days that way. `now` bounds the future.

    >>> published("Tue, 20 Jan 2026 10:00:00 +0100").at.isoformat()
    '2026-01-20T09:00:00+00:00'
    """
    text = text.strip()
    only = _DAY_ONLY.fullmatch(text)
    moment = None if only else _iso(text) or _rfc822(text)
    try:
        if only:
            return of_day(date(*(int(part) for part in only.groups())), now=now)
        return None if moment is None else of_moment(moment, now=now)
    except (ValueError, OverflowError):
        return None


def of_moment(
    moment: datetime, *, precision: Precision | None = None, now: datetime | None = None
) -> Published | None:
    """Judge a time, naive or aware."""
    known = moment.tzinfo is not None
    at = (moment if known else moment.replace(tzinfo=PARIS)).astimezone(UTC)
    if at < EARLIEST or (now is not None and at > now + AHEAD):
        return None
    return Published(
        at=at, precision=precision or (Precision.TIME if known else Precision.ASSUMED_ZONE)
    )


def of_day(
    day: date, *, precision: Precision = Precision.DAY, now: datetime | None = None
) -> Published | None:
    """Judge a day: the moment it began in Paris."""
    return of_moment(datetime.combine(day, time.min, PARIS), precision=precision, now=now)


def _iso(text: str) -> datetime | None:
    found = _LOOSE.fullmatch(text)
    if found is None:
        return None
    zone = (found["zone"] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time'].zfill(5)}{zone}")
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    # Without a zone, or with one that nobody knows ("CET"), the standard library gives a naive time.
    return moment
