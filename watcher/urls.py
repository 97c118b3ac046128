"""
Which addresses mean the same article, and whose site they are on.

A key is compared, never fetched. A missed join costs a second alias; a false join loses an article,
so a parameter is dropped only when its name, or its name and value, can mean nothing but tracking.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from w3lib.url import canonicalize_url

# Parameters that only ever say where a reader came from, by family ...
_TRACKING_FAMILIES: Final = (
    "utm_", "at_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "_hs", "__hs", "ns_", "guce_", "wt_", "wt.",
    "vero_", "oly_", "bsft_", "elq", "fb_action_", "fb_comment_", "sc_", "trk_", "itm_", "stm_", "sfmc_", "cm_mmc",
    "ga_", "ml_subscriber", "aff_", "amp_js_", "amp_gsa",
)  # fmt: skip
_NOT_TRACKING: Final = frozenset(
    {"at_id", "ns_id", "ga_id", "sc_id", "wt_id"}
)  # plain ids by the look of it
# ... and one by one: ad clicks, mail campaigns, AT Internet and other analytics, share buttons, session ids.
_TRACKING: Final = frozenset({
    "fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ymclid", "ysclid", "yadclid",
    "twclid", "ttclid", "li_fat_id", "igshid", "igsh", "epik", "rdt_cid", "sccid", "srsltid", "zanpid", "awc",
    "rb_clickid", "irclickid", "irgwc", "wickedid", "vgo_ee", "s_kwcid", "dicbo", "oborigurl", "tblci", "tduid",
    "mc_cid", "mc_eid", "mkt_tok", "nr_email_referer", "ck_subscriber_id", "dm_i", "email_hash", "smid", "smtyp",
    "xtor", "xts", "xtref", "xtcr", "xtmc", "xtnp", "xtloc", "xtatc", "xtn2", "estat_url", "ereferer", "sara_ecid",
    "m_bt", "cmp", "cmpid", "intcmp", "intcid", "icid", "ito", "s_cid", "ncid", "ocid", "ecid", "echobox", "taid",
    "sr_share", "spm", "guccounter", "socialreferer", "ref_src", "ref_url", "referrer", "referer", "link_source",
    "trk", "trkcampaign", "_ga", "_gl", "_ke", "_kx", "__s", "_openstat", "_branch_match_id", "fb_ref", "fb_source",
    "__twitter_impression", "usqp", "wprov", "phpsessid", "jsessionid",
})  # fmt: skip
# Parameters that may name a thing (`ref=123`, `from=lyon`): dropped only when the value is a way to arrive.
_ORIGINS: Final = frozenset({
    "ref", "src", "source", "from", "origin", "via", "feature", "share", "shared", "campaign", "partner",
    "provenance", "referral", "entry_point", "utm", "at",
})  # fmt: skip
_WAYS: Final = frozenset({
    "rss", "atom", "feed", "feeds", "rssfeed", "feedburner", "feedly", "inoreader", "netvibes", "flux", "twitter",
    "facebook", "fb", "linkedin", "whatsapp", "telegram", "mastodon", "bluesky", "bsky", "instagram", "reddit",
    "youtube", "youtu", "tiktok", "pinterest", "messenger", "social", "reseaux", "sharing", "share", "partage",
    "newsletter", "newsletters", "nl", "email", "mail", "emailing", "push", "notification", "notif", "google",
    "googlenews", "gnews", "discover", "msn", "yahoo", "flipboard", "applenews", "upday", "taboola", "outbrain",
    "home", "homepage", "accueil", "app", "mobile",
})  # fmt: skip
# Parameters that say "this link stood in our feed", as long as they say no more.
_FLAGS: Final = frozenset({"rss", "fromrss", "isfromrss", "isrss", "from_rss"})
_YES: Final = frozenset({"", "1", "true", "yes", "oui"})

# One page in several renderings.
_AMP_FLAGS: Final = frozenset({"amp", "_amp", "isamp", "amphtml", "noamp"})
_AMP_STYLES: Final = frozenset(
    {"output", "outputtype", "view", "format", "mode", "type", "layout", "display"}
)
_AMP_CACHE: Final = re.compile(r"^/(?:[civa]|wp)/(?:s/)?(?=[^/]+\.[a-z])", re.I)
_AMP_VIEWER: Final = re.compile(r"^/amp/(?:s/)?(?=[^/]+\.[a-z])", re.I)
_AMP_CACHE_HOST: Final = re.compile(r"(?:^|\.)(?:cdn\.ampproject\.org|bing-amp\.com)$")
_GOOGLE: Final = re.compile(r"^(?:www\.|amp\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?$")

# Addresses that only lead to another one.
_WRAPPED: Final = (
    "url", "u", "q", "to", "dest", "destination", "target", "redirect", "redirect_url", "link", "uddg", "z", "r",
)  # fmt: skip
_REDIRECTOR: Final = frozenset({
    "url", "link", "links", "click", "clic", "clk", "track", "tracking", "redirect", "redirection", "redir", "out",
    "outbound", "away", "exit", "go", "goto", "rss", "l", "lm", "t", "slack-redir", "safelinks", "apiclick",
    "linkfilter", "sharer", "leaving",
})  # fmt: skip

_FRONT: Final = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.]|\[)")
_MIDDLE: Final = re.compile(r"^([a-z]{2,3})\.m\.(?=[^.]+\.[^.])")  # fr.m.wikipedia.org
_SCHEME: Final = re.compile(r"^([a-z][a-z0-9+.-]*):", re.I)
_PORT: Final = re.compile(r"^[^/?#@\s]+:\d{1,5}(?:[/?#]|$)")
_SPACE: Final = " \t\r\n\f\v\0"
_LONGEST: Final = (
    4096  # characters; a longer address is its own key, so that no input costs seconds
)
_ROUNDS: Final = (
    500  # of unwrapping: more redirectors than fit into an address, since each has a name
)


def key(url: str) -> str:
    """
    Return the identity key of an address: what all spellings of one page have in common.

    Total and idempotent. What is no web address is its own key.

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
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return joined if cleaned and usable else ""


def host(url: str) -> str:
    """
    Return "host" or "host:port" in lower case, without a scheme's usual port; empty when there is none.

    >>> host("https://Lecteur@Example.fr:8443/flux")
    'example.fr:8443'
    """
    try:
        parts = urlsplit(url.strip(_SPACE))
        name, port = _ascii((parts.hostname or "").rstrip(".")), parts.port
    except ValueError:
        return ""
    if port is None or port == {"http": 80, "https": 443}.get(parts.scheme):
        return name
    return f"{name}:{port}" if name else ""


def same_site(a: str, b: str) -> bool:
    """
    Tell whether two addresses are of one site: one host is the other's, or a part of it.

    >>> same_site("https://www.example.fr/a", "https://tech.example.fr/b")
    True
    >>> same_site("https://sport.example.fr/a", "https://tech.example.fr/b")
    False
    """
    one, other = (_bare(host(url)) for url in (a, b))
    short, long = sorted((one, other), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith(f".{short}")))


def _step(url: str) -> str:
    """Apply the chain once."""
    spelled = _with_scheme(url)
    if not spelled:
        return url
    try:
        plain = canonicalize_url(spelled, keep_blank_values=True, keep_fragments=True)
        parts = urlsplit(plain)
        name, port = _ascii((parts.hostname or "").rstrip(".")), parts.port
    except ValueError:
        return url
    if not name or re.search(r"\s", name):
        return url
    inner = _amp_inner(name, parts.path, parts.query) or _wrapped(name, parts.path, parts.query)
    if inner:
        return inner
    address = _bare(name) + (f":{port}" if port not in {None, 80, 443} else "")
    fragment = f"#{parts.fragment}" if re.match(r"!.", parts.fragment) else ""
    return address + _path(parts.path) + _query(parts.query) + fragment


def _with_scheme(url: str) -> str:
    """Return a web address that has its scheme; empty for addresses of other kinds."""
    if url.startswith("//"):
        return f"https:{url}"
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in {"http", "https"}:
        return url
    if scheme and not _PORT.match(url):
        return ""
    return f"https://{url}"


def _ascii(name: str) -> str:
    """Return a host in its DNS spelling, in brackets when it is an IPv6 address."""
    if ":" in name:
        return f"[{name}]"
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _bare(name: str) -> str:
    """Return a host without the labels that only name a rendering."""
    previous = ""
    while name != previous:
        previous, name = name, _MIDDLE.sub(r"\1.", _FRONT.sub("", name))
    return name


def _path(path: str) -> str:
    path = re.sub(r";(?:jsessionid|phpsessid)=[^/?]*", "", path, flags=re.I)
    path = re.sub(r"/{2,}", "/", path)
    previous = ""
    while path != previous:
        previous = path
        path = re.sub(r"^/amp(?=/.)", "", path)
        path = re.sub(r"(?<=[^/])/amp/?$|(?<=[^/])\.amp(?=\.html?$|$)", "", path)
        path = re.sub(r"(?<=/)index\.(?:html?|php)$", "", path)
        path = path.rstrip("/")
    return path or "/"


def _query(query: str) -> str:
    """Return the parameters that name content, sorted, as w3lib spelled them."""
    kept = sorted({pair for pair in query.split("&") if pair and not _idle(pair)})
    return f"?{'&'.join(kept)}" if kept else ""


def _idle(pair: str) -> bool:
    """Tell whether a parameter says nothing of the content."""
    name, _, value = (unquote(part).strip().lower() for part in pair.partition("="))
    if name in _AMP_FLAGS or (name in _AMP_STYLES and value == "amp"):
        return True
    if name in _ORIGINS:
        return not _WAYS.isdisjoint(re.split(r"[^a-z]+", value))
    if name in _FLAGS:
        return value in _YES
    return name in _TRACKING or (name.startswith(_TRACKING_FAMILIES) and name not in _NOT_TRACKING)


def _amp_inner(name: str, path: str, query: str) -> str:
    """Return the address inside an AMP cache's or viewer's; empty for all others."""
    if _AMP_CACHE_HOST.search(name):
        prefix = _AMP_CACHE.match(path)
    elif _GOOGLE.match(name):
        prefix = _AMP_VIEWER.match(path)
    else:
        return ""
    inner = path[prefix.end() :] if prefix else ""
    return f"https://{inner}" + (f"?{query}" if query else "") if inner else ""


def _wrapped(name: str, path: str, query: str) -> str:
    """Return the address that a redirector carries; empty for all others."""
    if not _redirects(name, path):
        return ""
    fields = {field.lower(): value for field, value in reversed(parse_qsl(query))}
    for field in _WRAPPED:
        value = fields.get(field, "").strip()
        value = unquote(value) if re.match(r"https?%3a", value, re.I) else value
        if re.match(r"https?://[^/?#]+\.[^/?#]", value, re.I):
            return value
    return ""


def _redirects(name: str, path: str) -> bool:
    segments = [re.sub(r"\.\w+$", "", segment) for segment in path.lower().split("/")]
    return not _REDIRECTOR.isdisjoint([*name.split(".")[:-1], *segments])
