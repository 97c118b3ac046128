"""
Typography, words and sentences of a text, always with places in the original.

Nothing here rewrites a text: an article is quoted as it was printed. All takes linear time.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
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
WORD: Final = rf"((?:[^\W{_NOT_WORD}][{_MARK}]*)+)"  # a group, so that `split` gives the words too
_WORD: Final = re.compile(WORD)  # most texts are plain: looking first is cheaper
_PLAIN_WORD: Final = re.compile(r"(\w+)")
_NOT_PLAIN: Final = re.compile(f"[{_NOT_WORD}{_MARK}]")

_LINE: Final = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_SPACE: Final = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# One class of characters comes first: the library searches for that five times as fast.
_STOP: Final = re.compile(
    rf"[.!?…{_LINE}](?:(?<=[{_LINE}])[{_LINE}]*|[.!?…]*(?:[\"”’')\]]|[{_SPACE}]?»)*)"
)
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


class _Keys(dict[str, str]):
    """The keys of words that were met before; asking it costs no call."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KEYS:
            self.clear()
        found = self[word] = _key(word)
        return found


def _key(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(c for c in plain.translate(_SPELLED_OUT) if not unicodedata.combining(c))


_MOST_KEYS: Final = 100_000
_KEYS: Final = _Keys()


def key(word: str) -> str:
    """Return the one form that all typographies of a word share; it may differ in length."""
    return _KEYS[word]


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


@dataclass(frozen=True)
class Tokens:
    """The words of a text: three lists of one length, in the order of the text."""

    keys: list[str]
    _pieces: list[str]  # in turn what stands between words, and a word

    @property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return self._places[:-1:2]

    @property
    def ends(self) -> list[int]:
        """Where each word ends, exclusive."""
        return self._places[1::2]

    @cached_property
    def _places(self) -> list[int]:
        return list(accumulate(map(len, self._pieces)))


def tokens(text: str) -> Tokens:
    """Find the words: ``key(text[start:end])`` is the key of each."""
    pieces = (_WORD if _NOT_PLAIN.search(text) else _PLAIN_WORD).split(text)
    return Tokens(list(map(_KEYS.__getitem__, pieces[1::2])), pieces)


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
