"""
YAML as an operator may write it: plain values, each with its line and column.

YAML 1.2 through ruamel.yaml (so that `12:30` and `no` stay words). Only the node graph is taken
from the library, values are made here: nothing else than text, numbers, lists and mappings can
come out, and no alias can unfold into gigabytes.
"""

import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from watcher.errors import Problem

Path = tuple[str | int, ...]
Value = object  # text, number, bool, None, list or mapping of these

KEY: Final = "[key]"  # ends the path of a key itself, as in pydantic's errors
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN: Final = frozenset("map seq str int float bool null timestamp merge".split())
_DEEPEST: Final = 40
_CURES: Final = {
    "\\t": "indent with spaces, not tabs",
    "mapping values are not allowed": "put the text in quotes, it holds a colon",
}


@dataclass(slots=True)
class Document:
    """What a file says, where each piece of it stands, and what is wrong with it."""

    file: str
    content: str = ""
    value: Value = None
    problems: list[Problem] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def problem(self, code: str, message: str, path: Path = (), hint: str = "") -> None:
        """Note a mistake at the nearest place that is known."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        self.problems.append(
            Problem(file=self.file, line=line, column=column, code=code, message=message, hint=hint)
        )


def parse(file: str, content: str) -> Document:
    """Read one YAML document; mistakes are in its `problems`. A file that did not change is known."""
    known = _parsed(file, content)
    return replace(known, problems=[*known.problems])  # later checks add theirs


@lru_cache(maxsize=64)
def _parsed(file: str, content: str) -> Document:
    document = Document(file, content)
    try:
        with warnings.catch_warnings():  # a reused anchor: no alias is read here at all
            warnings.simplefilter("ignore")
            root = YAML(typ="safe", pure=True).compose(content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.places[()] = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(str(error.problem or error.context).split())
        hint = next((cure for sign, cure in _CURES.items() if sign in what), "")
        document.problem("R100", f"this is not YAML: {what}", hint=hint)
    except (YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        # The last four are how the parser stumbles over hostile input.
        reason = str(error).partition("\n")[0] or type(error).__name__
        document.problem("R100", f"this is not YAML: {reason}")
    else:
        if root is None:
            document.problem("R103", "this file is empty", hint="start with `schema: 1`")
        else:
            document.value = _value(document, root, (), set())
    return document


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _value(document: Document, node: Node, path: Path, seen: set[int]) -> Value:
    """Turn a node into a value, noting the place of each piece."""
    document.places[path] = _place(node)
    kind = str(node.tag).removeprefix(_TAG)
    wrong = ""
    if id(node) in seen:
        wrong = "is an alias (*): share words by `vocabulary`"
    elif len(path) > _DEEPEST:
        wrong = "is nested too deeply"
    elif kind not in _PLAIN:
        wrong = f"has the tag {kind}"
    if wrong:
        document.problem("R102", f"this value {wrong}", path, "write it plainly")
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode):
        return _mapping(document, node, path, seen)
    if isinstance(node, SequenceNode):
        return [_value(document, item, (*path, at), seen) for at, item in enumerate(node.value)]
    try:
        return _scalar(str(node.value), kind)
    except ValueError:
        document.problem("R102", f"`{node.value}` is no number", path, "put it in quotes")
        return None


def _mapping(document: Document, node: MappingNode, path: Path, seen: set[int]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        at = (*path, key)
        document.places[at] = document.places[*at, KEY] = _place(key_node)
        if not isinstance(key_node, ScalarNode):
            document.problem("R102", "a key is a word", (*at, KEY))
        elif key in made:
            document.problem("R101", f"the key `{key}` stands here twice", (*at, KEY))
        else:
            made[key] = _value(document, value_node, at, seen)
    return made


def _scalar(written: str, kind: str) -> Value:
    """Return a text, number, bool or None; raises `ValueError`."""
    if kind == "int":
        return int(written.replace("_", ""), 0 if written[:2] in {"0x", "0o"} else 10)
    if kind == "float":
        return float(written.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    if kind == "bool":
        return written.lower() == "true"
    return None if kind == "null" else written
