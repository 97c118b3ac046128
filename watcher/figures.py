"""
Numbers in French news: "400 000 GPU", "0,4 million", "quatre cent mille", "25 pour cent".

Read from folded text, which keeps the places of the original. A vague quantity counts as the
least it says: "plusieurs centaines de milliers" is 100,000.
"""

import re
from dataclasses import dataclass
from typing import Final

from watcher import text as typography

_SCALES: Final = {
    "mille": 1e3,
    "millier": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "milliard": 1e9,
    "md": 1e9,
}
_UNITS: Final = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "huitante": 80,
    "octante": 80,
    "nonante": 90,
}
_ROUND: Final = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
    "millier": 1000,
}

_SCALE: Final = r"(?:milliers?|millions?|milliards?|mille)"
_WORD: Final = rf"(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))}|cents?|vingts|{_SCALE})"
_MONEY: Final = r"(?:(?:de[ ]|d')?(?:dollars?|euros?|\$|€))"
_FIGURE: Final = re.compile(
    rf"""
    (?<![\w/.,-])(?P<before>[$€][ ]?)?
    (?:
        (?P<digits>\d{{1,3}}(?:(?P<group>[ .,'])\d{{3}})(?:(?P=group)\d{{3}})*(?!\d)|\d+)
        (?P<decimals>[.,]\d+)?
        (?:[ -]?(?P<scale>{_SCALE}|mds?|m|k))?
      |
        (?:(?P<many>{_WORD})[ ])?(?P<round>{"|".join(_ROUND)})s?(?:[ ]de[ ](?P<of>milliers|millions))?
      |
        (?P<words>{_WORD}(?:[ -](?:et[ -])?{_WORD})*)
      |
        (?:un[ ])?demi-(?P<half>million|milliard)
    )
    (?:[ ]?(?P<percent>%|pour[ ]?cents?)|[ ]?(?P<money>{_MONEY}))?
    (?![\w/])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its place: ``text[start:end]``, unit included."""

    start: int
    end: int
    value: float
    unit: str  # "%", "$", "€", or "" for a plain number


def read(text: str) -> tuple[Figure, ...]:
    """
    Return the numbers of a text in its order; "un" alone is an article, not a number.

    >>> [figure.value for figure in read("entre 40 000 et 80 000 unités, soit 0,4 million")]
    [40000.0, 80000.0, 400000.0]
    """
    folded = typography.fold(text)
    return tuple(
        Figure(start=found.start(), end=found.end(), value=value, unit=_unit(found))
        for found in _FIGURE.finditer(folded)
        if (value := _value(found, text)) is not None
    )


def _unit(found: re.Match[str]) -> str:
    if found["percent"]:
        return "%"
    money = (found["before"] or "") + (found["money"] or "")
    if not money:
        return ""
    return "$" if "$" in money or "dollar" in money else "€"


def _value(found: re.Match[str], original: str) -> float | None:
    if found["digits"]:
        return _digits(found, original)
    if found["half"]:
        return _SCALES[found["half"]] / 2
    if found["round"]:
        many = _spelled(found["many"]) if found["many"] else 1.0
        return many * _ROUND[found["round"]] * _SCALES.get((found["of"] or "").rstrip("s"), 1.0)
    return None if found["words"] in {"un", "une"} else _spelled(found["words"])


def _digits(found: re.Match[str], original: str) -> float:
    digits, group, decimals = found["digits"], found["group"], found["decimals"] or ""
    scale = found["scale"] or ""
    if scale in {"m", "md", "mds"} and original[found.start("scale")] != "M":
        scale = ""  # 400 m are metres
    one_group = group in {".", ","} and digits.count(group) == 1 and not decimals
    if one_group and (digits.startswith("0") or scale.startswith("mil")):
        digits = digits.replace(",", ".")  # 0,400; 1,250 million
    elif group:
        digits = digits.replace(group, "")
    value = float(digits + decimals.replace(",", "."))
    return value * _SCALES.get(scale.rstrip("s"), 1.0)


def _spelled(words: str) -> float:
    """Add up a number in words: "deux cent quatre-vingt mille" is 280,000."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words):
        singular = word.rstrip("s") if word not in _UNITS else word
        if singular in _SCALES:
            total += (current or 1.0) * _SCALES[singular]
            current = 0.0
        elif singular == "cent":
            current += (current % 100 or 1.0) * 100 - current % 100
        elif singular == "vingt" and current % 100 == _UNITS["quatre"]:
            current += 80 - current % 100
        elif word != "et":
            current += _UNITS[singular]
    return total + current
