"""Which sentences of an article are quoted, and how: as they were printed, what decided in bold."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from watcher import text as reading
from watcher.claims import Evidence, ZoneKind
from watcher.model import Article, Match
from watcher.spans import Span, clean

QUOTE: Final = 600  # characters
BOLD: Final = 24  # matched words of one quote

Place: TypeAlias = tuple[int, int]


def quotes(article: Article, matches: Sequence[Match], most: int) -> list[list[Span]]:
    """Quote the sentences that answer most of what the rules asked, in the order of the text."""
    sentences = reading.sentences(article.text)
    told: dict[Place, set[str]] = defaultdict(set)
    hits = []
    for match in matches:
        for evidence in match.evidence:
            outside = evidence.zone in (ZoneKind.TITLE, ZoneKind.CHROME)
            if not outside and evidence.start < evidence.end:
                place = _sentence(article, evidence, sentences)
                told[place].add(f"{match.rule} {evidence.words}")
                hits.append((evidence.start, min(evidence.end, place[1])))
    chosen: list[Place] = []
    for _ in range(min(most, len(told))):
        asked = set().union(*(told[place] for place in chosen))
        best = max(told, key=lambda place: (len(told[place] - asked), -place[0]))
        if told[best] - asked:
            chosen.append(best)
    joined = merged(hits)
    return [_excerpt(article.text, *place, joined, n) for n, place in enumerate(sorted(chosen), 1)]


def _sentence(article: Article, evidence: Evidence, sentences: Sequence[Place]) -> Place:
    """Return the sentence that evidence begins in; what stands in another zone is none of it."""
    at = evidence.start
    number = bisect_right(sentences, at, key=lambda place: place[0]) - 1
    start, end = sentences[number] if number >= 0 else (0, 0)
    if at >= end:  # between two sentences
        return at, evidence.end
    zones = (zone for zone in article.zones if zone.kind is not ZoneKind.TITLE)
    zone = next((zone for zone in zones if zone.start <= at < zone.end), None)
    return (max(start, zone.start), min(end, zone.end)) if zone else (start, end)


def merged(places: Iterable[Place]) -> list[Place]:
    """Join what overlaps or touches."""
    found: list[Place] = []
    for start, end in sorted(places):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _excerpt(text: str, start: int, end: int, hits: Sequence[Place], quote: int) -> list[Span]:
    """Quote a sentence, or, when it is long, the words around the first of its hits."""
    left, right = start, end
    inside = [(max(a, start), min(b, end)) for a, b in hits if a < end and b > start]
    if end - start > QUOTE:
        first = inside[0][0]
        if first - start > QUOTE // 2:
            left = first - len(text[first - QUOTE // 2 : first].partition(" ")[2])
        right = min(end, left + QUOTE)
        right = min([right, *(a for a, b in inside[1:] if a < right < b)])  # never inside a match
    if right < end:
        cut = text.rfind(" ", max([left, *(b for _, b in inside if b <= right)]), right)
        right = cut if cut > left else right
    before, after = "… " if left > start else "", "…" if right < end else ""
    shown = marked(text, left, right, inside, quote=quote)
    return [Span(before, quote=quote), *shown, Span(after, quote=quote)]


def marked(
    text: str, start: int, end: int, hits: Sequence[Place], *, link: str = "", quote: int = 0
) -> list[Span]:
    """Show a piece of text with its hits in bold, as many as are of use."""
    spans, at = [], start
    for left, right in [(a, b) for a, b in hits if b <= end][:BOLD]:
        spans.append(Span(clean(text[at:left]), link=link, quote=quote))
        spans.append(Span(clean(text[left:right]), bold=True, link=link, quote=quote))
        at = right
    return [*spans, Span(clean(text[at:end]).rstrip(), link=link, quote=quote)]
