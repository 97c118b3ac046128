"""Where each setting was made, and pydantic's findings as sentences with that place and a cure."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import ValidationError

from watcher.config.keys import Config
from watcher.errors import Problem

Keys = tuple[str | int, ...]

_SETTING: Final = re.compile(r"""(\s*)(\[{0,2})\s*([\w."'-]+(?: *\. *[\w"'-]+)*)\s*[]=]""")
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was set: at a line and column of a file, or in a variable (line 0)."""

    file: str
    line: int = 0
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def problem(self, code: str, message: str, hint: str = "") -> Problem:
        """Return a mistake that was made here."""
        return Problem(**asdict(self), code=code, message=message, hint=hint)


def places(text: str, file: str) -> dict[Keys, Place]:
    """Map each key path of a TOML text to its place; ``[[tables]]`` are numbered from 0."""
    found: dict[Keys, Place] = {}
    counts: Counter[Keys] = Counter()
    table: Keys = ()
    for number, line in enumerate(text.split("\n"), 1):
        if (setting := _SETTING.match(line)) is None:
            continue
        indent, bracket, name = setting.groups()
        keys: Keys = tuple(part.strip(" \"'") for part in name.split("."))
        place = Place(file, number, len(indent) + 1)
        if bracket == "[[":
            found.setdefault(keys, place)
            keys = (*keys, counts[keys])
            counts[keys[:-1]] += 1
        table, keys = (keys, keys) if bracket else (table, (*table, *keys))
        found.setdefault(keys, place)
    return found


def nearest(found: Mapping[Keys, Place], keys: Keys, default: Place) -> Place:
    """Return the place of a key path, or of the innermost table around it that has one."""
    while keys and keys not in found:
        keys = keys[:-1]
    return found.get(keys, default)


def dotted(keys: Keys) -> str:
    """Spell a path: ``chats[0].id``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def broken(file: str, text: str, said: str) -> Problem:
    """Return the mistake of a broken TOML text, from what `tomllib` said."""
    at = _AT.search(said)
    line, column = at.groups() if at else (None, None)
    place = Place(file, int(line or text.rstrip().count("\n") + 1), int(column or 1))
    return place.problem("toml", _AT.sub("", said), 'texts stand in quotes: key = "value"')


def told(error: ValidationError, origins: Mapping[Keys, Place]) -> list[Problem]:
    """Return pydantic's findings, none of which repeats a value: it may be a secret."""
    problems = []
    for finding in error.errors(include_url=False, include_input=False):
        keys, kind = finding["loc"], finding["type"]
        place = nearest(origins, keys, Place("defaults"))
        if kind == "extra_forbidden":
            found = place.problem("unknown-key", f"unknown key {dotted(keys)}", _meant(keys))
        elif kind == "missing":
            hint = "every such table needs it"
            found = place.problem("missing-key", f"{dotted(keys)} is missing", hint)
        else:
            said = finding["msg"].removeprefix("Value error, ").replace("Input should", "should", 1)
            found = place.problem("wrong-value", f"{dotted(keys)} {said}")
        problems.append(found)
    return problems


def _meant(keys: Keys) -> str:
    """Guess which key was meant."""
    table: Any = Config
    if len(keys) > 1:
        table = Config.model_fields[str(keys[0])].annotation
        table = (get_args(table) or (table,))[0]  # of tuple[ChatKeys, ...], the ChatKeys
    known = list(table.model_fields)
    if close := get_close_matches(str(keys[-1]).lower(), known, n=1):
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}"
