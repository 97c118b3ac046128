"""
What of an article looks like evidence and is none: a reader who wonders is told why it did not count.

Found once, when an article is judged, and stored with the verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from watcher import matching, text
from watcher.claims import Aside, Stance, Why, Zone, ZoneKind
from watcher.model import Article, Match, RuleSetId
from watcher.rules import RuleBook

MOST: Final = 6
EACH: Final = 2  # of one kind
LINES: Final = 20  # of the page furniture that are judged
LENGTHS: Final = range(15, 200)  # of a line that may be a headline


def find(
    article: Article,
    matches: Sequence[Match],
    stances: Mapping[RuleSetId, Stance],
    book: RuleBook,
) -> tuple[Aside, ...]:
    """Return what was set aside, the most surprising first; nothing where no rule holds."""
    if not matches:
        return ()
    told = {match.rule_set for match in matches}
    asked = [stance for rule_set, stance in stances.items() if rule_set in told]
    wanted = {key for m in matches for e in m.evidence for key in text.tokens(e.quote).keys}
    kinds = (
        _headlines(article, told, asked, wanted, book),
        _claims(asked),
        _codes(article, wanted),
    )
    found = chain.from_iterable(islice(kind, EACH) for kind in kinds)
    return tuple(dict.fromkeys(found))[:MOST]


def _headlines(
    article: Article,
    told: set[RuleSetId],
    asked: Sequence[Stance],
    wanted: set[str],
    book: RuleBook,
) -> Iterator[Aside]:
    """Yield the lines beside the article for which a rule would hold, the contrary first."""
    ours = {stance.polarity for stance in asked}
    found: list[tuple[bool, Aside]] = []
    for line in islice(_furniture(article, wanted), LINES):
        matches, stances = matching.verdict(_alone(article, line), book)
        if any(match.rule_set in told for match in matches):
            agrees = ours >= {stance.polarity for stance in stances.values()}
            found.append((agrees, Aside(line, Why.OUTSIDE)))
    yield from (aside for _, aside in sorted(found, key=lambda one: one[0]))


def _furniture(article: Article, wanted: set[str]) -> Iterator[str]:
    """Yield the lines of the page's furniture that hold a word of the evidence."""
    own = [article.text[z.start : z.end] for z in article.zones if z.kind is not ZoneKind.CHROME]
    head = next(iter(article.title.splitlines() or "".join(own[:1]).splitlines()), "").strip()
    for zone in article.zones:
        if zone.kind is ZoneKind.CHROME:
            for line in map(str.strip, article.text[zone.start : zone.end].splitlines()):
                if len(line) not in LENGTHS or (head and head in line):  # a trail of crumbs
                    continue
                repeated = any(line in piece for piece in own)
                if not repeated and not wanted.isdisjoint(text.tokens(line).keys):
                    yield line


def _alone(article: Article, line: str) -> Article:
    return replace(
        article, title="", text=line, zones=(Zone(kind=ZoneKind.BODY, start=0, end=len(line)),)
    )


def _claims(asked: Sequence[Stance]) -> Iterator[Aside]:
    """Yield what the article says of the question beside what it says on the whole."""
    for stance in asked:
        for claim in stance.claims:
            quote = claim.evidence.quote
            if " " not in quote:
                continue  # one word says nothing to a reader
            if claim.role is not stance.role:
                about = set(map(text.fold, claim.objects))
                same = not about or about.intersection(map(text.fold, stance.objects))
                yield Aside(quote, Why.BACKGROUND if same else Why.OTHER)
            elif claim.polarity is not stance.polarity:
                yield Aside(quote, Why.OUTWEIGHED)


def _codes(article: Article, wanted: set[str]) -> Iterator[Aside]:
    """Yield the names of products that look like those that were found: GH200 and H20 like H200."""
    codes = {key for key in wanted if _is_code(key)}
    seen = set(wanted)
    for source in (article.title, article.text):
        found = text.tokens(source)
        for key, start, end in zip(found.keys, found.starts, found.ends, strict=True):
            if key not in seen and _is_code(key):
                seen.add(key)
                if any(key in code or code in key for code in codes):
                    yield Aside(source[start:end], Why.OTHER)


def _is_code(key: str) -> bool:
    return not key.isalpha() and not key.isdecimal() and len(key) > 1
