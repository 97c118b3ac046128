"""Dates as pages print them for people, French and English: absolute ones, and "il y a 3 jours"."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Final

from watcher import dates
from watcher.model import Precision, Published
from watcher.text import fold

_NAMES: Final = "jan fev feb mar avr apr mai may juin jun juil jul aou aug sep oct nov dec".split()
_NUMBERS: Final = (1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12)
_MONTHS: Final = dict(zip(_NAMES, _NUMBERS, strict=True))
_MONTH: Final = rf"(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*)"
_DATES: Final = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:er)? {_MONTH}\.?,? (?P<year>\d{{4}})\b"),
    re.compile(rf"\b{_MONTH}\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})\b"),
    re.compile(r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})\b"),
)
_CLOCK: Final = re.compile(r"\W{0,3}(?:at? )?(\d{1,2}) ?[h:] ?(\d\d)\b")  # behind a day
_AGO: Final = re.compile(
    r"\bil y a (?:environ )?(\d{1,3}) ([a-z]+)|\b(\d{1,3}) ([a-z]+) ago\b|\b(?:hier|yesterday)\b"
)
_UNITS: Final = {"j": 1, "d": 1, "sem": 7, "week": 7, "mois": 30, "month": 30, "an": 365, "y": 365}
LONGEST: Final = 120  # characters of a line that only dates an article
_AROUND: Final = frozenset(
    "publie publiee poste cree mis mise a jour modifie published updated posted last le on at the"
    " lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday"
    " saturday sunday am pm cet cest utc gmt".split()
)


def dated(plain: str) -> bool:
    """Hold for a folded line that tells when, and nothing else."""
    rest = plain
    for pattern in (*_DATES, _AGO):
        rest = pattern.sub(" ", rest)
    return rest != plain and _AROUND.issuperset(re.findall(r"\w+", _CLOCK.sub(" ", rest)))


def visible(lines: Iterable[str], *, now: datetime | None = None) -> Published | None:
    """Find the date among lines that are dates only; "3 days ago" counts from a day that they name."""
    found = [plain for plain in map(fold, lines) if len(plain) <= LONGEST and dated(plain)]
    absolute = next(filter(None, (printed(plain, now=now) for plain in found)), None)
    ago = next(filter(None, map(_AGO.search, found)), None)
    if absolute is None or ago is None:
        return absolute
    day = absolute.at.astimezone(dates.PARIS).date() - _distance(ago)
    return dates.of_day(day, precision=Precision.DERIVED, now=now)


def printed(text: str, *, now: datetime | None = None) -> Published | None:
    """Read the first absolute date in a text, with the time of day that stands after it."""
    plain = fold(text)
    for found in filter(None, (pattern.search(plain) for pattern in _DATES)):
        clock = _CLOCK.match(plain, found.end())
        with suppress(ValueError):  # 31 February is no day
            day = date(int(found["year"]), _number(found["month"]), int(found["day"]))
            with suppress(ValueError):  # 25:99 is no time
                if clock is not None:
                    at = time(int(clock[1]), int(clock[2]))
                    return dates.of_moment(datetime.combine(day, at), now=now)
            return dates.of_day(day, now=now)
    return None


def best(*told: Published | None) -> Published | None:
    """Return the most precise date, the first of equals."""
    order = list(Precision)
    return min(filter(None, told), key=lambda one: order.index(one.precision), default=None)


def _number(month: str) -> int:
    return int(month) if month.isdigit() else _MONTHS.get(month[:4]) or _MONTHS[month[:3]]


def _distance(ago: re.Match[str]) -> timedelta:
    """Return the whole days that a relative date goes back: hours and minutes are none."""
    count, unit = ago[1] or ago[3] or "1", ago[2] or ago[4] or "day"
    days = next((size for name, size in _UNITS.items() if unit.startswith(name)), 0)
    return timedelta(int(count) * days)
