"""
What in an article's text is page furniture: found by form and by phrase, and learned per host.

A line is judged by itself (dates, bylines, share bars), by the phrase above it (a list of other articles,
comments), and by its neighbours (a run of headlines, a tail of labels). Nothing is cut that would leave no
prose; a text without any furniture stays whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final
from unicodedata import normalize

from watcher.articles.cues import (
    ASIDE,
    ASIDE_REST,
    BYLINE,
    END,
    LINE,
    PAGE_SPEAKS,
    PAGE_SPEAKS_WORDS,
)
from watcher.articles.lines import HEADLINE_WORDS, Line
from watcher.model import Article, Zone, ZoneKind
from watcher.text import fold, sentences, tokens

LINE_LENGTH: Final = 300  # a longer line is no label
RUN: Final = 3  # headlines in a row: a list of other articles
PAGE_TAIL: Final = 4  # lines below an extracted article's last sentence; more are a list of its own
TITLE_REST: Final = 8  # words that a breadcrumb may put around a title
NAME_WORDS: Final = 8
LEARNED_WORDS: Final = 4  # a shorter sentence may well be two articles' own


def cut(lines: Sequence[Line], title: str = "", *, given: bool = False) -> set[int]:
    """
    Return the numbers of the lines that are chrome.

    `given`: the text is a whole page's, with menus above the article, not what an extractor left.
    """
    chrome = {n for n, line in enumerate(lines) if label(line)}
    chrome |= _titles(lines, title)
    chrome |= _asides(lines)
    chrome |= _ending(lines)
    if given:
        chrome |= _labels(lines)
        chrome |= _runs(lines, chrome)
        chrome |= _head(lines, chrome, title)
        chrome |= _tail(lines, chrome)
    elif _mostly_prose(lines):
        tail = _tail(lines, chrome)
        if len(tail) <= PAGE_TAIL and (len(tail) > 1 or _labels_only(lines, tail)):
            chrome |= tail
    if any(line.prose for line in lines) and not any(
        line.prose for n, line in enumerate(lines) if n not in chrome
    ):
        return set()
    return chrome


def label(line: Line) -> bool:
    """Tell whether a line is furniture wherever it stands."""
    if len(line.text) > LINE_LENGTH:
        return False
    if LINE.fullmatch(line.plain) or _byline(line) or _credit(line):
        return True
    if line.size > PAGE_SPEAKS_WORDS:
        return False
    return PAGE_SPEAKS.search(line.plain) is not None or (
        ASIDE.match(line.plain) is not None and not line.prose
    )


def sentence_hashes(article: Article) -> tuple[int, ...]:
    """Return a signed 64-bit number for each sentence that could turn out to be the host's furniture."""
    return tuple(dict.fromkeys(number for number, _, _ in _hashed(article)))


def mark(article: Article, common: frozenset[int]) -> Article:
    """
    Turn the sentences that a host repeats in its articles into chrome.

    The title stays; and when more than half of the text would go, nothing goes.
    """
    gone = [(start, end) for number, start, end in _hashed(article) if number in common]
    kept = sum(zone.end - zone.start for zone in article.zones if _told(zone))
    if not gone or 2 * sum(end - start for start, end in gone) > kept:
        return article
    zones = [piece for zone in article.zones for piece in _without(zone, gone)]
    zones += [Zone(kind=ZoneKind.CHROME, start=start, end=end) for start, end in gone]
    return replace(article, zones=tuple(sorted(zones, key=_place)))


def _place(zone: Zone) -> tuple[bool, int]:
    return zone.kind is not ZoneKind.TITLE, zone.start


def _told(zone: Zone) -> bool:
    return zone.kind not in {ZoneKind.TITLE, ZoneKind.CHROME}


def _hashed(article: Article) -> Iterable[tuple[int, int, int]]:
    """Yield number, start and end of each sentence outside chrome, but not of the title's repeat."""
    furniture = [(z.start, z.end) for z in article.zones if z.kind is ZoneKind.CHROME]
    title = _number(article.title)
    for start, end in sentences(article.text):
        if any(start < last and first < end for first, last in furniture):
            continue
        sentence = article.text[start:end]
        number = _number(sentence)
        if number != title and len(tokens(sentence).keys) >= LEARNED_WORDS:
            yield number, start, end


def _number(sentence: str) -> int:
    plain = " ".join(fold(sentence).split())
    return int.from_bytes(blake2b(plain.encode(), digest_size=8).digest(), "big", signed=True)


def _without(zone: Zone, gone: Sequence[tuple[int, int]]) -> Iterable[Zone]:
    """Yield what remains of a zone; those of the title and of chrome stay whole."""
    start = zone.start
    if _told(zone):
        for first, last in gone:
            if first < zone.end and last > start:
                if start < first:
                    yield replace(zone, start=start, end=first)
                start = last
    if start < zone.end:
        yield replace(zone, start=start)


def _byline(line: Line) -> bool:
    found = BYLINE.match(line.plain)
    if found is None or line.stops:
        return False
    names = [
        word for word in normalize("NFC", line.text)[found.end() :].split() if word[:1].isalpha()
    ]
    upper = sum(word[0].isupper() for word in names)
    return 0 < len(names) <= NAME_WORDS and 2 * upper > len(names)


def _credit(line: Line) -> bool:
    """Hold for "SOURCEAgence": a heading and a name, glued when their markup went."""
    rest = line.text.removeprefix("SOURCES").removeprefix("SOURCE")
    return rest != line.text and not line.stops and line.size <= HEADLINE_WORDS


def _titles(lines: Sequence[Line], title: str) -> set[int]:
    """Find the title's repeats, and the breadcrumbs that end in it."""
    wanted = tuple(tokens(title).keys)
    if not wanted:
        return set()
    most = 2 * (
        len(wanted) + TITLE_REST
    )  # whichever way words are counted: longer lines are not read
    return {
        n
        for n, line in enumerate(lines)
        if line.size <= most and (line.words == wanted or _around(line.words, wanted))
    }


def _labels(lines: Sequence[Line]) -> set[int]:
    """Find lines without a final stop that stood above already: a site's own words, a second title."""
    chrome = set()
    seen: set[tuple[str, ...]] = set()
    for number, line in enumerate(lines):
        if not line.prose and not line.item and line.words:
            if line.words in seen and not line.stops:
                chrome.add(number)
            seen.add(line.words)
    return chrome


def _mostly_prose(lines: Sequence[Line]) -> bool:
    """Hold for running text, as against tables, recipes and tickers, where short lines are the text."""
    words = sum(line.size for line in lines)
    return 2 * sum(line.size for line in lines if line.prose) > words


def _around(words: tuple[str, ...], title: tuple[str, ...]) -> bool:
    """Hold for a title with a few words of site or section before or after it."""
    if len(title) < HEADLINE_WORDS or not 0 < len(words) - len(title) <= TITLE_REST:
        return False
    return words[-len(title) :] == title or words[: len(title)] == title


def _asides(lines: Sequence[Line]) -> set[int]:
    """Find lists of other articles: from their opening phrase until prose resumes."""
    chrome: set[int] = set()
    open_ = False
    for number, line in enumerate(lines):
        found = None if line.prose else ASIDE.match(line.plain)
        if found is not None:
            rest = line.plain[found.end() :]
            open_ = ":" not in rest.rstrip(" :") and len(rest.split()) <= ASIDE_REST
            chrome.add(number)
        elif line.prose and not line.teaser:
            open_ = False
        elif open_:
            chrome.add(number)
    return chrome


def _ending(lines: Sequence[Line]) -> set[int]:
    """Find where comments and the site's latest articles begin: all below goes, if most prose is above."""
    prose = [line.size if line.prose and not line.teaser else 0 for line in lines]
    for number, line in enumerate(lines):
        if len(line.text) <= LINE_LENGTH and END.fullmatch(line.plain):
            above, below = sum(prose[:number]), sum(prose[number:])
            if above > below:
                return set(range(number, len(lines)))
    return set()


def _runs(lines: Sequence[Line], chrome: set[int]) -> set[int]:
    """Find several headlines in a row, below the first paragraph and with no prose between them."""
    found: set[int] = set()
    run: list[int] = []
    first = _first_prose(lines, chrome)
    for number in range(first, len(lines)):
        if lines[number].headline and number not in chrome:
            run.append(number)
            continue
        if len(run) >= RUN:
            found |= set(run)
        run = []
    return found  # a run at the very end is a tail


def _tail(lines: Sequence[Line], chrome: set[int]) -> set[int]:
    """Find labels and headlines below the last sentence: a heading with nothing under it heads nothing."""
    found: set[int] = set()
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if number in chrome:
            continue
        if line.stops or line.item or line.prose:
            return found
        found.add(number)
    return set()  # no sentence at all: a text of one headline is its own


def _labels_only(lines: Sequence[Line], numbers: Iterable[int]) -> bool:
    return all(lines[number].size <= HEADLINE_WORDS for number in numbers)


def _head(lines: Sequence[Line], chrome: set[int], title: str) -> set[int]:
    """Find menus, bylines and counts above the first paragraph; headings of some length stay."""
    first = _first_prose(lines, chrome)
    above = [n for n in range(first) if n not in chrome]
    wanted = tuple(tokens(title).keys)
    printed = _printed_title(lines, range(first), wanted)
    found = {n for n in above if n < printed or lines[n].size <= HEADLINE_WORDS}
    if above and not title and found.issuperset(above):
        found.discard(above[-1])  # the only line that can be the title
    return found


def _first_prose(lines: Sequence[Line], chrome: set[int]) -> int:
    return next((n for n, line in enumerate(lines) if line.prose and n not in chrome), 0)


def _printed_title(lines: Sequence[Line], above: Sequence[int], title: tuple[str, ...]) -> int:
    """Find the title above the text: as told, else a line that another repeats or ends in; 0 if none."""
    for number in above:
        words = lines[number].words
        if title:
            if words == title:
                return number
        elif len(words) > HEADLINE_WORDS and any(
            other != number and (line.words == words or _around(line.words, words))
            for other, line in enumerate(lines)
            if not line.prose
        ):
            return number
    return 0
