"""
Which addresses mean the same article, and whose site they are on.

A key is compared, never fetched. A missed join costs a second alias; a false join loses an article,
so a parameter is dropped only when its name, or its name and value, can mean nothing but tracking
(`data/tracking.toml`).
"""

import re
import tomllib
from importlib import resources
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from w3lib.url import canonicalize_url

_PARAMETERS: Final = {
    part: frozenset(" ".join(lists.values()).split())
    for part, lists in tomllib.loads(
        resources.files("watcher").joinpath("data/tracking.toml").read_text("utf-8")
    ).items()
}
_FAMILIES: Final = tuple(_PARAMETERS["families"])
_RENDERINGS: Final = frozenset("output outputtype view format mode type layout display".split())

# Addresses that only lead to another one.
_WRAPPED: Final = "url u q to dest destination target redirect redirect_url link uddg z r".split()
_REDIRECTOR: Final = frozenset(
    "url link links click clic clk track tracking redirect redirection redir out outbound away exit go "
    "goto rss l lm t slack-redir safelinks apiclick linkfilter sharer leaving".split()
)
_AMP_CACHE: Final = re.compile(
    r"(?:.+\.)?(?:cdn\.ampproject\.org/[a-z]+|google\.[a-z]{2,3}(?:\.[a-z]{2})?/amp)/(?:s/)?(?=[^/]+\.[a-z])"
)

_RENDERED: Final = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.[^.]|\[)")
_OTHER_SCHEME: Final = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)", re.I)
_SPACE: Final = " \t\r\n\f\v\0"
_LONGEST: Final = (
    4096  # characters; a longer address is its own key, so that no input costs seconds
)
_ROUNDS: Final = 500  # more redirectors than fit into an address


def key(url: str) -> str:
    """
    Return the identity key of an address, shared by all spellings of one page; total and idempotent.

    >>> key("https://www.Example.fr:443/puces/h200.html?utm_source=rss&p=2#haut")
    'example.fr/puces/h200.html?p=2'
    """
    current = url.strip(_SPACE)
    for _ in range(_ROUNDS if len(current) <= _LONGEST else 0):
        following = _step(current)
        if following == current:
            break
        current = following
    return current


def absolute(url: str, base: str) -> str:
    """Return the web address that a link on the page `base` leads to; empty when it leads to none."""
    cleaned = re.sub(r"[\t\r\n]", "", url.strip(_SPACE)).replace(" ", "%20")
    try:
        joined = urljoin(base.strip(_SPACE), cleaned)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if cleaned and parts.scheme in {"http", "https"} and parts.hostname else ""


def host(url: str) -> str:
    """Return "host" or "host:port" in lower case, without a scheme's usual port; empty for none."""
    try:
        parts = urlsplit(url.strip(_SPACE))
        name, port = (parts.hostname or "").rstrip("."), parts.port
        name = f"[{name}]" if ":" in name else name
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        return ""
    if port is None or port == {"http": 80, "https": 443}.get(parts.scheme):
        return name
    return f"{name}:{port}" if name else ""


def same_site(a: str, b: str) -> bool:
    """Tell whether two addresses are of one site: one host is the other's, or a part of it."""
    short, long = sorted((_RENDERED.sub("", host(url)) for url in (a, b)), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith(f".{short}")))


def _step(url: str) -> str:
    """Take one redirector or cache away, or bring the address into its plain form."""
    if _OTHER_SCHEME.match(url):
        return url
    bare = not re.match(r"https?:", url, re.I)
    spelled = f"https://{url.removeprefix('//')}" if bare else url
    try:
        plain = canonicalize_url(spelled, keep_blank_values=True, keep_fragments=True)
        parts = urlsplit(plain)
    except ValueError:
        return url
    name = re.sub(r":(?:80|443)$", "", host(plain))
    if not name or re.search(r"\s", name):
        return url
    inner = _inside(name, parts.path, parts.query)
    if inner:
        return inner
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _idle(pair))
    fragment = f"#{parts.fragment}" if re.match(r"!.", parts.fragment) else ""
    return _RENDERED.sub("", name) + _path(parts.path) + (f"?{query}" if query else "") + fragment


def _path(path: str) -> str:
    path = re.sub(r";(?:jsessionid|phpsessid)=[^/?]*", "", path, flags=re.I)
    path = re.sub(r"/{2,}", "/", path)
    path = re.sub(r"^/amp(?=/.)|(?<=[^/])/amp/?$|(?<=[^/])\.amp(?=\.html?$|$)", "", path)
    path = re.sub(r"(?<=/)index\.(?:html?|php)$", "", path)
    return path.rstrip("/") or "/"


def _idle(pair: str) -> bool:
    """Tell whether a parameter says nothing of the content."""
    name, _, value = (unquote(part).strip().lower() for part in pair.partition("="))
    if name in _PARAMETERS["origins"]:
        return not _PARAMETERS["ways"].isdisjoint(re.split(r"[^a-z]+", value))
    if name in _RENDERINGS:
        return value == "amp"
    family = name.startswith(_FAMILIES) and name not in _PARAMETERS["kept"]
    return family or name in _PARAMETERS["names"]


def _inside(name: str, path: str, query: str) -> str:
    """Return the address that an AMP cache or a redirector carries; empty for all others."""
    if cache := _AMP_CACHE.match(name + path):
        return f"https://{(name + path)[cache.end() :]}" + (f"?{query}" if query else "")
    segments = [re.sub(r"\.\w+$", "", segment) for segment in path.lower().split("/")]
    if _REDIRECTOR.isdisjoint([*name.split(".")[:-1], *segments]):
        return ""
    fields = {field.lower(): value for field, value in reversed(parse_qsl(query))}
    for field in _WRAPPED:
        value = fields.get(field, "").strip()
        value = unquote(value) if re.match(r"https?%3a", value, re.I) else value
        if re.match(r"https?://[^/?#]+\.[^/?#]", value, re.I):
            return value
    return ""
