"""An article out of its page, through trafilatura."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from watcher import dates
from watcher.articles.chrome import cut
from watcher.articles.cues import MISSING
from watcher.articles.dates import visible
from watcher.articles.lines import Line, lines
from watcher.articles.metadata import metadata, names
from watcher.articles.zones import language, zones
from watcher.errors import ExtractError
from watcher.model import Article, Origin, Published
from watcher.text import fold

if TYPE_CHECKING:
    from lxml.html import HtmlElement

A_SENTENCE: Final = 5  # words: fewer are a leftover of the menu
APOLOGY: Final = 600  # characters: what says "not found" in more words is an article about it
TOP: Final = 15  # lines of the text among which a page prints its date

# Where a page prints the date for people: below its headline, or in what the class calls a date.
DATED: Final = (
    "(//h1)[1]/following::*[self::time or contains(@class, 'date') or contains(@class, 'publi')"
    " or contains(@class, 'meta') or contains(@class, 'time')][position() <= 12]"
)


def extract(
    html: bytes, url: str, *, content_type: str = "", now: datetime | None = None
) -> Article:
    """
    Return the article of a page: `text` is its body, without title and chrome.

    `origin` is `PAGE`, `SOFT_404` or `PAYWALL`. Raises `ExtractError` when it holds no article.
    """
    from trafilatura import extract as body
    from trafilatura import load_html

    tree = load_html(decode(html, content_type))
    if tree is None:
        raise ExtractError(f"{url or 'The page'} is no HTML document.")
    about = metadata(tree, url, now=now)
    raw = body(tree, url=url or None, favor_precision=True, include_comments=False) or ""
    missing = len(raw) <= APOLOGY and any(MISSING.search(fold(name)) for name in names(tree))
    found = lines(raw)
    chrome = set() if missing else cut(found, about.title)
    text = "\n".join(line.text for number, line in enumerate(found) if number not in chrome)
    if not missing and len(text.split()) < A_SENTENCE:
        raise ExtractError(f"No article was found in {url or 'the page'}.")
    return replace(
        about,
        text=text,
        zones=zones(lines(text), (), about.title),
        language=language(about.language, text),
        published=about.published or _searched(tree, found[:TOP], url, now),
        origin=Origin.SOFT_404 if missing else about.origin,
    )


def decode(html: bytes, content_type: str = "") -> str:
    """Decode a page: valid UTF-8 is UTF-8 whatever is declared, else as the header or page declares."""
    try:
        return html.decode("utf-8-sig")
    except UnicodeDecodeError:
        from w3lib.encoding import html_to_unicode

        return str(html_to_unicode(content_type or None, html, default_encoding="cp1252")[1])


def _searched(
    tree: "HtmlElement", top: list[Line], url: str, now: datetime | None
) -> Published | None:
    """Look for the date where people do, else wherever htmldate finds a day quickly."""
    printed = [
        " ".join(text.split())
        for element in tree.xpath(DATED)
        for text in (element.text_content(), *element.itertext())
    ]
    found = visible(printed, now=now) or visible((line.text for line in top), now=now)
    if found is not None:
        return found
    from htmldate import find_date

    day = find_date(tree, extensive_search=False, original_date=True, url=url)
    return None if day is None else dates.published(day, now=now)
