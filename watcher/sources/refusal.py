"""What bytes are, when they are no feed: one sentence for the person who named the address."""

import re
from typing import Final

ROOT: Final = re.compile(
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL | re.IGNORECASE,
)
HEAD: Final = 8192  # bytes in which a document shows what it is
_MAGIC: Final = (b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"PK\x03\x04")
_ROOTS: Final = {
    "html": "an HTML page: give the address of its feed (`watcher feeds add` finds it)",
    "opml": "an OPML list of feeds: bring it in with `watcher feeds import`",
    "urlset": 'a sitemap: set `kind = "sitemap"` for it',
    "sitemapindex": "an index of sitemaps: give the address of its news sitemap",
    "rss": "an RSS document that cannot be read",
    "feed": "an Atom document that cannot be read",
}


def head(body: bytes) -> bytes:
    """Return the beginning in an ASCII-compatible form, without a byte order mark."""
    start = body[:HEAD]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace").encode()
    if start[:2] in {b"<\0", b"\0<"}:
        return start.replace(b"\0", b"")
    return start.removeprefix(b"\xef\xbb\xbf")


def root(body: bytes) -> str:
    """Return the local name of the outermost element; empty when there is none at the beginning."""
    found = ROOT.match(head(body))
    return found[1].decode("ascii", "replace") if found else ""


def refusal(body: bytes) -> str:
    """Say what the bytes are instead of a feed."""
    return f"This is no feed but {_nature(body)}."


def _nature(body: bytes) -> str:
    start = head(body).lstrip()
    name = root(body).lower()
    if not start:
        return "an empty document"
    if start[:1] in b"{[":
        return "JSON, which is not read"
    if name:
        return _ROOTS.get(name, f"a document of another kind, <{name}>")
    if body.startswith(_MAGIC) or b"\0" in start:
        return "binary data, such as an archive, a picture or a PDF file"
    return "plain text"
