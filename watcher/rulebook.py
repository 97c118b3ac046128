"""A folder of rule files: read from the disk, with the forms of its words frozen beside it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from watcher import inflection, matching, rules, text
from watcher.errors import Problem, RuleError

_PACKAGE: Final = Path(__file__).parent
_WHEEL: Final = _PACKAGE / "shipped" / "rules"
SHIPPED: Final = _WHEEL if _WHEEL.is_dir() else _PACKAGE.parent / "rules"
LOCK: Final = "forms.lock"


def read(folder: Path) -> rules.RuleBook:
    """Compile a folder and try its examples; raises `RuleError` with every mistake."""
    book, problems = _compiled(folder, frozen=True)
    if problems := [*problems, *matching.failures(book)]:
        raise RuleError(placed_in(folder, problems))
    return book


def compile_folder(folder: Path, *, frozen: bool = True) -> rules.RuleBook:
    """
    Compile a folder without trying its examples; raises `RuleError`.

    `frozen`: words have the forms of the folder's lock, where it has one; else the dictionary's.
    """
    book, problems = _compiled(folder, frozen=frozen)
    if problems:
        raise RuleError(placed_in(folder, problems))
    return book


def lint(folder: Path) -> tuple[Problem, ...]:
    """Return what a sound folder hardly means; raises `RuleError` for mistakes."""
    return placed_in(folder, rules.lint(_files(folder, []), read(folder), _begun))


def _compiled(folder: Path, *, frozen: bool) -> tuple[rules.RuleBook, list[Problem]]:
    """Compile the sound files of a folder; the problems are those of the others."""
    problems: list[Problem] = []
    files = _files(folder, problems)
    locked = _locked(folder, problems) if frozen else {}

    def expand(word: str) -> Collection[str]:
        return locked.get(word) or forms(word)

    try:
        return rules.load(files, expand), problems
    except RuleError as error:
        broken = {problem.file for problem in error.problems}
        sound = {name: content for name, content in files.items() if name not in broken}
        return rules.load(sound, expand), [*problems, *error.problems]


def forms(word: str) -> frozenset[str]:
    """Return every form of a dictionary word; the first call loads the dictionary (0.2 s)."""
    known = _dictionary()
    return inflection.forms(word, known.get(word) or known.get(word.lower()) or ())


def lock(folder: Path) -> str:
    """Return the text of the lock that a folder should have; raises `RuleError`."""
    return inflection.write_lock(compile_folder(folder, frozen=False).forms)


def forms_in(folder: Path, word: str) -> Collection[str]:
    """Return the forms a word has in a folder: those of its lock, else all there are."""
    return _locked(folder, []).get(word) or forms(word)


def placed_in(folder: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Name the files of problems by their path from here, not within the folder."""
    return tuple(replace(problem, file=str(folder / problem.file)) for problem in problems)


@cache
def _dictionary() -> Mapping[str, set[str]]:
    """Turn simplemma's French table (form: lemma) round."""
    factory = import_module("simplemma.strategies.dictionaries.dictionary_factory")
    known = defaultdict(set)
    for form, lemma in factory.DefaultDictionaryFactory().get_dictionary("fr").items():
        known[lemma.decode() if isinstance(lemma, bytes) else lemma].add(str(form))
    return dict(known)


@cache
def _spelt() -> str:
    """Return every word of the dictionary without typography, each on a line behind a line's end."""
    every = {form for known in _dictionary().values() for form in known}
    return text.fold("\n".join(["", *every]))


def _begun(start: str) -> int:
    return _spelt().count(f"\n{start}")


def _files(folder: Path, problems: list[Problem]) -> dict[str, str]:
    """Read the YAML files of a folder and of its vocabulary, by path within the folder."""
    if not folder.is_dir():
        problems.append(_problem("R300", "this is not a folder", "", "name the rules' folder"))
        return {}
    paths = sorted([*folder.glob("*.y*ml"), *folder.glob(f"{rules.VOCABULARY}*.y*ml")])
    names = [path.relative_to(folder).as_posix() for path in paths]
    if all(name.startswith(rules.VOCABULARY) for name in names):
        problems.append(_problem("R301", "this folder holds no rule file", "", "add a .yaml file"))
    found = {name: _content(folder, name, problems) for name in names}
    return {name: content for name, content in found.items() if content is not None}


def _content(folder: Path, name: str, problems: list[Problem]) -> str | None:
    try:
        return (folder / name).read_text("utf-8-sig")
    except OSError as error:
        problems.append(_problem("R300", f"cannot be read: {error.strerror}", name, ""))
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8"
        problems.append(_problem("R302", message, name, "save the file as UTF-8"))
    return None


def _locked(folder: Path, problems: list[Problem]) -> Mapping[str, tuple[str, ...]]:
    content = _content(folder, LOCK, problems) if (folder / LOCK).exists() else None
    frozen, wrong = inflection.read_lock(content or "")
    cure = "write `word: form form`, or run `watcher rules lock`"
    problems += [
        replace(_problem("R310", "this line names no forms", LOCK, cure), line=line, column=1)
        for line in wrong
    ]
    return frozen


def _problem(code: str, message: str, file: str, hint: str) -> Problem:
    return Problem(file=file, line=0, column=1, code=code, message=message, hint=hint)
