"""
What somebody looks for in the archive, and where an article says it.

Words are compared as rules compare them: whatever their case, accents and typography.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from watcher import text
from watcher.claims import ZoneKind
from watcher.model import Article
from watcher.quotes import Place, marked, merged
from watcher.spans import Span

TERMS: Final = 12
MOST: Final = 100  # places that are compared
AROUND: Final = 110  # characters shown on each side of what was found
_PIECE: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')
_CODE: Final = re.compile(r"([^\W\d_]+)(\d\w*)")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after another."""

    keys: tuple[str, ...]
    begins: bool = False  # the last one may go on

    def __str__(self) -> str:
        """Write it as it may be typed."""
        words = f'"{" ".join(self.keys)}"' if len(self.keys) > 1 else self.keys[0]
        return words + "*" * self.begins

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """In how many words it may be written: H200 is H-200."""
        code = _CODE.fullmatch("".join(self.keys)) if len(self.keys) <= len("H2") else None
        apart = (code[1], code[2]) if code else self.keys
        return tuple(dict.fromkeys((self.keys, apart, ("".join(apart),)))) if code else (self.keys,)


def terms(written: str) -> tuple[Term, ...]:
    """
    Read what was typed: words, "words together", and the beginnings of words; nothing is a mistake.

    >>> [str(term) for term in terms('Pékin « feu vert » H200, l’export*')]
    ['pekin', '"feu vert"', 'h200', '"l export"*']
    """
    found = []
    for phrase, word in _PIECE.findall(text.fold(written)):
        keys = tuple(text.tokens(phrase or word).keys)
        if any(keys):
            found.append(Term(tuple(filter(None, keys)), begins=word.endswith("*")))
    return tuple(dict.fromkeys(found))[:TERMS]


def excerpt(article: Article, wanted: Sequence[Term]) -> list[Span]:
    """Quote the text around the first place that was found, as it was printed; else its beginning."""
    told = [(z.start, z.end) for z in article.zones if z.kind is not ZoneKind.CHROME]
    told = told or [(0, len(article.text))]
    places = [
        (place, term, zone)
        for place, term in islice(_places(article.text, wanted), MOST)
        for zone in told
        if zone[0] <= place[0] < zone[1]
    ]

    def said(at: int) -> int:
        (start, _), _, zone = places[at]
        near = (term for place, term, _ in places[at:] if place[1] <= min(start + AROUND, zone[1]))
        return len(set(near))

    often = Counter(term for _, term, _ in places)
    best = max(
        range(len(places)), key=lambda at: (said(at), -often[places[at][1]], -at), default=None
    )
    (first, _), _, (begin, end) = (
        places[best] if best is not None else ((told[0][0], 0), 0, told[0])
    )
    left = begin if first - AROUND <= begin else _after_space(article.text, first - AROUND, first)
    cut = first + 2 * AROUND
    right = end if end <= cut else _before_space(article.text, first, cut)
    hits = merged(place for place, _, _ in places if left <= place[0] and place[1] <= right)
    shown = marked(article.text, left, right, hits, quote=1)
    before, after = "… " if left > begin else "", "…" if right < end else ""
    return [Span(before, quote=1), *shown, Span(after, quote=1)]


def _after_space(source: str, start: int, end: int) -> int:
    return source.find(" ", start, end) + 1 or start


def _before_space(source: str, start: int, end: int) -> int:
    space = source.rfind(" ", start, end)
    return space if space > start else end


def _places(source: str, wanted: Sequence[Term]) -> Iterator[tuple[Place, int]]:
    """Yield where terms stand, and which one it is, in the order of the text."""
    found = text.tokens(source)
    spelled = [
        (spelling, term.begins, number)
        for number, term in enumerate(wanted)
        for spelling in term.spellings
    ]
    for at in range(len(found.keys)):
        for keys, begins, number in spelled:
            *whole, last = keys
            here = found.keys[at : at + len(keys)]
            ends = here[-1] == last or (begins and here[-1].startswith(last))
            if len(here) == len(keys) and here[:-1] == whole and ends:
                yield (found.starts[at], found.ends[at + len(keys) - 1]), number
                break
