"""Articles made of text that somebody else took from its page: a feed, or a file of past articles."""

import re
from datetime import datetime
from typing import Final

from watcher import dates
from watcher.articles.chrome import cut
from watcher.articles.dates import visible
from watcher.articles.language import language as language_of
from watcher.articles.lines import Line, lines
from watcher.articles.zones import zones
from watcher.model import Article, Entry, Origin, Published, Zone, ZoneKind
from watcher.text import sentences
from watcher.urls import host

_DATE_PREFIX: Final = re.compile(
    r"\s*date[ :]+(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?)\s+", re.IGNORECASE
)


def from_entry(entry: Entry, origin: Origin, *, url: str = "") -> Article:
    """Make an article of the feed's own text; `origin` says why."""
    address = url or entry.url
    found = lines(entry.text)
    return Article(
        title=entry.title,
        text=entry.text,
        zones=zones(found, cut(found, entry.title), entry.title),
        url=address,
        site=host(address).removeprefix("www."),
        author=entry.author,
        language=language_of(entry.language, entry.text),
        published=entry.published,
        origin=origin,
    )


def from_text(
    title: str,
    text: str,
    *,
    url: str = "",
    published: Published | None = None,
    language: str = "",
    now: datetime | None = None,
) -> Article:
    """
    Make an article of a page's text, which stays as it is: what is chrome becomes a zone.

    Without `published`, the date is taken from a prefix "date 2026-01-14", else from a line above the
    article.
    """
    prefix = _DATE_PREFIX.match(text)
    told = None if prefix is None else dates.published(prefix[1], now=now)
    start = 0 if prefix is None or told is None else prefix.end()
    found = [_shifted(line, start) for line in lines(text[start:])]
    chrome = cut(found, title, given=True)
    above = [line.text for number, line in enumerate(found) if number in chrome]
    named = zones(found, chrome, title)
    if start:
        head = Zone(kind=ZoneKind.CHROME, start=0, end=start)
        named = (*named[: bool(title)], head, *named[bool(title) :])
    return Article(
        title=title,
        text=text,
        zones=named,
        url=url,
        site=host(url).removeprefix("www."),
        language=language_of(language, text),
        published=published or told or visible(above, now=now),
        origin=Origin.GIVEN,
    )


def _shifted(line: Line, by: int) -> Line:
    return Line(start=line.start + by, end=line.end + by, text=line.text)


def headline(article: Article) -> str:
    """Return a title to show: the article's own, else its first heading, else its first sentence."""
    if article.title:
        return article.title
    zones = [zone for zone in article.zones if zone.kind is not ZoneKind.CHROME]
    if not zones:
        return ""
    text = article.text[zones[0].start : zones[0].end]
    return text[slice(*next(iter(sentences(text)), (0, None)))]
