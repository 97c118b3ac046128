"""What people type when a button cannot offer it: a time, hours from and to, a time zone."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import time
from types import MappingProxyType
from typing import Final

# French names of places whose zone is named otherwise, or after another town.
PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alger": "Africa/Algiers",
        "bale": "Europe/Zurich",
        "bordeaux": "Europe/Paris",
        "bruxelles": "Europe/Brussels",
        "geneve": "Europe/Zurich",
        "lausanne": "Europe/Zurich",
        "lille": "Europe/Paris",
        "londres": "Europe/London",
        "lyon": "Europe/Paris",
        "marseille": "Europe/Paris",
        "nantes": "Europe/Paris",
        "quebec": "America/Montreal",
        "strasbourg": "Europe/Paris",
        "toulouse": "Europe/Paris",
    }
)
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


def zone(text: str, known: Collection[str]) -> tuple[str, str]:
    """
    Find the time zone of a name or city: (its name, "") or ("", the likeliest one, if any).

    >>> zone("genève", ["Europe/Zurich"]), zone("Pari", ["Europe/Paris", "Asia/Tokyo"])
    (('Europe/Zurich', ''), ('', 'Europe/Paris'))
    """
    wanted = _key(text)
    if (place := PLACES.get(wanted, "")) in known:
        return place, ""
    named = {_key(name.rpartition("/")[2]): name for name in sorted(known, reverse=True)}
    named |= {_key(name): name for name in known}
    if wanted in named:
        return named[wanted], ""
    places = {one: name for one, name in PLACES.items() if name in known}
    likely = difflib.get_close_matches(wanted, [*named, *places], n=1)
    return "", (named | places)[likely[0]] if likely else ""


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _key(name: str) -> str:
    """Leave the letters of a name only: no accents, no case, no spaces."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return re.sub(r"[^a-z0-9/+-]", "", letters.replace(" ", "").replace("_", ""))
