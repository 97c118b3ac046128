"""Dates as pages print them for people, French and English: absolute ones, and "il y a 3 jours"."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from watcher import dates
from watcher.articles.cues import LINE
from watcher.model import Precision, Published
from watcher.text import fold

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "jan,fev feb,mar,avr apr,mai may,juin jun,juil jul,aou aug,sep,oct,nov,dec".split(","),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST: Final = re.compile(r"\b(\d{1,2})(?:er)? ([a-z]{3,9})\.?,? (\d{4})\b")
_MONTH_FIRST: Final = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2}),? (\d{4})\b")
_NUMBERS: Final = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_ISO: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_CLOCK: Final = re.compile(r"(?:^|\D)(\d{1,2}) ?[h:] ?(\d\d)\b(?!\d)")
_AGO: Final = re.compile(
    r"\bil y a (?:environ )?(\d+) ([a-z]+)|\b(\d+) ([a-z]+) ago\b|\b(?:hier|yesterday)\b"
)
_UNITS: Final = {
    "j": 1,
    "d": 1,
    "sem": 7,
    "week": 7,
    "mois": 30,
    "month": 30,
    "an": 365,
    "year": 365,
}
_LONGEST: Final = 120  # characters of a line that only dates an article


def visible(lines: Iterable[str], *, now: datetime | None = None) -> Published | None:
    """
    Find the date among lines above an article that are dates and nothing else.

    A relative date counts from a day that the page names itself, and is `DERIVED`; where the page names
    none it tells nothing, since nobody knows when the page was made.
    """
    absolute: Published | None = None
    ago: int | None = None
    for line in lines:
        plain = fold(line.strip())
        if len(plain) > _LONGEST or not LINE.fullmatch(plain):
            continue
        if ago is None:
            ago = _days_ago(plain)
        if absolute is None:
            absolute = printed(plain, now=now)
    if absolute is None or ago is None:
        return absolute
    day = absolute.at.astimezone(dates.PARIS).date() - timedelta(days=ago)
    return dates.of_day(day, precision=Precision.DERIVED, now=now)


def printed(text: str, *, now: datetime | None = None) -> Published | None:
    """
    Read the first absolute date in a text, with the time of day that stands after it.

    >>> printed("Publié le 30 janv. 2026 à 16h45").at.isoformat()
    '2026-01-30T15:45:00+00:00'
    """
    plain = fold(text)
    found = _day(plain)
    if found is None:
        return None
    day, end = found
    clock = _CLOCK.search(plain, end)
    if clock is not None and clock.start() - end <= len(" • à "):
        try:
            moment = datetime.combine(day, time(int(clock[1]), int(clock[2])))
        except ValueError:
            return dates.of_day(day, now=now)
        return dates.of_moment(moment, now=now)
    return dates.of_day(day, now=now)


def _day(plain: str) -> tuple[date, int] | None:
    for pattern, order in (
        (_ISO, (1, 2, 3)),
        (_DAY_FIRST, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
        (_NUMBERS, (3, 2, 1)),
    ):
        found = pattern.search(plain)
        if found is None:
            continue
        year, month, day = (found[place] for place in order)
        number = int(month) if month.isdigit() else _month(month)
        try:
            return date(int(year), number, int(day)), found.end()
        except ValueError:
            continue
    return None


def _month(name: str) -> int:
    return _MONTHS.get(name[:4], _MONTHS.get(name[:3], 0))


def _days_ago(plain: str) -> int | None:
    """Return the whole days that a relative date goes back: hours and minutes are none."""
    found = _AGO.search(plain)
    if found is None:
        return None
    count, unit = found[1] or found[3] or "1", found[2] or found[4] or "day"
    days = (size for name, size in _UNITS.items() if unit.startswith(name))
    return int(count) * next(days, 0)


def best(*told: Published | None) -> Published | None:
    """Return the most precise date, the first of equals."""
    order = list(Precision)
    known = [one for one in told if one is not None]
    return min(known, key=lambda one: order.index(one.precision), default=None)
