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
_FAMILIES: Final = tuple(
    "utm_ at_ pk_ piwik_ mtm_ matomo_ hsa_ _hs __hs ns_ guce_ wt_ wt. vero_ oly_ bsft_ elq fb_action_ "
    "fb_comment_ sc_ trk_ itm_ stm_ sfmc_ cm_mmc ga_ ml_subscriber aff_ amp_js_ amp_gsa".split()
)
_PLAIN_IDS: Final = frozenset({"at_id", "ns_id", "ga_id", "sc_id", "wt_id"})
# ... and one by one: ad clicks, mail campaigns, AT Internet and other analytics, share buttons, session ids.
_TRACKING: Final = frozenset(
    "fbclid gclid gclsrc gbraid wbraid dclid msclkid yclid ymclid ysclid yadclid twclid ttclid li_fat_id "
    "igshid igsh epik rdt_cid sccid srsltid zanpid awc rb_clickid irclickid irgwc wickedid vgo_ee s_kwcid "
    "dicbo oborigurl tblci tduid mc_cid mc_eid mkt_tok nr_email_referer ck_subscriber_id dm_i email_hash "
    "smid smtyp xtor xts xtref xtcr xtmc xtnp xtloc xtatc xtn2 estat_url ereferer sara_ecid m_bt cmp cmpid "
    "intcmp intcid icid ito s_cid ncid ocid ecid echobox taid sr_share spm guccounter socialreferer ref_src "
    "ref_url referrer referer link_source trk trkcampaign _ga _gl _ke _kx __s _openstat _branch_match_id "
    "fb_ref fb_source __twitter_impression usqp wprov phpsessid jsessionid fromrss isfromrss from_rss "
    "amp _amp isamp amphtml noamp".split()
)
# Parameters that may name a thing (`ref=123`, `from=lyon`): dropped only when the value is a way to arrive.
_ORIGINS: Final = frozenset(
    "ref src source from origin via feature share shared campaign partner provenance referral entry_point "
    "utm at".split()
)
_WAYS: Final = frozenset(
    "rss atom feed feeds rssfeed feedburner feedly inoreader netvibes flux twitter facebook fb linkedin "
    "whatsapp telegram mastodon bluesky bsky instagram reddit youtube youtu tiktok pinterest messenger "
    "social reseaux sharing share partage newsletter newsletters nl email mail emailing push notification "
    "notif google googlenews gnews discover msn yahoo flipboard applenews upday taboola outbrain home "
    "homepage accueil app mobile".split()
)
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
    if name in _ORIGINS:
        return not _WAYS.isdisjoint(re.split(r"[^a-z]+", value))
    if name in _RENDERINGS:
        return value == "amp"
    return name in _TRACKING or (name.startswith(_FAMILIES) and name not in _PLAIN_IDS)


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
