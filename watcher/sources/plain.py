"""HTML fragments of feeds as plain text."""

import html
import re
from typing import Final

_MARKUP: Final = re.compile(r"<[a-zA-Z/!?]")
_BLOCKS: Final = (
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section table td th tr ul"
).split()
_UNSEEN: Final = "script style template iframe object noscript head title svg".split()
_INNER: Final = re.compile(r"[ \t\r\f\v\u200b\ufeff]+")
_AROUND: Final = re.compile(r" *\n\s*")


def plain(fragment: str, *, literal: bool = False) -> str:
    """Return a fragment's text, a line for each block; `literal` text has entities, but no markup."""
    if not literal and _MARKUP.search(fragment):
        text = _stripped(fragment)
    else:
        text = html.unescape(fragment)
    return _AROUND.sub("\n", _INNER.sub(" ", text)).strip()


def line(fragment: str, *, literal: bool = False) -> str:
    """Return a fragment's text on one line, for titles."""
    return " ".join(plain(fragment, literal=literal).split("\n"))


def _stripped(fragment: str) -> str:
    from lxml import etree
    from lxml import html as markup

    parser = markup.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = f"<div>{fragment}</div>".replace("\0", "")
    tree = markup.fromstring(source.encode("utf-8", "replace"), parser=parser)
    etree.strip_elements(tree, *_UNSEEN, with_tail=False)
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        told = element.text if event == "start" else element.tail
        pieces += ["\n" if element.tag in _BLOCKS else "", (told or "").replace("\n", " ")]
    return "".join(pieces)
