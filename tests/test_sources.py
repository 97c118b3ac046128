"""Kinds of polled documents, and what is said of bytes that are none."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import sources
from watcher.errors import SourceError
from watcher.sources.refusal import refusal, root

DATA = Path(__file__).parent / "data" / "sources"
URL = "https://puces.example/flux.xml"


@pytest.mark.parametrize("kind", list(sources.SOURCES))
def test_each_kind_reads_its_own_files(kind: str) -> None:
    """Every sample of a kind is accepted by it, by nothing else, and has entries."""
    for file in (DATA / kind).iterdir():
        body = file.read_bytes()
        accepting = [name for name, one in sources.SOURCES.items() if one.accepts(body, "")]
        assert accepting == [kind], file.name
        assert sources.read(body, URL).entries == sources.read(body, URL, "", kind).entries != ()


def test_unknown_kind() -> None:
    """A kind that does not exist is refused with those that do."""
    with pytest.raises(SourceError, match="'gopher': use one of feed, sitemap"):
        sources.read(b"<rss/>", URL, "", "gopher")


@pytest.mark.parametrize(
    ("body", "nature"),
    [
        (b"", "an empty document"),
        (b" \n", "an empty document"),
        (b"<!DOCTYPE html><html><body>Un instant</body></html>", "an HTML page: give the address"),
        (b"\xef\xbb\xbf<HTML lang=fr>", "an HTML page"),
        (b'{"items": []}', "JSON, which is not read"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary data"),
        (b"%PDF-1.7", "a PDF file"),
        (gzip.compress(b"<rss/>", mtime=0), "an archive"),
        (b"<opml version='2.0'><body/></opml>", "an OPML list of feeds: bring it in with"),
        (b"<recette><sel/></recette>", "a document of another kind, <recette>"),
        (b"<urlset/>", 'a sitemap: set `kind = "sitemap"` for it'),
        (b"Bonjour le monde", "plain text"),
        (b"\x01\0\x02\0\x03", "binary data"),
    ],
)
def test_what_is_no_feed(body: bytes, nature: str) -> None:
    """Bytes that are no feed are named for what they are."""
    with pytest.raises(SourceError) as caught:
        sources.read(body, URL, "text/xml", "feed")
    assert nature in str(caught.value)


def test_no_kind_fits() -> None:
    """Without a kind, the refusal is the same sentence."""
    with pytest.raises(SourceError, match="This is no feed but plain text"):
        sources.read(b"Bonjour", URL)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'<?xml version="1.0"?>\n<!-- <rss> --><!DOCTYPE rss [<!ENTITY a "b">]><rss>', "rss"),
        (b"<rdf:RDF xmlns:rdf=''>", "RDF"),
        ("\ufeff<feed/>".encode("utf-16-le"), "feed"),
        ("\ufeff<feed/>".encode("utf-16-be"), "feed"),
        ("<rss/>".encode("utf-16-le"), "rss"),
        (b"rss", ""),
    ],
)
def test_root(body: bytes, name: str) -> None:
    """The outermost element is found behind declarations, comments and two-byte encodings."""
    assert root(body) == name


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    """Whatever a server sends, it is a document or a sentence."""
    assert refusal(body).startswith("This is no feed but ")
    for kind in sources.SOURCES:
        with contextlib.suppress(SourceError):
            assert sources.read(body, URL, "text/html", kind) is not None
