"""
Typography, words and sentences of a text, always with places in the original.

Nothing here rewrites a text: an article is quoted as it was printed. All takes linear time.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# One character each, so that a folded text has the places of the original.
_ALIKE: Final = {
    **dict.fromkeys("’‘‛ʼʻʽʹ′＇ꞌ´", "'"),
    **dict.fromkeys("“”„‟«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}

# Modifier letters that print as apostrophes, superscripts (notes, powers) and circled digits count
# as letters for `\w`; in a newspaper they stand between words: H200² is the H200 with a note.
_NOT_WORD: Final = (
    "_\u02b9-\u02bf\u02c8\ua78c\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2150-\u215f"
    "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"
)
# Accents apart from their letter, soft hyphens and zero-width characters stand inside words.
_SILENT: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_MARK: Final = f"\u0300-\u036f{_SILENT}"
_WORD: Final = re.compile(rf"[^\W{_NOT_WORD}]+")
_WORD_WITH_MARKS: Final = re.compile(rf"(?:[^\W{_NOT_WORD}][{_MARK}]*)+")
_HAS_MARK: Final = re.compile(f"[{_MARK}]")

_LINE: Final = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_SPACE: Final = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_STOP: Final = re.compile(rf"[.!?…]+(?:[\"”’')\]]|[{_SPACE}]?»)*|[{_LINE}]+")
_NEXT: Final = re.compile(rf"[{_SPACE}]+([^{_SPACE}{_LINE}])")
_LAST_WORD: Final = re.compile(r"(?:^|[\W_])([^\W\d_]+)\Z")
_ABBREVIATIONS: Final = frozenset(
    "m mm mme mmes mlle mlles me mgr dr drs pr st ste sr jr mr mrs ms vs cf art av env approx ex "
    "no p pp vol chap fig min max janv jan fév fev févr fevr mar avr apr juil jul août aug sept "
    "sep oct nov déc dec".split()
)
_SPELLED_OUT: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", **dict.fromkeys(_SILENT, "")}
)


@lru_cache(maxsize=100_000)
def key(word: str) -> str:
    """Return the one form that all typographies of a word share; it may differ in length."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(c for c in plain.translate(_SPELLED_OUT) if not unicodedata.combining(c))


class _Folding(dict[int, str]):
    """What `str.translate` asks for each character; remembers the answers that change something."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = key(_ALIKE.get(char, char))
        if len(folded) != 1 or folded == char:
            return char
        self[code] = folded
        return folded


_FOLDING: Final = _Folding({code: chr(code).lower() for code in range(128)})


def fold(text: str) -> str:
    """
    Remove typography, case and accents, one character for one.

    >>> fold("L’interdiction du H200 décidée à Pékin")
    "l'interdiction du h200 decidee a pekin"
    """
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text: three lists of one length, in the order of the text."""

    keys: list[str]
    starts: list[int]
    ends: list[int]


def tokens(text: str) -> Tokens:
    """Find the words: ``key(text[start:end])`` is the key of each."""
    found = list((_WORD_WITH_MARKS if _HAS_MARK.search(text) else _WORD).finditer(text))
    return Tokens([key(w[0]) for w in found], [w.start() for w in found], [w.end() for w in found])


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each sentence, without the space around it; a line's end ends one."""
    cuts = [0]
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, cuts[-1], stop):
            cuts.append(stop.end())
    return tuple(
        (start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
        for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)
        if (piece := text[start:end]) and not piece.isspace()
    )


def _ends_sentence(text: str, begin: int, stop: re.Match[str]) -> bool:
    if not stop[0].strip():
        return True  # the end of a line
    following = _NEXT.match(text, stop.end())
    if following is None or following[1].islower() or following[1] in ",;:)]»%":
        return False  # nothing follows, or the sentence goes on
    return stop[0] != "." or not _is_abbreviated(text, begin, stop.start(), following[1])


def _is_abbreviated(text: str, begin: int, dot: int, following: str) -> bool:
    """Tell whether a lone full stop belongs to the word before it: "M. Li", "30 Jan. 2026", "1. "."""
    word = _LAST_WORD.search(text[max(begin, dot - 12) : dot])
    if word is None:
        return text[begin:dot].strip().isdigit()  # the number of a list
    if len(word[1]) == 1:
        return word[1].isupper() or following.isdigit()  # an initial; "p. 12"
    return word[1].lower() in _ABBREVIATIONS
