"""
All words of all rules in one structure, found in one pass over an article.

Forms lead to word numbers, word numbers lead through a trie of entries ("feu vert") to the word
lists that hold them; so the cost of a pass hardly grows with the number of rules.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from watcher import text
from watcher.operators import Words
from watcher.reading import Hit, Hits, Reading

Expand = Callable[[str], Collection[str]]  # a dictionary word: its forms

# Between the words of an entry these stand or do not: "droit de douane" is "droits à la douane",
# "laisser partir" is "laisse donc partir". Each line of articles is one word in several forms.
_ARTICLES: Final = (
    "le la les l",
    "de d du des",
    "a au aux",
    "un une",
    "ce cet cette ces",
    "son sa ses leur leurs",
    "notre nos votre vos",
    "en",
)
_FREE: Final = frozenset(
    "ainsi alors aussi bien bientot deja desormais donc encore enfin ensuite finalement maintenant "
    "meme officiellement parfois surtout tout toute toutes tous toujours toutefois vraiment".split()
).union(*map(str.split, _ARTICLES))
_INVARIABLE: Final = (
    "ne n pas plus jamais non sans avec pour par sur sous dans vers chez entre contre et ou ni "
    "que qu qui si se s y plusieurs"
)
# In an entry of several words, what the small ones stand for instead of all their forms.
_SMALL: Final[Mapping[str, tuple[str, ...]]] = {
    **{word: (word,) for word in (*_FREE, *_INVARIABLE.split())},
    **{word: tuple(family.split()) for family in _ARTICLES for word in family.split()},
}
_MOST_FREE: Final = 3  # in a row
_CODE: Final = re.compile(r"([^\W\d_]+)(\d\w*)")
_JOINT: Final = re.compile(r"[-‐‑‒–/\u00ad \u00a0\u2000-\u200a\u202f]")
_THOUSANDS: Final = re.compile(r"[ .,'’\u00a0\u2000-\u200a\u202f]\d{3}(?!\d)")

SHORTEST_PREFIX: Final = 3
LONGEST_ENTRY: Final = 8  # words


@dataclass(frozen=True, slots=True)
class Part:
    """A word of an entry: `=mot` is exact, `mot*` a prefix, `mot` any form."""

    word: str
    key: str
    exact: bool
    prefix: bool


def parts(entry: str) -> list[Part]:
    """Take an entry apart; raises `ValueError` that says why it cannot be searched for."""
    words = text.tokens(entry)
    found = [
        Part(entry[start:end], key, entry[start - 1 : start] == "=", entry[end : end + 1] == "*")
        for key, start, end in zip(words.keys, words.starts, words.ends, strict=True)
    ]
    if not found:
        raise ValueError("this entry holds no word: write letters or digits")
    if len(found) > LONGEST_ENTRY:
        raise ValueError(f"this entry is longer than {LONGEST_ENTRY} words: use `near` instead")
    if entry.count("=") + entry.count("*") != sum(part.exact + part.prefix for part in found):
        raise ValueError("write = right before a word (exact) and * right after one (prefix)")
    for part in found:
        if part.exact and part.prefix:
            raise ValueError("a word is either exact (=mot) or a prefix (mot*), not both")
        if part.prefix and len(part.key) < SHORTEST_PREFIX:
            raise ValueError(f"a prefix needs at least {SHORTEST_PREFIX} letters")
    return found


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
        self._prefixes: dict[int, dict[str, int]] = {}  # by length
        self._roots: dict[int, _Node] = {}

    def add(self, lists: Mapping[str, Words], words: Mapping[str, Iterable[str]]) -> None:
        """Search for the entries of word lists, given by name."""
        for name, entries in words.items():
            nodes = [node for entry in entries for node in self._nodes(entry)]
            self.entries[lists[name].term] = nodes

    def any_entry(self, terms: Iterable[int]) -> frozenset[int]:
        """Return the entries of some word lists together."""
        return frozenset(entry for term in terms for entry in self.entries[term])

    def _nodes(self, entry: str) -> Iterator[int]:
        """Put an entry into the trie; yield the numbers of the nodes where it ends."""
        found = parts(entry)
        last = len(found) - 1  # the free words inside are left out; those at the ends were meant
        content = [
            part
            for at, part in enumerate(found)
            if at in {0, last} or part.exact or part.key not in _FREE
        ]
        numbers = [self._number(part, alone=last == 0) for part in content]
        node = self._roots.setdefault(numbers[0], _Node())
        for number in numbers[1:]:
            node = node.following.setdefault(number, _Node())
        yield self._end(node)
        code = _CODE.fullmatch(found[0].word)
        if last == 0 and code and not found[0].exact and not found[0].prefix:
            letters, digits = text.key(code[1]), text.key(code[2])
            node = self._roots.setdefault(self._any_of(letters), _Node())
            yield self._end(node.joined.setdefault(self._any_of(digits, f"{digits}s"), _Node()))

    def _end(self, node: _Node) -> int:
        if node.entry < 0:
            node.entry = self._size
            self._size += 1
        return node.entry

    def _number(self, part: Part, *, alone: bool) -> int:
        if part.prefix:
            number = self._numbers.setdefault((part.key, "*"), len(self._numbers))
            return self._prefixes.setdefault(len(part.key), {}).setdefault(part.key, number)
        if part.exact:
            return self._any_of(part.key)
        if not alone and part.key in _SMALL:
            return self._any_of(*_SMALL[part.key])
        if part.word not in self.forms:
            self.forms[part.word] = tuple(sorted({part.word, *self._expand(part.word)}))
        return self._any_of(*sorted({text.key(form) for form in self.forms[part.word]}))

    def _any_of(self, *keys: str) -> int:
        """Return the number of the words with these keys."""
        number = self._numbers.get(keys)
        if number is None:
            number = self._numbers[keys] = len(self._numbers)
            for key in keys:
                self._words.setdefault(key, []).append(number)
        return number

    def scan(self, reading: Reading) -> Hits:
        """Find every entry in one pass."""
        found: defaultdict[int, list[Hit]] = defaultdict(list)
        for at, key in enumerate(reading.keys):
            for number in self._at(key):
                if (node := self._roots.get(number)) is None:
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
        begun = (known.get(key[:length]) for length, known in self._prefixes.items())
        return [*numbers, *(number for number in begun if number is not None)]

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


def _is_code(reading: Reading, digits: int) -> bool:
    """Tell H-200 and H 200 from "14 h 200 manifestants" and from "H 200 000 puces"."""
    gap, source = reading.gap(digits), reading.source(digits)
    is_word = gap.isspace() and not source[reading.starts[digits - 1]].isupper()
    if not _JOINT.fullmatch(gap) or is_word:
        return False
    return not _THOUSANDS.match(source, reading.ends[digits])
