"""Stretches of time as people write them: seconds, or "5m", "6h", "1d", "1h30m"."""

import math
import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST: Final = timedelta(days=366)  # beyond a year it is a slip of the unit
_PART: Final = r"([0-9]+(?:\.[0-9]+)?)"
_SPELT: Final = re.compile("".join(rf"(?:{_PART}{unit})?" for unit in UNITS))
_NUMBER: Final = re.compile(_PART)


def parse(value: object) -> timedelta:
    """
    Read seconds, or numbers with units from days down to seconds; `ValueError` says the cure.

    >>> parse("1h30m")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(value, timedelta):
        return value
    seconds = _seconds(value)
    if seconds is None:
        raise ValueError(
            'should be seconds such as 30, or a duration such as "5m", "6h" or "1h30m"'
        )
    if not seconds <= LONGEST.total_seconds():
        raise ValueError(f"should be at most {LONGEST.days} days")
    return timedelta(seconds=seconds)


def spell(duration: timedelta) -> str:
    """
    Write a duration so that `parse` reads it back.

    >>> spell(timedelta(minutes=90))
    '1h30m'
    """
    rest, micros = divmod(duration, timedelta(seconds=1))
    text = ""
    for unit, size in UNITS.items():
        count, rest = divmod(rest, size)
        tail = f".{micros.microseconds:06}".rstrip("0") if unit == "s" and micros else ""
        text += f"{count}{tail}{unit}" if count or tail else ""
    return text or "0s"


def _seconds(value: object) -> float | None:
    """Return the seconds that a value means, if it is a duration at all."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) and value >= 0 else None
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if _NUMBER.fullmatch(text):
        return float(text)
    if not text or (parts := _SPELT.fullmatch(text)) is None:
        return None
    return sum(
        float(part) * size
        for part, size in zip(parts.groups(), UNITS.values(), strict=True)
        if part
    )


def _a_second(duration: timedelta) -> timedelta:
    """Refuse what no poll and no job could keep to."""
    if duration < timedelta(seconds=1):
        raise ValueError("should be at least 1 second")
    return duration


Duration = Annotated[timedelta, BeforeValidator(parse), PlainSerializer(spell)]
LongerDuration = Annotated[Duration, AfterValidator(_a_second)]
