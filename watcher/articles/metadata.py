"""What a page's head says of its article: title, date, author, site, canonical address, language."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from watcher import dates
from watcher.articles.dates import printed
from watcher.model import Article, Origin, Published
from watcher.text import fold, tokens
from watcher.urls import absolute, host, same_site

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE: Final = re.compile(r"Article|BlogPosting|LiveBlog|Report|Review")
_CODE: Final = re.compile(r"([a-z]{2})(?![a-z])")
_SEPARATOR: Final = re.compile(r"\s+[|–—•·:-]\s+|\s*\|\s*")
_DATES: Final = (
    "article:published_time og:article:published_time og:published_time datepublished date.published"
    " publish-date publishdate pubdate dc.date.issued dcterms.created dcterms.issued dc.date.created"
    " sailthru.date parsely-pub-date dc.date dcterms.date date"
).split()
_TIMES: Final = (".//time[@pubdate]", ".//*[@itemprop='datePublished']", ".//time[@datetime]")


def metadata(tree: "HtmlElement", url: str, *, now: datetime | None = None) -> Article:
    """Return the article without its text, JSON-LD believed first; not all is shown: `PAYWALL`."""
    metas = dict(_metas(tree))
    node = _article(tree)
    address = host(url).removeprefix("www.")
    named = (metas.get("og:title", ""), _name(node.get("headline")), *names(tree))
    site = _one_line(metas.get("og:site_name", "")) or _name(node.get("publisher")) or address
    author = _name(node.get("author")) or _one_line(metas.get("author", ""))
    language = _CODE.match(fold((tree.get("lang") or metas.get("og:locale", "")).strip()))
    free = str(node.get("isAccessibleForFree", True)).lower() not in {"false", "no", "0"}
    return Article(
        title=_title(named, site, address),
        text="",
        zones=(),
        url=url,
        canonical=_canonical(tree, metas, url),
        site=site,
        author=author if "://" not in author else "",
        language=language[1] if language else "",
        published=_published(tree, metas, node, now),
        origin=Origin.PAGE if free else Origin.PAYWALL,
    )


def names(tree: "HtmlElement") -> tuple[str, ...]:
    """Return what the page calls itself in its window and its headings, a lone heading first."""
    headings = [_one_line(h1.text_content()) for h1 in tree.iter("h1")]
    window = _one_line(tree.findtext(".//title") or "")
    return (*headings, window) if len(headings) == 1 else (window, *headings)


def _title(named: Iterable[str], site: str, address: str) -> str:
    """Return the first name that is more than the site's own."""
    own = {_letters(one) for name in (site, address) for one in (name, name.rpartition(".")[0])}
    titles = (without_site(_one_line(name), site) for name in named)
    return next((title for title in titles if _letters(title) not in own | {""}), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _metas(tree: "HtmlElement") -> Iterator[tuple[str, str]]:
    """Yield name and content, the last of a document first, so that its first counts in a dict."""
    for meta in reversed(list(tree.iter("meta"))):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = (meta.get("content") or "").strip()
        if name and content:
            yield name.strip().lower(), content


def _article(tree: "HtmlElement") -> Mapping[str, Any]:
    """Return the first JSON-LD node that is an article; broken JSON is no JSON."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            for node in _nodes(json.loads(script.text_content(), strict=False)):
                if _ARTICLE.search(str(node.get("@type", ""))):
                    return node
        except (ValueError, RecursionError):
            continue
    return {}


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _nodes(item)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _nodes(data.get(key))


def _name(value: object) -> str:
    """Return the name of a JSON-LD person or organisation, or of several."""
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_name, value))))
    if isinstance(value, dict):
        value = value.get("name")
    return _one_line(value) if isinstance(value, str) else ""


def without_site(title: str, site: str) -> str:
    """Take the site's name off the end of a title."""
    own = _letters(site.rpartition(".")[0] or site)
    for cut in reversed(list(_SEPARATOR.finditer(title))):
        tail, shorter = _letters(title[cut.end() :]), title[: cut.start()].strip()
        if not (own and tail and shorter and (own in tail or tail in own)):
            break
        title = shorter
    return title


def _letters(name: str) -> str:
    return "".join(tokens(name).keys)


def _canonical(tree: "HtmlElement", metas: Mapping[str, str], url: str) -> str:
    """Return the page's own address: on the same site, and not the front page, as some sites say."""
    links = tree.xpath("//link[contains(@rel, 'anonical')]/@href")
    for told in (*links, metas.get("og:url")):
        address = absolute(told, url) if told else ""
        if address and same_site(url, address) and (_inner(address) or not _inner(url)):
            return address
    return ""


def _inner(url: str) -> bool:
    return bool(urlsplit(url).path.strip("/") or urlsplit(url).query)


def _published(
    tree: "HtmlElement", metas: Mapping[str, str], node: Mapping[str, Any], now: datetime | None
) -> Published | None:
    """Return the date of publication from the first place where a machine can read it."""
    named = (node.get("datePublished"), node.get("dateCreated"), *map(metas.get, _DATES))
    marked = (
        element.get("datetime") or element.get("content")
        for path in _TIMES
        for element in tree.iterfind(path)
    )
    told = (text for text in (*named, *marked) if isinstance(text, str))
    found = (dates.published(text, now=now) or printed(text, now=now) for text in told)
    return next(filter(None, found), None)
