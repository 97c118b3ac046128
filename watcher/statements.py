"""
The statements of an article about the trade in some products, one after the other.

Each sentence is read by itself: the group of words that closes or opens (`groups`), the product
that it governs (`things`), who decides, and whether it is news (`times`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, TypeVar

from watcher import grammar, groups, signals, things, times
from watcher.claims import Claim, Role, ZoneKind
from watcher.groups import Group
from watcher.reading import Reading
from watcher.signals import Lists, Sense, Signal
from watcher.things import Kind, Thing

WEIGHTS: Final[Mapping[ZoneKind, float]] = {
    ZoneKind.TITLE: 3.0,
    ZoneKind.HEADING: 2.0,
    ZoneKind.LEAD: 2.0,
    ZoneKind.BODY: 1.0,
    ZoneKind.QUOTE: 1.0,
}
# How sure a claim is, of 1 for a verb with its product in one clause.
BESIDE: Final = 0.7  # the product is in another clause
TAKEN_UP: Final = 0.5  # the product was named before
ASIDE: Final = 0.5  # said in passing: "les puces interdites", "qui autorise"
KNOWN: Final = 0.5  # a noun alone: "les restrictions américaines"
ASKED: Final = 0.5  # a title with a question mark
NOT_YET: Final = 0.5  # "pas encore"
PURPOSE: Final = 0.3  # "pour échapper à l'embargo"
LONGEST: Final = 200  # words read as one sentence: what has no stop must not cost its square
_BEHIND: Final = 11  # words behind a verb in which its infinitive stands
_BY: Final = 3  # words from a noun to who decides: "le feu vert de Pékin"
_TOWARDS: Final = frozenset("vers en a au aux pour sur chez contre dans avec".split())
_OF: Final = (["de"], ["du"], ["des"], ["d"])
_SMALL: Final = frozenset("l la le les".split())
_NAMED_BEFORE: Final = frozenset("en il elle ils elles ci".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who may close or open the trade."""

    name: str
    words: int
    adjective: int
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with two opposite answers, and the word lists that tell them apart, by number."""

    about: Sequence[int]  # the products
    families: Sequence[int]  # of products, named without a model
    also_called: Sequence[int]  # what else they are called
    rivals: Sequence[int]  # what else is closed and opened
    makers: Sequence[int]  # who makes the products
    elsewhere: Sequence[int]  # countries that are no party
    parties: Sequence[Party]
    lists: Lists
    bills: Sequence[int]  # of those who decide nothing yet
    enacted: Sequence[int]
    denied: Sequence[int]
    called: str = ""  # what its products are called where no model is named; empty: as printed

    @property
    def actors(self) -> tuple[int, ...]:
        """The lists of who may decide."""
        return tuple(term for p in self.parties for term in (p.words, p.adjective))


class Statements:
    """One pass over the sentences of an article; remembers what was last spoken of."""

    def __init__(self, reading: Reading, question: Question) -> None:
        self.reading = reading
        self.question = question
        kinds = (
            (Kind.PRODUCT, question.about),
            (Kind.FAMILY, question.families),
            (Kind.RIVAL, question.rivals),
            (Kind.GENERIC, question.also_called),
        )
        self.things = things.find(reading, kinds, question.makers)
        published = reading.article.published
        self.now: datetime | None = published.at if published else None
        self.issuers: dict[str, str] = {}  # who was last told to act, by the direction of trade
        self.inside: Sequence[Signal] = ()  # those of the sentence that is read
        self.here: Sequence[Thing] = ()
        named = next(things.products(self.things, 0, len(reading.keys)), None)
        self.topic: Sequence[Thing] = (named,) if named else ()

    @cached_property
    def signals(self) -> Sequence[Signal]:
        """The words that close or open, in their order."""
        places = [(thing.first, thing.last) for thing in self.things]
        return signals.find(self.reading, self.question.lists, places)

    def claims(self) -> Iterator[Claim]:
        """Yield what is said, in the order of the text."""
        if not self.things:
            return
        begin, sentences = 0, self.reading.sentences
        while begin < len(sentences):
            end = begin + 1
            while end < min(len(sentences), begin + LONGEST) and sentences[end] == sentences[begin]:
                end += 1
            self.inside = _between(self.signals, begin, end)
            self.here = _between(self.things, begin, end)
            yield from self._sentence(begin, end)
            if named := tuple(things.products(self.here, begin, end)):
                self.topic = named
            begin = end

    def _sentence(self, begin: int, end: int) -> Iterator[Claim]:
        asks = grammar.is_question(self.reading, end - 1)
        titled = self.reading.zones[begin] is ZoneKind.TITLE
        if (asks and not titled) or self._within(self.question.denied, begin, end):
            return
        found, doubts = list[Group](), set[int]()
        for first, after in grammar.clauses(self.reading, begin, end):
            doubted = grammar.is_hypothesis(self.reading, first)
            if doubted and not grammar.is_doubt(self.reading, begin, first, after):
                continue
            places = [(t.first, t.last) for t in self.here if first <= t.first < after]
            if found and places and grammar.is_contrast(self.reading, first):
                found.append(groups.denied(found[-1], first, after))
            doubts |= {first} if doubted else set()
            found += groups.groups(self.reading, self.inside, first, after, places)
        for group in groups.resumed(found):
            if group.is_claim and self._is_meant(group, begin, end):
                yield from self._claim(group, begin, end, asks=asks or group.begin in doubts)

    def _claim(self, group: Group, begin: int, end: int, *, asks: bool) -> Iterator[Claim]:
        objects, sure = self._objects(group, begin, end)
        if objects is None:
            return
        undecided = asks or self._is_bill(group, begin, end)
        polarity, detail = group.answer(undecided=undecided)
        issuer, way = self._issuer(group, begin)
        if objects or issuer:
            self.issuers[way] = issuer
        else:  # "la décision d'autoriser leur export": whose it is was told before, too
            issuer = self.issuers.get(way, "")
        spread = [group.span, *((thing.first, thing.last) for thing in objects)]
        hit = min(place[0] for place in spread), max(place[1] for place in spread)
        spoken = objects or self.topic
        names = self._names(spoken)
        models = self._names([thing for thing in spoken if thing.kind is Kind.PRODUCT])
        zone = self.reading.zones[group.span[0]]
        yield Claim(
            polarity=polarity,
            detail=detail,
            objects=names,
            held_as=models or tuple(dict.fromkeys(self.question.called or name for name in names)),
            general=not models,
            direction=way,
            issuer=issuer,
            role=self._role(group, begin),
            conditional=any(signal.voice.doubted for signal in group.signals),
            weight=WEIGHTS[zone] * sure * self._certainty(group) * (ASKED if asks else 1.0),
            reason=self._reason(group),
            evidence=self.reading.evidence(hit, polarity.value),
        )

    def _names(self, found: Sequence[Thing]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(thing.name(self.reading) for thing in found))

    def _certainty(self, group: Group) -> float:
        titled = self.reading.zones[group.span[0]] is ZoneKind.TITLE
        sure = 1.0
        if (group.core.voice.bare and not titled) or self._is_relative(group):
            sure *= ASIDE
        if group.is_mention and not titled:
            sure *= KNOWN
        trade = (s.first for s in group.signals if s.sense is Sense.TRADES)
        if any(grammar.is_taken_up(self.reading, first) for first in trade):
            sure *= TAKEN_UP  # "permet ces ventes": they were spoken of
        if any(signal.not_yet for signal in group.signals):
            sure *= NOT_YET
        if grammar.is_purpose(self.reading, group.span[0]):
            sure *= PURPOSE
        if any(grammar.is_lasting(self.reading, s.first) for s in group.signals if s.verb):
            sure *= ASIDE
        return sure

    def _is_relative(self, group: Group) -> bool:
        first = group.span[0]
        words = self.reading.keys[max(group.begin, first - groups.NEAR) : first]
        return bool((grammar.RELATIVE - {"que", "qu"}).intersection(words))

    def _reason(self, group: Group) -> str:
        quotes = [self.reading.evidence((s.first, s.last), "").quote for s in group.signals]
        return " × ".join(
            f"{'non ' * signal.denials}{quote}"
            for signal, quote in zip(group.signals, quotes, strict=True)
        )

    # Whether it is meant so --------------------------------------------------------------------

    def _is_meant(self, group: Group, begin: int, end: int) -> bool:
        return (
            not self._is_other_act(group)
            and not self._is_elsewhere(group)
            and self._is_anchored(group, begin, end)
        )

    def _is_other_act(self, group: Group) -> bool:
        """Tell whether what is allowed or forbidden is no trade: "autorisées à dépasser 700 W"."""
        core, keys = group.core, self.reading.keys
        behind = range(core.last + 1, min(core.last + _BEHIND, group.end) - 1)
        infinitives = (
            at + 1
            for at in behind
            if keys[at] in {"a", "de", "d"}
            and keys[at + 1] != "etre"
            and grammar.is_infinitive(keys[at + 1])
        )
        first = next(infinitives, None)
        if not core.verb or first is None:
            return False
        return not any(core.last < s.first <= first for s in group.signals)

    def _is_elsewhere(self, group: Group) -> bool:
        """Tell whether another country is told of, and only the first party to the question."""
        there = self._within(self.question.elsewhere, group.begin, group.end)
        others = self.question.actors[2:]
        return there and not self._within(others, group.begin, group.end)

    def _is_anchored(self, group: Group, begin: int, end: int) -> bool:
        """Tell whether trade is spoken of; who says "interdiction" or "embargo" says so."""
        senses = group.senses
        if senses == {Sense.WEIGHS}:
            return self._subject(group, begin) is not None and self._has_goal(begin, end)
        if Sense.TRADES in senses or (group.core.sense is Sense.CLOSES and not group.core.verb):
            return True
        ways = (term for terms in self.question.lists.ways.values() for term in terms)
        return {Sense.OPENS, Sense.GRANTS} <= senses or self._within(
            [*self.question.actors, *ways], begin, end
        )

    def _has_goal(self, begin: int, end: int) -> bool:
        words = [party.words for party in self.question.parties]
        return any(self._is_goal(at) for at in self._places(words, begin, end))

    def _is_bill(self, group: Group, begin: int, end: int) -> bool:
        """Tell whether only a parliament speaks, which decides nothing until it is law."""
        if self._within(self.question.enacted, begin, end):
            return False
        first = group.core.first
        bills = self._places(self.question.bills, group.begin, first + 1)
        last = max((at for at in bills if self._acts(at)), default=-1)
        words = [party.words for party in self.question.parties]
        others = self._places(words, last + 1, first)
        return last >= 0 and all(self._is_goal(at) for at in others)

    def _acts(self, at: int) -> bool:
        before = self.reading.keys[max(0, at - 2) : at]
        return not {"du", "devant", "malgre", "contre"}.intersection(before)

    # What it is about --------------------------------------------------------------------------

    def _objects(self, group: Group, begin: int, end: int) -> tuple[list[Thing] | None, float]:
        """Return the things a group governs, and how sure that is; None: of something else."""
        thing, sure = things.bound(self.reading, group, self.here), 1.0
        open_ended = Sense.TRADES in group.senses or not things.takes_object(group)
        if thing is None and open_ended:
            thing, sure = things.beside(group, self.here, begin, end), BESIDE
        if thing is None:
            return self._taken_up(group)
        if thing.kind is Kind.RIVAL:
            return None, 0.0
        if thing.kind is Kind.GENERIC:
            return ([], TAKEN_UP) if self.topic else (None, 0.0)
        found = things.joined(self.reading, thing, self.here)
        if all(one.kind is Kind.FAMILY for one in found):
            named = things.products(self.here, begin, end)
            found = [
                one
                for one in named
                if one.kind is Kind.PRODUCT and not grammar.excepts(self.reading, one.first, begin)
            ] or found
        return found, sure

    def _taken_up(self, group: Group) -> tuple[list[Thing] | None, float]:
        """Go back to what was spoken of: "cette interdiction"; titles and leads speak of the topic."""
        nouns = [
            signal.first
            for signal in self.inside
            if group.begin <= signal.first < group.end
            and (not signal.verb or signal.sense is Sense.TRADES)
        ]
        taken = any(grammar.is_taken_up(self.reading, first) for first in nouns)
        words = self.reading.keys[group.begin : group.span[1]]
        zone = self.reading.zones[group.span[0]]
        first = zone in {ZoneKind.TITLE, ZoneKind.LEAD, ZoneKind.HEADING}
        if self.topic and (taken or first or _NAMED_BEFORE.intersection(words)):
            return [], TAKEN_UP
        return None, 0.0

    # Who says so, and when ---------------------------------------------------------------------

    def _issuer(self, group: Group, begin: int) -> tuple[str, str]:
        """Return who decides and the direction; each empty when it is not said."""
        if party := self._agent(group) or self._subject(group, begin):
            return party.name, party.way
        ways = [signal.way for signal in reversed(group.signals) if signal.way]
        ways += [s.way for s in self.inside if group.begin <= s.first < group.end and s.way]
        return "", ways[0] if ways else ""

    def _agent(self, group: Group) -> Party | None:
        """Return who stands behind: "interdite par Pékin", "l'aval de Washington", "américaine"."""
        nouns = [s.last for s in group.signals if not s.verb or s.sense is Sense.GRANTS]
        for party in self.question.parties:
            near = max(nouns, default=-1) + _BY + 1
            for at in self._places([party.adjective], group.span[0], near):
                if any(0 < at - last <= _BY for last in nouns):
                    return party
            for at in self._places([party.words], group.span[0] + 1, group.end):
                before = self._before(at)
                owner = before[-1:] in _OF and any(0 < at - last <= _BY for last in nouns)
                if owner or "par" in before:
                    return party
        return None

    def _subject(self, group: Group, begin: int) -> Party | None:
        """Return who was named last before, unless the goods only go there."""
        places = [
            (place, at)
            for at, party in enumerate(self.question.parties)
            for place in self._places([party.words], begin, group.span[0] + 1)
            if not self._is_goal(place)
        ]
        return self.question.parties[max(places)[1]] if places else None

    def _is_goal(self, at: int) -> bool:
        before = self._before(at)
        if before[-1:] and before[-1] in _SMALL:
            before = before[:-1]
        return bool(_TOWARDS.intersection(before[-1:]))

    def _before(self, at: int) -> list[str]:
        return self.reading.keys[max(0, at - 2) : at]

    def _role(self, group: Group, begin: int) -> Role:
        first = group.span[0]
        finite = [s for s in group.signals if s.verb and s.sense is not Sense.TRADES]
        unsaid = all(grammar.is_infinitive(self.reading.keys[s.first]) for s in finite)
        told = any(signal.voice.long_past for signal in group.signals) or (
            unsaid and grammar.is_of_before(self.reading, group.begin, group.end)
        )
        before = self.reading.keys[max(group.begin, first - groups.NEAR) : first]
        if told or grammar.REMINDING.intersection(before):
            return Role.BACKGROUND
        spans = times.circumstances(self.reading, begin, group.begin, group.end, group.span)
        past = any(times.is_past(self.reading, *span, self.now) for span in spans)
        return Role.BACKGROUND if past else Role.PRIMARY

    def _within(self, terms: Sequence[int], begin: int, end: int) -> bool:
        return any(True for _ in self._places(terms, begin, end))

    def _places(self, terms: Sequence[int], begin: int, end: int) -> Iterator[int]:
        """Yield where words of some lists begin in a range."""
        for term in terms:
            hits = self.reading.hits.of(term)
            for at in range(bisect_left(hits, (begin,)), bisect_left(hits, (end,))):
                yield hits[at][0]


Placed = TypeVar("Placed", Thing, Signal)


def _between(places: Sequence[Placed], begin: int, end: int) -> Sequence[Placed]:
    """Return those that begin in a range."""
    first = bisect_left(places, begin, key=_first)
    return places[first : bisect_left(places, end, first, key=_first)]


def _first(place: Thing | Signal) -> int:
    return place.first
