"""
What a rule may ask of an article, and the evidence that answers.

Each operator is a value with two questions: `find` gives the evidence in a reading, or None when
the condition does not hold; `groups` names the word lists without which it cannot hold (one list
of each group must be there), so that most rules are never looked at.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import re2

from watcher import text
from watcher.model import Evidence, Zone, ZoneKind
from watcher.reading import Hit, Reading

Group = frozenset[int]  # numbers of word lists
Found = Sequence[Evidence] | None


class Condition(Protocol):
    """Something that holds for an article or not."""

    def find(self, reading: Reading) -> Found:
        """Return the evidence; None when it does not hold."""
        ...

    def groups(self) -> tuple[Group, ...]:
        """Return the groups of word lists of which one each must be in the article."""
        ...


@dataclass(frozen=True, slots=True)
class WordList:
    """A named list of words; `term` is the number it is searched under."""

    name: str
    term: int


@dataclass(frozen=True, slots=True)
class Words:
    """One word of a list is in the article."""

    words: WordList

    def find(self, reading: Reading) -> Found:
        """Return every place where a word of the list stands."""
        hits = reading.hits.of(self.words.term)
        return [reading.evidence(hit, self.words.name) for hit in hits] if hits else None

    def groups(self) -> tuple[Group, ...]:
        """Return the list itself."""
        return (frozenset({self.words.term}),)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def find(self, reading: Reading) -> Found:
        """Return the evidence of all parts."""
        evidence: list[Evidence] = []
        for part in self.parts:
            found = part.find(reading)
            if found is None:
                return None
            evidence += found
        return evidence

    def groups(self) -> tuple[Group, ...]:
        """Return what each part needs."""
        return tuple(group for part in self.parts for group in part.groups())


@dataclass(frozen=True, slots=True)
class Context:
    """Every part holds, but what holds is the setting and not the news: it is no evidence."""

    parts: tuple[Condition, ...]

    def find(self, reading: Reading) -> Found:
        """Return no evidence."""
        return None if any(part.find(reading) is None for part in self.parts) else []

    def groups(self) -> tuple[Group, ...]:
        """Return what each part needs."""
        return tuple(group for part in self.parts for group in part.groups())


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def find(self, reading: Reading) -> Found:
        """Return the evidence of every part that holds."""
        found = [part.find(reading) for part in self.parts]
        if all(evidence is None for evidence in found):
            return None
        return [piece for evidence in found if evidence for piece in evidence]

    def groups(self) -> tuple[Group, ...]:
        """Return one list of one part; none when some part needs no list."""
        needs = [part.groups() for part in self.parts]
        if not all(needs):
            return ()
        return (frozenset().union(*(min(groups, key=len) for groups in needs)),)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds."""

    parts: tuple[Condition, ...]

    def find(self, reading: Reading) -> Found:
        """Return no evidence: what is absent cannot be quoted."""
        return None if any(part.find(reading) is not None for part in self.parts) else []

    def groups(self) -> tuple[Group, ...]:
        """Return nothing: absence needs no word."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """
    Words of several lists stand together.

    Around a word of the first list stands one of each other list, with at most `words` words
    between them (None: any number), in its sentence or paragraph. `ordered`: each list follows
    the one before it, and the distance counts from there.
    """

    of: tuple[WordList, ...]
    words: int | None = None
    in_paragraph: bool = False
    ordered: bool = False

    def find(self, reading: Reading) -> Found:
        """Return each word of the first list that is so surrounded, and its nearest company."""
        hits = [reading.hits.of(words.term) for words in self.of]
        if not all(hits):
            return None
        places = reading.paragraphs if self.in_paragraph else reading.sentences
        sets = self._in_order(hits, places) if self.ordered else self._around(hits, places)
        evidence = {
            reading.evidence(hit, words.name): None
            for together in sets
            for hit, words in zip(together, self.of, strict=True)
        }
        return list(evidence) or None

    def groups(self) -> tuple[Group, ...]:
        """Return each list."""
        return tuple(frozenset({words.term}) for words in self.of)

    def _joins(self, left: Hit, right: Hit, places: Sequence[int]) -> bool:
        """Tell whether two pieces, the left one first, are near enough."""
        between = right[0] - left[1] - 1
        near = self.words is None or between <= self.words
        return near and places[left[0]] == places[right[0]]

    def _around(self, hits: Sequence[Sequence[Hit]], places: Sequence[int]) -> list[list[Hit]]:
        found = []
        for anchor in hits[0]:
            company = [self._nearest(anchor, others, places) for others in hits[1:]]
            known = [hit for hit in company if hit is not None]
            if len(known) == len(company):
                found.append([anchor, *known])
        return found

    def _nearest(self, anchor: Hit, others: Sequence[Hit], places: Sequence[int]) -> Hit | None:
        after = bisect_left(others, (anchor[1] + 1, 0))
        before = bisect_left(others, (anchor[0], 0)) - 1
        while before >= 0 and others[before][1] >= anchor[0]:
            before -= 1  # it overlaps the anchor
        left = others[before] if before >= 0 else None
        right = others[after] if after < len(others) else None
        if left is not None and not self._joins(left, anchor, places):
            left = None
        if right is not None and not self._joins(anchor, right, places):
            right = None
        if left is None or right is None:
            return left or right
        return left if anchor[0] - left[1] <= right[0] - anchor[1] else right

    def _in_order(self, hits: Sequence[Sequence[Hit]], places: Sequence[int]) -> list[list[Hit]]:
        # From the last list backwards: the nearest following piece that itself goes on to the end.
        chains = {hit: [hit] for hit in hits[-1]}
        for others in reversed(hits[:-1]):
            following = list(chains)
            longer = {}
            for hit in others:
                after = bisect_left(following, (hit[1] + 1, 0))
                if after < len(following) and self._joins(hit, following[after], places):
                    longer[hit] = [hit, *chains[following[after]]]
            chains = longer
        return list(chains.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number between bounds, of a unit, maybe near a word of a list."""

    least: float = float("-inf")
    most: float = float("inf")
    unit: str = ""
    near: WordList | None = None
    words: int = 3

    def find(self, reading: Reading) -> Found:
        """Return each such number, with the word that it stands near."""
        near = None if self.near is None else reading.hits.of(self.near.term)
        if near is not None and not near:
            return None
        evidence = [
            piece
            for hit, figure in reading.figures
            if figure.unit == self.unit and self.least <= figure.value <= self.most
            for piece in self._with_company(reading, hit, near, (figure.start, figure.end))
        ]
        return list(dict.fromkeys(evidence)) or None

    def groups(self) -> tuple[Group, ...]:
        """Return the list that the number stands near."""
        return () if self.near is None else (frozenset({self.near.term}),)

    def _with_company(
        self, reading: Reading, hit: Hit, near: Sequence[Hit] | None, place: tuple[int, int]
    ) -> Sequence[Evidence]:
        number = reading.quote(hit[0], *place, "number")
        if near is None or self.near is None:
            return [number]
        # "quatre cent mille" may itself be a word of the list: the nearest that is not inside
        for other in sorted(near, key=lambda other: _between(hit, other)):
            if not 0 <= _between(hit, other) <= self.words:
                continue
            if reading.sentences[hit[0]] == reading.sentences[other[0]]:
                return [number, reading.evidence(other, self.near.name)]
        return []


def _between(one: Hit, other: Hit) -> int:
    """Count the words between two pieces; negative when they overlap."""
    return max(one[0], other[0]) - min(one[1], other[1]) - 1


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern, read without regard to case, accents and typography."""

    pattern: "re2._Regexp"

    def find(self, reading: Reading) -> Found:
        """Return what the pattern finds in the visible zones, title first."""
        evidence = [
            Evidence(
                zone=kind,
                start=start + found.start(),
                end=start + found.end(),
                words="regex",
                quote=source[start + found.start() : start + found.end()],
            )
            for kind, source, start, end in _visible(reading)
            for found in self.pattern.finditer(_searchable(source[start:end]))
            if found[0].strip()
        ]
        return evidence or None

    def groups(self) -> tuple[Group, ...]:
        """Return nothing: a pattern can hold without any listed word."""
        return ()


def _visible(reading: Reading) -> Iterator[tuple[ZoneKind, str, int, int]]:
    """Yield the stretches that a rule may look at: zone, string and place."""
    article = reading.article
    if ZoneKind.TITLE in reading.visible:
        yield ZoneKind.TITLE, article.title, 0, len(article.title)
    whole = Zone(kind=ZoneKind.BODY, start=0, end=len(article.text))
    for zone in article.zones or (whole,):
        if zone.kind in reading.visible and zone.kind is not ZoneKind.TITLE:
            yield zone.kind, article.text, zone.start, zone.end


def _searchable(source: str) -> str:
    # RE2 reads UTF-8, which has no lone surrogates.
    return text.fold(source).encode("utf-8", "replace").decode("utf-8")


def pattern(written: str) -> "re2._Regexp":
    """
    Compile an operator's pattern as it is searched: folded where it is not ASCII.

    Raises `re2.error` for what RE2 refuses, such as look-around and back-references.
    """
    folded = "".join(char if char.isascii() else text.fold(char) for char in written)
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    return re2.compile(folded, options)


PATTERN_MEMORY: Final = 8 << 20  # bytes that one pattern may take: RE2's own default
MANY: Final[Mapping[str, type[All | AnyOf | NoneOf | Context]]] = {
    "all": All,
    "any": AnyOf,
    "none": NoneOf,
    "context": Context,
}
