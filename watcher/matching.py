"""
Which rules hold for an article, and on what evidence.

The article is read once; the lexicon finds the words of all rules in one pass; only rules whose
rarest word is there are candidates; candidates are then judged exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from watcher.errors import Problem
from watcher.model import Article, Evidence, Match, Zone, ZoneKind
from watcher.reading import ALL_ZONES, Reading, read
from watcher.rules import Example, Rule, RuleBook, RuleSet

_ZONE_ORDER: Mapping[ZoneKind, int] = {ZoneKind.TITLE: 0}


def analyse(article: Article, book: RuleBook) -> Reading:
    """Read an article and find every word of every rule in it."""
    reading = read(article)
    return replace(reading, hits=book.lexicon.scan(reading))


def match(
    article: Article, book: RuleBook, *, feed_url: str = "", tags: tuple[str, ...] = ()
) -> tuple[Match, ...]:
    """Return a match for each rule that holds, in the order of the rule files."""
    reading = analyse(article, book)
    covered = {
        rule_set.id
        for rule_set in book.sets
        if rule_set.scope.covers(article, feed_url=feed_url, tags=tags)
    }
    placed = (book.placed[at] for at in sorted(candidates(reading, book)))
    found = (
        judge(rule, rule_set, reading, book.hash)
        for rule_set, rule in placed
        if rule_set.id in covered
    )
    return tuple(each for each in found if each is not None)


def candidates(reading: Reading, book: RuleBook) -> Iterator[int]:
    """Return the rules that can hold, by place in the book: a word of each of their needs is there."""
    yield from book.always
    present = set(reading.hits.by_entry)
    for at in {at for entry in present for at in book.index.get(entry, ())}:
        for need in book.placed[at][1].needs:
            if need.isdisjoint(present):
                break
        else:
            yield at


def judge(rule: Rule, rule_set: RuleSet, reading: Reading, rules_hash: str) -> Match | None:
    """Judge one rule exactly; the score is the weight of each piece of evidence, by its zone."""
    seen = reading if rule.zones == ALL_ZONES else reading.within(rule.zones)
    found = rule.condition.find(seen)
    if found is None:
        return None
    evidence = tuple(sorted(set(found), key=_place))
    score = sum(
        rule.weights[zone]
        for zone, _, _ in {(piece.zone, piece.start, piece.end) for piece in evidence}
    )
    if score < rule.min_score:
        return None
    return Match(
        rule=rule.id,
        rule_set=rule_set.id,
        title=rule.title,
        severity=rule.severity,
        score=score,
        evidence=evidence,
        rules_hash=rules_hash,
    )


def _place(piece: Evidence) -> tuple[int, int, int, str]:
    return (_ZONE_ORDER.get(piece.zone, 1), piece.start, piece.end, piece.words)


def failures(book: RuleBook) -> tuple[Problem, ...]:
    """Try every rule on the examples beside it; return those that go wrong, with their place."""
    return tuple(
        problem
        for rule_set, rule in book.placed
        for example in rule.examples
        if (problem := _failure(rule, rule_set, example, book)) is not None
    )


def _failure(rule: Rule, rule_set: RuleSet, example: Example, book: RuleBook) -> Problem | None:
    reading = analyse(_article(example, rule), book)
    found = judge(rule, rule_set, reading, book.hash)
    if (found is not None) is example.matches:
        return None
    pieces = (
        [] if found is None else [f"«{piece.quote}» ({piece.words})" for piece in found.evidence]
    )
    missing = f"`{rule.id}` does not match this text, which is under must_match"
    wrong = f"`{rule.id}` matches this text, which is under must_not_match: {', '.join(pieces)}"
    return Problem(
        file=rule_set.file,
        line=example.line,
        column=example.column,
        code="R200" if example.matches else "R201",
        message=missing if example.matches else wrong,
    )


def _article(example: Example, rule: Rule) -> Article:
    """Put an example where its rule looks: its text is body, else the first zone there is."""
    title, text = example.title, example.text
    allowed = [kind for kind in ZoneKind if kind in rule.zones]
    kind = ZoneKind.BODY if ZoneKind.BODY in rule.zones else allowed[-1]
    if kind is ZoneKind.TITLE and not title:
        title, text = text, ""
    zone = Zone(kind=kind, start=0, end=len(text))
    return Article(title=title, text=text, zones=(zone,) if text else ())
