"""
Numbers in French news: "400 000 GPU", "0,4 million", "quatre cent mille", "25 pour cent".

A vague quantity counts as the least it says: "plusieurs centaines de milliers" is 100,000.
"""

import re
from dataclasses import dataclass
from typing import Final

from watcher import text as typography

_SCALES: Final = {"mille": 1e3, "millier": 1e3, "k": 1e3} | {
    **dict.fromkeys(("million", "m"), 1e6),
    **dict.fromkeys(("milliard", "md"), 1e9),
}
_TEENS: Final = (
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
_TENS: Final = "vingt trente quarante cinquante soixante septante huitante nonante"
_UNITS: Final = {
    **{word: value for value, word in enumerate(_TEENS.split(), 1)},
    **{word: value * 10 for value, word in enumerate(_TENS.split(), 2)},
    "une": 1,
    "octante": 80,
}
_ROUND: Final = {"douzaine": 12, "quinzaine": 15, "centaine": 100, "millier": 1000} | {
    f"{ten}aine": value * 10
    for value, ten in enumerate("diz vingt trent quarant cinquant soixant".split(), 1)
}

_SCALE: Final = r"(?:milliers?|millions?|milliards?|mille)"
_WORD: Final = rf"(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))}|cents?|vingts|{_SCALE})"
_FIGURE: Final = re.compile(
    rf"""
    (?:(?<![\w/.,-])|(?<=\d-)(?<!\b(?:19|20)\d\d-)(?<!-\d\d-))  # 10-15, but no dates
    (?P<before>[$€][ ]?)?
    (?:
        (?P<digits>\d{{1,3}}(?:(?P<group>[ .,'])\d{{3}})(?:(?P=group)\d{{3}})*(?!\d)|\d+)
        (?P<decimals>[.,]\d+)?
        (?:[ -]?(?P<scale>{_SCALE}|mds?|m|k))?
      |
        (?:(?P<many>{_WORD})[ ])?(?P<round>{"|".join(_ROUND)})s?(?:[ ]de[ ](?P<of>milliers|millions|milliards))?
      |
        (?P<words>{_WORD}(?:[ -](?:et[ -])?{_WORD})*)
      |
        (?:un[ ])?demi-(?P<half>million|milliard)
    )
    (?:[ ]?(?P<percent>%|pour[ ]?cents?)|[ ]?(?P<money>(?:de[ ]|d')?(?:dollars?|euros?|\$|€)))?
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
    """Return the numbers of a text in its order; "un" alone is an article, not a number."""
    return tuple(
        Figure(start=found.start(), end=found.end(), value=_value(found, text), unit=_unit(found))
        for found in _FIGURE.finditer(typography.fold(text))
        if found["words"] not in {"un", "une"}
    )


def _unit(found: re.Match[str]) -> str:
    money = f"{found['before']}{found['money']}"
    if found["percent"]:
        return "%"
    if "$" in money or "dollar" in money:
        return "$"
    return "€" if "€" in money or "euro" in money else ""


def _value(found: re.Match[str], original: str) -> float:
    if found["digits"]:
        return _digits(found, original)
    if found["half"]:
        return _SCALES[found["half"]] / 2
    if found["round"]:
        many = _spelled(found["many"]) if found["many"] else 1.0
        return many * _ROUND[found["round"]] * _SCALES.get((found["of"] or "").rstrip("s"), 1.0)
    return _spelled(found["words"])


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
    return round(value * _SCALES[scale.rstrip("s")], 2) if scale else value


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
