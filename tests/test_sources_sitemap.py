"""News sitemaps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher import sources
from watcher.errors import SourceError
from watcher.model import Document, Precision

DATA = Path(__file__).parent / "data" / "sources" / "sitemap"
URL = "https://gazette.example/sitemap-news.xml"
NOW = datetime(2026, 1, 30, tzinfo=UTC)


def read(body: bytes) -> Document:
    return sources.read(body, URL, "application/xml", "sitemap", now=NOW)


def test_news_sitemap() -> None:
    """Articles have address, title, date and language; pages without news are left out."""
    document = read((DATA / "news.xml").read_bytes())
    assert (document.title, document.language) == ("La Gazette", "fr")
    first, second = document.entries
    assert (first.url, first.title) == (
        "https://gazette.example/puces/quota",
        "Puces : un quota & des licences",
    )
    assert first.published is not None
    assert first.published.at == datetime(2026, 1, 22, 8, 15, tzinfo=UTC)
    assert second.url == "https://gazette.example/puces/relatif"
    assert second.published is not None
    assert second.published.precision is Precision.DAY


def test_empty_sitemap() -> None:
    """A news sitemap may be empty at night."""
    assert read(b"<urlset/>").entries == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<urlset><url><loc>https://a.example/</loc></url></urlset>", "without titles and dates"),
        (b"<sitemapindex/>", "give the address of its news sitemap."),
        (b"<rss version='2.0'/>", "This is no feed but an RSS document"),
        (b"", "an empty document"),
        (b"Bonjour", "plain text"),
    ],
)
def test_refused(body: bytes, sentence: str) -> None:
    """What is no news sitemap is refused with what to give instead."""
    with pytest.raises(SourceError) as caught:
        read(body)
    assert sentence in str(caught.value)


def test_broken_sitemap() -> None:
    """A sitemap that breaks off gives what came before, with a note."""
    body = (DATA / "news.xml").read_bytes()
    document = read(body[: body.index(b"<url><loc>")])
    assert len(document.entries) == 1
    assert document.notes[0].startswith("mended: ")


def test_entities() -> None:
    """External entities are not read."""
    body = (DATA / "news.xml").read_text(encoding="utf-8")
    hostile = body.replace(
        "<urlset", '<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset'
    ).replace("Une adresse relative", "x&f;")
    assert read(hostile.encode()).entries[1].title in {"x", "x&f;"}
