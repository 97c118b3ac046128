"""
Rule files: read, checked and compiled; pure, since the caller brings the files' contents.

`load` is the only way in: the linter, the tests and the daemon run the same rules.
"""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain, count
from math import inf
from typing import Final

from watcher.claims import ZoneKind
from watcher.errors import RuleError
from watcher.model import RuleId, RuleSetId, Severity
from watcher.operators import Names, pair
from watcher.reading import ALL_ZONES
from watcher.rules.book import Example, Need, Pair, Rule, RuleBook, RuleSet
from watcher.rules.document import Document, Path, parse
from watcher.rules.lexicon import Expand, Lexicon
from watcher.rules.lint import lint
from watcher.rules.schema import RuleSetShape, RuleShape, VocabularyShape, shaped

__all__ = ["Example", "Need", "Rule", "RuleBook", "RuleSet", "compiled", "lint", "load"]

VOCABULARY = "vocabulary/"  # files below this folder hold word lists only
WEIGHTS: Final[dict[ZoneKind, float]] = {
    ZoneKind.TITLE: 3.0,
    ZoneKind.HEADING: 2.0,
    ZoneKind.LEAD: 2.0,
    ZoneKind.BODY: 1.0,
    ZoneKind.QUOTE: 1.0,
}


def load(files: Mapping[str, str], expand: Expand) -> RuleBook:
    """
    Compile rule files, given by path within their folder.

    `expand` gives the forms of a dictionary word. Raises `RuleError` with every mistake of every
    file, and nothing else.
    """
    with _uncollected():
        return compiled([parse(file, content) for file, content in sorted(files.items())], expand)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage: rules are many values and no garbage, and looking takes as long again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_uncollected()
def compiled(documents: Sequence[Document], expand: Expand) -> RuleBook:
    """Compile what rule files say, in the order of their names; raises `RuleError`."""
    lexicon = Lexicon(expand)
    shapes = _shapes(documents, lexicon)
    if problems := [problem for document in documents for problem in document.problems]:
        raise RuleError(problems)
    sets = tuple(_rule_set(document, shape, lexicon) for document, shape in shapes)
    placed = tuple((rule_set, rule) for rule_set in sets for rule in rule_set.rules)
    index, pairs = _index([rule for _, rule in placed])
    return RuleBook(
        sets=sets,
        hash=_hash(documents, lexicon),
        lexicon=lexicon,
        placed=placed,
        index=index,
        pairs=pairs,
        always=tuple(at for at, (_, rule) in enumerate(placed) if not rule.needs),
    )


def _shapes(documents: Sequence[Document], lexicon: Lexicon) -> list[tuple[Document, RuleSetShape]]:
    """Return the sound rule sets, their words in the lexicon; mistakes are in the documents."""
    numbers, vocabularies = count(), dict[str, Names]()
    shapes: list[tuple[Document, RuleSetShape]] = []
    first: dict[str, str] = {}
    readable = [document for document in documents if not document.problems]
    for document in (each for each in readable if each.file.startswith(VOCABULARY)):
        names = Names(numbers, vocabularies)
        if shared := shaped(document, VocabularyShape, names):
            lexicon.add(names.lists, shared.words)
            vocabularies[document.file] = names
    for document in (each for each in readable if not each.file.startswith(VOCABULARY)):
        names = Names(numbers, vocabularies)
        if shape := shaped(document, RuleSetShape, names):
            lexicon.add(names.lists, shape.words)
            shapes.append((document, shape))
            if (other := first.setdefault(shape.rule_set, document.file)) != document.file:
                message = f"the rule set `{shape.rule_set}` is in {other} already"
                document.problem("R120", message, ("rule_set",))
    return shapes


def _rule_set(document: Document, shape: RuleSetShape, lexicon: Lexicon) -> RuleSet:
    return RuleSet(
        id=RuleSetId(shape.rule_set),
        title=shape.title,
        scope=shape.scope,
        rules=tuple(
            Rule(
                id=RuleId(f"{shape.rule_set}/{rule.id}"),
                title=rule.title,
                severity=Severity(rule.severity),
                condition=rule.when.whole,
                needs=tuple(map(lexicon.any_entry, rule.when.groups())),
                pair=_pair(rule, lexicon),
                zones=frozenset(map(ZoneKind, rule.zones)) if rule.zones else ALL_ZONES,
                weights=WEIGHTS | {ZoneKind(name): weight for name, weight in rule.weights.items()},
                min_score=rule.min_score,
                examples=tuple(_examples(rule, document, ("rules", at))),
            )
            for at, rule in enumerate(shape.rules)
        ),
        file=document.file,
        asking=shape.asking,
        defaults=shape.defaults.choices,
    )


def _pair(rule: RuleShape, lexicon: Lexicon) -> Pair | None:
    if (found := pair(rule.when.whole)) is None:
        return None
    one, other, words = found
    return lexicon.entries[one.term], lexicon.entries[other.term], words


def _examples(rule: RuleShape, document: Document, path: Path) -> Iterator[Example]:
    for key, matches in (("must_match", True), ("must_not_match", False)):
        for at, each in enumerate(getattr(rule, key)):
            line, column = document.places[(*path, key, at)]
            yield Example(
                title=each.title, text=each.text, matches=matches, line=line, column=column
            )


def _hash(documents: Sequence[Document], lexicon: Lexicon) -> str:
    digest = sha256()
    files = ((document.file, document.content) for document in documents)
    forms = ((word, " ".join(known)) for word, known in sorted(lexicon.forms.items()))
    for name, content in chain(files, forms):
        digest.update(f"{name}\0{content}\0".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _index(rules: Sequence[Rule]) -> tuple[Mapping[int, tuple[int, ...]], tuple[Pair, ...]]:
    """
    List each rule under the entries of its rarest need, those that the fewest rules ask for.

    Beside it stands a pair for each rule: if nothing better is known, its two rarest needs.
    """
    asked = Counter(entry for rule in rules for need in rule.needs for entry in need)
    index: dict[int, list[int]] = {}
    pairs: list[Pair] = []
    for at, rule in enumerate(rules):
        needs = sorted(rule.needs, key=lambda need: sum(map(asked.__getitem__, need))) or [()]
        for entry in set(needs[0]):
            index.setdefault(entry, []).append(at)
        pairs.append(rule.pair or (needs[0], needs[:2][-1], inf))
    return {entry: tuple(found) for entry, found in index.items()}, tuple(pairs)
