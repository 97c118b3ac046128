"""From the shape of a file to rules that can be asked, noting every mistake on the way."""

from collections.abc import Iterator, Mapping
from typing import Final

import re2

from watcher import operators
from watcher.model import RuleId, RuleSetId, Severity, ZoneKind
from watcher.operators import Condition, WordList
from watcher.rules.book import Example, Rule, RuleSet, Scope
from watcher.rules.document import Document, Path
from watcher.rules.lexicon import EntryError, Lexicon
from watcher.rules.schema import (
    ExampleShape,
    NearShape,
    NumberShape,
    RuleSetShape,
    RuleShape,
    VocabularyShape,
    WhenShape,
    suggestion,
)

WEIGHTS: Final[Mapping[ZoneKind, float]] = {
    ZoneKind.TITLE: 3.0,
    ZoneKind.HEADING: 2.0,
    ZoneKind.LEAD: 2.0,
    ZoneKind.BODY: 1.0,
    ZoneKind.QUOTE: 1.0,
}
Terms = dict[tuple[str, ...], int]  # equal lists are one, whatever their names


class Compiler:
    """Compiles one rule file; lists and lexicon are shared with the other files."""

    def __init__(
        self, document: Document, shape: RuleSetShape, lexicon: Lexicon, terms: Terms
    ) -> None:
        self.document = document
        self.shape = shape
        self.lexicon = lexicon
        self.terms = terms
        self.lists: dict[str, WordList] = {}

    def compile(self, vocabularies: Mapping[str, VocabularyShape]) -> RuleSet:
        """Return the rule set; it may only be used when the document got no problems."""
        for at, file in enumerate(self.shape.vocabulary):
            self._import(file, vocabularies, ("vocabulary", at))
        for name, entries in self.shape.words.items():
            if name in self.lists:
                message = f"the list `{name}` comes from the vocabulary already"
                self.document.problem("R123", message, ("words", name), key=True)
            self._list(name, entries, ("words", name))
        scope = self.shape.scope
        return RuleSet(
            id=RuleSetId(self.shape.rule_set),
            title=self.shape.title,
            language=self.shape.language,
            scope=Scope(
                feeds=tuple(scope.feeds),
                tags=frozenset(scope.tags),
                languages=frozenset(scope.languages),
            ),
            rules=tuple(self._rules()),
            file=self.document.file,
        )

    def _import(self, file: str, known: Mapping[str, VocabularyShape], path: Path) -> None:
        if file not in known:
            hint = suggestion(file, known)
            self.document.problem(
                "R122", f"there is no usable vocabulary `{file}`", path, hint=hint
            )
            return
        for name, entries in known[file].words.items():
            if name in self.lists:
                message = f"`{file}` brings the list `{name}`, which another vocabulary brings too"
                self.document.problem("R123", message, path)
            self._list(name, entries, None)

    def _list(self, name: str, entries: list[str], path: Path | None) -> None:
        """Make a list; mistakes in a vocabulary (no path) are noted in its own file."""
        key = tuple(sorted(set(entries)))
        is_new = key not in self.terms
        term = self.terms.setdefault(key, len(self.terms))
        self.lists[name] = WordList(name, term)
        for at, entry in enumerate(entries if is_new or path is not None else ()):
            try:
                self.lexicon.add(term, entry)
            except EntryError as error:
                if path is not None:
                    self.document.problem("R130", f"`{entry}`: {error}", (*path, at))

    def _rules(self) -> Iterator[Rule]:
        seen: set[str] = set()
        for at, shape in enumerate(self.shape.rules):
            path: Path = ("rules", at)
            if shape.id in seen:
                self.document.problem("R121", f"the rule `{shape.id}` stands here twice", path)
            seen.add(shape.id)
            yield self._rule(shape, path)

    def _rule(self, shape: RuleShape, path: Path) -> Rule:
        condition = self._when(shape.when, (*path, "when"))
        if shape.when.model_fields_set and not _asks_for_something(shape.when):
            self.document.problem(
                "R126",
                "this rule asks for nothing that must be there: it would match almost everything",
                (*path, "when"),
                hint="add a word list, a number or a regex outside `none`",
            )
        zones = frozenset(ZoneKind(name) for name in shape.zones or WEIGHTS)
        given = {ZoneKind(name): weight for name, weight in shape.weights.items()}
        return Rule(
            id=RuleId(f"{self.shape.rule_set}/{shape.id}"),
            title=shape.title,
            severity=Severity(shape.severity),
            condition=condition,
            needs=tuple(
                frozenset(entry for term in group for entry in self.lexicon.entries.get(term, ()))
                for group in condition.groups()
            ),
            zones=zones,
            weights={**WEIGHTS, **given},
            min_score=shape.min_score,
            examples=(
                *self._examples(shape.must_match, path, matches=True),
                *self._examples(shape.must_not_match, path, matches=False),
            ),
        )

    def _examples(
        self, shapes: list[ExampleShape], path: Path, *, matches: bool
    ) -> Iterator[Example]:
        key = "must_match" if matches else "must_not_match"
        for at, shape in enumerate(shapes):
            line, column = self.document.places[(*path, key, at)]
            yield Example(
                title=shape.title, text=shape.text, matches=matches, line=line, column=column
            )

    def _when(self, shape: WhenShape, path: Path) -> Condition:
        parts: list[Condition] = []
        if shape.words is not None:
            parts.append(operators.Words(self._named(shape.words, (*path, "words"))))
        for name, many in operators.MANY.items():
            if inner := getattr(shape, name):
                made = (self._when(each, (*path, name, at)) for at, each in enumerate(inner))
                parts.append(many(tuple(made)))
        if shape.near is not None:
            parts.append(self._near(shape.near, (*path, "near")))
        if shape.number is not None:
            parts.append(self._number(shape.number, (*path, "number")))
        if shape.regex is not None:
            parts += self._regex(shape.regex, (*path, "regex"))
        if not shape.model_fields_set:
            self.document.problem("R125", "this condition is empty", path)
        return parts[0] if len(parts) == 1 else operators.All(tuple(parts))

    def _near(self, shape: NearShape, path: Path) -> Condition:
        return operators.Near(
            of=tuple(self._named(name, (*path, "of", at)) for at, name in enumerate(shape.of)),
            words=shape.words,
            in_paragraph=shape.within == "paragraph",
            ordered=shape.ordered,
        )

    def _number(self, shape: NumberShape, path: Path) -> Condition:
        least = float("-inf") if shape.min is None else shape.min
        most = float("inf") if shape.max is None else shape.max
        if least > most:
            self.document.problem("R142", "`min` is above `max`: no number can match", path)
        near = None if shape.near is None else self._named(shape.near, (*path, "near"))
        return operators.Number(
            least=least, most=most, unit=shape.unit, near=near, words=shape.words
        )

    def _regex(self, written: str, path: Path) -> Iterator[Condition]:
        try:
            yield operators.Regex(operators.pattern(written))
        except re2.error as error:
            reason = _reason(error)
            look = "(?" in reason or "escape sequence" in reason
            hint = "RE2 has no look-around and no back-references: use `near` or `none`"
            self.document.problem(
                "R141" if look else "R140",
                f"RE2 cannot run this pattern: {reason}",
                path,
                hint=hint if look else "",
            )

    def _named(self, name: str, path: Path) -> WordList:
        if name not in self.lists:
            hint = suggestion(name, self.lists) or "define it under `words`"
            self.document.problem("R124", f"there is no word list `{name}`", path, hint=hint)
            return WordList(name, -1)
        return self.lists[name]


def _asks_for_something(shape: WhenShape) -> bool:
    """Tell whether a condition needs something to be there; absence alone is everywhere."""
    if shape.words or shape.near or shape.number or shape.regex is not None:
        return True
    return any(map(_asks_for_something, (*(shape.all or ()), *(shape.context or ())))) or (
        shape.any is not None and all(map(_asks_for_something, shape.any))
    )


def _reason(error: re2.error) -> str:
    """Return what RE2 says; it speaks bytes."""
    said = error.args[0]
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
