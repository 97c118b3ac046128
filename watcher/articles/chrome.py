"""What in an article's text is page furniture: found by form and by phrase, and learned per host."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby
from typing import Final

from watcher.articles import cues
from watcher.articles.dates import dated
from watcher.articles.lines import HEADLINE_WORDS, Line
from watcher.claims import Zone, ZoneKind
from watcher.model import Article
from watcher.text import fold, sentences, tokens

BYLINE: Final = re.compile(  # what follows must look like a name, and not end as a sentence does
    r"(?:Par|PAR|By|(?:Publié|Écrit|Rédigé|Propos recueillis) par|Auteure? :)\s+"
    r"(?:[A-ZÀ-Þ]\S*\s+){1,2}[A-ZÀ-Þ]\S*(?: \S+){0,4}(?<![.!?…:;])"
)
LINE_LENGTH: Final = 300  # a longer line is no label
RUN: Final = 3  # headlines in a row: a list of other articles
PAGE_TAIL: Final = 4  # lines below an extracted article's last sentence; more are a list of its own
TITLE_REST: Final = 8  # words that a breadcrumb may put around a title
LEARNED_WORDS: Final = 4  # a shorter sentence may well be two articles' own


def cut(lines: Sequence[Line], title: str = "", *, given: bool = False) -> set[int]:
    """Return the numbers of the chrome lines; `given` is a whole page's text, menus and all."""
    chrome = {n for n, line in enumerate(lines) if label(line)}
    chrome |= _asides(lines) | _ending(lines)
    wanted = tuple(tokens(title).keys)
    if given:
        chrome |= _runs(lines, chrome) | _head(lines, chrome, wanted)
        chrome |= _tail(lines, chrome)
    else:
        chrome |= _titles(lines, wanted)
        tail = _tail(lines, chrome) if _mostly_prose(lines) else set()
        short = all(lines[number].size <= HEADLINE_WORDS for number in tail)
        if len(tail) <= PAGE_TAIL and (len(tail) > 1 or short):
            chrome |= tail
    prose = {n for n, line in enumerate(lines) if line.prose}
    return set() if prose and prose <= chrome else chrome  # never all of a text


def label(line: Line) -> bool:
    """Tell whether a line is furniture wherever it stands."""
    if len(line.text) > LINE_LENGTH:
        return False
    whole = cues.LINE.fullmatch(line.plain) or dated(line.plain) or BYLINE.fullmatch(line.text)
    part = cues.PAGE_SPEAKS.search(line.plain) or (not line.prose and cues.ASIDE.match(line.plain))
    return bool(whole or part)


def _titles(lines: Sequence[Line], title: tuple[str, ...]) -> set[int]:
    """Find the title's repeats, and the breadcrumbs that end in it."""
    most = 2 * (len(title) + TITLE_REST)  # longer lines need not be split into words
    return {
        n
        for n, line in enumerate(lines)
        if title and line.size <= most and (line.words == title or _around(line.words, title))
    }


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
        found = None if line.prose else cues.ASIDE.match(line.plain)
        if found is not None:
            rest = line.plain[found.end() :]
            open_ = ":" not in rest.rstrip(" :") and len(rest.split()) <= cues.ASIDE_REST
            chrome.add(number)
        elif line.told:
            open_ = False
        elif open_:
            chrome.add(number)
    return chrome


def _ending(lines: Sequence[Line]) -> set[int]:
    """Find where comments and the site's latest articles begin: all below goes, if most prose is above."""
    prose = [line.size if line.told else 0 for line in lines]
    for number, line in enumerate(lines):
        ends = len(line.text) <= LINE_LENGTH and cues.END.fullmatch(line.plain)
        if ends and sum(prose[:number]) > sum(prose[number:]):
            return set(range(number, len(lines)))
    return set()


def _runs(lines: Sequence[Line], chrome: set[int]) -> set[int]:
    """Find several headlines in a row, below the first paragraph and with no prose between them."""
    found: set[int] = set()
    below = range(_first_prose(lines, chrome), len(lines))
    for headlines, run in groupby(below, lambda n: lines[n].headline and n not in chrome):
        numbers = set(run)
        if headlines and len(numbers) >= RUN:
            found |= numbers
    return found


def _head(lines: Sequence[Line], chrome: set[int], told: tuple[str, ...]) -> set[int]:
    """Find menus, counts and the title's repeats; longer headings stay, and an untold title does once."""
    first = _first_prose(lines, chrome)
    above = [n for n in range(first) if n not in chrome]
    title = told or _printed_title(lines, first)
    shown = next((n for n in above if title and lines[n].words == title), -1)
    found = {n for n in above if n < shown or lines[n].size <= HEADLINE_WORDS}
    found |= _titles(lines, title)
    if title and not told:
        found.discard(shown)
    elif not title and found.issuperset(above):
        found.difference_update(above[-1:])  # the only line that can be the title
    return found


def _printed_title(lines: Sequence[Line], first: int) -> tuple[str, ...]:
    """Return the words of a line above the text that another line repeats, or that ends another."""
    short = [line.words for line in lines if not line.prose]
    for words in (line.words for line in lines[:first]):
        around = any(_around(other, words) for other in short)
        if len(words) > HEADLINE_WORDS and (around or short.count(words) > 1):
            return words
    return ()


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


def _mostly_prose(lines: Sequence[Line]) -> bool:
    """Hold for running text, as against tables, recipes and tickers, where short lines are the text."""
    return 2 * sum(line.size for line in lines if line.prose) > sum(line.size for line in lines)


def _first_prose(lines: Sequence[Line], chrome: set[int]) -> int:
    return next((n for n, line in enumerate(lines) if line.prose and n not in chrome), 0)


def sentence_hashes(article: Article) -> tuple[int, ...]:
    """Return a signed 64-bit number for each sentence that could turn out to be the host's furniture."""
    return tuple(dict.fromkeys(number for number, _, _ in _hashed(article)))


def mark(article: Article, common: frozenset[int]) -> Article:
    """Make chrome of the sentences that a host repeats; nothing goes if over half of the text would."""
    gone = [(start, end) for number, start, end in _hashed(article) if number in common]
    fixed = [zone for zone in article.zones if zone.kind in {ZoneKind.TITLE, ZoneKind.CHROME}]
    text = [zone for zone in article.zones if zone not in fixed]
    kept = sum(zone.end - zone.start for zone in text)
    if not gone or 2 * sum(end - start for start, end in gone) > kept:
        return article
    fixed += [Zone(kind=ZoneKind.CHROME, start=start, end=end) for start, end in gone]
    fixed += [piece for zone in text for piece in _without(zone, gone)]
    fixed.sort(key=lambda zone: (zone.kind is not ZoneKind.TITLE, zone.start))
    return replace(article, zones=tuple(fixed))


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
    """Yield what remains of a zone."""
    start = zone.start
    for first, last in gone:
        if first < zone.end and last > start:
            if start < first:
                yield replace(zone, start=start, end=first)
            start = last
    if start < zone.end:
        yield replace(zone, start=start)
