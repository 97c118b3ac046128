"""
Which signals govern each other, and what they say together.

"Lever (-1) l'interdiction (-1)" opens, "refuse (-1) d'autoriser (+1)" closes, "l'interdiction (-1)
n'est pas (-1) levée (-1)" closes: the signs of one group multiply. What belongs to a group is read
from distance, voice and the small words between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Final

from watcher import grammar
from watcher.claims import Detail, Polarity
from watcher.grammar import ADVERBS, ARTICLES, ASIDE, COORDINATE, RELATIVE
from watcher.reading import Hit, Reading
from watcher.signals import Sense, Signal

S = Sense
CORE: Final = frozenset({S.CLOSES, S.HAMPERS, S.OPENS})
_TURNS: Final = frozenset({S.ENDS, S.LAPSES, S.ESCAPES, S.EASES, S.KEEPS, S.WEIGHS, S.TIGHTENS})
_ACTS: Final = frozenset(  # trade by itself is no claim; with one of these it is
    {S.ENDS, S.LAPSES, S.EASES, S.REFUSES, S.ALLOWS, S.RESUMES, S.DISCOURAGES, S.WEIGHS, S.TIGHTENS}
)
_YET: Final = frozenset({"encore", "toujours"})
_UNDONE: Final = frozenset({S.WEIGHS, S.WISHES})
_SETTLES: Final = frozenset({S.REFUSES, S.ENDS, S.GRANTS})
_TRADE: Final = frozenset({S.TRADES, S.USES})
_ORDERED: Final = frozenset({S.ORDERS, S.ASKS})
_NOT_USED: Final = frozenset({S.ENDS, S.REFUSES, S.DISCOURAGES})
_THAT: Final = frozenset({S.WEIGHS, S.WISHES, S.ORDERS, S.ASKS, S.REFUSES, S.GRANTS})
_TO_SOMEONE: Final = frozenset({S.ORDERS, S.ASKS, S.WEIGHS, S.WISHES, S.ALLOWS, S.AIMS, S.GRANTS})
REACH: Final = 10  # words from one that governs to what it governs
FAR: Final = 16
NEAR: Final = 4


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
        for senses in (CORE, _ACTS - {S.WEIGHS} | {S.BOUNDS, S.REFUSES, S.ESCAPES}, {S.WEIGHS}):
            if ranked := [s for s in self.signals if s.sense in senses]:
                return ranked[-1]
        return self.signals[-1]

    @property
    def passive(self) -> bool:
        """Whether the thing stands before the verb that it undergoes."""
        undergone = any(s.voice.passive for s in self.signals if s.sense in CORE | {S.TRADES})
        spared = S.ESCAPES in self.senses and not self.senses & _ORDERED
        return undergone or spared or self.core.voice.passive

    @property
    def nominal(self) -> bool:
        """Whether no verb says it: "les restrictions américaines" are known already."""
        return not any(s.verb and s.sense is not S.TRADES for s in self.signals)

    @property
    def is_mention(self) -> bool:
        """Whether nouns alone say it, as of something known: "les restrictions américaines"."""
        return self.nominal and self.senses <= {*CORE, S.BOUNDS, S.TRADES, S.WEIGHS, S.WISHES}

    @property
    def sign(self) -> int:
        """+1 when it opens the trade, -1 when it closes it."""
        if S.TIGHTENS in self.senses:
            return -1
        core = self.core.first
        signs = (s.sign for s in self.signals if s.sense not in _UNDONE or s.first < core)
        return prod(signs) * (-1 if self._required else 1)

    @property
    def _required(self) -> bool:
        """Whether a licence is asked for: "doit obtenir une licence", "demandera une licence"."""
        at = next((n for n, s in enumerate(self.signals) if s.sense is S.OPENS and not s.verb), 0)
        before = self.signals[:at]
        subject = bool(before) and before[0].sense is S.TRADES
        return any(
            s.sense is S.ORDERS
            or (s.verb and (s.sense is S.AIMS or (s.sense is S.ASKS and subject)))
            for s in before
        )

    @property
    def is_claim(self) -> bool:
        """Whether it says something of the trade by itself."""
        senses = self.senses
        bound = S.BOUNDS in senses and (
            bool(senses & _TURNS) or {S.TRADES, S.ORDERS} <= senses or {S.TRADES, S.AIMS} <= senses
        )
        if senses & CORE or bound or senses in ({S.REFUSES}, {S.WEIGHS}):
            return True
        ordered = bool(senses & _ORDERED) and self.sign < 0
        if ordered and senses & {S.ENDS, S.ESCAPES}:
            return True  # "prie ses entreprises de se passer de la H20"
        if S.TRADES in senses:
            none = self.nominal and any(s.absent for s in self.signals)
            return self._acts or ordered or none
        return S.USES in senses and (bool(senses & _NOT_USED) or ordered)

    @property
    def _acts(self) -> bool:
        """Whether something is done about the trade; weighed only when the trade comes behind."""
        trade = next(s.first for s in self.signals if s.sense is S.TRADES)
        return any(
            s.sense in _ACTS and (s.sense is not S.WEIGHS or s.verb or s.first < trade)
            for s in self.signals
        )

    def answer(self, *, undecided: bool) -> tuple[Polarity, Detail]:
        """Return what it says; `undecided`: by one who cannot decide yet."""
        if undecided or self._is_pending:
            return Polarity.PENDING, Detail.PENDING
        senses = self.senses
        if self.sign > 0:
            lifted = bool({S.ENDS, S.LAPSES} & senses) and S.CLOSES in senses
            return Polarity.OPEN, Detail.LIFTED if lifted else Detail.EASED
        ends = {S.ENDS, S.EASES, S.LAPSES}
        kept = S.KEEPS in senses or any(s.denials and s.sense in ends for s in self.signals)
        known = self.nominal and S.CLOSES in senses and len(self.signals) == 1
        return Polarity.CLOSED, Detail.IN_FORCE if kept or known else Detail.IMPOSED

    @property
    def _is_settled(self) -> bool:
        """Whether what was asked for has been answered: "la dérogation réclamée a été refusée"."""
        last = self.signals[-1]
        done = last.sense in _SETTLES and last.voice.passive and not last.voice.bare
        return done and not last.denials

    @property
    def _is_pending(self) -> bool:
        """Whether nothing is decided: weighed or wished, unless that itself is refused."""
        awaited = any(s.not_yet and s.voice.passive for s in self.signals)
        if S.OPENS in self.senses and awaited:
            return True  # "aucune licence n'a encore été signée"
        if self._is_settled:
            return False
        dropped = False
        for signal in self.signals:
            undone = signal.voice.possible or (self._is_weighed(signal) and not dropped)
            if undone and not signal.denials:
                return True
            dropped = dropped or signal.sense in {S.REFUSES, S.ENDS}
        return False

    def _is_weighed(self, signal: Signal) -> bool:
        if signal.sense is S.ASKS:
            ordered = self.sign < 0 and bool(self.senses & (_TRADE | {S.ENDS}))
            return not self._required and (not ordered or bool(self.senses & CORE))
        ahead = signal.first <= self.core.first or signal.follows
        return signal.sense in _UNDONE and ahead


def groups(
    reading: Reading, signals: Sequence[Signal], begin: int, end: int, things: Sequence[Hit]
) -> Iterator[Group]:
    """Yield the groups of a clause, denials applied."""
    current: list[Signal] = []
    inside = [signal for signal in signals if begin <= signal.first < end]
    for signal in _denied(reading, inside, begin, end, things):
        if current and not _governs(reading, current, signal, things):
            yield Group(_settled(current), begin, end)
            current = []
        current.append(signal)
    if current:
        yield Group(_settled(current), begin, end)


def resumed(groups: Sequence[Group]) -> list[Group]:
    """Tie a verb alone in its clause to what was spoken of before: "elle a été abrogée"."""
    found: list[Group] = []
    for group in groups:
        helped = {S.WEIGHS, S.ALLOWS} if S.RESUMES in group.senses else {S.WEIGHS}
        alone = not group.is_claim and all(s.follows or s.sense in helped for s in group.signals)
        if alone and found and (found[-1].is_claim or S.TRADES in found[-1].senses):
            before = found.pop()
            found.append(Group((*before.signals, *group.signals), before.begin, group.end))
        else:
            found.append(group)
    return found


def denied(group: Group, begin: int, end: int) -> Group:
    """Return the opposite of a group for another clause: "..., mais pas les B200"."""
    core = group.core
    turned = replace(core, denials=core.denials + 1)
    return Group(tuple(turned if s is core else s for s in group.signals), begin, end)


def _settled(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Leave out what does not bear on the rest: a rule that nothing turns, "sans licence"."""
    kept = [
        signal
        for at, signal in enumerate(signals)
        if not (_is_idle(signals, at) or _is_free(signals, at))
    ]
    return tuple(kept or signals)


def _is_idle(signals: Sequence[Signal], at: int) -> bool:
    turned = any(s.sense in _TURNS | {S.REFUSES, S.ORDERS, S.WISHES} for s in signals[:at]) or any(
        s.follows or s.sense is S.AIMS for s in signals[at + 1 :]
    )
    return signals[at].sense is S.BOUNDS and not turned


def _is_free(signals: Sequence[Signal], at: int) -> bool:
    """Tell "peut être vendue sans licence": no licence is needed."""
    signal = signals[at]
    trade = {S.ALLOWS, S.TRADES}.intersection(s.sense for s in signals[:at])
    return bool(signal.sense is S.OPENS and signal.denials and not signal.verb and trade)


def _denied(
    reading: Reading, signals: Sequence[Signal], begin: int, end: int, things: Sequence[Hit]
) -> list[Signal]:
    """Give each negation to the word it denies: between its halves, else right behind it."""
    found = list(signals)
    for first, last in grammar.negations(reading, begin, end):
        none = first == last and reading.keys[first : first + 2] == ["pas", "de"]
        if reading.keys[last] in {"que", "qu"} and _follows(things, last):
            continue  # "ne peut vendre que la H20": that one it can
        at = _object_of(reading, found, first, last)
        if at >= 0:
            before = reading.keys[max(0, first - 1) : found[at].first]
            found[at] = replace(
                found[at],
                denials=found[at].denials + 1,
                not_yet=bool(_YET.intersection(before)),
                absent=none,
            )
        elif none and _follows(things, first):
            refusal = Signal(first, first, S.REFUSES, verb=False)  # "Pas de H200 pour la Chine"
            found = sorted([*found, refusal], key=lambda signal: signal.first)
    return found


def _follows(things: Sequence[Hit], last: int) -> bool:
    return any(last < thing[0] <= last + NEAR for thing in things)


def _object_of(reading: Reading, signals: Sequence[Signal], first: int, last: int) -> int:
    """Return the place of the signal that a negation denies; -1 for none."""
    for at, signal in enumerate(signals):
        if signal.first > last + 1 + NEAR or signal.first <= first <= last <= signal.last:
            break  # too far, or "non à", "ne pas vouloir": the entry says so itself
        behind = signal.first > last and _is_light(reading, last + 1, signal.first)
        if first <= signal.first <= last or behind:
            only = reading.keys[last] in {"que", "qu"}
            return at if not only or signal.sense in _TRADE | {S.ALLOWS} else -1
    return -1


def _is_light(reading: Reading, begin: int, end: int) -> bool:
    """Tell whether only small words stand in a range, or one other at most."""
    others = [k for k in reading.keys[begin:end] if k not in ADVERBS and k not in ARTICLES]
    return len(others) <= 1 and not RELATIVE.intersection(others)


def _governs(
    reading: Reading, group: Sequence[Signal], signal: Signal, things: Sequence[Hit]
) -> bool:
    """Tell whether a group goes on with a signal: it governs it, or is its subject."""
    last = group[-1]
    if signal.sense is S.AIMS and last.sense in CORE and not last.verb:
        return True  # "l'interdiction qui frappait"
    if grammar.is_manner(reading, signal.first):
        return False  # "prive Nvidia de ce marché en bloquant": said twice, not denied
    words = reading.keys[last.last + 1 : signal.first]
    parted = any(last.last < thing[0] < signal.first for thing in things)
    listed = grammar.has_comma(reading, last.last + 1, signal.first + 1) or bool(
        COORDINATE.intersection(words)
    )
    if signal.follows and _is_subject(group, signal, listed=listed) and not (parted and listed):
        return not (signal.voice.bare and listed) and not ASIDE.intersection(words[-2:])
    if not CORE.intersection(s.sense for s in group) and last.sense not in _TRADE:
        return (not listed or last.sense in _TO_SOMEONE) and _reaches(last, signal, words)
    apart = listed or bool(RELATIVE.intersection(words))
    if signal.sense is S.ASKS and signal.verb and last.sense is S.TRADES and not apart:
        return True  # "l'exportation de la H20 demandera une licence"
    if signal.sense in _TRADE:
        return len(words) <= REACH and (_is_to_do(reading, last, signal) or not apart)
    if apart or parted or signal.voice.passive:
        return False  # "permet des ventes limitées": how, not whether
    twice = last.sense is S.CLOSES and not last.verb and signal.verb  # "l'embargo bannit"
    return not twice and len(words) <= NEAR and not ASIDE.intersection(words)


def _is_to_do(reading: Reading, last: Signal, signal: Signal) -> bool:
    """Tell whether a verb governs an infinitive: "autorise Alibaba et d'autres à acheter"."""
    before, key = reading.keys[signal.first - 1], reading.keys[signal.first]
    return last.verb and before in {"a", "de", "d"} and grammar.is_infinitive(key)


def _is_subject(group: Sequence[Signal], signal: Signal, *, listed: bool) -> bool:
    """Tell whether a group holds a noun that a verb behind it can be said of."""
    last = group[-1]
    if signal.voice.bare and any(s.verb and s.sense is not S.TRADES for s in group):
        return False  # "permet des ventes limitées": how, not whether
    if listed and any(s.verb and s.sense not in {S.TRADES, S.AIMS} for s in group):
        return False
    named = any(not s.verb or s.sense is S.TRADES for s in group)
    return named and (not last.verb or last.sense is S.TRADES or not signal.voice.bare)


def _reaches(last: Signal, signal: Signal, words: Sequence[str]) -> bool:
    if last.sense is S.AIMS:
        return len(words) <= FAR
    other = last.sense not in _UNDONE and any(map(grammar.is_infinitive, words))
    if signal.sign < 0 and (other or ASIDE.intersection(words)):
        return False
    links = {"que", "qu"} if last.sense in _THAT else set()
    return len(words) <= REACH and not (RELATIVE - links).intersection(words)
