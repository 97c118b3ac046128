"""
What two articles are compared by: weighted words, names, and the exact text.

Words are counted as light stems, a plural and a feminine as one; what a word weighs depends on how
many articles have it (`Frequencies`: a list that ships, and the articles that are remembered).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import log, sqrt
from typing import Final

from watcher.claims import ZoneKind
from watcher.model import Article
from watcher.text import sentences, tokens

LEAD: Final = 120  # words of the text that say what a story is about
LONGEST: Final = 4000  # words that are read at most
UNLISTED: Final = 2.0  # articles of the list that have a word which it leaves out
RARE: Final = 25  # words by which an article is looked up
SAME: Final = 0.62  # cosine of all words of two copies
CUT: Final = 0.5  # ... under one title
SAME_TITLE: Final = 0.9
TEMPLATE: Final = 80  # words: a shorter text may be a form that was filled in
TEASER: Final = 30  # tokens: a feed says « à lire sur notre site » of all its articles
OTHER_TITLE: Final = 0.3  # share of the names of two titles that only one has
NAMESAKES: Final = 0.05  # cosine of all words but the one name that both texts have
SHARED_NAMES: Final = 0.6  # of the fewer names
SHORT: Final = 3  # letters of a word that has no ending to take off
_HALF: Final = 2.0  # two steps of the list halve the share of articles
_STOP: Final = frozenset(
    "a ai ainsi alors apres au aucun aussi autre aux avant avec avoir c ca car ce cela celle celui ces cet "
    "cette comme contre d dans de deja depuis des deux doit donc dont du elle elles en encore entre "
    "est et etait etaient ete etre eu eux fait font il ils j je jusqu l la le les leur leurs lors "
    "lui m ma mais me meme memes mes moi moins mon n ne ni nos notre nous on ont or ou par pas "
    "pendant peut plus pour qu quand que quel quelle qui s sa sans se selon sera ses si son sont "
    "sous sur t ta te tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y".split()
)
_PLACES: Final = frozenset(
    "chin chinoi pekin etat uni americain washington maison blanch europ europeen bruxell franc "
    "francai pari japon taiwan ia".split()
)
_NUMBER: Final = re.compile(r"(?<!\w)\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?(?!\w)")
_GAPS: Final = re.compile(r"[.,\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What of an article is compared; plain counts, so that it can be stored and weighed again."""

    terms: Mapping[str, int]  # title twice and lead
    words: Mapping[str, int]  # title and the whole text
    title: Mapping[str, int]
    names: frozenset[str]  # whoever and whatever the article names, and its numbers
    title_names: frozenset[str]
    actors: frozenset[str]  # whom title and text name; places and numbers are none
    length: int  # in words
    key: str  # the same for texts of the same words


@lru_cache(1 << 15)
def stem(word: str) -> str:
    """
    Take the plural and the feminine off a word's key.

    >>> stem("autorisees"), stem("autorise"), stem("chinoises"), stem("nationaux"), stem("h200")
    ('autori', 'autori', 'chinoi', 'national', 'h200')
    """
    if len(word) <= SHORT or not word.isalpha():
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-2]}l"
    return word.rstrip("sx").rstrip("e").rstrip("s") or word


def read(article: Article, proper: frozenset[str] = frozenset()) -> Likeness:
    """Read what an article is compared by; `proper`: stems of names that everybody knows."""
    body = "\n".join(_own(article))
    head, words = tokens(article.title).keys, tokens(body).keys[:LONGEST]
    title = Counter(_stems(head))
    first = next(iter(sentences(body)), (0, 0))
    found = [set(_names(source)) for source in (article.title or body[slice(*first)], body)]
    sure = proper.union(name for some in found for name, certain in some if certain)
    title_names, names = (frozenset(name for name, _ in some if name in sure) for some in found)
    stems = Counter(_stems(words))
    again = 0 if article.title else 1  # without a title its names stand in the first sentence
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()
    return Likeness(
        terms=Counter(_stems([*head, *head, *words[:LEAD]])),
        words=title + stems,
        title=title,
        names=names | title_names,
        title_names=title_names,
        actors=frozenset(
            name for name in title_names - _PLACES if name.isalpha() and stems[name] > again
        ),
        length=len(words),
        key=digest if words else "",
    )


def _own(article: Article) -> Iterator[str]:
    """Yield the pieces of the text that are the article's own."""
    outside = (ZoneKind.CHROME, ZoneKind.TITLE)
    for zone in article.zones:
        if zone.kind not in outside:
            yield article.text[zone.start : zone.end]


def _stems(keys: Iterable[str]) -> Iterator[str]:
    return (stem(key) for key in keys if key not in _STOP and (len(key) > 1 or key.isdigit()))


def _names(source: str) -> Iterator[tuple[str, bool]]:
    """Yield each name, and whether it is surely one: a sentence begins with a capital anyway."""
    for number in _NUMBER.finditer(source):
        yield _GAPS.sub("", number[0]), True
    for start, end in sentences(source):
        piece = source[start:end]
        words = tokens(piece)
        for place, (key, at, after) in enumerate(
            zip(words.keys, words.starts, words.ends, strict=True)
        ):
            printed = piece[at:after]
            if key in _STOP or len(key) == 1 or printed.isdigit() or not _is_name(printed):
                continue
            yield stem(key), place > 0 or _is_code(printed)


def _is_name(printed: str) -> bool:
    return printed[0].isupper() or _is_code(printed)


def _is_code(printed: str) -> bool:
    """
    Tell an acronym or the name of a model from a word with a capital.

    >>> [_is_code(word) for word in ("UE", "H200", "iPhone", "Chine", "puce")]
    [True, True, True, False, False]
    """
    return printed[1:] != printed[1:].lower() or not (
        printed.isalpha() or printed.isdigit() or not any(map(str.isdigit, printed))
    )


# What words weigh ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frequencies:
    """How many articles have a word: a list that ships, those remembered, and one to be weighed."""

    documents: int = 0
    shipped: Mapping[str, float] = field(default_factory=dict)
    proper: frozenset[str] = frozenset()
    met: Mapping[str, int] = field(default_factory=dict)
    read: int = 0  # articles remembered
    own: AbstractSet[str] = frozenset()

    def among(self, met: Mapping[str, int], read: int, article: Likeness) -> "Frequencies":
        """Return these for an article beside those remembered, among which it counts."""
        return replace(self, met=met, read=read + 1, own=article.words.keys())

    def weight(self, word: str) -> float:
        """Return what a word weighs: more, the fewer articles have it."""
        have = self.shipped.get(word, UNLISTED) + self.met.get(word, 0) + (word in self.own)
        return 1.0 + log((self.documents + self.read + 1) / (have + 1))


def frequencies(lines: str) -> Frequencies:
    """
    Read the list that ships: after a number of articles, lines of a step and the words on it.

    A word on step n stands in one of 2**(n/2) articles; one with a capital is mostly a name.

    >>> known = frequencies("# version 1\\n1000\\n0 de\\n2 Chin puce")
    >>> known.shipped, sorted(known.proper)
    ({'de': 1000.0, 'chin': 500.0, 'puce': 500.0}, ['chin'])
    """
    rows = [line.split() for line in lines.splitlines() if not line.startswith("#")]
    documents = int(rows[0][0])
    steps = [(word, documents / _HALF ** (int(row[0]) / 2)) for row in rows[1:] for word in row[1:]]
    return Frequencies(
        documents=documents,
        shipped={word.lower(): share for word, share in steps},
        proper=frozenset(word.lower() for word, _ in steps if word[0].isupper()),
    )


@dataclass(frozen=True)
class Weights:
    """An article's words with what they weigh; the squares of each row sum to one."""

    likeness: Likeness
    terms: Mapping[str, float]
    words: Mapping[str, float]
    title: Mapping[str, float]
    names: Mapping[str, float]

    @cached_property
    def rare(self) -> tuple[str, ...]:
        """The words that it is looked up by, the heaviest first."""
        both = {**self.words, **{word: 1 + weight for word, weight in self.terms.items()}}
        return tuple(sorted(both, key=lambda word: (-both[word], word))[:RARE])

    @cached_property
    def named(self) -> float:
        """What its names weigh together."""
        return sum(self.names.values())


def weigh(likeness: Likeness, known: Frequencies) -> Weights:
    """Weigh the words of an article."""
    return Weights(
        likeness=likeness,
        terms=_row(likeness.terms, known),
        words=_row(likeness.words, known),
        title=_row(likeness.title, known),
        names={name: known.weight(name) for name in sorted(likeness.names)},
    )


def _row(counts: Mapping[str, int], known: Frequencies) -> Mapping[str, float]:
    row = {word: (1 + log(count)) * known.weight(word) for word, count in counts.items()}
    length = sqrt(sum(weight * weight for weight in row.values()))
    return {word: weight / length for word, weight in row.items()}


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return how far two rows of weights point the same way, from 0 to 1."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum([weight * many[word] for word, weight in few.items() if word in many])


def overlap(one: Weights, other: Weights) -> float:
    """Return which part of the fewer names both have, by weight."""
    fewest = min(one.named, other.named)
    shared = sum([weight for name, weight in one.names.items() if name in other.names])
    return min(1.0, shared / fewest) if fewest else 0.0


def story(one: Weights, other: Weights) -> float:
    """Score how likely two articles tell one story: what they are about, whom they name, their titles."""
    told = 0.45 * cosine(one.terms, other.terms) + 0.35 * overlap(one, other)
    if not one.title or not other.title:
        return told / 0.8
    return told + 0.20 * cosine(one.title, other.title)


def are_namesakes(one: Weights, other: Weights) -> bool:
    """Tell whether two short texts share hardly more than one name: a chip's, and a van called so."""
    names = one.names.keys() & other.names.keys()
    if len(names) != 1 or max(one.likeness.length, other.likeness.length) >= TEMPLATE:
        return False
    rest = {word: weight for word, weight in one.words.items() if word not in names}
    return cosine(rest, other.words) < NAMESAKES


def is_copy(one: Weights, other: Weights) -> bool:
    """
    Tell whether two articles are one text: with other page furniture, cuts, small edits.

    Two articles in the furniture of one site share half of their words (`SAME`); so do a text and
    its cut version, but these share the title too.
    """
    same_title = cosine(one.title, other.title) >= SAME_TITLE
    shortest = min(one.likeness.length, other.likeness.length)
    if shortest < TEASER and not same_title:
        return False
    if shortest < TEMPLATE:
        if one.likeness.key == other.likeness.key and same_title:
            return True
        if _names_differ(one.likeness, other.likeness):
            return False
    elif one.likeness.key == other.likeness.key:
        return True
    return cosine(one.words, other.words) >= (CUT if same_title else SAME)


def _names_differ(one: Likeness, other: Likeness) -> bool:
    """Tell pages of one template apart: the weather of two towns, two results, two stocks."""
    either = one.title_names | other.title_names
    differ = len(one.title_names ^ other.title_names) > OTHER_TITLE * len(either)
    fewest = min(len(one.names), len(other.names))
    return differ or len(one.names & other.names) < SHARED_NAMES * fewest
