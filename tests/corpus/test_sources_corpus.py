"""Captured feeds and the test suites of other parsers."""

import io
from collections import Counter
from pathlib import Path

import feedparser
import pytest

from watcher import sources
from watcher.errors import SourceError
from watcher.model import Document

pytestmark = pytest.mark.corpus
URL = "https://flux.example/rss.xml"


def read(file: Path) -> Document | str:
    """Return the document, or the sentence that refuses it."""
    try:
        return sources.read(file.read_bytes(), URL, "text/xml", "feed")
    except SourceError as error:
        return str(error)


def test_captured_feeds(corpus: Path) -> None:
    """All 826 entries of the captured feeds are found, each with link, title and date; a wall page is named."""
    found = {file.name: read(file) for file in sorted((corpus / "data" / "feeds").iterdir())}
    refused = {name: told for name, told in found.items() if isinstance(told, str)}
    assert len(found) == 32
    assert list(refused) == ["lefigaro.fr--Le-Figaro---Etudiant.xml"]
    assert "an HTML page" in next(iter(refused.values()))
    entries = [e for told in found.values() if isinstance(told, Document) for e in told.entries]
    assert len(entries) == 826
    assert all(entry.url and entry.title and entry.published for entry in entries)
    assert all("\ufffd" not in entry.title + entry.text for entry in entries)


def test_suites(corpus: Path) -> None:
    """Every suite file is a document or a named refusal; none that feedparser knows for a feed is refused."""
    tally: Counter[str] = Counter()
    refused = []
    for file in sorted((corpus / "data" / "suites").rglob("*")):
        if not file.is_file():
            continue
        told = read(file)
        tally["refused" if isinstance(told, str) else "read"] += 1
        if isinstance(told, str):
            assert told.startswith(("This is no feed but ", "The feed cannot be read"))
            known = feedparser.parse(io.BytesIO(file.read_bytes()))
            if known.entries and known.get("version"):
                refused.append(file.name)
    assert refused == []
    assert sum(tally.values()) > 1_900
    assert tally["refused"] < 40
