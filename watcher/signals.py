"""
Words that close or open a trade, in their places.

Every such word has a sign: to forbid, to lift, to refuse and "ne … pas" are -1, to allow, to
resume and to trade are +1. Words that govern each other multiply (`groups`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from watcher import grammar
from watcher.grammar import Voice
from watcher.reading import Hit, Reading


class Sense(StrEnum):
    """What a word does to the trade."""

    CLOSES = "closes"  # interdire, embargo
    HAMPERS = "hampers"  # bloquer, freiner: closes when trade or a country is spoken of
    OPENS = "opens"  # autoriser, licence
    BOUNDS = "bounds"  # règle, contrôle: closes when it is lifted, eased or kept
    TIGHTENS = "tightens"  # durcir, étendre: closes more
    ENDS = "ends"  # lever, fin
    LAPSES = "lapses"  # expirer: its subject ends
    ESCAPES = "escapes"  # échapper: its subject is spared
    EASES = "eases"  # assouplir
    REFUSES = "refuses"  # refuser, rejet
    AIMS = "aims"  # viser, soumettre: ties a thing to what closes it
    GRANTS = "grants"  # accorder, obtenir, avoir lieu: adds nothing, but can be denied
    ORDERS = "orders"  # ordonner, consigne
    ASKS = "asks"  # demander: an order to someone, or a wish for something
    ALLOWS = "allows"  # pouvoir, laisser
    RESUMES = "resumes"  # reprendre
    DISCOURAGES = "discourages"  # déconseiller
    KEEPS = "keeps"  # maintenir, rester
    WEIGHS = "weighs"  # envisager, projet: nothing is done yet
    WISHES = "wishes"  # vouloir, espérer
    TRADES = "trades"  # vendre, importation
    USES = "uses"  # utiliser, installer
    IDLE = "idle"  # "droits de douane": no signal


NEGATIVE: Final = frozenset(
    {
        *(Sense.CLOSES, Sense.HAMPERS, Sense.BOUNDS, Sense.ENDS, Sense.LAPSES, Sense.ESCAPES),
        *(Sense.EASES, Sense.REFUSES, Sense.DISCOURAGES),
    }
)
_BACK: Final = 12  # words before a verb that tell its voice: "a annoncé qu'il interdirait"
# Of these the subject, before the verb, is the matter: "l'embargo demeure, expire".
_FOLLOWS: Final = frozenset({Sense.KEEPS, Sense.LAPSES, Sense.GRANTS, Sense.RESUMES})


@dataclass(frozen=True, slots=True)
class Signal:
    """A word of some sense in its place."""

    first: int
    last: int
    sense: Sense
    verb: bool
    way: str = ""  # of trade
    denials: int = 0
    not_yet: bool = False  # denied by "pas encore"
    absent: bool = False  # denied by a word alone: "pas de vente"
    voice: Voice = field(default_factory=Voice)

    @property
    def sign(self) -> int:
        """+1 for what opens, -1 for what closes or turns round."""
        return (-1 if self.sense in NEGATIVE else 1) * int((-1) ** self.denials)

    @property
    def follows(self) -> bool:
        """Whether what it speaks of stands before it: "l'interdiction est levée, demeure"."""
        undergone = self.voice.passive and self.sense not in {Sense.TRADES, Sense.USES}
        return self.verb and (undergone or self.sense in _FOLLOWS)


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists of each sense, by number; trade by its way."""

    verbs: Mapping[Sense, Sequence[int]]
    nouns: Mapping[Sense, Sequence[int]]
    ways: Mapping[str, Sequence[int]]
    idle: Sequence[int] = ()  # what looks like a signal and is none


def find(reading: Reading, lists: Lists, things: Sequence[Hit]) -> list[Signal]:
    """Return every signal of an article in its order; of two in one place the longer counts."""
    ends = {thing[1] for thing in things}
    voiced = [_in_voice(reading, signal, ends) for signal in _listed(reading, lists)]
    voiced = [signal for signal in voiced if not _is_noun(reading, signal)]
    voiced.sort(key=lambda signal: (signal.first, -signal.last, not _fits(reading, signal)))
    kept: list[Signal] = []
    for signal in voiced:
        if not kept or signal.first > kept[-1].last:
            kept.append(signal)
    return [signal for signal in kept if signal.sense is not Sense.IDLE]


def _listed(reading: Reading, lists: Lists) -> list[Signal]:
    words = [
        Signal(*hit, sense, verb)
        for verb, table in ((True, lists.verbs), (False, lists.nouns))
        for sense, terms in table.items()
        for term in terms
        for hit in reading.hits.of(term)
    ]
    words += [
        Signal(*hit, Sense.IDLE, verb=False) for term in lists.idle for hit in reading.hits.of(term)
    ]
    return words + [
        Signal(*hit, Sense.TRADES, verb=True, way=way)
        for way, terms in lists.ways.items()
        for term in terms
        for hit in reading.hits.of(term)
    ]


def _is_noun(reading: Reading, signal: Signal) -> bool:
    """Tell the noun that looks like a verb: "des réserves", "centres de données"."""
    if not signal.verb or signal.sense is Sense.TRADES or signal.first != signal.last:
        return False
    before = reading.keys[signal.first - 1] if signal.first else ""
    key = reading.keys[signal.first]
    return before in grammar.DETERMINERS and not grammar.is_infinitive(key)


def _fits(reading: Reading, signal: Signal) -> bool:
    """Tell "la levée" from "est levée" where one form is noun and verb."""
    before = reading.keys[signal.first - 1] if signal.first else ""
    named = (before in grammar.ARTICLES and before != "a") or before in {
        "",
        "vers",
        "sans",
        "en",
        "apres",
    }
    return signal.verb is not named


def _in_voice(reading: Reading, signal: Signal, ends: set[int]) -> Signal:
    if not signal.verb:
        return signal
    sentence = reading.sentences[signal.first]
    begin = signal.first
    while begin > max(0, signal.first - _BACK) and reading.sentences[begin - 1] == sentence:
        begin -= 1
    beside = signal.first - 1 in ends
    return replace(signal, voice=grammar.voice(reading, signal.first, begin, after_noun=beside))
