"""What a page's head says of its article: title, date, author, site, canonical address, language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from watcher import dates
from watcher.articles.dates import printed
from watcher.model import Published
from watcher.text import fold, tokens
from watcher.urls import absolute, host, same_site

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE: Final = re.compile(r"Article|BlogPosting|LiveBlog|Report|Review")
_CODE: Final = re.compile(r"([a-zA-Z]{2})(?![a-zA-Z])")
_SUFFIX: Final = re.compile(r"\s+[|–—•·:-]\s+(?=[^|–—•·]+$)|\s*\|\s*(?=[^|]+$)")
_DATES: Final = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date.published",
    "publish-date",
    "publishdate",
    "pubdate",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.issued",
    "dc.date.created",
    "sailthru.date",
    "parsely-pub-date",
    "dc.date",
    "dcterms.date",
    "date",
)
_TIMES: Final = (
    ".//time[@pubdate]",
    ".//*[@itemprop='datePublished']",
    ".//time[@datetime]",
)
_LONGEST_AUTHOR: Final = 120
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's own words about its article; empty where it says nothing."""

    title: str = ""
    names: tuple[str, ...] = ()  # all that it calls itself: for others, its headings, its window
    author: str = ""
    site: str = ""
    language: str = ""
    canonical: str = ""
    published: Published | None = None
    free: bool = True


def metadata(tree: "HtmlElement", url: str, *, now: datetime | None = None) -> Metadata:
    """Read the head, JSON-LD first where it names an article."""
    metas = dict(_metas(tree))
    node = _article(tree)
    site = (
        metas.get("og:site_name") or _name(node.get("publisher")) or metas.get("application-name")
    )
    site = _one_line(site or "") or host(url).removeprefix("www.")
    names = tuple(filter(None, map(_one_line, _names(tree, metas, node))))
    return Metadata(
        title=without_site(names[0], site) if names else "",
        names=names,
        author=_author(metas, node),
        site=site,
        language=_language(tree, metas),
        canonical=_canonical(tree, metas, url),
        published=_published(tree, metas, node, now),
        free=str(node.get("isAccessibleForFree", True)).lower() not in {"false", "no", "0"},
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _metas(tree: "HtmlElement") -> Iterator[tuple[str, str]]:
    """Yield name and content, the last of a document first, so that its first counts in a dict."""
    for meta in reversed(list(tree.iter("meta"))):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        name = name or meta.get("http-equiv")
        content = (meta.get("content") or "").strip()
        if name and content:
            yield name.strip().lower(), content


def _article(tree: "HtmlElement") -> Mapping[str, Any]:
    """Return the first JSON-LD node that is an article; broken JSON is no JSON."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data, _DEEPEST):
            if _ARTICLE.search(str(node.get("@type", ""))):
                return node
    return {}


def _nodes(data: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth and isinstance(data, list):
        for item in data:
            yield from _nodes(item, depth - 1)
    elif depth and isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _nodes(data.get(key), depth - 1)


def _name(value: object) -> str:
    """Return the name of a JSON-LD person or organisation, or of several."""
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_name, value))))
    if isinstance(value, dict):
        value = value.get("name")
    return _one_line(value) if isinstance(value, str) else ""


def _names(tree: "HtmlElement", metas: Mapping[str, str], node: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the page calls its article, the best name first."""
    headings = [h1.text_content() for h1 in tree.iter("h1")]
    yield metas.get("og:title", "")
    yield _name(node.get("headline"))
    if len(headings) == 1:
        yield headings[0]
    yield tree.findtext(".//title") or ""
    yield metas.get("twitter:title", "")
    yield from headings


def without_site(title: str, site: str) -> str:
    """
    Take the site's name off the end of a title.

    >>> without_site("Nvidia : les H200 autorisés | Exemple", "exemple.fr")
    'Nvidia : les H200 autorisés'
    """
    own = "".join(tokens(site.rpartition(".")[0] or site).keys)
    while own and (cuts := list(_SUFFIX.finditer(title))):
        tail = "".join(tokens(title[cuts[-1].end() :]).keys)
        shorter = title[: cuts[-1].start()].strip()
        if not (tail and shorter and (own in tail or tail in own)):
            break
        title = shorter
    return title


def _author(metas: Mapping[str, str], node: Mapping[str, Any]) -> str:
    for told in (_name(node.get("author")), metas.get("author"), metas.get("dc.creator")):
        author = _one_line(told or "")
        if author and len(author) <= _LONGEST_AUTHOR and "://" not in author:
            return author
    return ""


def _language(tree: "HtmlElement", metas: Mapping[str, str]) -> str:
    page = tree if tree.tag == "html" else tree.find(".//html")
    told = [] if page is None else [page.get("lang"), page.get("xml:lang")]
    told += [metas.get(name) for name in ("og:locale", "content-language", "dc.language")]
    for tag in told:
        found = _CODE.match(fold(tag.strip())) if tag else None
        if found:
            return found[1]
    return ""


def _canonical(tree: "HtmlElement", metas: Mapping[str, str], url: str) -> str:
    """
    Return the address that the page gives itself.

    Only on the same site, or anyone could claim another's article; and never the front page, which
    some sites name in every article: all of them would be one.
    """
    links = [
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for told in (*links, metas.get("og:url")):
        address = absolute(told, url) if told else ""
        if address and same_site(url, address) and (_inner(address) or not _inner(url)):
            return address
    return ""


def _inner(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _published(
    tree: "HtmlElement", metas: Mapping[str, str], node: Mapping[str, Any], now: datetime | None
) -> Published | None:
    """Return the date of publication from the first place where a machine can read it."""
    named = (node.get("datePublished"), node.get("dateCreated"), *map(metas.get, _DATES))
    for text in chain(named, _marked(tree)):
        if not isinstance(text, str):
            continue
        found = dates.published(text, now=now) or printed(text, now=now)
        if found is not None:
            return found
    return None


def _marked(tree: "HtmlElement") -> Iterator[str | None]:
    for path in _TIMES:
        for element in tree.iterfind(path):
            yield element.get("datetime") or element.get("content")
