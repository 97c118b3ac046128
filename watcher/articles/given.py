"""Articles of text that was not taken out of a page here: a feed's own, or a file's; page or feed."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from watcher import dates
from watcher.articles.chrome import cut
from watcher.articles.dates import best, visible
from watcher.articles.lines import lines
from watcher.articles.zones import language, zones
from watcher.claims import Zone, ZoneKind
from watcher.model import Article, Entry, Origin, Published
from watcher.urls import host

LONGER: Final = 1.5  # times the page's text that the feed's must have to be the fuller one
A_TEXT: Final = 300  # characters: less is a teaser, whatever the page has
_DATE_PREFIX: Final = re.compile(r"\s*[Dd]ate[ :]+(\d{4}-\d\d-\d\d)\s+")


def choose(page: Article | Origin, entry: Entry) -> Article:
    """
    Return the page's article, or the feed's text with the reason; each fills what the other lacks.

    `page` is the page as extracted, or why there is none. Of two dates the more precise one counts.
    """
    if isinstance(page, Origin) or page.origin is Origin.SOFT_404:
        return _from_entry(entry, page if isinstance(page, Origin) else page.origin)
    article = replace(page, origin=Origin.PAGE)
    ours, fed = len(page.text), len(entry.text)
    fuller = fed >= A_TEXT and fed > LONGER * ours
    if fed > ours if page.origin is Origin.PAYWALL else fuller:
        article = replace(_from_entry(entry, Origin.PAYWALL), url=page.url, site=page.site)
    title = article.title or entry.title or page.title
    if title != article.title:
        head = Zone(kind=ZoneKind.TITLE, start=0, end=len(title))
        article = replace(article, zones=(head, *article.zones), title=title)
    return replace(
        article,
        canonical=page.canonical,
        author=article.author or page.author or entry.author,
        language=article.language or page.language or entry.language,
        published=best(page.published, entry.published),
    )


def from_text(
    title: str,
    text: str,
    *,
    url: str = "",
    published: Published | None = None,
    now: datetime | None = None,
) -> Article:
    """Make an article of a page's text as given; chrome, and a date where none is told, are found."""
    prefix = _DATE_PREFIX.match(text)
    told = dates.published(prefix[1], now=now) if prefix else None
    start = prefix.end() if prefix and told else 0
    found = lines(text, start)
    chrome = cut(found, title, given=True)
    named = zones(found, chrome, title)
    if start:  # the prefix is chrome, behind the title's zone
        head = Zone(kind=ZoneKind.CHROME, start=0, end=start)
        named = (*named[: bool(title)], head, *named[bool(title) :])
    return Article(
        title=title,
        text=text,
        zones=named,
        url=url,
        site=host(url).removeprefix("www."),
        language=language("", text),
        published=published or told or visible((found[n].text for n in sorted(chrome)), now=now),
        origin=Origin.GIVEN,
    )


def _from_entry(entry: Entry, origin: Origin) -> Article:
    found = lines(entry.text)
    return Article(
        title=entry.title,
        text=entry.text,
        zones=zones(found, cut(found, entry.title), entry.title),
        url=entry.url,
        site=host(entry.url).removeprefix("www."),
        author=entry.author,
        language=language(entry.language, entry.text),
        published=entry.published,
        origin=origin,
    )
