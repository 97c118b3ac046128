"""Say what is wrong with a configuration: pydantic's findings as sentences with place and cure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from watcher.config.keys import Config
from watcher.config.places import Keys, Place
from watcher.errors import Problem

_AT: Final = re.compile(
    r"(?P<what>.*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value was set: a place in a file, a variable, a credential."""

    name: str
    place: Place | None = None
    environment: bool = False

    def __str__(self) -> str:
        if self.environment:
            return f"environment {self.name}"
        return f"{self.name}:{self.place.line}" if self.place else self.name

    def problem(self, code: str, message: str, hint: str = "", *, at_value: bool = True) -> Problem:
        """Return a mistake that was made here."""
        place = self.place or Place(line=0, key=1, value=1)
        column = place.value if at_value else place.key
        return Problem(
            file=self.name, line=place.line, column=column, code=code, message=message, hint=hint
        )


Where = Callable[[Keys], Origin]


def dotted(keys: Keys) -> str:
    """Spell a path: ``chats[0].id``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def variable(keys: Keys) -> str:
    """Name the environment variable of a path; what stands in a list belongs to its list's variable."""
    names = [str(key) for key in keys]
    numbers = [index for index, key in enumerate(keys) if isinstance(key, int)]
    return "WATCHER_" + "__".join(names[: numbers[0]] if numbers else names).upper()


def whole(file: Path | str, code: str, message: str, hint: str) -> Problem:
    """Return a mistake without a place."""
    return Problem(file=str(file), line=0, column=1, code=code, message=message, hint=hint)


def undecodable(path: Path, line: int) -> Problem:
    """Return the mistake of a file in another encoding."""
    return Problem(
        file=str(path),
        line=line,
        column=1,
        code="toml",
        message="this is not UTF-8",
        hint="save the file as UTF-8",
    )


def unreadable(path: Path, text: str, said: str) -> Problem:
    """Return the mistake of a broken TOML text, from what `tomllib` said."""
    found = _AT.match(said)
    lines = text.rstrip().split("\n")
    line, column = (
        (int(found["line"]), int(found["column"])) if found else (len(lines), len(lines[-1]) + 1)
    )
    what = found["what"] if found else said.removesuffix(" (at end of document)")
    hint = 'texts stand in quotes: key = "value"'
    return Problem(file=str(path), line=line, column=column, code="toml", message=what, hint=hint)


def told(error: ValidationError, origins: Mapping[Keys, Origin]) -> list[Problem]:
    """Return pydantic's findings, none of which repeats a value: it may be a secret."""
    return [
        _one(finding, origins) for finding in error.errors(include_url=False, include_input=False)
    ]


def twice(config: Config, origins: Mapping[Keys, Origin]) -> list[Problem]:
    """Find feeds and chats that are named more than once."""
    problems = []
    named: dict[object, Keys] = {}
    tables: list[tuple[Keys, object]] = [
        *((("feeds", index), feed.url) for index, feed in enumerate(config.feeds)),
        *((("chats", index), (chat.id, chat.thread)) for index, chat in enumerate(config.chats)),
    ]
    for keys, name in tables:
        first = named.setdefault(name, keys)
        if first != keys:
            message = f"{dotted(keys)} is the same as {dotted(first)}"
            problems.append(_origin(keys, origins).problem("twice", message, "keep one of the two"))
    return problems


def _origin(keys: Keys, origins: Mapping[Keys, Origin]) -> Origin:
    """Return where a path was set, or the nearest that was set around or inside it."""
    for length in range(len(keys), 0, -1):
        prefix = keys[:length]
        inside = [origin for path, origin in origins.items() if path[:length] == prefix]
        if prefix in origins:
            return origins[prefix]
        if inside:
            return inside[0]
    return Origin(name="defaults")


def _one(finding: Mapping[str, Any], origins: Mapping[Keys, Origin]) -> Problem:
    """Return one finding as a problem."""
    keys: Keys = tuple(finding["loc"])
    origin = _origin(keys, origins)
    if finding["type"] == "extra_forbidden":
        return origin.problem(
            "unknown-key", f"unknown key {dotted(keys)}", _meant(keys), at_value=False
        )
    if finding["type"] == "missing":
        return origin.problem(
            "missing-key", f"{dotted(keys)} is missing", "every such table needs it", at_value=False
        )
    said = str(finding["msg"]).removeprefix("Value error, ").replace("Input should", "should", 1)
    return origin.problem("wrong-value", f"{dotted(keys)} {said}")


def _meant(keys: Keys) -> str:
    """Guess which key was meant, or where it belongs."""
    wrong = str(keys[-1])
    known = _known(keys[:-1])
    if close := get_close_matches(wrong.lower(), known, n=1):
        return f"did you mean {close[0]}?"
    for table in Config.model_fields:
        if wrong in _known((table,)):
            return f"it belongs under [{table}]"
    return f"known here: {', '.join(known)}"


def _known(keys: Keys) -> list[str]:
    """Return the keys that a table may have."""
    table: type[BaseModel] = Config
    for key in keys:
        if isinstance(key, str):
            inner = table.model_fields[key].annotation if key in table.model_fields else None
            models = [model for model in (inner, *get_args(inner)) if _is_table(model)]
            if not models:
                return []
            table = models[0]
    return list(table.model_fields)


def _is_table(model: object) -> bool:
    """Tell whether an annotation is one of our tables."""
    return isinstance(model, type) and issubclass(model, BaseModel)
