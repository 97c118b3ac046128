"""
Which rules hold for an article, and on what evidence.

The article is read once; the lexicon finds the words of all rules in one pass; only rules whose
rarest word is there are candidates; candidates are then judged exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import inf
from typing import Final

from watcher.claims import Evidence, Stance, Zone, ZoneKind
from watcher.errors import Problem
from watcher.model import Article, Match, RuleSetId
from watcher.reading import ALL_ZONES, Hit, Reading, read
from watcher.rules import Example, Need, Rule, RuleBook, RuleSet

_FEW: Final = 100  # pairs of places that are tried one by one: more would not be linear


def analyse(article: Article, book: RuleBook) -> Reading:
    """Read an article and find every word of every rule in it."""
    reading = read(article)
    reading.hits = book.lexicon.scan(reading)
    return reading


def match(
    article: Article, book: RuleBook, *, feed_url: str = "", tags: tuple[str, ...] = ()
) -> tuple[Match, ...]:
    """Return a match for each rule that holds, in the order of the rule files."""
    return verdict(article, book, feed_url=feed_url, tags=tags)[0]


def verdict(
    article: Article, book: RuleBook, *, feed_url: str = "", tags: tuple[str, ...] = ()
) -> tuple[tuple[Match, ...], Mapping[RuleSetId, Stance]]:
    """Return the matches, and what the article says of the question of each rule set that asks."""
    reading = analyse(article, book)
    covered: dict[RuleSetId, bool] = {}
    matches = []
    for rule_set, rule in (book.placed[at] for at in sorted(candidates(reading, book))):
        if rule_set.id not in covered:
            covered[rule_set.id] = rule_set.scope.covers(article, feed_url=feed_url, tags=tags)
        if covered[rule_set.id] and (found := judge(rule, rule_set, reading, book.hash)):
            matches.append(found)
    stances = {
        rule_set.id: stance
        for rule_set in book.sets
        if rule_set.asking
        and rule_set.scope.covers(article, feed_url=feed_url, tags=tags)
        and (stance := rule_set.asking.of(reading))
    }
    return tuple(matches), stances


def candidates(reading: Reading, book: RuleBook) -> Iterator[int]:
    """Return the rules that can hold, by place in the book: a word of their rarest needs is there."""
    yield from book.always
    found = reading.hits.by_entry
    is_absent = found.keys().isdisjoint
    for at in sorted(set(chain.from_iterable(filter(None, map(book.index.get, found))))):
        one, other, words = book.pairs[at]
        if is_absent(other) or is_absent(one):
            continue
        if words == inf or _near(one, other, words, found):
            yield at


def _near(one: Need, other: Need, words: float, found: Mapping[int, Sequence[Hit]]) -> bool:
    """Tell whether entries may be near one another; sentences are not looked at yet."""
    left = [hit for entry in one if entry in found for hit in found[entry]]
    right = [hit for entry in other if entry in found for hit in found[entry]]
    if len(left) * len(right) > _FEW:
        return True
    for begin, end in left:
        for first, last in right:
            if first - end - 1 <= words >= begin - last - 1:
                return True
    return False


def judge(rule: Rule, rule_set: RuleSet, reading: Reading, rules_hash: str) -> Match | None:
    """Judge one rule exactly; the score is the weight of each piece of evidence, by its zone."""
    seen = reading if rule.zones is ALL_ZONES else reading.within(rule.zones)
    found = rule.condition.find(seen)
    if found is None:
        return None
    evidence = tuple(sorted(set(found), key=_place))
    places = {(piece.zone, piece.start, piece.end) for piece in evidence}
    score = sum(rule.weights[zone] for zone, _, _ in places)
    if score < rule.min_score:
        return None
    return Match(
        rule=rule.id,
        rule_set=rule_set.id,
        title=rule.title,
        severity=rule.severity,
        score=score,
        min_score=rule.min_score,
        evidence=evidence,
        rules_hash=rules_hash,
    )


def _place(piece: Evidence) -> tuple[bool, int, int, str]:
    return piece.zone is not ZoneKind.TITLE, piece.start, piece.end, piece.words


def failures(book: RuleBook) -> tuple[Problem, ...]:
    """Try every rule on the examples beside it; return those that go wrong, with their place."""
    problems = []
    for rule_set, rule in book.placed:
        for example in rule.examples:
            found = judge(rule, rule_set, analyse(_article(example, rule), book), book.hash)
            if (found is not None) is not example.matches:
                problems.append(_failure(rule, rule_set.file, example, found))
    return tuple(problems)


def _failure(rule: Rule, file: str, example: Example, found: Match | None) -> Problem:
    if found is None:
        code = "R200"
        message = f"`{rule.id}` does not match this text, which is under must_match"
    else:
        code = "R201"
        pieces = ", ".join(f"«{piece.quote}» ({piece.words})" for piece in found.evidence)
        message = f"`{rule.id}` matches this text, which is under must_not_match: {pieces}"
    return Problem(file=file, line=example.line, column=example.column, code=code, message=message)


def _article(example: Example, rule: Rule) -> Article:
    """Put an example where its rule looks: its text is body, else the first zone there is."""
    title, text = example.title, example.text
    allowed = [kind for kind in ZoneKind if kind in rule.zones]
    kind = ZoneKind.BODY if ZoneKind.BODY in rule.zones else allowed[-1]
    if kind is ZoneKind.TITLE and not title:
        title, text = text, ""
    return Article(title=title, text=text, zones=(Zone(kind=kind, start=0, end=len(text)),))
