"""Captured pages: our text against trafilatura's alone, by the corpora's own measure."""

import gzip
import json
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trafilatura

from watcher import articles
from watcher.dates import PARIS
from watcher.errors import ExtractError

pytestmark = pytest.mark.corpus

Extract = Callable[[bytes, str], str]


def pages(corpus: Path, which: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    folder = corpus / "data" / which
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row, gzip.decompress((folder / row["file"]).read_bytes())


def ours(html: bytes, url: str) -> str:
    try:
        return articles.extract(html, url).text
    except ExtractError:
        return ""


def theirs(html: bytes, url: str) -> str:
    return (
        trafilatura.extract(
            html, url=url or None, include_comments=False, include_tables=True, favor_precision=True
        )
        or ""
    )


def f1(told: str, true: str) -> float:
    """Return the harmonic mean of precision and recall of words, compared as multisets."""
    one, other = (
        Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower()))
        for text in (told, true)
    )
    hits = (one & other).total()
    return 2 * hits / (one.total() + other.total()) if hits else 0.0


def words(corpus: Path, which: str, extract: Extract) -> float:
    return statistics.mean(
        f1(extract(html, row.get("url", "")), row["text"])
        for row, html in pages(corpus, which)
        if row["truth"] in {"full", "publisher-jsonld"}
    )


def snippets(corpus: Path, extract: Extract) -> tuple[float, float]:
    """Return precision and F1 of the pieces that must, and must not, be in the text."""
    right = wrong = missed = 0
    for row, html in pages(corpus, "pages"):
        if row["truth"] != "snippets":
            continue
        text = " ".join(extract(html, row.get("url", "")).split())
        found = sum(" ".join(piece.split()) in text for piece in row.get("with", []))
        right, missed = right + found, missed + len(row.get("with", [])) - found
        wrong += sum(" ".join(piece.split()) in text for piece in row.get("without", []))
    return right / (right + wrong), 2 * right / (2 * right + wrong + missed)


@pytest.mark.parametrize("which", ["pages", "pages-other"])
def test_words(corpus: Path, which: str) -> None:
    """Our text is at least as near to the true one as trafilatura's most precise."""
    assert words(corpus, which, ours) >= words(corpus, which, theirs)


def test_snippets(corpus: Path) -> None:
    """We keep less chrome than trafilatura, and lose no more text for it."""
    (precision, score), (other, bar) = snippets(corpus, ours), snippets(corpus, theirs)
    assert precision > other
    assert score >= bar


def test_dates(corpus: Path) -> None:
    """Of the pages with a checked day, at least nine in ten get it."""
    hits = []
    for row, html in pages(corpus, "pages"):
        if row.get("date"):
            published = articles.extract(html, row.get("url", "")).published
            day = published and published.at.astimezone(PARIS).date().isoformat()
            hits.append(day == row["date"][:10])
    assert len(hits) >= 20
    assert statistics.mean(hits) >= 0.9
