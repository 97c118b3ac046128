"""What can be chosen with a button: the words for it, and what each button changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final, TypeAlias

from watcher.hours import zone_named
from watcher.messages import N_
from watcher.preferences import EVERY_DAY, Length, Level, Preferences, Quiet, Rhythm

RHYTHMS: Final[Mapping[Rhythm, str]] = {
    Rhythm.INSTANT: N_("at once"),
    Rhythm.HOURLY: N_("every hour"),
    Rhythm.DAILY: N_("every day"),
    Rhythm.SILENT: N_("without sound"),
}
LEVELS: Final[Mapping[Level, str]] = {
    Level.ALL: N_("every article"),
    Level.DEVELOPMENTS: N_("what is new"),
    Level.FIRST: N_("one alert a story"),
}
LENGTHS: Final[Mapping[Length, str]] = {
    Length.SHORT: N_("short"),
    Length.NORMAL: N_("normal"),
    Length.LONG: N_("long"),
}
LANGUAGES: Final[Mapping[str, str]] = {"fr": "Français", "en": "English"}  # each in its own
ZONES: Final[Mapping[str, str]] = {
    "Europe/Paris": N_("Paris"),
    "Europe/Brussels": N_("Brussels"),
    "Europe/Zurich": N_("Geneva"),
    "America/Toronto": N_("Montreal"),
    "Indian/Reunion": N_("Réunion"),
}
TIMES: Final = (time(7, 30), time(12, 30), time(18, 30), time(21))
NIGHTS: Final = ((time(22), time(7)), (time(20), time(8)))
SCORES: Final = range(11)

Changes: TypeAlias = Mapping[str, Any]  # name of a preference: its value


class LastDayError(ValueError):
    """No day would be left."""


def spelled(at: time) -> str:
    """
    Spell a time in a button's data.

    >>> spelled(time(7, 30)), clock("0730")
    ('0730', datetime.time(7, 30))
    """
    return f"{at:%H%M}"


def clock(spelled: str) -> time:
    """Read a time out of a button's data; raises `ValueError`."""
    return time(int(spelled[:2]), int(spelled[2:]))


def change(name: str, value: str, preferences: Preferences) -> Changes:
    """Say what a button changes; raises `ValueError` for one that is not ours."""
    if name not in CHANGES:
        raise ValueError(f"{name!r} cannot be chosen")
    return CHANGES[name](value, preferences)


def quiet(start: time, end: time, preferences: Preferences) -> Changes:
    """Choose quiet hours; the days and what happens meanwhile stay."""
    before = preferences.quiet or Quiet(start=start, end=end)
    return {"quiet": replace(before, start=start, end=end)}


def _days(before: frozenset[int], value: str) -> frozenset[int]:
    """Take a day in or out: "3:on" without its colon."""
    day = int(value[:1])
    if day not in EVERY_DAY:
        raise ValueError(f"there is no day {day}")
    after = before | {day} if _on(value[1:]) else before - {day}
    if not after:
        raise LastDayError(value)
    return after


def _on(value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError(f"{value!r} is neither on nor off")
    return value == "on"


def _quiet(value: str, preferences: Preferences) -> Changes:
    if value == "off":
        return {"quiet": None}
    start, end = clock(value[:4]), clock(value[4:])
    if start == end:
        raise ValueError("quiet hours end when they begin")
    return quiet(start, end, preferences)


def _kept(preferences: Preferences) -> Quiet:
    if preferences.quiet is None:
        raise ValueError("there are no quiet hours")
    return preferences.quiet


def _score(value: str, _: Preferences) -> Changes:
    if int(value) not in SCORES:
        raise ValueError(f"{value!r} is no score")
    return {"min_score": float(value)}


def _zone(value: str, _: Preferences) -> Changes:
    if zone_named(value) != value:
        raise ValueError(f"{value!r} is no time zone")
    return {"zone": value}


def _language(value: str, _: Preferences) -> Changes:
    if value not in LANGUAGES:
        raise ValueError(f"we do not speak {value!r}")
    return {"language": value}


CHANGES: Final[Mapping[str, Callable[[str, Preferences], Changes]]] = {
    "rhythm": lambda value, _: {"rhythm": Rhythm(value)},
    "at": lambda value, _: {"rhythm": Rhythm.DAILY, "at": clock(value)},
    "days": lambda value, now: {"days": _days(now.days, value)},
    "urgent": lambda value, _: {"urgent": _on(value)},
    "zone": _zone,
    "quiet": _quiet,
    "nights": lambda value, now: {"quiet": replace(_kept(now), days=_days(_kept(now).days, value))},
    "silently": lambda value, now: {"quiet": replace(_kept(now), silently=_on(value))},
    "score": _score,
    "level": lambda value, _: {"level": Level(value)},
    "length": lambda value, _: {"length": Length(value)},
    "language": _language,
}
