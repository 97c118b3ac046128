"""News sitemaps: `urlset` documents with the `news:` namespace."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from watcher import dates
from watcher.errors import SourceError
from watcher.model import Document, Entry
from watcher.sources.plain import line
from watcher.sources.refusal import refusal, root
from watcher.sources.rss import language_code
from watcher.urls import absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

NEWS: Final = "{http://www.google.com/schemas/sitemap-news/0.9}"


class SitemapSource:
    """Sitemaps that name articles with title and date; others are refused in words."""

    name = "sitemap"

    def accepts(self, body: bytes, content_type: str) -> bool:
        """Tell by the outermost element."""
        return root(body).lower() in {"urlset", "sitemapindex"}

    def parse(
        self, body: bytes, *, url: str, content_type: str, now: datetime | None = None
    ) -> Document:
        """Read a news sitemap; `SourceError` for a plain sitemap and for an index of sitemaps."""
        if root(body).lower() == "sitemapindex":
            raise SourceError("This is an index of sitemaps: give the address of its news sitemap.")
        tree, notes = _tree(body)
        entries = tuple(_entries(tree, url, now))
        if not entries and len(tree):
            raise SourceError(
                "This sitemap lists pages without titles and dates: give the address of a news sitemap."
            )
        return Document(
            title=line(tree.findtext(f".//{NEWS}name") or ""),
            language=entries[0].language if entries else "",
            entries=entries,
            notes=notes,
        )


def _tree(body: bytes) -> tuple["_Element", tuple[str, ...]]:
    """Parse as far as it goes, without entities and network."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, remove_comments=True)
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        tree = None
    if tree is None or etree.QName(tree).localname.lower() != "urlset":
        raise SourceError(refusal(body))
    problems = parser.error_log
    return tree, (f"mended: {problems[0].message[:200]}",) if problems else ()


def _entries(tree: "_Element", url: str, now: datetime | None) -> Iterator[Entry]:
    for item in tree.iter("{*}url"):
        news = item.find(f"{NEWS}news")
        location = absolute(item.findtext("{*}loc") or "", url)
        if news is None or not location:
            continue
        yield Entry(
            url=location,
            title=line(news.findtext(f"{NEWS}title") or ""),
            published=dates.published(news.findtext(f"{NEWS}publication_date") or "", now=now),
            language=language_code(news.findtext(f"{NEWS}publication/{NEWS}language")),
        )
