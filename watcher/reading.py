"""
An article as rules see it: its words with their places, sentences and zones, and what was found.

Title and text are read as one row of words. Page chrome keeps its row, without words: it is never
evidence and nothing reaches across it.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from watcher import text
from watcher.claims import Evidence, ZoneKind
from watcher.figures import Figure
from watcher.figures import read as read_figures
from watcher.model import Article

Hit = tuple[int, int]  # the first and the last word of a piece


@dataclass(frozen=True, slots=True)
class Hits:
    """Where the entries of word lists stand in an article."""

    by_entry: Mapping[int, Sequence[Hit]]  # only entries that are there
    entries: Mapping[int, Sequence[int]]  # the entries of each word list
    _known: dict[int, Sequence[Hit]] = field(default_factory=dict)

    def of(self, words: int) -> Sequence[Hit]:
        """Return the places of a word list in order; a place inside another is left out."""
        known = self._known.get(words)
        if known is None:
            known = self._known[words] = []
            places = (
                hit for each in self.entries.get(words, ()) for hit in self.by_entry.get(each, ())
            )
            for hit in sorted(places, key=lambda hit: (hit[0], -hit[1])):
                if not known or hit[1] > known[-1][1]:
                    known.append(hit)
        return known


NOTHING = Hits({}, {})
ALL_ZONES = frozenset(ZoneKind) - {ZoneKind.CHROME}


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """The words of an article, six lists of one length, and where the words of rules stand."""

    article: Article
    keys: list[str]  # "" for a word of the chrome
    starts: list[int]  # places: in the title for the first `title_words` words, else in the text
    ends: list[int]
    sentences: list[int]  # the number of the sentence that a word stands in
    paragraphs: list[int]
    zones: list[ZoneKind]
    title_words: int
    hits: Hits = NOTHING
    visible: frozenset[ZoneKind] = ALL_ZONES
    known: dict[int, object] = field(default_factory=dict)  # answers, by the number of the question

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
        kept = {
            entry: [hit for hit in hits if self.zones[hit[0]] in zones]
            for entry, hits in self.hits.by_entry.items()
        }
        return replace(self, hits=Hits(kept, self.hits.entries), visible=zones, known={})

    @cached_property
    def figures(self) -> Sequence[tuple[Hit, Figure]]:
        """The numbers of title and text that are in a visible zone, each with its words."""
        found = []
        for source, begin, end in (
            (self.article.title, 0, self.title_words),
            (self.article.text, self.title_words, len(self.keys)),
        ):
            for figure in read_figures(source):
                first = bisect_left(self.starts, figure.start, begin, end)
                last = bisect_left(self.starts, figure.end, begin, end) - 1
                if first <= last and self.zones[first] in self.visible:
                    found.append(((first, last), figure))
        return found


def read(article: Article) -> Reading:
    """Find words, sentences and zones; nothing is searched for yet."""
    title, body = text.tokens(article.title), text.tokens(article.text)
    sentences, paragraphs = _numbered(article.title, title.starts, 0, 0)
    after = (sentences[-1] + 1, paragraphs[-1] + 1) if sentences else (0, 0)
    body_sentences, body_paragraphs = _numbered(article.text, body.starts, *after)
    zones = _zones(article, body.starts)
    keys = [
        "" if zone is ZoneKind.CHROME else key for zone, key in zip(zones, body.keys, strict=True)
    ]
    return Reading(
        article=article,
        keys=title.keys + keys,
        starts=title.starts + body.starts,
        ends=title.ends + body.ends,
        sentences=sentences + body_sentences,
        paragraphs=paragraphs + body_paragraphs,
        zones=[ZoneKind.TITLE] * len(title.keys) + zones,
        title_words=len(title.keys),
    )


def _numbered(
    source: str, starts: Sequence[int], sentence: int, paragraph: int
) -> tuple[list[int], list[int]]:
    """Number the sentences and paragraphs that words stand in; a line is a paragraph."""
    sentences: list[int] = []
    paragraphs: list[int] = []
    previous = 0
    for number, (begin, end) in enumerate(text.sentences(source), sentence):
        paragraph += len(f"{source[previous:begin]}|".splitlines()) > 1
        words = bisect_left(starts, end, len(sentences)) - len(sentences)
        sentences += [number] * words
        paragraphs += [paragraph] * words
        previous = max(begin, end - 1)
    return sentences, paragraphs


def _zones(article: Article, starts: Sequence[int]) -> list[ZoneKind]:
    """Name the zone of each word of the text; a word outside all zones is body."""
    kinds = [ZoneKind.BODY] * len(starts)
    for zone in article.zones:
        if zone.kind is not ZoneKind.TITLE:
            first, after = bisect_left(starts, zone.start), bisect_left(starts, zone.end)
            kinds[first:after] = [zone.kind] * (after - first)
    return kinds
