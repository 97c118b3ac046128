"""
YAML as an operator may write it: plain values, each with its line and column.

YAML 1.2 through ruamel.yaml (so that `12:30` and `no` stay words). Only the node graph is taken
from the library, values are made here: nothing else than text, numbers, lists and mappings can
come out, and no alias can unfold into gigabytes.
"""

from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from watcher.errors import Problem

Path = tuple[str | int, ...]
Value = object  # text, number, bool, None, list or mapping of these

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN: Final = frozenset(
    {"map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge"}
)
_DEEPEST: Final = 40


@dataclass(slots=True)
class Document:
    """What a file says, where each piece of it stands, and what could not be read."""

    file: str
    value: Value = None
    problems: list[Problem] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)  # of values
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)  # of the keys before them

    def problem(
        self, code: str, message: str, path: Path = (), *, hint: str = "", key: bool = False
    ) -> None:
        """Note a mistake at the nearest place that is known; `key`: at the key, not the value."""
        places = self.keys if key and path in self.keys else self.places
        while path and path not in places:
            path = path[:-1]
        line, column = places.get(path, (1, 1))
        self.problems.append(
            Problem(file=self.file, line=line, column=column, code=code, message=message, hint=hint)
        )


def parse(file: str, content: str) -> Document:
    """Read one YAML document; mistakes are in its `problems`."""
    document = Document(file)
    try:
        root = YAML(typ="safe", pure=True).compose(content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.places[()] = place
        what = " ".join(str(error.problem or error.context or "cannot be read").split())
        document.problem("R100", f"this is not YAML: {what}", hint=_cure(what))
        return document
    except (YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        # The last four are how the parser stumbles over hostile input.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        document.problem("R100", f"this is not YAML: {reason}")
        return document
    if root is None:
        document.problem("R103", "this file is empty", hint="start with `schema: 1`")
        return document
    document.value = _Values(document).make(root, ())
    return document


def _cure(what: str) -> str:
    if "\\t" in what:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in what:
        return "put the text in quotes, it holds a colon"
    return ""


class _Values:
    """Turns nodes into values, noting the place of each."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def make(self, node: Node, path: Path) -> Value:
        self.document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in self.seen:
            self.document.problem(
                "R102", "an alias (*) is not understood", path, hint="share words by `vocabulary`"
            )
            return None
        kind = str(node.tag).removeprefix(_TAG)
        if kind not in _PLAIN or len(path) > _DEEPEST:
            what = "is nested too deeply" if len(path) > _DEEPEST else f"has the tag {kind}"
            self.document.problem("R102", f"this value {what}", path, hint="write it plainly")
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.make(item, (*path, at)) for at, item in enumerate(node.value)]
        return self._scalar(str(node.value), kind, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            self.document.keys[(*path, str(key))] = self.document.places[(*path, str(key))] = (
                key_node.start_mark.line + 1,
                key_node.start_mark.column + 1,
            )
            if not isinstance(key, str):
                self.document.problem("R102", "a key is a word", (*path, str(key)), key=True)
            elif key in made:
                self.document.problem(
                    "R101", f"the key `{key}` stands here twice", (*path, key), key=True
                )
            else:
                made[key] = self.make(value_node, (*path, key))
        return made

    def _scalar(self, written: str, kind: str, path: Path) -> Value:
        try:
            if kind == "int":
                return int(written.replace("_", ""), 0 if written[:2] in {"0x", "0o"} else 10)
            if kind == "float":
                return float(written.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            self.document.problem(
                "R102", f"`{written}` is no number", path, hint="put it in quotes"
            )
            return None
        if kind == "bool":
            return written.lower() == "true"
        return None if kind == "null" else written
