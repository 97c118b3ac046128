"""News sitemaps: `urlset` documents with the `news:` namespace."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

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
        tree, notes = _tree(body)
        match _local(tree.tag):
            case "urlset":
                pass
            case "sitemapindex":
                raise SourceError(_index(tree))
            case _:
                raise SourceError(refusal(body))
        entries = tuple(_entries(tree, url, now))
        if not entries and len(tree):
            raise SourceError(
                "This sitemap lists pages without titles and dates: give the address of a news sitemap."
            )
        titles = {name.strip() for name in tree.itertext(f"{NEWS}name") if name.strip()}
        return Document(
            title=titles.pop() if len(titles) == 1 else "",
            language=entries[0].language if entries else "",
            entries=entries,
            notes=notes,
        )


def _tree(body: bytes) -> tuple["_Element", tuple[str, ...]]:
    """Parse without entities and network: strictly, else as far as it goes."""
    from lxml import etree

    safe: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }
    try:
        return etree.fromstring(body, etree.XMLParser(**safe)), ()
    except (etree.XMLSyntaxError, ValueError) as error:
        problem = str(error)
    try:
        tree = etree.fromstring(body, etree.XMLParser(recover=True, **safe))
    except (etree.XMLSyntaxError, ValueError):
        tree = None
    if tree is None:
        raise SourceError(refusal(body))
    return tree, (f"mended: {problem[:200]}",)


def _local(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _index(tree: "_Element") -> str:
    inner = [element.text for element in tree.iter("{*}loc") if element.text]
    named = next((address for address in inner if "news" in address.lower()), None)
    follow = named or (inner[0] if inner else "")
    hint = f", such as {follow.strip()}" if follow else ""
    return f"This is an index of sitemaps: give the address of its news sitemap{hint}."


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
