"""Stretches of time as people write them: seconds, or "5m", "6h", "1d", "1h30m"."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST: Final = timedelta(days=366)  # beyond a year it is a slip of the unit
_NUMBER: Final = r"([0-9]+(?:\.[0-9]+)?)"
_SPELT: Final = re.compile("".join(rf"(?:{_NUMBER}{unit})?" for unit in UNITS))


def parse(value: object) -> timedelta:
    """
    Read seconds, or numbers with units from days down to seconds; `ValueError` says the cure.

    >>> parse("1h30m")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower()
    spelt = _SPELT.fullmatch(f"{text}s" if re.fullmatch(_NUMBER, text) else text)
    if not text or spelt is None:
        raise ValueError(
            'should be seconds such as 30, or a duration such as "5m", "6h" or "1h30m"'
        )
    parts = zip(spelt.groups(), UNITS.values(), strict=True)
    seconds = sum(float(part) * size for part, size in parts if part)
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"should be at most {LONGEST.days} days")
    return timedelta(seconds=seconds)


def spell(duration: timedelta) -> str:
    """Write a duration so that `parse` reads it back: ``90m``, ``0.5s``."""
    seconds = duration.total_seconds()
    for unit, size in UNITS.items():
        if seconds and seconds % size == 0:
            return f"{int(seconds / size)}{unit}"
    return f"{seconds:f}".rstrip("0").rstrip(".") + "s"


def _a_second(duration: timedelta) -> timedelta:
    if duration < timedelta(seconds=1):
        raise ValueError("should be at least 1 second")
    return duration


Duration = Annotated[timedelta, BeforeValidator(parse), PlainSerializer(spell)]
LongerDuration = Annotated[Duration, AfterValidator(_a_second)]
