"""
An article as rules see it: its words with their places, sentences and zones, and what was found.

Title and text are read as one row of words. Page chrome keeps its row, without words: it is never
evidence and nothing reaches across it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

from watcher import text
from watcher.claims import Evidence, ZoneKind
from watcher.figures import Figure
from watcher.figures import read as read_figures
from watcher.model import Article

Hit = tuple[int, int]  # the first and the last word of a piece


@dataclass(frozen=True, kw_only=True, eq=False)
class Hits:
    """Where the entries of word lists stand in an article."""

    by_entry: Mapping[int, Sequence[Hit]]  # only entries that are there
    entries: Mapping[int, Sequence[int]]  # the entries of each word list
    shown: Sequence[bool] = ()  # the words that a rule looks at; empty: all
    _known: dict[int, list[Hit]] = field(default_factory=dict, init=False)

    def of(self, words: int) -> Sequence[Hit]:
        """Return the places of a word list in order; a place inside another is left out."""
        known = self._known.get(words)
        if known is None and words in self.entries:
            known = []
            for entry in self.entries[words]:
                if entry in self.by_entry:
                    known += self.by_entry[entry]
            if len(known) > 1 or self.shown:
                known = _outermost(hit for hit in known if not self.shown or self.shown[hit[0]])
            self._known[words] = known
        return known or ()


def _outermost(places: Iterable[Hit]) -> list[Hit]:
    found: list[Hit] = []
    for hit in sorted(places):
        if found and found[-1][0] == hit[0]:
            found[-1] = hit
        elif not found or hit[1] > found[-1][1]:
            found.append(hit)
    return found


NOTHING = Hits(by_entry={}, entries={})
ALL_ZONES = frozenset(ZoneKind) - {ZoneKind.CHROME}


@dataclass(kw_only=True, eq=False)
class Reading:
    """
    The words of an article, six lists of one length, and where the words of rules stand.

    A list is made when it is first asked for: most articles need keys only.
    """

    article: Article
    title: text.Tokens
    body: text.Tokens
    hits: Hits = NOTHING
    visible: frozenset[ZoneKind] = ALL_ZONES
    known: dict[int, object] = field(default_factory=dict)  # answers, by the number of the question

    @property
    def title_words(self) -> int:
        """How many of the words are the title's."""
        return len(self.title.keys)

    @cached_property
    def keys(self) -> list[str]:
        """What all typographies of a word share; "" for a word of the chrome."""
        keys = self.title.keys + self.body.keys
        if any(zone.kind is ZoneKind.CHROME for zone in self.article.zones):
            for at, kind in enumerate(self.zones):
                if kind is ZoneKind.CHROME:
                    keys[at] = ""
        return keys

    @cached_property
    def starts(self) -> list[int]:
        """Places: in the title for the first `title_words` words, else in the text."""
        return self.title.starts + self.body.starts

    @cached_property
    def ends(self) -> list[int]:
        """Where each word ends, exclusive."""
        return self.title.ends + self.body.ends

    @cached_property
    def sentences(self) -> list[int]:
        """The number of the sentence that each word stands in."""
        above, below = map(len, self._spans)
        return self._numbered(range(above), range(above, above + below))

    @cached_property
    def paragraphs(self) -> list[int]:
        """The number of the paragraph that each word stands in; a line is a paragraph."""
        above = _paragraphs(self.article.title, self._spans[0], 0)
        below = _paragraphs(self.article.text, self._spans[1], max(above, default=-1) + 1)
        return self._numbered(above, below)

    def _numbered(self, *numbers: Sequence[int]) -> list[int]:
        """Give each word the number of the sentence that it stands in, title first."""
        found: list[int] = []
        for spans, ours, end in zip(
            self._spans, numbers, (self.title_words, len(self.keys)), strict=True
        ):
            for (_, stop), number in zip(spans, ours, strict=True):
                words = bisect_left(self.starts, stop, len(found), end) - len(found)
                found += [number] * words
        return found

    @cached_property
    def zones(self) -> list[ZoneKind]:
        """The zone of each word; a word of the text outside all zones is body."""
        first, size = self.title_words, len(self.starts)
        kinds = [ZoneKind.TITLE] * first + [ZoneKind.BODY] * (size - first)
        for zone in self.article.zones:
            if zone.kind is not ZoneKind.TITLE:
                begin, end = (
                    bisect_left(self.starts, place, first) for place in (zone.start, zone.end)
                )
                kinds[begin:end] = [zone.kind] * (end - begin)
        return kinds

    @cached_property
    def _spans(self) -> tuple[Sequence[Hit], Sequence[Hit]]:
        return text.sentences(self.article.title), text.sentences(self.article.text)

    def source(self, word: int) -> str:
        """Return the string that the places of a word are in."""
        return self.article.title if word < self.title_words else self.article.text

    def gap(self, word: int) -> str:
        """Return what is printed between a word and the one before it."""
        return self.source(word)[self.ends[word - 1] : self.starts[word]]

    def evidence(self, hit: Hit, words: str) -> Evidence:
        """Quote the words from the first to the last of a hit."""
        return self.quote(hit[0], self.starts[hit[0]], self.ends[hit[1]], words)

    def quote(self, word: int, start: int, end: int, words: str) -> Evidence:
        """Quote a place in the string and zone that `word` belongs to."""
        piece = self.source(word)[start:end]
        return Evidence(zone=self.zones[word], start=start, end=end, words=words, quote=piece)

    def within(self, zones: frozenset[ZoneKind]) -> "Reading":
        """Return the same article for a rule that looks at some zones only."""
        seen = copy(self)  # with the lists that are made already
        seen.hits = replace(self.hits, shown=[zone in zones for zone in self.zones])
        seen.visible, seen.known = zones, {}
        return seen

    @property
    def figures(self) -> Sequence[tuple[Hit, Figure]]:
        """The numbers of title and text that are in a visible zone, each with its words."""
        return [each for each in self._figures if self.zones[each[0][0]] in self.visible]

    @cached_property
    def _figures(self) -> Sequence[tuple[Hit, Figure]]:
        found = []
        for source, begin, end in (
            (self.article.title, 0, self.title_words),
            (self.article.text, self.title_words, len(self.keys)),
        ):
            for figure in read_figures(source):
                first = bisect_left(self.starts, figure.start, begin, end)
                last = bisect_left(self.starts, figure.end, begin, end) - 1
                if first <= last:
                    found.append(((first, last), figure))
        return found


def read(article: Article) -> Reading:
    """Find the words; nothing is searched for yet."""
    return Reading(
        article=article, title=text.tokens(article.title), body=text.tokens(article.text)
    )


def _paragraphs(source: str, spans: Iterable[Hit], paragraph: int) -> list[int]:
    """Return the paragraph of each sentence."""
    found = []
    previous = 0
    for begin, end in spans:
        paragraph += len(f"{source[previous:begin]}|".splitlines()) > 1
        found.append(paragraph)
        previous = max(begin, end - 1)
    return found
