"""Whether to judge an article by its page or by what its feed says."""

from dataclasses import replace
from typing import Final

from watcher.articles.dates import best
from watcher.articles.given import from_entry
from watcher.model import Article, Entry, Origin, Zone, ZoneKind

LONGER: Final = 1.5  # times the page's text that the feed's must have to be the fuller one
A_TEXT: Final = 300  # characters: less is a teaser, whatever the page has


def choose(page: Article | Origin, entry: Entry) -> Article:
    """
    Return the page's article, or the feed's text with the reason.

    `page` is the page as extracted, or why there is none. What one lacks (title, date, author, language)
    comes from the other; of two dates the more precise one counts, the page's if they are equal.
    """
    if isinstance(page, Origin):
        return from_entry(entry, page)
    if page.origin is Origin.SOFT_404:
        return from_entry(entry, Origin.SOFT_404)
    if _fuller(entry, page):
        article = replace(from_entry(entry, Origin.PAYWALL), url=page.url, site=page.site)
    else:
        article = replace(page, origin=Origin.PAGE)
    return _completed(article, page, entry)


def _fuller(entry: Entry, page: Article) -> bool:
    ours, theirs = len(page.text), len(entry.text)
    if page.origin is Origin.PAYWALL:
        return theirs > ours
    return theirs >= A_TEXT and theirs > LONGER * ours


def _completed(article: Article, page: Article, entry: Entry) -> Article:
    title = article.title or entry.title or page.title
    if title != article.title:
        article = replace(article, zones=_titled(article, title), title=title)
    return replace(
        article,
        canonical=page.canonical,
        author=article.author or page.author or entry.author,
        language=article.language or page.language or entry.language,
        published=best(page.published, entry.published),
    )


def _titled(article: Article, title: str) -> tuple[Zone, ...]:
    return (Zone(kind=ZoneKind.TITLE, start=0, end=len(title)), *article.zones)
