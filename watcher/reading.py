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
from watcher.figures import Figure
from watcher.figures import read as read_figures
from watcher.model import Article, Evidence, ZoneKind

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
            entries = self.entries.get(words, ())
            places = [hit for entry in entries for hit in self.by_entry.get(entry, ())]
            known = self._known[words] = _outermost(places) if places[1:] else places
        return known


def _outermost(hits: Sequence[Hit]) -> Sequence[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not kept or hit[1] > kept[-1][1]:
            kept.append(hit)
    return kept


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

    def source(self, word: int) -> str:
        """Return the string that the places of a word are in."""
        return self.article.title if word < self.title_words else self.article.text

    def gap(self, word: int) -> str:
        """Return what is printed between a word and the one before it."""
        return self.source(word)[self.ends[word - 1] : self.starts[word]]

    def evidence(self, hit: Hit, words: str) -> Evidence:
        """Quote the words from the first to the last of a hit."""
        first, last = hit
        return self.quote(first, self.starts[first], self.ends[last], words)

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
        return replace(self, hits=Hits(kept, self.hits.entries), visible=zones)

    @cached_property
    def figures(self) -> Sequence[tuple[Hit, Figure]]:
        """The numbers of title and text that are in a visible zone, each with its words."""
        return [
            found
            for source, begin, end in (
                (self.article.title, 0, self.title_words),
                (self.article.text, self.title_words, len(self.keys)),
            )
            for figure in read_figures(source)
            if (found := self._placed(figure, begin, end)) is not None
        ]

    def _placed(self, figure: Figure, begin: int, end: int) -> tuple[Hit, Figure] | None:
        first = bisect_left(self.starts, figure.start, begin, end)
        last = bisect_left(self.starts, figure.end, begin, end) - 1
        if last < first or self.zones[first] not in self.visible:
            return None
        return (first, last), figure


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
    for begin, end in text.sentences(source):
        if len(f"{source[previous:begin]}|".splitlines()) > 1:
            paragraph += 1
        words = bisect_left(starts, end, len(sentences)) - len(sentences)
        sentences += [sentence] * words
        paragraphs += [paragraph] * words
        sentence += 1
        previous = max(begin, end - 1)
    return sentences, paragraphs


def _zones(article: Article, starts: Sequence[int]) -> list[ZoneKind]:
    """Name the zone of each word of the text; a word outside all zones is body."""
    kinds: list[ZoneKind] = []
    for zone in article.zones:
        if zone.kind is ZoneKind.TITLE:
            continue
        before = bisect_left(starts, zone.start, len(kinds)) - len(kinds)
        kinds += [ZoneKind.BODY] * before
        inside = bisect_left(starts, zone.end, len(kinds)) - len(kinds)
        kinds += [zone.kind] * inside
    return kinds + [ZoneKind.BODY] * (len(starts) - len(kinds))
