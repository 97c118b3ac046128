"""
What a subscriber may choose, and how the choices are inherited.

A choice made for one rule set goes before one made for the chat, that before the rule set's own
default, that before ours. Choices are kept sparse: only what was chosen, in words JSON has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

EVERY_DAY: Final = frozenset(range(7))  # Monday is 0
EVENING: Final = time(18, 30)
ZONE: Final = "Europe/Paris"

Choices: TypeAlias = Mapping[str, Any]  # name of a preference: its value as JSON has it


class Level(StrEnum):
    """How much of a story a subscriber wants to hear."""

    ALL = "all"
    DEVELOPMENTS = "developments"
    FIRST = "first"


class Rhythm(StrEnum):
    """When a subscriber hears of what happens."""

    INSTANT = "instant"
    HOURLY = "hourly"  # a digest at the full hour
    DAILY = "daily"  # a digest at a time of the day
    SILENT = "silent"  # at once, without sound


class Length(StrEnum):
    """How much of an article a message tells."""

    SHORT = "short"  # what happened, where it stands
    NORMAL = "normal"
    LONG = "long"  # with more of the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which a chat wants no sound; from the evening to the morning, or within a day."""

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY  # on which they start
    silently: bool = False  # send without sound meanwhile; else all waits for their end


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """All that can be chosen, with our own defaults."""

    rhythm: Rhythm = Rhythm.INSTANT
    at: time = EVENING  # of a daily digest
    days: frozenset[int] = EVERY_DAY  # of a daily digest
    zone: str = ZONE  # IANA name
    quiet: Quiet | None = None
    urgent: bool = True  # a turn does not wait for a digest; for the end of quiet hours it does
    min_score: float = 0.0  # a match below it is not told
    level: Level = Level.DEVELOPMENTS
    sites: frozenset[str] = frozenset()  # only these hosts; none named: all
    length: Length = Length.NORMAL
    language: str = "fr"

    @property
    def timezone(self) -> ZoneInfo:
        """The zone in which the hours are meant."""
        return ZoneInfo(self.zone)

    def plus(self, choices: Choices) -> "Preferences":
        """Apply choices; those that mean nothing (any more) are left aside."""
        return replace(
            self, **{name: READ[name](choices[name]) for name in READ if name in choices}
        )


def chosen(preferences: Preferences, **changes: Any) -> Choices:
    """
    Spell changed preferences as they are kept.

    >>> chosen(Preferences(), at=time(7, 30), days=frozenset({4, 0}))
    {'at': '07:30', 'days': [0, 4]}
    """
    changed = replace(preferences, **changes)
    return {
        field.name: _plain(getattr(changed, field.name))
        for field in fields(changed)
        if field.name in changes
    }


def _plain(value: Any) -> Any:
    match value:
        case time():
            return value.isoformat("minutes")
        case frozenset():
            return sorted(value)
        case Quiet():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case StrEnum():
            return value.value
        case _:
            return value


def _quiet(kept: Mapping[str, Any] | None) -> Quiet | None:
    if kept is None:
        return None
    return Quiet(
        start=time.fromisoformat(kept["start"]),
        end=time.fromisoformat(kept["end"]),
        days=frozenset(kept["days"]),
        silently=kept["silently"],
    )


READ: Final[Mapping[str, Any]] = {
    "rhythm": Rhythm,
    "at": time.fromisoformat,
    "days": frozenset,
    "zone": str,
    "quiet": _quiet,
    "urgent": bool,
    "min_score": float,
    "level": Level,
    "sites": frozenset,
    "length": Length,
    "language": str,
}


class Muted(StrEnum):
    """What a subscriber may silence."""

    STORY = "story"  # key: its number
    SITE = "site"  # key: its host
    RULE_SET = "rule_set"  # key: its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A thing that a chat does not want to hear of."""

    kind: Muted
    key: str
    until: datetime | None = None  # None: for good
    turns: bool = True  # a reversal of a muted story still comes once

    def holds(self, now: datetime) -> bool:
        """Tell whether it is still in force."""
        return self.until is None or now < self.until
