"""Why each rule holds for an article or does not: what an operator asks of a rule that surprises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from watcher import text
from watcher.asking import Answered
from watcher.claims import Evidence, Role, Stance, ZoneKind
from watcher.matching import analyse, judge
from watcher.model import Article, Match
from watcher.operators import (
    All,
    AnyOf,
    Condition,
    Near,
    NoneOf,
    Number,
    Regex,
    When,
    Words,
)
from watcher.reading import ALL_ZONES, Reading
from watcher.rules import Rule, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of one rule."""

    rule: Rule
    match: Match | None  # with the evidence, also when that weighs too little
    because: str  # why it does not hold; empty when it does
    stance: Stance | None = None  # of the article, when the rule asks for it


def explain(article: Article, book: RuleBook) -> tuple[Explanation, ...]:
    """Judge every rule, whatever the scope of its set: a text by itself comes from no feed."""
    whole = analyse(article, book)
    explanations = []
    for rule_set, rule in book.placed:
        seen = whole.within(rule.zones)
        match = judge(replace(rule, min_score=0.0), rule_set, whole, book.hash)
        if match is None:
            because = missing(rule.condition, seen)
            if rule.zones != ALL_ZONES:
                because += f", in {', '.join(sorted(rule.zones))}"
        else:
            low = match.score < rule.min_score
            because = f"score {match.score:g} is below min_score {rule.min_score:g}" if low else ""
        asking = rule_set.asking if _asks(rule.condition) else None
        stance = asking.of(seen) if asking else None
        told = Explanation(rule=rule, match=match, because=because, stance=stance)
        explanations.append(told)
    return tuple(explanations)


def _asks(condition: Condition) -> bool:
    if isinstance(condition, When | All | AnyOf | NoneOf):
        return any(map(_asks, condition.parts))
    return isinstance(condition, Answered)


def missing(condition: Condition, reading: Reading) -> str:
    """Say what a condition that does not hold was waiting for."""
    if isinstance(condition, NoneOf):
        there = [found for part in condition.parts if (found := part.find(reading)) is not None]
        pieces = [f"«{piece.quote}» ({piece.words})" for found in there for piece in found]
        return f"`none` forbids {', '.join(dict.fromkeys(pieces)) or 'what is there'}"
    if isinstance(condition, AnyOf):
        return "; ".join(dict.fromkeys(missing(part, reading) for part in condition.parts))
    if isinstance(condition, When | All):
        failing = (part for part in condition.parts if part.find(reading) is None)
        return missing(next(failing), reading)
    for words in condition.of if isinstance(condition, Near) else ():
        if not reading.hits.of(words.term):
            return f"no word of `{words.name}`"
    if isinstance(condition, Answered):
        return _instead(condition, reading)
    return f"no {asked(condition)}"


def _instead(condition: Answered, reading: Reading) -> str:
    """Say what an article answers where another answer was asked for."""
    stance = condition.asking.of(reading)
    if stance is None:
        return "nothing is said of the question"
    if stance.role is Role.BACKGROUND:
        return f"it is only a reminder that says {stance.polarity}"
    if stance.polarity is not condition.polarity:
        return f"the article says {stance.polarity}, not {condition.polarity}"
    weight = sum(claim.weight for claim in stance.claims if claim.leads(stance))
    least = condition.asking.least
    return f"what says {stance.polarity} weighs {weight:g}, below min_weight {least:g}"


def asked(condition: Condition) -> str:
    """Name what one condition asks for: the one place where each kind tells its own name."""
    match condition:
        case Words():
            return f"word of `{condition.name}`"
        case Near():
            far = "" if condition.words is None else f", {condition.words} words apart at most"
            order = ", in this order" if condition.ordered else ""
            lists = ", ".join(f"`{words.name}`" for words in condition.of)
            return f"{condition.within} with {lists} together{far}{order}"
        case Number():
            close = f" near `{condition.near.name}`" if condition.near else ""
            return f"number from {condition.min:g} to {condition.max:g}{condition.unit}{close}"
        case Regex():
            return f"text like `{condition.root}`"
        case Answered():
            return f"answer `{condition.polarity}`"
        case _:
            return type(condition).__name__.lower()


Marked = tuple[ZoneKind, Sequence[tuple[str, str]]]  # pieces of a sentence; beside each its list


def marked(article: Article, evidence: Sequence[Evidence]) -> Iterator[Marked]:
    """Yield each sentence that holds evidence, cut into pieces; the list of the rest is empty."""
    title = [piece for piece in evidence if piece.zone is ZoneKind.TITLE]
    rest = [piece for piece in evidence if piece.zone is not ZoneKind.TITLE]
    for source, pieces in ((article.title, title), (article.text, rest)):
        for begin, end in text.sentences(source):
            inside = sorted(
                (piece for piece in pieces if begin <= piece.start < end), key=lambda p: p.start
            )
            if inside:
                yield inside[0].zone, list(_cut(source, begin, end, inside))


def _cut(
    source: str, begin: int, end: int, evidence: Sequence[Evidence]
) -> Iterator[tuple[str, str]]:
    at = begin
    for piece in evidence:
        if piece.start >= at:  # else it lies over the one before it
            yield source[at : piece.start], ""
            yield source[piece.start : piece.end], piece.words
            at = piece.end
    yield source[at:end], ""
