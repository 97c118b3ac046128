"""
All words of all rules in one structure, found in one pass over an article.

A key leads to the numbers of the words that have it as a form; what follows a word in an entry
("feu vert") has a number as well. An entry is known by the number of its last word, so that a word
alone costs nothing more, and the cost of a pass hardly grows with the number of rules.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial, reduce
from itertools import chain
from typing import Final, NamedTuple

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
ONE_WORD: Final = re.compile(r"(=?)([A-Za-zÀ-ÖØ-öø-ÿ]+)")  # as most entries are: never wrong
_PART: Final = re.compile(rf"(=?){text.WORD}(\*?)")
_CODE: Final = re.compile(r"([^\W\d_]+)(\d\w*)")
_JOINT: Final = re.compile(r"[-‐‑‒–/\u00ad \u00a0\u2000-\u200a\u202f]")
_THOUSANDS: Final = re.compile(r"[ .,'’\u00a0\u2000-\u200a\u202f]\d{3}(?!\d)")

SHORTEST_PREFIX: Final = 3
LONGEST_ENTRY: Final = 8  # words


class Part(NamedTuple):
    """A word of an entry: `=mot` is exact, `mot*` a prefix, `mot` any form."""

    word: str
    key: str
    exact: bool
    prefix: bool


def parts(entry: str) -> list[Part]:
    """Take an entry apart; raises `ValueError` that says why it cannot be searched for."""
    if plain := ONE_WORD.fullmatch(entry):
        return [Part(plain[2], text.key(plain[2]), bool(plain[1]), prefix=False)]
    found = [
        Part(word, text.key(word), bool(exact), bool(prefix))
        for exact, word, prefix in _PART.findall(entry)
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


_Edges = dict[int, dict[int, int]]  # from a number, over the number of the next word, to a number


class Lexicon:
    """Every entry of every word list, for one pass over a reading."""

    def __init__(self, expand: Expand) -> None:
        self.forms: dict[str, tuple[str, ...]] = {}  # of each word that stands for its forms
        self.entries: dict[int, tuple[int, ...]] = {}  # of each word list, by number
        self._expand = expand
        self._size = 0
        self._numbers: dict[tuple[str, ...], int] = {}
        self._words: dict[str, tuple[int, ...]] = {}
        self._prefixes: dict[int, dict[str, int]] = {}  # by length
        self._following: _Edges = {}
        self._joined: _Edges = {}  # only over a joint: H-200

    def add(self, lists: Mapping[str, Words], words: Mapping[str, Iterable[str]]) -> None:
        """Search for the entries of word lists, given by name."""
        for name, entries in words.items():
            numbers = tuple(number for entry in entries for number in self._entry(entry))
            self.entries[lists[name].term] = numbers

    def any_entry(self, terms: Iterable[int]) -> tuple[int, ...]:
        """Return the entries of some word lists together."""
        found = [self.entries[term] for term in terms]
        return found[0] if len(found) == 1 else tuple(set(chain.from_iterable(found)))

    def _entry(self, entry: str) -> Iterator[int]:
        """Make an entry known; yield the numbers that it is found under."""
        found = parts(entry)
        if len(found) == 1:
            yield self._number(found[0], alone=True)
            yield from self._code(found[0])
            return
        last = len(found) - 1  # the free words inside are left out; those at the ends were meant
        first, *others = (
            self._number(part, alone=False)
            for at, part in enumerate(found)
            if at in {0, last} or part.exact or part.key not in _FREE
        )
        yield reduce(partial(self._step, self._following), others, first)

    def _code(self, part: Part) -> Iterator[int]:
        """Make known how a code is written in two words, if it is one: H-200."""
        if not part.exact and not part.prefix and (code := _CODE.fullmatch(part.word)):
            letters, digits = text.key(code[1]), text.key(code[2])
            number = self._any_of(digits, f"{digits}s")
            yield self._step(self._joined, self._any_of(letters), number)

    def _step(self, edges: _Edges, number: int, following: int) -> int:
        onward = edges.setdefault(number, {})
        if following not in onward:
            onward[following] = self._new()
        return onward[following]

    def _new(self) -> int:
        self._size += 1
        return self._size - 1

    def _number(self, part: Part, *, alone: bool) -> int:
        if part.prefix:
            begun = self._prefixes.setdefault(len(part.key), {})
            if part.key not in begun:
                begun[part.key] = self._new()
            return begun[part.key]
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
            number = self._numbers[keys] = self._new()
            for key in keys:
                self._words[key] = (*self._words.get(key, ()), number)
        return number

    def scan(self, reading: Reading) -> Hits:
        """Find every entry in one pass."""
        found: defaultdict[int, list[Hit]] = defaultdict(list)
        for at, numbers in enumerate(map(self._words.get, reading.keys)):
            for number in numbers or ():
                found[number].append((at, at))
        for at, key in enumerate(reading.keys if self._prefixes else ()):
            for number in self._begun(key):
                found[number].append((at, at))
        for number in found.keys() & self._following.keys() | found.keys() & self._joined.keys():
            self._follow(reading, number, found)
        return Hits(by_entry=found, entries=self.entries)

    def _follow(self, reading: Reading, number: int, found: dict[int, list[Hit]]) -> None:
        """Find the entries that begin with a word; what is reached in two ways counts once."""
        for first, _ in found[number]:
            steps, reached = [(number, first)], set[tuple[int, int]]()
            while steps:
                for entry, last in self._onward(reading, *steps.pop()):
                    if (entry, last) not in reached:
                        reached.add((entry, last))
                        steps.append((entry, last))
                        found[entry].append((first, last))

    def _begun(self, key: str) -> Iterator[int]:
        """Return the numbers of the prefixes of a key."""
        begun = (known.get(key[:length]) for length, known in self._prefixes.items())
        return (number for number in begun if number is not None)

    def _onward(self, reading: Reading, number: int, at: int) -> Iterator[tuple[int, int]]:
        """Take one step beyond the word `at`; yield number and place of each word it leads to."""
        following, joined = self._following.get(number, {}), self._joined.get(number, {})
        for ahead in range(at + 1, min(at + 2 + _MOST_FREE, len(reading.keys))):
            key = reading.keys[ahead]
            words = (*self._words.get(key, ()), *self._begun(key))
            steps = [following[word] for word in words if word in following]
            if joined and ahead == at + 1 and _is_code(reading, ahead):
                steps += [joined[word] for word in words if word in joined]
            # Sentences are asked for last: most articles need none.
            if steps and reading.sentences[ahead] == reading.sentences[at]:
                yield from ((step, ahead) for step in steps)
            if key not in _FREE:
                return


def _is_code(reading: Reading, digits: int) -> bool:
    """Tell H-200 and H 200 from "14 h 200 manifestants" and from "H 200 000 puces"."""
    gap, source = reading.gap(digits), reading.source(digits)
    is_word = gap.isspace() and not source[reading.starts[digits - 1]].isupper()
    if not _JOINT.fullmatch(gap) or is_word:
        return False
    return not _THOUSANDS.match(source, reading.ends[digits])
