"""
When something was told to happen, as a reader of the day sees it: news, or a reminder.

Dates are read against the day of the article; without one only words such as "auparavant" tell.
"""

import re
from datetime import datetime
from typing import Final

from watcher.grammar import is_cut
from watcher.reading import Reading

_NAMES: Final = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"
)
_MONTHS: Final = {name: at for at, name in enumerate(_NAMES.split(), 1)} | {
    "janv": 1,
    "fevr": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_ONCE: Final = frozenset(
    "auparavant precedemment naguere jadis autrefois anterieurement initialement longtemps "
    "historiquement jusque epoque ancien ancienne anciens anciennes precedent precedente "
    "precedents precedentes".split()
)
_LAST: Final = frozenset("dernier derniere passe passee depuis".split())
_FAR: Final = frozenset("an annee annees ete hiver automne printemps mois trimestre".split())
_FRESH: Final = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche hier jour semaine matin soir aujourd "
    "desormais maintenant vient viennent".split()
)
_IN: Final = frozenset("en debut fin depuis ete printemps d".split())
_YEAR: Final = re.compile(r"20[0-4]\d")
_DAY: Final = re.compile(r"\d\d?")
FRESH_DAYS: Final = 20  # a date further back than this is a reminder
OPENING: Final = 6  # words before the first comma: "En décembre dernier, ..."
DATED: Final = 4  # words before a colon: "Octobre 2022 : ..."
SOON: Final = 2  # months ahead that are announced, not past
LAST_DAY: Final = 28  # of every month


def circumstances(
    reading: Reading, begin: int, clause: int, end: int, span: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return where the time of a statement is told: between its commas, and a few words ahead."""
    first = next((at for at in range(span[0], clause, -1) if "," in reading.gap(at)), clause)
    after = next((at for at in range(span[1] + 1, end) if "," in reading.gap(at)), end)
    ahead = next((at for at in range(begin + 1, first + 1) if "," in reading.gap(at)), begin)
    marked = next((at for at in range(begin + 1, clause + 1) if is_cut(reading, at, at + 1)), begin)
    dated = marked if marked - begin <= DATED else begin
    opening = ahead if clause == begin and ahead - begin <= OPENING else dated
    return [(first, after), (begin, opening)]


def is_past(reading: Reading, begin: int, end: int, now: datetime | None) -> bool:
    """
    Tell whether words speak of an earlier time, as seen from `now`, the day of the article.

    A day of the week, "aujourd’hui" or "vient de" makes it news again.
    """
    keys = reading.keys[begin:end]
    if _FRESH.intersection(keys):
        return False
    for at, key in enumerate(keys):
        long_ago = key in _LAST and _FAR.intersection(keys[max(0, at - 2) : at + 4])
        if key in _ONCE or long_ago or keys[at : at + 3] == ["il", "y", "a"]:
            return True
        if now is not None and _dated(keys, at, now):
            return True
    return False


def _dated(keys: list[str], at: int, now: datetime) -> bool:
    """Tell whether a date stands at a place, further back than news is."""
    key = keys[at]
    if key in _MONTHS:
        follows = keys[at + 1] if at + 1 < len(keys) else ""
        month, year = _MONTHS[key], int(follows) if _YEAR.fullmatch(follows) else now.year
        if not _YEAR.fullmatch(follows) and month > now.month + SOON:
            year -= 1  # "en décembre", told in January
        before = keys[at - 1] if at else ""
        day = min(int(before), LAST_DAY) if _DAY.fullmatch(before) else LAST_DAY
        return (now - now.replace(year=year, month=month, day=max(day, 1))).days > FRESH_DAYS
    said = at == 0 or keys[at - 1] in _IN
    return bool(_YEAR.fullmatch(key)) and said and int(key) < now.year
