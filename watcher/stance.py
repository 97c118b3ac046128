"""
What an article says of one question: is the trade in some products closed or open?

Claims are read sentence by sentence: the group of words that closes or opens (`signals`), the
product that it governs, who decides, and whether it is news. The words come from the rule files;
nothing here knows of chips.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from watcher import grammar, signals
from watcher.claims import Claim, Detail, Polarity, Role, Stance, ZoneKind
from watcher.grammar import ARTICLES, COORDINATE
from watcher.reading import Reading
from watcher.signals import Group, Lists, Sense

WEIGHTS: Final[Mapping[ZoneKind, float]] = {
    ZoneKind.TITLE: 3.0,
    ZoneKind.HEADING: 2.0,
    ZoneKind.LEAD: 2.0,
    ZoneKind.BODY: 1.0,
    ZoneKind.QUOTE: 1.0,
}
RIGHT: Final = 18  # words from a verb or noun to the product behind it
LEFT: Final = 14  # to the one before it
TAKEN_UP: Final = 0.5  # of the weight of a claim that names its product
ASIDE: Final = 0.5  # said of a thing in passing: "les puces interdites"


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
    parties: Sequence[Party]
    lists: Lists
    parliament: Sequence[int]
    enacted: Sequence[int]
    elsewhere: Sequence[int]
    denials: Sequence[int]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be traded, in its place."""

    first: int
    last: int
    kind: str  # product | generic | rival


def read(reading: Reading, question: Question) -> Stance | None:
    """Return what an article says; None when it says nothing of the question."""
    found = tuple(_Reader(reading, question).claims())
    return weigh(found)


class _Reader:
    """One pass over the sentences of an article; remembers what was last spoken of."""

    def __init__(self, reading: Reading, question: Question) -> None:
        self.reading = reading
        self.question = question
        self.things = _things(reading, question)
        places = [(thing.first, thing.last) for thing in self.things]
        self.signals = signals.find(reading, question.lists, places)
        published = reading.article.published
        self.now: datetime | None = published.at if published else None
        self.topic: tuple[str, ...] = ()

    def claims(self) -> Iterator[Claim]:
        begin = 0
        sentences = self.reading.sentences
        first = next((t for t in self.things if t.kind == "product"), None)
        if first is not None and self.reading.zones[first.first] in {ZoneKind.TITLE, ZoneKind.LEAD}:
            self.topic = (self._name(first),)
        while begin < len(sentences):
            end = begin + 1
            while end < len(sentences) and sentences[end] == sentences[begin]:
                end += 1
            yield from self._sentence(begin, end)
            products = [t for t in self.things if begin <= t.first < end and t.kind == "product"]
            if products:
                self.topic = tuple(dict.fromkeys(map(self._name, products)))
            begin = end

    def _sentence(self, begin: int, end: int) -> Iterator[Claim]:
        inside = [s for s in self.signals if begin <= s.first < end]
        if not inside or grammar.is_question(self.reading, end - 1):
            return
        if self._within(self.question.denials, begin, end):
            return
        pending: list[Group] = []
        for first, after in grammar.clauses(self.reading, begin, end):
            if grammar.is_hypothesis(self.reading, first):
                continue
            places = [(t.first, t.last) for t in self.things if first <= t.first < after]
            pending += signals.groups(self.reading, inside, first, after, places)
        for group in _resumed(pending):
            if group.is_claim and not self._is_other_act(group):
                yield from self._claim(group, begin, end)

    def _claim(self, group: Group, begin: int, end: int) -> Iterator[Claim]:
        objects, factor = self._objects(group, begin, end)
        if objects is None or self._is_elsewhere(group) or not self._is_anchored(group, begin, end):
            return
        polarity, detail = _answer(group, self._in_parliament(group, begin, end))
        names = [self._name(thing) for thing in objects] or list(self.topic)
        issuer, way = self._issuer(group, begin, end)
        role = self._role(group)
        zone = self.reading.zones[group.span[0]]
        bare = group.core.voice.bare and zone is not ZoneKind.TITLE
        if bare or self._is_relative(group):
            factor *= ASIDE
        spread = [group.span, *((t.first, t.last) for t in objects)]
        hit = min(h[0] for h in spread), max(h[1] for h in spread)
        yield Claim(
            polarity=polarity,
            detail=detail,
            objects=tuple(dict.fromkeys(names)),
            direction=way,
            issuer=issuer,
            role=role,
            conditional=any(s.voice.doubted for s in group.signals),
            weight=WEIGHTS[zone] * factor,
            reason=self._reason(group),
            evidence=self.reading.evidence(hit, polarity.value),
        )

    def _is_anchored(self, group: Group, begin: int, end: int) -> bool:
        """Tell whether trade is spoken of; who says "interdiction" or "embargo" says so."""
        senses = group.senses
        if Sense.TRADES in senses or (group.core.sense is Sense.CLOSES):
            return True
        if Sense.OPENS in senses and Sense.GRANTS in senses:
            return True
        parties = [t for p in self.question.parties for t in (p.words, p.adjective)]
        ways = [t for terms in self.question.lists.ways.values() for t in terms]
        return self._within([*parties, *ways], begin, end)

    def _is_elsewhere(self, group: Group) -> bool:
        """Tell whether another country is told of, and no party to the question."""
        begin, end = group.begin, group.end
        parties = [t for p in self.question.parties for t in (p.words, p.adjective)]
        there = self._within(self.question.elsewhere, begin, end)
        return there and not self._within(parties[2:], begin, end)

    def _is_other_act(self, group: Group) -> bool:
        """Tell whether what is allowed or forbidden is no trade: "autorisées à dépasser 700 W"."""
        core = group.core
        if (
            not core.verb
            or {Sense.TRADES, Sense.USES} & group.senses
            or core is not group.signals[-1]
        ):
            return False
        behind = self.reading.keys[core.last + 1 : min(core.last + 11, group.end)]
        return any(
            one in {"a", "de", "d"} and grammar.is_infinitive(other)
            for one, other in zip(behind, behind[1:], strict=False)
        )

    # What it is about -----------------------------------------------------------------------

    def _objects(self, group: Group, begin: int, end: int) -> tuple[list[Thing] | None, float]:
        """Return the things a group governs, and how sure that is; None: of something else."""
        clause = [t for t in self.things if group.begin <= t.first < group.end]
        thing = self._bound(group, clause)
        factor = 1.0
        if thing is None:
            thing, factor = self._beside(group, begin, end), 0.7
        if thing is None:
            return self._carried(group, begin, end)
        if thing.kind == "rival":
            return None, 0.0
        if thing.kind == "generic":
            return ([], TAKEN_UP) if self.topic else (None, 0.0)
        return self._joined(thing), factor

    def _beside(self, group: Group, begin: int, end: int) -> Thing | None:
        """Return the nearest thing of the other clauses of its sentence."""
        others = [
            t
            for t in self.things
            if begin <= t.first < end and not group.begin <= t.first < group.end
        ]
        if any(t.kind == "rival" for t in others):
            return None
        first, last = group.span
        far = {t: first - t.last if t.last < first else t.first - last for t in others}
        near = [t for t in others if far[t] <= LEFT]
        return min(near, key=lambda t: far[t], default=None)

    def _bound(self, group: Group, clause: Sequence[Thing]) -> Thing | None:
        first, last = group.span
        core = group.core
        inner = [t for t in clause if first < t.first < last]
        if inner:
            return inner[0]
        right = [t for t in clause if t.first > last and t.first - last <= RIGHT]
        left = [t for t in clause if t.last < first and first - t.last <= LEFT]
        left = [
            t
            for t in left
            if core.voice.bare or not grammar.is_compared(self.reading, t.first, group.begin)
        ]
        left = self._main(left, first)
        if (
            core.verb
            and core.sense in {Sense.CLOSES, Sense.HAMPERS, Sense.OPENS}
            and not group.passive
        ):
            left = [t for t in left if self._is_object(t, first)]
        sides = (left[::-1], right) if group.passive else (right, left[::-1])
        return next((side[0] for side in sides if side), None)

    def _is_object(self, thing: Thing, first: int) -> bool:
        """Tell whether a thing before an active verb is its object: "la H20, que Pékin a bannie"."""
        words = self.reading.keys[thing.last + 1 : first]
        return bool(grammar.RELATIVE.intersection(words)) or words[-1:] in (
            ["l"],
            ["la"],
            ["les"],
            ["en"],
        )

    def _main(self, left: list[Thing], first: int) -> list[Thing]:
        """Leave out what stands in a relative clause: "la H20, qui suit la H100, est"."""
        if len(left) > 1:
            words = self.reading.keys[left[-2].last + 1 : left[-1].first]
            behind = range(left[-1].last + 1, first + 1)
            closed = any("," in self.reading.gap(at) for at in behind) or COORDINATE.intersection(
                self.reading.keys[left[-1].last + 1 : first]
            )
            if closed and grammar.RELATIVE.intersection(words):
                return left[:-1]
        return left

    def _joined(self, thing: Thing) -> list[Thing]:
        """Return a product with those it is listed with: "les H100 et A100"."""
        at = self.things.index(thing)
        found = [thing]
        for step in (-1, 1):
            here, other = thing, at + step
            while 0 <= other < len(self.things) and self._listed(here, self.things[other]):
                here = self.things[other]
                found.append(here)
                other += step
        return sorted((t for t in found if t.kind in {"product", "family"}), key=lambda t: t.first)

    def _listed(self, one: Thing, other: Thing) -> bool:
        left, right = sorted((one, other), key=lambda t: t.first)
        words = self.reading.keys[left.last + 1 : right.first]
        if (
            self.reading.sentences[left.last] != self.reading.sentences[right.first]
            or len(words) > 4
        ):
            return False
        comma = grammar.has_comma(self.reading, left.last + 1, right.first + 1)
        return all(w in ARTICLES or w in COORDINATE for w in words) and (
            comma or bool(COORDINATE.intersection(words)) or not words
        )

    def _carried(self, group: Group, begin: int, end: int) -> tuple[list[Thing] | None, float]:
        zone = self.reading.zones[group.span[0]]
        taken = self._is_pronoun(group) or any(
            grammar.is_taken_up(self.reading, s.first) for s in group.signals if not s.verb
        )
        if any(begin <= t.first < end and t.kind == "rival" for t in self.things):
            return None, 0.0
        if self.topic and (taken or zone is ZoneKind.TITLE):
            return [], TAKEN_UP
        return None, 0.0

    def _is_pronoun(self, group: Group) -> bool:
        return bool(
            {"en", "celle", "celui", "celles", "ceux"}.intersection(
                self.reading.keys[group.begin : group.span[1]]
            )
        )

    def _name(self, thing: Thing) -> str:
        return self.reading.evidence((thing.first, thing.last), "").quote

    # Who says so, and when ---------------------------------------------------------------------

    def _issuer(self, group: Group, begin: int, end: int) -> tuple[str, str]:
        party = self._subject(group, begin)
        if party is not None:
            return party.name, party.way
        way = next((s.way for s in reversed(group.signals) if s.way), "")
        way = way or next(
            (s.way for s in self.signals if group.begin <= s.first < group.end and s.way), ""
        )
        return "", way

    def _subject(self, group: Group, begin: int) -> Party | None:
        first, last = group.span
        best: tuple[int, Party] | None = None
        for party in self.question.parties:
            for hit in self.reading.hits.of(party.adjective):
                if any(0 < hit[0] - s.last <= 3 for s in group.signals if not s.verb):
                    return party
            for hit in self.reading.hits.of(party.words):
                if not begin <= hit[0] < group.end:
                    continue
                before = (
                    self.reading.keys[hit[0] - 2 : hit[0]]
                    if hit[0] > 1
                    else self.reading.keys[: hit[0]]
                )
                if hit[0] > first:
                    nouns = [s for s in group.signals if not s.verb and 0 < hit[0] - s.last <= 3]
                    if "par" in before or (
                        nouns and before[-1:] in (["de"], ["du"], ["des"], ["d"])
                    ):
                        return party
                    continue
                if (
                    before
                    and {before[-1], before[0]} & _TOWARDS
                    and before[-1] not in {"l", "la", "le", "les"} | set()
                ):
                    continue
                if before and before[0] in _TOWARDS and before[-1] in {"la", "le", "les", "l"}:
                    continue
                if best is None or hit[0] > best[0]:
                    best = hit[0], party
        return best[1] if best else None

    def _is_relative(self, group: Group) -> bool:
        first = group.span[0]
        return bool(
            grammar.RELATIVE.difference({"que", "qu"}).intersection(
                self.reading.keys[max(group.begin, first - 4) : first]
            )
        )

    def _role(self, group: Group) -> Role:
        told = any(s.voice.long_past for s in group.signals)
        first = group.span[0]
        before = self.reading.keys[max(group.begin, first - 3) : first]
        aside = grammar.KNOWN.intersection(before)
        if told or aside or grammar.is_past(self.reading, group.begin, group.end, self.now):
            return Role.BACKGROUND
        return Role.PRIMARY

    def _in_parliament(self, group: Group, begin: int, end: int) -> bool:
        """Tell whether it is only the parliament's, which decides nothing until it is law."""
        if self._within(self.question.enacted, begin, end):
            return False
        first = group.core.first
        house = [h[0] for t in self.question.parliament for h in self.reading.hits.of(t)]
        house = [
            at
            for at in house
            if not {"du", "devant", "malgre", "contre"}.intersection(
                self.reading.keys[max(0, at - 2) : at]
            )
        ]
        last = max((at for at in house if begin <= at <= first), default=-1)
        others = [h[0] for p in self.question.parties for h in self.reading.hits.of(p.words)]
        return last >= 0 and not any(last < at < first for at in others)

    def _within(self, terms: Sequence[int], begin: int, end: int) -> bool:
        return any(begin <= hit[0] < end for term in terms for hit in self.reading.hits.of(term))

    def _reason(self, group: Group) -> str:
        quotes = [self.reading.evidence((s.first, s.last), "").quote for s in group.signals]
        return " × ".join(
            f"{'non ' * s.denials}{quote}" for s, quote in zip(group.signals, quotes, strict=True)
        )


_TOWARDS: Final = frozenset("vers en a au aux pour sur chez contre dans avec".split())


def _things(reading: Reading, question: Question) -> list[Thing]:
    found = [
        Thing(*hit, kind)
        for kind, terms in (
            ("product", question.about),
            ("family", question.families),
            ("rival", question.rivals),
            ("generic", question.also_called),
        )
        for term in terms
        for hit in reading.hits.of(term)
    ]
    found.sort(key=lambda t: (t.first, -t.last))
    kept: list[Thing] = []
    for thing in found:
        if kept and thing.first <= kept[-1].last:
            continue
        loose = (
            kept
            and kept[-1].kind in {"generic", "family"}
            and thing.kind not in {"generic", "family"}
        )
        if loose and thing.first - kept[-1].last <= 4:
            same = reading.sentences[thing.first] == reading.sentences[kept[-1].first]
            if same:
                kept[-1] = Thing(kept[-1].first, thing.last, thing.kind)
                continue
        kept.append(thing)
    return kept


def _resumed(groups: Sequence[Group]) -> list[Group]:
    """Tie a verb alone in its clause to what was spoken of before: "elle a été abrogée"."""
    found: list[Group] = []
    for group in groups:
        alone = not group.is_claim and all(
            s.follows or s.sense is Sense.WEIGHS for s in group.signals
        )
        if alone and found and (found[-1].is_claim or Sense.TRADES in found[-1].senses):
            before = found.pop()
            found.append(Group((*before.signals, *group.signals), before.begin, group.end))
        else:
            found.append(group)
    return found


def _answer(group: Group, in_parliament: bool) -> tuple[Polarity, Detail]:
    if in_parliament or _is_pending(group):
        return Polarity.PENDING, Detail.PENDING
    senses = group.senses
    if group.sign > 0:
        lifted = bool({Sense.ENDS, Sense.LAPSES} & senses) and Sense.CLOSES in senses
        return Polarity.OPEN, Detail.LIFTED if lifted else Detail.EASED
    turned = any(
        s.denials and s.sense in {Sense.ENDS, Sense.EASES, Sense.LAPSES} for s in group.signals
    )
    kept = Sense.KEEPS in senses or turned
    return Polarity.CLOSED, Detail.IN_FORCE if kept else Detail.IMPOSED


def _is_pending(group: Group) -> bool:
    """Tell whether nothing is decided: weighed or wished, unless that itself is refused."""
    dropped = False
    for signal in group.signals:
        weighed = signal.sense in {Sense.WEIGHS, Sense.WISHES} and not dropped
        if not signal.denials and (weighed or signal.voice.possible):
            return True
        dropped = dropped or signal.sense in {Sense.REFUSES, Sense.ENDS}
    return False


def weigh(claims: Sequence[Claim]) -> Stance | None:
    """Add claims up: the heaviest polarity of the news leads, else that of the reminders."""
    if not claims:
        return None
    primary = [c for c in claims if c.role is Role.PRIMARY]
    counted = primary or list(claims)
    totals: defaultdict[Polarity, float] = defaultdict(float)
    for claim in counted:
        totals[claim.polarity] += claim.weight
    polarity = max(totals, key=lambda p: totals[p])
    leading = [c for c in counted if c.polarity is polarity]
    best = max(leading, key=lambda c: c.weight)
    issuer = next((c.issuer for c in sorted(leading, key=lambda c: -c.weight) if c.issuer), "")
    way = next((c.direction for c in sorted(leading, key=lambda c: -c.weight) if c.direction), "")
    return Stance(
        polarity=polarity,
        detail=best.detail,
        objects=tuple(dict.fromkeys(name for c in leading for name in c.objects)),
        direction=way,
        issuer=issuer,
        role=best.role,
        conditional=any(c.conditional for c in leading),
        claims=tuple(claims),
    )
