"""
Where in a TOML text each key stands.

``tomllib`` keeps no positions, so the text (which must be valid) is cut into statements, each of
which ``tomllib`` reads by itself: a stretch of lines is a statement as soon as it parses.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Keys = tuple[str | int, ...]

_NAME: Final = r"""\s*(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')\s*"""
_BEFORE_VALUE: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*=\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A statement's line, and the columns of its key and of its value, all from 1."""

    line: int
    key: int
    value: int


def places(text: str) -> dict[Keys, Place]:
    """Map each key path of a valid TOML text to its place; ``[[tables]]`` are numbered from 0."""
    found: dict[Keys, Place] = {}
    counts: dict[Keys, int] = {}
    table: Keys = ()
    for line, statement in _statements(text):
        keys = _keys(tomllib.loads(statement))
        start = statement.lstrip()
        if start.startswith("["):
            table = keys = _numbered(keys, counts, another=start.startswith("[["))
        else:
            keys = (*table, *keys)
        column = len(statement) - len(start) + 1
        before = _BEFORE_VALUE.match(statement)
        found.setdefault(
            keys, Place(line=line, key=column, value=before.end() + 1 if before else column)
        )
    return found


def nearest(found: Mapping[Keys, Place], keys: Keys) -> Place | None:
    """Return the place of a key path, or of the innermost table around it that has one."""
    while keys:
        if keys in found:
            return found[keys]
        keys = keys[:-1]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of its first line."""
    gathered: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        gathered.append(line.removesuffix("\r"))
        statement = "\n".join(gathered)
        try:
            whole = bool(tomllib.loads(statement))
        except tomllib.TOMLDecodeError:
            continue
        if whole:
            yield number - len(gathered) + 1, statement
        gathered.clear()


def _keys(value: object) -> Keys:
    """Return the path to what a statement sets."""
    keys: list[str | int] = []
    while isinstance(value, dict) and len(value) == 1:
        [(key, value)] = value.items()
        keys.append(key)
    return tuple(keys)


def _numbered(keys: Keys, counts: dict[Keys, int], *, another: bool) -> Keys:
    """Put the numbers of repeated tables into a header's path."""
    path: Keys = ()
    for depth, key in enumerate(keys, 1):
        path = (*path, key)
        if another and depth == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
