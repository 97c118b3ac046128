"""
Text as data: spans, rendered once to Telegram's subset of HTML and fitted by whole parts.

Other people's text enters through `clean` and leaves through `html`; nothing else makes markup.
"""

import html as markup
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

UNITS: Final = 3900  # UTF-16 units after parsing; Telegram takes 4,096
ENTITIES: Final = 90  # of Telegram's 100: it makes links of what looks like one by itself
LINK: Final = 2048  # characters of an address

# Telegram turns the first into spaces and deletes some of the second; the rest could turn round or
# hide what follows them (bidi controls, zero-width characters, soft hyphens), or is half a character.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_WEB: Final = re.compile(
    r"https?://[\w-]+(?:\.[\w-]+)+(?::([0-9]{1,5}))?(?:[/?#][^\s<>\"]*)?", re.I
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one dress. Neighbours with the same `quote` stand in one block."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""
    quote: int = 0  # 0: outside
    folded: bool = False  # a quote of which the first lines show until it is opened


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept or dropped as a whole; the highest `rank` goes first, 0 never."""

    spans: Sequence[Span]
    rank: int = 0
    gap: str = "\n"  # what stands before it


def html(spans: Sequence[Span]) -> str:
    """Write spans in Telegram's subset of HTML."""
    pieces = []
    shown = (s for s in spans if s.text)
    for (quote, folded), block in groupby(shown, key=lambda s: (s.quote, s.folded)):
        inner = "".join(_linked(link, run) for link, run in groupby(block, key=lambda s: s.link))
        tag = "blockquote expandable" if folded else "blockquote"
        pieces.append(f"<{tag}>{inner}</blockquote>" if quote else inner)
    return "".join(pieces)


def _linked(link: str, run: Iterable[Span]) -> str:
    inner = "".join(map(_dressed, run))
    return f'<a href="{markup.escape(link)}">{inner}</a>' if link else inner


def _dressed(span: Span) -> str:
    inner = markup.escape(span.text, quote=False)
    inner = f"<i>{inner}</i>" if span.italic else inner
    return f"<b>{inner}</b>" if span.bold else inner


def measure(spans: Sequence[Span]) -> tuple[int, int]:
    """Count what Telegram limits: UTF-16 units of the text, and entities."""
    shown = [span for span in spans if span.text]
    blocks = sum(quote > 0 for quote, _ in groupby(span.quote for span in shown))
    links = sum(link != "" for (_, link), _ in groupby((s.quote, s.link) for s in shown))
    dressed = sum(span.bold + span.italic for span in shown)
    return sum(len(s.text.encode("utf-16-le")) // 2 for s in shown), blocks + links + dressed


def fit(parts: Sequence[Part], *, most: int = UNITS, entities: int = ENTITIES) -> list[Span]:
    """Join parts into one text within the limits, dropping whole ones in the order of their rank."""
    kept = [part for part in parts if part.spans]
    while True:
        spans = [span for part in kept for span in (Span(part.gap), *part.spans)][1:]
        length, marks = measure(spans)
        last = max(kept, key=lambda part: part.rank, default=Part(()))
        if (length <= most and marks <= entities) or last.rank == 0:
            return spans
        kept.remove(last)


def clean(text: str) -> str:
    """Take away what cannot be shown, or would show something else than it says; keep typography."""
    return _UNSEEN.sub("", _CONTROL.sub(" ", text))


def clip(text: str, most: int) -> str:
    """
    Return the text in one line of at most `most` characters, cut at a word and marked when cut.

    >>> clip("Pékin bloque les puces de Nvidia", 20)
    'Pékin bloque les…'
    """
    line = re.sub(" {2,}", " ", clean(text)).strip()
    if len(line) <= most:
        return line
    words, start = line[:most].rpartition(" ")[0], line[: most - 1]
    return (words if len(words) > most // 2 else start).rstrip(" ,;:–—-(«\u00a0\u202f") + "…"


def is_link(url: str) -> bool:
    """Tell whether Telegram shows this address as a link, and takes it for a button."""
    found = _WEB.fullmatch(url) if len(url) <= LINK and clean(url) == url else None
    return found is not None and 0 < int(found[1] or 443) < 65536  # noqa: PLR2004
