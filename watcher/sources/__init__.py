"""The kinds of polled documents, bytes in, entries out: a kind is a `Source` and its line here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from watcher.errors import SourceError
from watcher.model import Document
from watcher.ports import Source
from watcher.sources.refusal import refusal
from watcher.sources.rss import FeedSource
from watcher.sources.sitemap import SitemapSource

SOURCES: Final[Mapping[str, Source]] = {"feed": FeedSource(), "sitemap": SitemapSource()}


def read(
    body: bytes,
    url: str,
    content_type: str = "",
    kind: str | None = None,
    *,
    now: datetime | None = None,
) -> Document:
    """Read a document as `kind`, else as what it looks like; `SourceError` says what it is instead."""
    if kind is None:
        looks = (name for name, source in SOURCES.items() if source.accepts(body, content_type))
        kind = next(looks, None)
        if kind is None:
            raise SourceError(refusal(body))
    if kind not in SOURCES:
        known = ", ".join(SOURCES)
        raise SourceError(f"There is no kind of source called {kind!r}: use one of {known}.")
    return SOURCES[kind].parse(body, url=url, content_type=content_type, now=now)
