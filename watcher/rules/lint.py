"""
What a rule file may say but hardly means: each check is a function and a line in `CHECKS`.

A check looks at one sound file and yields the place, the sentence and the cure of what it finds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

from watcher import text
from watcher.errors import Problem
from watcher.operators import MANY
from watcher.rules.book import Rule, RuleBook
from watcher.rules.document import KEY, Document, Path, parse
from watcher.rules.lexicon import parts

MANY_WORDS: Final = 200  # of a dictionary: `inter*` opens 1,024, `import*` 71
WHOLE_SENTENCE: Final = 15  # words
MOST_TOLD: Final = 10  # forms

OPPOSED: Final = (  # senses that turn what is said round when one is taken for the other
    *(("closes", "opens"), ("hampers", "opens"), ("refuses", "opens"), ("ends", "opens")),
    *(("ends", "closes"), ("ends", "keeps"), ("ends", "resumes"), ("tightens", "eases")),
)

Finding = tuple[Path, str, str]
Lists = Mapping[str, Sequence[str]]  # the entries of word lists, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A sound rule file; one of shared words has no rules."""

    value: Mapping[str, Any]  # what it says
    rules: Sequence[Rule]
    visible: Lists  # its own word lists and the shared ones
    named: frozenset[str]  # the word lists that are spoken of, here or where it is shared
    forms: Mapping[str, Sequence[str]]  # of each word of the book
    begun: Callable[[str], int]  # counts the words of a dictionary that begin so


def lint(files: Mapping[str, str], book: RuleBook, begun: Callable[[str], int]) -> list[Problem]:
    """Look through rule files that make up a book; `begun` counts words by how they begin."""
    documents = {file: parse(file, content) for file, content in files.items()}
    for document, file in _files(documents, book, begun):
        for code, check in CHECKS.items():
            for path, message, hint in check(file):
                document.problem(code, message, path, hint)
    return sorted(problem for document in documents.values() for problem in document.problems)


def _files(
    documents: Mapping[str, Document], book: RuleBook, begun: Callable[[str], int]
) -> Iterator[tuple[Document, File]]:
    values: dict[str, Any] = {file: document.value for file, document in documents.items()}
    rules = {rule_set.file: rule_set.rules for rule_set in book.sets}
    shared = {file: values[file].get("vocabulary", ()) for file in rules}
    for file, document in documents.items():
        speaking = [each for each in values if each == file or file in shared.get(each, ())]
        lists: dict[str, Sequence[str]] = {}
        for each in (*shared.get(file, ()), file):
            lists |= values[each].get("words", {})
        yield (
            document,
            File(
                value=values[file],
                rules=rules.get(file, ()),
                visible=lists,
                named=frozenset(name for each in speaking for name in _spoken(values[each])),
                forms=book.forms,
                begun=begun,
            ),
        )


def _spoken(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text of a file that could name a word list."""
    waiting = [inner for name, inner in value.items() if name not in {"words", "rules"}]
    waiting += [rule["when"] for rule in value.get("rules", ())]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            yield inner
        elif isinstance(inner, dict | list):
            waiting += inner.values() if isinstance(inner, dict) else inner


def _conditions(value: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Yield place, key and value of each condition, without what must be absent."""
    if isinstance(value, str):
        yield path, "words", value
        return
    for key, inner in value.items():
        if key not in MANY and inner is not None:
            yield (*path, key), key, inner
        elif key != "none":
            for at, each in enumerate(inner or ()):
                yield from _conditions(each, (*path, key, at))


def _asked(file: File) -> Iterator[tuple[Path, str, Any]]:
    for at, rule in enumerate(file.value.get("rules", ())):
        yield from _conditions(rule["when"], ("rules", at, "when"))


def _lists(key: str, value: Any) -> Iterator[str]:
    """Yield the word lists that a condition looks for."""
    if key == "words":
        yield value
    elif key == "near":
        yield from value["of"]
    elif key == "number" and value.get("near"):
        yield value["near"]


def _excluded(value: Any) -> Iterator[str]:
    """Yield the word lists of which no word may be there."""
    for key, inner in () if isinstance(value, str) else value.items():
        for each in (inner or ()) if key in MANY else ():
            yield from (_enough if key == "none" else _excluded)(each)


def _enough(value: Any) -> Iterator[str]:
    """Yield the word lists of which one word makes a condition hold."""
    if isinstance(value, str):
        yield value
    elif set(value) == {"any"}:
        for each in value["any"]:
            yield from _enough(each)


def _forms(file: File, name: str) -> set[str]:
    """Return all that the words of a list are found as; a prefix ends with *."""
    found = set()
    for entry in file.visible[name]:
        words = parts(entry)
        [first, *more] = words
        if more:
            found.add(" ".join(part.key for part in words))
        elif first.prefix:
            found.add(f"{first.key}*")
        else:
            known = () if first.exact else file.forms[first.word]
            found |= {first.key, *map(text.key, known)}
    return found


def _common(file: File, one: str, other: str) -> str:
    """Return the forms that two lists share, as a text; empty when there are none."""
    left, right = _forms(file, one), _forms(file, other)
    common = left & right
    for these, those in ((left, right), (right, left)):
        begins = tuple(form[:-1] for form in these if form.endswith("*"))
        common |= {form for form in those if form.startswith(begins)}
    told = sorted(common)[:MOST_TOLD]
    return ", ".join(told) + f" and {len(common) - len(told)} more" * (len(common) > len(told))


def _untested(file: File) -> Iterator[Finding]:
    for at, rule in enumerate(file.rules):
        for name, matches in (("must_match", True), ("must_not_match", False)):
            if not any(example.matches is matches for example in rule.examples):
                message = f"`{rule.id}` has no example under {name}"
                yield ("rules", at), message, "write a sentence as the news would have it"


def _unused(file: File) -> Iterator[Finding]:
    for name in file.value.get("words", {}):
        if name not in file.named:
            yield (
                ("words", name, KEY),
                f"no condition uses the list `{name}`",
                "use it or delete it",
            )


def _twice_near(file: File) -> Iterator[Finding]:
    for path, key, value in _asked(file):
        for one, other in combinations(value["of"] if key == "near" else (), 2):
            if common := _common(file, one, other):
                message = f"in `near`, `{one}` and `{other}` have forms in common: {common}"
                yield path, message, "take them out of one of the two"


def _opposite(file: File) -> Iterator[Finding]:
    for at, rule in enumerate(file.value.get("rules", ())):
        path = ("rules", at, "when")
        asked = _conditions(rule["when"], path)
        wanted = {name for _, key, value in asked for name in _lists(key, value)}
        for one, other in product(sorted(wanted), sorted(set(_excluded(rule["when"])))):
            if common := _common(file, one, other):
                message = f"`none` of `{other}` forbids what `{one}` looks for: {common}"
                yield path, message, "take them out of one of the two"


def _unanchored(file: File) -> Iterator[Finding]:
    for at, rule in enumerate(file.rules):
        if not rule.needs:
            message = f"`{rule.id}` needs no word of a list: it is tried on every article"
            yield ("rules", at, "when"), message, "add a list under `context` or `all`"


def _wide_prefix(file: File) -> Iterator[Finding]:
    for name, entries in file.value.get("words", {}).items():
        for at, entry in enumerate(entries):
            for part in parts(entry):
                if part.prefix and (count := file.begun(part.key)) > MANY_WORDS:
                    message = f"`{entry}` finds {count} words of the dictionary"
                    yield ("words", name, at), message, "write the word itself, or a longer prefix"


def _wide_near(file: File) -> Iterator[Finding]:
    for path, key, value in _asked(file):
        words = key == "near" and value.get("in") != "paragraph" and value.get("words")
        if words and words > WHOLE_SENTENCE:
            message = f"`near` spans {words} words, which is nearly any sentence"
            yield path, message, f"take {WHOLE_SENTENCE} or fewer, or leave `words` out"


def _both_ways(file: File) -> Iterator[Finding]:
    senses = file.value.get("senses") or {}
    for kind, (one, other) in product(("verbs", "nouns"), OPPOSED):
        lists = [_told(senses.get(kind, {}).get(sense, ())) for sense in (one, other)]
        for left, right in product(*lists):
            if common := _common(file, left, right):
                message = f"`{one}` of `{left}` and `{other}` of `{right}` both have: {common}"
                yield ("senses", kind, other), message, "take them out of one of the two"


def _told(lists: Sequence[str] | str) -> Sequence[str]:
    return [lists] if isinstance(lists, str) else lists


CHECKS: Final[Mapping[str, Callable[[File], Iterator[Finding]]]] = {
    "L401": _untested,
    "L402": _unused,
    "L403": _twice_near,
    "L404": _opposite,
    "L405": _unanchored,
    "L406": _wide_prefix,
    "L407": _wide_near,
    "L408": _both_ways,
}
