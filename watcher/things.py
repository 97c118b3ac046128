"""What may be traded, where an article speaks of it, and which of it a group of signals governs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from watcher import grammar
from watcher.grammar import ARTICLES, COORDINATE
from watcher.groups import CORE, Group
from watcher.reading import Reading

RIGHT: Final = 18  # words from a verb or noun to the thing behind it
LEFT: Final = 14  # to the one before it
_LISTED: Final = 4  # words between two things of one list
_APART: Final = 4  # from "puces" to the model that they are
_FOR: Final = frozenset("de d des du a pour".split())
_OF: Final = frozenset("de d du des".split())


class Kind(StrEnum):
    """How well a thing is named."""

    PRODUCT = "product"
    FAMILY = "family"  # named without a model
    GENERIC = "generic"  # "ces puces": what was spoken of
    RIVAL = "rival"  # something else


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be traded, in its place."""

    first: int
    last: int
    kind: Kind
    head: int  # where its own name begins: "les puces d'IA H20" are named H20

    def name(self, reading: Reading) -> str:
        """Return its name as the article writes it."""
        return reading.evidence((self.head, self.last), "").quote


def find(
    reading: Reading, lists: Sequence[tuple[Kind, Sequence[int]]], makers: Sequence[int]
) -> list[Thing]:
    """Return the things of an article in its order; one that another names better is joined to it."""
    found = [
        Thing(*hit, kind, hit[0])
        for kind, terms in lists
        for term in terms
        for hit in reading.hits.of(term)
    ]
    found.sort(key=lambda thing: (thing.first, -thing.last))
    made = {reading.sentences[hit[0]] for term in makers for hit in reading.hits.of(term)}
    if made and not any(thing.kind in {Kind.PRODUCT, Kind.FAMILY} for thing in found):
        made = set(reading.sentences)
    kept: list[Thing] = []
    for each in found:
        made_by = each.kind is Kind.GENERIC and reading.sentences[each.first] in made
        thing = replace(each, kind=Kind.FAMILY) if made_by else each
        if kept and (thing.first <= kept[-1].last or _is_part(reading, kept[-1], thing)):
            continue
        names = bool(kept) and _names(reading, kept[-1], thing)
        kept.append(replace(thing, first=kept.pop().first) if names else thing)
    return kept


def _names(reading: Reading, loose: Thing, thing: Thing) -> bool:
    """Tell whether a thing says which a looser one before it is: "puces d'IA H20"."""
    if loose.kind not in {Kind.GENERIC, Kind.FAMILY} or thing.kind in {Kind.GENERIC, Kind.FAMILY}:
        return False
    words = reading.keys[loose.last + 1 : thing.first]
    if reading.sentences[loose.first] != reading.sentences[thing.first] or len(words) > _APART:
        return False
    if thing.kind is Kind.RIVAL:
        comma = grammar.has_comma(reading, loose.last + 1, thing.first + 1)
        return not comma and (not words or _OF.issuperset(words))
    cut = grammar.is_cut(reading, loose.last + 1, thing.first + 1)
    apart = grammar.excepts(reading, thing.first, loose.last)
    return not cut and not apart and not COORDINATE.intersection(words)


def _is_part(reading: Reading, rival: Thing, thing: Thing) -> bool:
    """Tell whether a thing only says what something else is for: "logiciels de conception de puces"."""
    if rival.kind is not Kind.RIVAL or thing.kind not in {Kind.GENERIC, Kind.FAMILY}:
        return False
    words = reading.keys[rival.last + 1 : thing.first]
    cut = grammar.is_cut(reading, rival.last + 1, thing.first + 1)
    return len(words) <= _APART and not cut and bool(_FOR.intersection(words[-1:]))


def bound(reading: Reading, group: Group, things: Sequence[Thing]) -> Thing | None:
    """Return the thing of its clause that a group governs, None where there is none."""
    first, last = group.span
    core = group.core
    clause = [thing for thing in things if group.begin <= thing.first < group.end]
    if inner := [thing for thing in clause if first < thing.first <= last]:
        return inner[0]
    right = [
        thing
        for thing in clause
        if 0 < thing.first - last <= RIGHT and not _is_remark(reading, last, thing.first)
    ]
    left = [thing for thing in clause if thing.last < first and first - thing.last <= LEFT]
    if not core.voice.bare:
        left = [t for t in left if not grammar.is_compared(reading, t.first, group.begin)]
    left = _main(reading, left, first)
    if left and _has_pronoun(reading, left[-1].last + 1, first):
        left = []  # it stands for what was spoken of
    if takes_object(group):
        left = [thing for thing in left if _is_object(reading, thing, core.first)]
    sides = (left[::-1], right) if group.passive else (right, left[::-1])
    return next((side[0] for side in sides if side), None)


def takes_object(group: Group) -> bool:
    """Tell whether a group's verb needs a thing behind it; "fermer la porte" has its object."""
    core = group.core
    return core.verb and core.sense in CORE and core.first == core.last and not group.passive


def _is_remark(reading: Reading, last: int, thing: int) -> bool:
    """Tell whether a thing is only named in a remark: "..., le jour où sortait la H200"."""
    words = reading.keys[last + 1 : thing]
    return grammar.has_comma(reading, last + 1, thing + 1) and bool(
        grammar.RELATIVE.intersection(words)
    )


def _has_pronoun(reading: Reading, begin: int, end: int) -> bool:
    """Tell whether a pronoun takes up a thing; set between commas it only stresses it."""
    return any(
        reading.keys[at] in _SOMEONE and "," not in reading.gap(at + 1) for at in range(begin, end)
    )


def beside(group: Group, things: Sequence[Thing], begin: int, end: int) -> Thing | None:
    """Return the nearest thing of the other clauses of a sentence."""
    first, last = group.span
    far = {
        thing: first - thing.last if thing.last < first else thing.first - last
        for thing in things
        if begin <= thing.first < end and not group.begin <= thing.first < group.end
    }
    near = [thing for thing, words in far.items() if words <= LEFT]
    return min(near, key=far.__getitem__, default=None)


def joined(reading: Reading, thing: Thing, things: Sequence[Thing]) -> list[Thing]:
    """Return a thing with those it is listed with: "les H100 et A100"."""
    at = things.index(thing)
    found = [thing]
    for step in (-1, 1):
        here, other = thing, at + step
        while 0 <= other < len(things) and _are_listed(reading, here, things[other]):
            here = things[other]
            found.append(here)
            other += step
    return sorted((t for t in found if t.kind in {Kind.PRODUCT, Kind.FAMILY}), key=_first)


def _first(thing: Thing) -> int:
    return thing.first


def _are_listed(reading: Reading, one: Thing, other: Thing) -> bool:
    left, right = sorted((one, other), key=_first)
    words = reading.keys[left.last + 1 : right.first]
    same = reading.sentences[left.last] == reading.sentences[right.first]
    if not same or len(words) > _LISTED:
        return False
    unlike = grammar.is_compared(reading, left.first, 0)  # "contrairement à la B200, la H200"
    comma = grammar.has_comma(reading, left.last + 1, right.first + 1) and not unlike
    small = all(word in ARTICLES or word in COORDINATE for word in words)
    return small and (comma or not words or bool(COORDINATE.intersection(words)))


def _main(reading: Reading, left: list[Thing], first: int) -> list[Thing]:
    """Leave out what stands in a relative clause: "la H20, qui suit la H100, est"."""
    if len(left) <= 1:
        return left
    words = reading.keys[left[-2].last + 1 : left[-1].first]
    behind = reading.keys[left[-1].last + 1 : first]
    closed = grammar.has_comma(reading, left[-1].last + 1, first + 1)
    apart = bool(grammar.RELATIVE.intersection(words)) or (
        closed
        and grammar.has_comma(reading, left[-2].last + 1, left[-1].first + 1)
        and not all(word in ARTICLES or word in COORDINATE for word in words)
    )
    if apart and (closed or COORDINATE.intersection(behind)):
        return left[:-1]
    return left


def _is_object(reading: Reading, thing: Thing, first: int) -> bool:
    """Tell whether a thing before an active verb is its object: "la H20, que Pékin a bannie"."""
    words = reading.keys[thing.last + 1 : first]
    return bool(grammar.RELATIVE.intersection(words)) or bool(_PRONOUNS.intersection(words[-1:]))


_SOMEONE: Final = frozenset("il elle ils elles celui celle ceux celles".split())
_PRONOUNS: Final = frozenset("l la les en".split())


def products(things: Sequence[Thing], begin: int, end: int) -> Iterator[Thing]:
    """Yield the things of a range that are named."""
    for thing in things:
        if begin <= thing.first < end and thing.kind in {Kind.PRODUCT, Kind.FAMILY}:
            yield thing
