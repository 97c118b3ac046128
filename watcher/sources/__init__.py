"""
The kinds of polled documents: bytes in, entries out.

To add a kind, write a module with a `Source` and add its line to `SOURCES`.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from watcher.errors import SourceError
from watcher.model import Document
from watcher.ports import Source
from watcher.sources.refusal import refusal
from watcher.sources.rss import FeedSource
from watcher.sources.sitemap import SitemapSource

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "feed": FeedSource(),
        "sitemap": SitemapSource(),
    }
)


def read(
    body: bytes,
    url: str,
    content_type: str = "",
    kind: str | None = None,
    *,
    now: datetime | None = None,
) -> Document:
    """
    Read a polled document, as `kind` or, without one, as the kind that it looks like.

    Dates more than a day after `now` are dropped. Raises `SourceError`: a sentence that says what the
    bytes are instead of a feed.
    """
    if kind is not None:
        return _named(kind).parse(body, url=url, content_type=content_type, now=now)
    for source in SOURCES.values():
        if source.accepts(body, content_type):
            return source.parse(body, url=url, content_type=content_type, now=now)
    raise SourceError(refusal(body))


def _named(kind: str) -> Source:
    try:
        return SOURCES[kind]
    except KeyError:
        known = ", ".join(SOURCES)
        raise SourceError(
            f"There is no kind of source called {kind!r}: use one of {known}."
        ) from None
