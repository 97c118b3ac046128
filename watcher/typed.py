"""What people type when a button cannot offer it: a time, or hours from and to."""

import re
from datetime import time
from typing import Final

_TIME: Final = re.compile(r"(\d{1,2}) ?(?:[h:.] ?(\d{2})?)? ?([ap]m)?")
_FROM: Final = re.compile(r"^(?:de|from) ")
_TO: Final = re.compile(r" ?[-–—→] ?| (?:à|a|to) ")


def clock(text: str) -> time | None:
    """
    Read a time of the day; `None` when it is none.

    >>> clock("7 h 30"), clock("7:30 pm"), clock("25h")
    (datetime.time(7, 30), datetime.time(19, 30), None)
    """
    found = _TIME.fullmatch(_plain(text))
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := found[3]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  of half a day
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004


def hours(text: str) -> tuple[time, time] | None:
    """
    Read hours from and to; `None` when they are none.

    >>> hours("de 22h à 7h")
    (datetime.time(22, 0), datetime.time(7, 0))
    """
    ends = [clock(one) for one in _TO.split(_FROM.sub("", _plain(text)))]
    match ends:
        case [time() as start, time() as end] if start != end:
            return start, end
        case _:
            return None


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
