"""
All words of all rules in one structure, found in one pass over an article.

Forms lead to word numbers, word numbers lead through a trie of entries ("feu vert") to the word
lists that hold them; so the cost of a pass hardly grows with the number of rules.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from watcher import text
from watcher.reading import Hit, Hits, Reading

Expand = Callable[[str], Collection[str]]  # a dictionary word: its forms

# Between the words of an entry these stand or do not: "droit de douane" is "droits à la douane",
# "laisser partir" is "laisse donc partir".
_ARTICLES: Final = (
    frozenset({"le", "la", "les", "l"}),
    frozenset({"de", "d", "du", "des"}),
    frozenset({"a", "au", "aux"}),
    frozenset({"un", "une"}),
    frozenset({"ce", "cet", "cette", "ces"}),
    frozenset({"son", "sa", "ses", "leur", "leurs"}),
    frozenset({"notre", "nos", "votre", "vos"}),
    frozenset({"en"}),
)
_ADVERBS: Final = frozenset(
    re.findall(
        r"\w+",
        "ainsi alors aussi bien bientot deja desormais donc encore enfin ensuite finalement maintenant "
        "meme officiellement parfois surtout tout toute toutes tous toujours toutefois vraiment",
    )
)
_FREE: Final = _ADVERBS.union(*_ARTICLES)
_MOST_FREE: Final = 3  # in a row
_INVARIABLE: Final = _FREE | frozenset(
    re.findall(
        r"\w+",
        "ne n pas plus jamais non sans avec pour par sur sous dans vers chez entre contre et ou ni "
        "que qu qui si se s y plusieurs",
    )
)
_CODE: Final = re.compile(r"([^\W\d_]+)(\d\w*)")
_JOINT: Final = re.compile(r"[-‐‑‒–/\u00ad \u00a0\u2000-\u200a\u202f]")
_THOUSANDS: Final = re.compile(r"[ .,'’\u00a0\u2000-\u200a\u202f]\d{3}(?!\d)")

_NO_WORD: Final = -1

SHORTEST_PREFIX: Final = 3
LONGEST_ENTRY: Final = 8  # words


class EntryError(ValueError):
    """An entry of a word list cannot be searched for; the text says why and what to write."""


@dataclass(frozen=True, slots=True)
class Part:
    """A word of an entry: `=mot` is exact, `mot*` a prefix, `mot` any form."""

    word: str
    exact: bool
    prefix: bool


def parts(entry: str) -> tuple[Part, ...]:
    """Take an entry apart; raises `EntryError`."""
    tokens = text.tokens(entry)
    found = tuple(
        Part(
            word=entry[start:end],
            exact=entry[start - 1 : start] == "=",
            prefix=entry[end : end + 1] == "*",
        )
        for start, end in zip(tokens.starts, tokens.ends, strict=True)
    )
    _check(entry, found)
    return found


def _check(entry: str, found: tuple[Part, ...]) -> None:
    if not found:
        raise EntryError("this entry holds no word: write letters or digits")
    if len(found) > LONGEST_ENTRY:
        raise EntryError(f"this entry is longer than {LONGEST_ENTRY} words: use `near` instead")
    marks = sum(part.exact + part.prefix for part in found)
    if entry.count("=") + entry.count("*") != marks:
        raise EntryError("write = right before a word (exact) and * right after one (prefix)")
    for part in found:
        if part.exact and part.prefix:
            raise EntryError("a word is either exact (=mot) or a prefix (mot*), not both")
        if part.prefix and len(text.key(part.word)) < SHORTEST_PREFIX:
            raise EntryError(f"a prefix needs at least {SHORTEST_PREFIX} letters")


@dataclass(slots=True)
class _Node:
    """Where some words of some entries have been read."""

    entry: int = -1  # the number of the entry that ends here; -1: none does
    following: dict[int, "_Node"] = field(default_factory=dict)
    joined: dict[int, "_Node"] = field(default_factory=dict)  # only over a joint: H-200


class Lexicon:
    """Every entry of every word list, for one pass over a reading."""

    def __init__(self, expand: Expand) -> None:
        self.forms: dict[str, tuple[str, ...]] = {}  # of each word that stands for its forms
        self.entries: dict[int, list[int]] = {}  # of each word list, by number
        self._expand = expand
        self._size = 0
        self._numbers: dict[tuple[str, ...], int] = {}
        self._words: dict[str, list[int]] = {}
        self._prefixes: dict[int, dict[str, int]] = {}
        self._roots: dict[int, _Node] = {}

    def add(self, term: int, entry: str) -> None:
        """Search for an entry on behalf of a word list; raises `EntryError`."""
        found = parts(entry)
        numbers = [self._number(part, alone=len(found) == 1) for part in _content(found)]
        node = self._roots.setdefault(numbers[0], _Node())
        for number in numbers[1:]:
            node = node.following.setdefault(number, _Node())
        self._end(term, node)
        code = _CODE.fullmatch(found[0].word)
        if len(found) == 1 and code and not found[0].exact and not found[0].prefix:
            letters = self._forms_number(text.key(code[1]))
            digits = self._forms_number(text.key(code[2]), f"{text.key(code[2])}s")
            node = self._roots.setdefault(letters, _Node())
            self._end(term, node.joined.setdefault(digits, _Node()))

    def _end(self, term: int, node: _Node) -> None:
        """Let an entry of a word list end at a node."""
        if node.entry < 0:
            node.entry = self._size
            self._size += 1
        self.entries.setdefault(term, []).append(node.entry)

    def _number(self, part: Part, *, alone: bool) -> int:
        key = text.key(part.word)
        if part.prefix:
            number = self._numbers.setdefault((key, "*"), len(self._numbers))
            self._prefixes.setdefault(len(key), {})[key] = number
            return number
        if part.exact or (key in _INVARIABLE and not alone):
            family = next((each for each in _ARTICLES if key in each and not part.exact), {key})
            return self._forms_number(*sorted(family))
        if part.word not in self.forms:
            self.forms[part.word] = tuple(sorted({part.word, *self._expand(part.word)}))
        return self._forms_number(*sorted({text.key(form) for form in self.forms[part.word]}))

    def _forms_number(self, *keys: str) -> int:
        number = self._numbers.get(keys)
        if number is None:
            number = self._numbers[keys] = len(self._numbers)
            for key in keys:
                self._words.setdefault(key, []).append(number)
        return number

    def scan(self, reading: Reading) -> Hits:
        """Find every entry in one pass."""
        found: defaultdict[int, list[Hit]] = defaultdict(list)
        words, roots = self._words, self._roots
        lookup = self._at if self._prefixes else words.get
        for at, key in enumerate(reading.keys):
            for number in lookup(key) or ():
                if (node := roots.get(number)) is None:
                    continue
                if node.entry >= 0:
                    found[node.entry].append((at, at))
                if node.following or node.joined:
                    for last, entry in self._onward(reading, node, at):
                        found[entry].append((at, last))
        return Hits(dict(found), self.entries)

    def _at(self, key: str) -> Sequence[int]:
        """Return the numbers of the words that a key is a form of."""
        numbers = self._words.get(key, ())
        if not self._prefixes:
            return numbers
        begun = (
            prefixes.get(key[:length], _NO_WORD) for length, prefixes in self._prefixes.items()
        )
        return [*numbers, *(number for number in begun if number != _NO_WORD)]

    def _onward(self, reading: Reading, node: _Node, at: int) -> Iterator[tuple[int, int]]:
        """Follow entries beyond the word `at`; yield last word and number of each that ends."""
        for ahead in range(at + 1, min(at + 2 + _MOST_FREE, len(reading.keys))):
            if reading.sentences[ahead] != reading.sentences[at]:
                return
            for number in self._at(reading.keys[ahead]):
                if (child := node.following.get(number)) is not None:
                    if child.entry >= 0:
                        yield ahead, child.entry
                    yield from self._onward(reading, child, ahead)
                if ahead == at + 1 and number in node.joined and _is_code(reading, ahead):
                    yield ahead, node.joined[number].entry
            if reading.keys[ahead] not in _FREE:
                return


def _content(found: tuple[Part, ...]) -> list[Part]:
    """Leave out the free words inside an entry; those at its ends were meant."""
    return [
        part
        for at, part in enumerate(found)
        if at in {0, len(found) - 1} or part.exact or text.key(part.word) not in _FREE
    ]


def _is_code(reading: Reading, digits: int) -> bool:
    """Tell H-200 and H 200 from "14 h 200 manifestants" and from "H 200 000 puces"."""
    gap, source = reading.gap(digits), reading.source(digits)
    is_word = gap.isspace() and not source[reading.starts[digits - 1]].isupper()
    if not _JOINT.fullmatch(gap) or is_word:
        return False
    return not _THOUSANDS.match(source, reading.ends[digits])
