"""HTML fragments of feeds as plain text."""

import html
import re
from typing import Final

_MARKUP: Final = re.compile(r"<[a-zA-Z/!?]")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLOCK_NAMES: Final = (
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section table td th tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_UNSEEN_NAMES: Final = "script style template iframe object noscript head title svg"
_UNSEEN: Final = frozenset(_UNSEEN_NAMES.split())
_INNER: Final = re.compile(r"[ \t\r\f\v\u200b\ufeff]+")
_AROUND: Final = re.compile(r" *\n\s*")


def plain(fragment: str, *, literal: bool = False) -> str:
    """
    Return a fragment's text, a line for each block, spaces squeezed.

    `literal` text has no markup, but entities that a feed escaped twice are still resolved.

    >>> plain("<p>L&#8217;&eacute;t&eacute; : <b>fini</b></p><p>Et apr&egrave;s</p>")
    'L’été : fini\\nEt après'
    """
    if not literal and _MARKUP.search(fragment):
        fragment = _stripped(fragment)
    elif _ENTITY.search(fragment):
        fragment = html.unescape(fragment)
    return _AROUND.sub("\n", _INNER.sub(" ", fragment)).strip()


def line(fragment: str, *, literal: bool = False) -> str:
    """Return a fragment's text on one line, for titles."""
    return " ".join(plain(fragment, literal=literal).split("\n"))


def _stripped(fragment: str) -> str:
    from lxml import etree
    from lxml import html as markup

    parser = markup.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = f"<div>{fragment}</div>".replace("\0", "")
    tree = markup.fromstring(source.encode("utf-8", "replace"), parser=parser)
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        block = element.tag in _BLOCKS
        if event == "start":
            if element.tag in _UNSEEN:
                element.text = None
                for child in list(element):
                    element.remove(child)
            pieces += ["\n" if block else "", (element.text or "").replace("\n", " ")]
        else:
            pieces += ["\n" if block else "", (element.tail or "").replace("\n", " ")]
    return "".join(pieces)
