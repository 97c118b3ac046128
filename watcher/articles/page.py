"""An article out of its page, through trafilatura."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from watcher import dates
from watcher.articles.chrome import cut
from watcher.articles.cues import MISSING
from watcher.articles.dates import visible
from watcher.articles.language import language as language_of
from watcher.articles.lines import lines
from watcher.articles.metadata import Metadata, metadata
from watcher.articles.zones import zones
from watcher.errors import ExtractError
from watcher.model import Article, Origin, Published
from watcher.text import fold
from watcher.urls import host

if TYPE_CHECKING:
    from lxml.html import HtmlElement

A_SENTENCE: Final = 5  # words: fewer are a leftover of the menu
APOLOGY: Final = 600  # characters: what says "not found" in more words is an article about it
_BYTES_SHOWN: Final = 4096

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

    `origin` says what the page is worth: `PAGE`, `SOFT_404` when it says that it does not exist,
    `PAYWALL` when it says that not all is shown. Raises `ExtractError` when it holds no article.
    """
    from trafilatura import load_html

    tree = load_html(decode(html, content_type))
    if tree is None:
        raise ExtractError(f"{url or 'The page'} is no HTML document.")
    about = metadata(tree, url, now=now)
    raw = _body(tree, url)
    if _apologises(about, raw):
        return _article(about, raw, url, Origin.SOFT_404, None)
    kept = _kept(raw, about.title)
    if len(kept.split()) < A_SENTENCE:
        raise ExtractError(f"No article was found in {url or 'the page'}.")
    published = about.published or _searched(tree, url, now)
    return _article(about, kept, url, Origin.PAGE if about.free else Origin.PAYWALL, published)


def decode(html: bytes, content_type: str = "") -> str:
    """Decode a page: valid UTF-8 is UTF-8 whatever is declared, else as the header or page declares."""
    try:
        return html.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes
    from w3lib.encoding import html_to_unicode

    def guess(body: bytes) -> str | None:
        match = from_bytes(body[:_BYTES_SHOWN]).best()
        return None if match is None else match.encoding

    return str(html_to_unicode(content_type or None, html, auto_detect_fun=guess)[1])


def _body(tree: "HtmlElement", url: str) -> str:
    from trafilatura import extract as body

    return (
        body(
            tree,
            url=url or None,
            favor_precision=True,
            include_comments=False,
            include_tables=True,
        )
        or ""
    )


def _kept(raw: str, title: str) -> str:
    """Return the text without the lines that are chrome."""
    found = lines(raw)
    chrome = cut(found, title)
    return "\n".join(line.text for number, line in enumerate(found) if number not in chrome)


def _apologises(about: Metadata, text: str) -> bool:
    """Hold for a page that was sent as an answer and says that there is none."""
    if len(text) > APOLOGY:
        return False
    return any(MISSING.search(fold(told)) for told in about.names)


def _article(
    about: Metadata, text: str, url: str, origin: Origin, published: Published | None
) -> Article:
    found = lines(text)
    return Article(
        title=about.title,
        text=text,
        zones=zones(found, (), about.title),
        url=url,
        canonical=about.canonical,
        site=about.site or host(url),
        author=about.author,
        language=language_of(about.language, text),
        published=published,
        origin=origin,
    )


def _searched(tree: "HtmlElement", url: str, now: datetime | None) -> Published | None:
    """Look for the date where people do, else wherever htmldate finds a day quickly."""
    printed = [piece for element in tree.xpath(DATED) for piece in _pieces(element)]
    found = visible(printed, now=now)
    if found is not None:
        return found
    from htmldate import find_date

    latest = (date.max if now is None else now + dates.AHEAD).strftime("%Y-%m-%d")
    day = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=latest)
    return None if day is None else dates.published(day, now=now)


def _pieces(element: "HtmlElement") -> list[str]:
    """Return an element's text whole and in pieces, those of a sentence's length at most."""
    pieces = [" ".join(text.split()) for text in (element.text_content(), *element.itertext())]
    return [piece for piece in pieces if piece]
