"""
Words that close or open a trade, and which of them govern each other.

Every such word has a sign: to forbid, to lift, to refuse and "ne … pas" are -1, to allow, to
resume and to trade are +1. Words of one group multiply: "lever (-1) l'interdiction (-1)" opens,
"refuse (-1) d'autoriser (+1)" closes, "l'interdiction (-1) n'est pas (-1) levée (-1)" closes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import prod
from typing import Final

from watcher import grammar
from watcher.grammar import ADVERBS, ARTICLES, ASIDE, COORDINATE, RELATIVE, Voice
from watcher.reading import Hit, Reading


class Sense(StrEnum):
    """What a word does to the trade."""

    CLOSES = "closes"  # interdire, embargo
    HAMPERS = "hampers"  # bloquer, freiner: closes when trade or a country is spoken of
    OPENS = "opens"  # autoriser, licence
    BOUNDS = "bounds"  # règle, contrôle: closes when it is lifted, eased or kept
    ENDS = "ends"  # lever, fin
    LAPSES = "lapses"  # expirer: its subject ends
    ESCAPES = "escapes"  # échapper: its subject is spared
    EASES = "eases"  # assouplir
    REFUSES = "refuses"  # refuser, rejet
    AIMS = "aims"  # viser, soumettre: ties a thing to what closes it
    GRANTS = "grants"  # accorder, obtenir, avoir lieu: adds nothing, but can be denied
    ORDERS = "orders"  # ordonner, consigne
    ALLOWS = "allows"  # pouvoir, laisser
    RESUMES = "resumes"  # reprendre
    DISCOURAGES = "discourages"  # déconseiller
    KEEPS = "keeps"  # maintenir, rester
    WEIGHS = "weighs"  # envisager, projet: nothing is done yet
    WISHES = "wishes"  # vouloir, espérer
    TRADES = "trades"  # vendre, importation
    USES = "uses"  # utiliser, installer


S = Sense
_NEGATIVE: Final = frozenset(
    {S.CLOSES, S.HAMPERS, S.BOUNDS, S.ENDS, S.LAPSES, S.ESCAPES, S.EASES, S.REFUSES, S.DISCOURAGES}
)
_CORE: Final = frozenset({S.CLOSES, S.HAMPERS, S.OPENS})
_TURNS: Final = frozenset({S.ENDS, S.LAPSES, S.ESCAPES, S.EASES, S.KEEPS})
_ACTS: Final = frozenset(  # trade by itself is no claim; with one of these it is
    {S.ENDS, S.LAPSES, S.EASES, S.REFUSES, S.ALLOWS, S.RESUMES, S.DISCOURAGES, S.WEIGHS}
)
_NOT_USED: Final = frozenset({S.ENDS, S.REFUSES, S.DISCOURAGES})
_FOLLOWS: Final = frozenset({S.KEEPS, S.LAPSES, S.GRANTS})  # of which the subject is the matter
_THAT: Final = frozenset({S.WEIGHS, S.WISHES, S.ORDERS, S.REFUSES, S.GRANTS})  # "veut que …"
_TO_SOMEONE: Final = frozenset({S.ORDERS, S.WEIGHS, S.WISHES, S.ALLOWS, S.AIMS, S.GRANTS})
_REACH: Final = 10  # words from one that governs to what it governs
_CLOSE: Final = 4


@dataclass(frozen=True, slots=True)
class Signal:
    """A word of some sense in its place."""

    first: int
    last: int
    sense: Sense
    verb: bool
    way: str = ""  # of trade
    denials: int = 0
    voice: Voice = field(default_factory=Voice)

    @property
    def sign(self) -> int:
        """+1 for what opens, -1 for what closes or turns round."""
        return (-1 if self.sense in _NEGATIVE else 1) * (-1) ** self.denials

    @property
    def follows(self) -> bool:
        """Whether what it speaks of stands before it: "l'interdiction est levée, demeure"."""
        return self.verb and (self.voice.passive or self.sense in _FOLLOWS)


@dataclass(frozen=True, slots=True)
class Group:
    """Signals that govern each other, in the order of the text."""

    signals: tuple[Signal, ...]
    begin: int  # of its clause
    end: int

    @property
    def span(self) -> Hit:
        return self.signals[0].first, self.signals[-1].last

    @property
    def senses(self) -> frozenset[Sense]:
        return frozenset(signal.sense for signal in self.signals)

    @property
    def core(self) -> Signal:
        """The word that says most: the last to close or open, else the last to act."""
        for senses in (_CORE, _ACTS | {S.BOUNDS, S.REFUSES}):
            if ranked := [s for s in self.signals if s.sense in senses]:
                return ranked[-1]
        return self.signals[-1]

    @property
    def passive(self) -> bool:
        """Whether the thing stands before the verb that it undergoes."""
        undergone = any(s.voice.passive for s in self.signals if s.sense in _CORE | {S.TRADES})
        return undergone or S.ESCAPES in self.senses or self.core.voice.passive

    @property
    def sign(self) -> int:
        required = {S.ORDERS, S.GRANTS, S.OPENS} <= self.senses  # "doit obtenir une licence"
        return prod(signal.sign for signal in self.signals) * (-1 if required else 1)

    @property
    def is_claim(self) -> bool:
        senses = self.senses
        if senses & _CORE or (S.BOUNDS in senses and senses & _TURNS) or senses == {S.REFUSES}:
            return True
        ordered = S.ORDERS in senses and self.sign < 0
        if S.TRADES in senses:
            return bool(senses & _ACTS) or ordered
        return S.USES in senses and (bool(senses & _NOT_USED) or ordered)


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists of each sense, by number; trade by its way."""

    verbs: Mapping[Sense, Sequence[int]]
    nouns: Mapping[Sense, Sequence[int]]
    ways: Mapping[str, Sequence[int]]


def find(reading: Reading, lists: Lists, things: Sequence[Hit]) -> list[Signal]:
    """Return every signal of an article in its order; of two in one place the longer counts."""
    found = [
        Signal(*hit, sense, verb)
        for verb, table in ((True, lists.verbs), (False, lists.nouns))
        for sense, terms in table.items()
        for term in terms
        for hit in reading.hits.of(term)
    ]
    found += [
        Signal(*hit, S.TRADES, verb=True, way=way)
        for way, terms in lists.ways.items()
        for term in terms
        for hit in reading.hits.of(term)
    ]
    ends = {thing[1] for thing in things}
    voiced = [_in_voice(reading, signal, ends) for signal in found]
    voiced.sort(key=lambda signal: (signal.first, -signal.last, not _fits(reading, signal)))
    kept: list[Signal] = []
    for signal in voiced:
        if not kept or signal.first > kept[-1].last:
            kept.append(signal)
    return kept


def _fits(reading: Reading, signal: Signal) -> bool:
    """Tell "la levée" from "est levée" where one form is noun and verb."""
    before = reading.keys[signal.first - 1] if signal.first else ""
    named = before in ARTICLES or before in {"", "vers", "sans", "en", "apres"}
    return signal.verb is not named


def _in_voice(reading: Reading, signal: Signal, ends: set[int]) -> Signal:
    if not signal.verb:
        return signal
    sentence = reading.sentences[signal.first]
    begin = signal.first
    while begin > 0 and reading.sentences[begin - 1] == sentence:
        begin -= 1
    beside = signal.first - 1 in ends
    return replace(signal, voice=grammar.voice(reading, signal.first, begin, after_noun=beside))


def groups(
    reading: Reading, signals: Sequence[Signal], begin: int, end: int, things: Sequence[Hit]
) -> Iterator[Group]:
    """Yield the groups of a clause, denials applied."""
    inside = _denied(reading, [s for s in signals if begin <= s.first < end], begin, end)
    current: list[Signal] = []
    for signal in inside:
        if current and not _governs(reading, current, signal, things):
            yield Group(_settled(current), begin, end)
            current = []
        current.append(signal)
    if current:
        yield Group(_settled(current), begin, end)


def _settled(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Leave out what does not bear on the rest: a rule that nothing turns, "sans licence"."""
    kept: list[Signal] = []
    for at, signal in enumerate(signals):
        turned = any(s.sense in _TURNS | {S.REFUSES} for s in signals[:at]) or any(
            s.follows for s in signals[at + 1 :]
        )
        free = (
            signal.sense is S.OPENS
            and signal.denials
            and not signal.verb
            and {S.ALLOWS, S.TRADES}.intersection(s.sense for s in signals[:at])
        )
        if (signal.sense is not S.BOUNDS or turned) and not free:
            kept.append(signal)
    return tuple(kept or signals)


def _denied(reading: Reading, signals: Sequence[Signal], begin: int, end: int) -> list[Signal]:
    """Give each negation to the word it denies: between its halves, else right behind it."""
    found = list(signals)
    for first, last in grammar.negations(reading, begin, end):
        for at, signal in enumerate(found):
            if signal.first > last + 1 + _CLOSE:
                break
            if signal.first <= first and last <= signal.last and signal.last > signal.first:
                break  # "non à", "ne pas vouloir": the entry says so itself
            behind = signal.first > last and _is_light(reading, last + 1, signal.first)
            if first <= signal.first <= last or behind:
                found[at] = replace(signal, denials=signal.denials + 1)
                break
    return found


def _is_light(reading: Reading, begin: int, end: int) -> bool:
    """Tell whether only small words stand in a range, or one other at most."""
    others = [k for k in reading.keys[begin:end] if k not in ADVERBS and k not in ARTICLES]
    return len(others) <= 1 and not RELATIVE.intersection(others)


def _governs(
    reading: Reading, group: Sequence[Signal], signal: Signal, things: Sequence[Hit]
) -> bool:
    """Tell whether a group goes on with a signal: it governs it, or is its subject."""
    last = group[-1]
    words = reading.keys[last.last + 1 : signal.first]
    parted = any(last.last < thing[0] < signal.first for thing in things)
    listed = grammar.has_comma(reading, last.last + 1, signal.first + 1) or bool(
        COORDINATE.intersection(words)
    )
    complete = bool(_CORE.intersection(s.sense for s in group))
    subject = not last.verb or last.sense in {S.TRADES, S.BOUNDS} or not signal.voice.bare
    if signal.follows and subject and not (parted and listed) and _has_noun(group):
        return not (signal.voice.bare and listed) and not ASIDE.intersection(words[-2:])
    if not complete and last.sense not in {S.TRADES, S.USES}:
        if listed and last.sense not in _TO_SOMEONE:
            return False
        return _reaches(last, signal, words)
    if listed or RELATIVE.intersection(words):
        return False
    if signal.sense in {S.TRADES, S.USES}:
        return len(words) <= _REACH
    if parted or (last.sense is S.CLOSES and not last.verb and signal.verb):
        return False  # "l'embargo bannit": said twice, not denied
    return len(words) <= _CLOSE and not ASIDE.intersection(words)


def _has_noun(group: Sequence[Signal]) -> bool:
    return any(not s.verb or s.sense is S.TRADES for s in group)


def _reaches(last: Signal, signal: Signal, words: Sequence[str]) -> bool:
    if last.sense is S.AIMS:
        return len(words) <= _REACH
    if signal.sign < 0 and ASIDE.intersection(words):
        return False
    links = {"que", "qu"} if last.sense in _THAT else set()
    return len(words) <= _REACH and not (RELATIVE - links).intersection(words)
