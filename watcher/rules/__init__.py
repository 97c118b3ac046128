"""
Rule files: read, checked and compiled; pure, since the caller brings the files' contents.

`load` is the only way in: the linter, the tests and the daemon run the same rules.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from watcher.errors import Problem, RuleError
from watcher.rules import schema
from watcher.rules.book import Example, Rule, RuleBook, RuleSet, Scope
from watcher.rules.compiling import Compiler, Terms
from watcher.rules.document import Document, parse
from watcher.rules.lexicon import EntryError, Expand, Lexicon, parts

__all__ = ["Example", "Rule", "RuleBook", "RuleSet", "Scope", "load"]

VOCABULARY = "vocabulary/"  # files below this folder hold word lists only


def load(files: Mapping[str, str], expand: Expand) -> RuleBook:
    """
    Compile rule files, given by path within their folder.

    `expand` gives the forms of a dictionary word. Raises `RuleError` with every mistake of every
    file, and nothing else.
    """
    documents = {file: parse(file, content) for file, content in sorted(files.items())}
    vocabularies = _vocabularies(documents)
    lexicon = Lexicon(expand)
    terms: Terms = {}
    sets = []
    for file, document in documents.items():
        if file.startswith(VOCABULARY) or document.problems:
            continue
        if (shape := schema.rule_set(document)) is not None:
            sets.append(Compiler(document, shape, lexicon, terms).compile(vocabularies))
    _refuse_twins(sets, documents)
    problems = [problem for document in documents.values() for problem in document.problems]
    if problems:
        raise RuleError(_each_once(problems))
    placed = tuple((rule_set, rule) for rule_set in sets for rule in rule_set.rules)
    return RuleBook(
        sets=tuple(sets),
        hash=_hash(files, lexicon),
        lexicon=lexicon,
        placed=placed,
        index=_index([rule for _, rule in placed]),
        always=tuple(at for at, (_, rule) in enumerate(placed) if not rule.needs),
    )


def _vocabularies(documents: Mapping[str, Document]) -> dict[str, schema.VocabularyShape]:
    known = {}
    for file, document in documents.items():
        if not file.startswith(VOCABULARY) or document.problems:
            continue
        shape = schema.vocabulary(document)
        if shape is None:
            continue
        for name, entries in shape.words.items():
            for at, entry in enumerate(entries):
                try:
                    parts(entry)
                except EntryError as error:
                    document.problem("R130", f"`{entry}`: {error}", ("words", name, at))
        known[file] = shape
    return known


def _refuse_twins(sets: Sequence[RuleSet], documents: Mapping[str, Document]) -> None:
    first: dict[str, str] = {}
    for each in sets:
        other = first.setdefault(each.id, each.file)
        if other != each.file:
            message = f"the rule set `{each.id}` is in {other} already"
            documents[each.file].problem("R120", message, ("rule_set",))


def _each_once(problems: Sequence[Problem]) -> Sequence[Problem]:
    return list(dict.fromkeys(problems))


def _hash(files: Mapping[str, str], lexicon: Lexicon) -> str:
    digest = sha256()
    for name, content in (*sorted(files.items()), *sorted(lexicon.forms.items())):
        written = content if isinstance(content, str) else " ".join(content)
        digest.update(f"{name}\0{written}\0".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _index(rules: Sequence[Rule]) -> Mapping[int, tuple[int, ...]]:
    """List each rule under the entries of its rarest need: those that the fewest rules ask for."""
    asked = Counter(entry for rule in rules for need in rule.needs for entry in need)

    def commonness(need: frozenset[int]) -> int:
        return sum(asked[entry] for entry in need)

    index: dict[int, list[int]] = {}
    for at, rule in enumerate(rules):
        for entry in min(rule.needs, key=commonness, default=()):
            index.setdefault(entry, []).append(at)
    return {entry: tuple(found) for entry, found in index.items()}
