"""An article's text as lines, with what their form alone tells."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from watcher.text import fold, tokens

PROSE_WORDS: Final = 12  # a shorter sentence may be a headline or a caption
LONG_WORDS: Final = 30  # nobody writes headlines of that length
HEADLINE_WORDS: Final = 4  # a shorter line is a label
WORD: Final = re.compile(r"[\w\u0300-\u036f]+")  # accents may stand apart
_LINE: Final = re.compile(r"\S(?:[^\n]*\S)?")
_STOP: Final = re.compile(r"[.!?…:;](?:[\s»”\"')\]]|\[\d+\])*$")
_TEASER: Final = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\s»”\"']*$")
_BULLET: Final = re.compile(r"(?:[•‣◦▪●*–—-]|\d{1,2}[.)])\s|.*\|")


@dataclass(frozen=True)
class Line:
    """A line without the space around it; `start` and `end` are places in the text."""

    start: int
    end: int
    text: str

    @cached_property
    def plain(self) -> str:
        """The folded line, with accents composed first: its places may not be those of the text."""
        return fold(unicodedata.normalize("NFC", self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The keys of its words."""
        return tuple(tokens(self.text).keys)

    @cached_property
    def size(self) -> int:
        """How many words it has, nearly; counting is cheaper than naming them."""
        return len(WORD.findall(self.text))

    @cached_property
    def stops(self) -> bool:
        """Whether it ends as a sentence does."""
        return _STOP.search(self.text) is not None

    @cached_property
    def item(self) -> bool:
        """Whether it belongs to a list or a table."""
        return _BULLET.match(self.text) is not None

    @cached_property
    def prose(self) -> bool:
        """Whether it is a paragraph of running text."""
        enough = self.size >= PROSE_WORDS and (self.size >= LONG_WORDS or self.stops)
        return enough and not self.item

    @property
    def told(self) -> bool:
        """Whether it is prose that does not break off, as the first words of another article do."""
        return self.prose and not _TEASER.search(self.text)

    @property
    def headline(self) -> bool:
        """Whether it could be the headline of something."""
        return HEADLINE_WORDS <= self.size < LONG_WORDS and not self.stops and not self.item


def lines(text: str, start: int = 0) -> list[Line]:
    """Split a text, from a place on, at its line ends; blank lines are left out."""
    return [
        Line(start=one.start(), end=one.end(), text=one[0]) for one in _LINE.finditer(text, start)
    ]
