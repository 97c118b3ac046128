"""
What a machine's date is worth. A time without a zone is Paris time (`ASSUMED_ZONE`), a day without a
time that day's midnight in Paris (`DAY`); what lies before 1995 or over a day ahead is no date at all.
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

# A midnight without a zone is a day: many systems store days that way.
_DAY_ONLY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T00:00(?::00(?:\.0+)?)?)?")
_LOOSE: Final = re.compile(  # "2026-01-20 9:05 UTC", "2026-01-20CET10:00:00+0100"
    r"(\d{4}-\d\d-\d\d)(?:[T ]+|[A-Z]{3,5})(\d\d?:\d\d(?::\d\d)?)(?:\.\d+)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


def published(text: str, *, now: datetime | None = None) -> Published | None:
    """Read an ISO 8601 or RFC 822 date; `None` when it is neither, or cannot be true at `now`."""
    text = text.strip()
    try:
        if day := _DAY_ONLY.fullmatch(text):
            return of_day(date.fromisoformat(day[1]), now=now)
        return of_moment(_moment(text), now=now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # what the standard library raises for a malformed date


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


def _moment(text: str) -> datetime:
    found = _LOOSE.fullmatch(text)
    if found is None:
        # Without a zone, or with one that nobody knows ("CET"), this gives a naive time.
        return parsedate_to_datetime(text)
    zone = (found[3] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    return datetime.fromisoformat(f"{found[1]}T{found[2].zfill(5)}{zone}")
