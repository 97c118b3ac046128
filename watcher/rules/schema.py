"""
The shape of a rule file, key by key; what is not written here is refused.

Only the shape: whether names exist, patterns compile and entries can be searched for is found out
when the rules are compiled.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from watcher.rules.document import Document, Path

Name = Annotated[str, Field(pattern=r"^[^\W_](?:[\w-]*[^\W_])?$", max_length=64)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Amount = Annotated[float, Field(allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
ZoneName = Literal["title", "heading", "lead", "body", "quote"]
Entries = Annotated[list[Text], Field(min_length=1)]
PATTERN_LENGTH: Final = 1000


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NearShape(_Shape):
    """Words of several lists together."""

    of: Annotated[list[Name], Field(min_length=2)]
    words: Annotated[int, Field(ge=0)] | None = None
    within: Literal["sentence", "paragraph"] = Field("sentence", alias="in")
    ordered: bool = False


class NumberShape(_Shape):
    """A number between bounds."""

    min: Amount | None = None
    max: Amount | None = None
    unit: Literal["", "%", "€", "$"] = ""
    near: Name | None = None
    words: Annotated[int, Field(ge=0)] = 3


class WhenShape(_Shape):
    """A condition; several keys must all hold. A bare name stands for one word of that list."""

    words: Name | None = None
    all: Annotated[list["WhenShape"], Field(min_length=1)] | None = None
    any: Annotated[list["WhenShape"], Field(min_length=1)] | None = None
    none: Annotated[list["WhenShape"], Field(min_length=1)] | None = None
    context: Annotated[list["WhenShape"], Field(min_length=1)] | None = None
    near: NearShape | None = None
    number: NumberShape | None = None
    regex: Annotated[str, Field(min_length=1, max_length=PATTERN_LENGTH)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: object) -> object:
        return {"words": value} if isinstance(value, str) else value


class ExampleShape(_Shape):
    """A text that a rule must match or must not match; a bare text is body."""

    title: str = ""
    text: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class RuleShape(_Shape):
    """A named condition with its examples."""

    id: Id
    title: Text
    severity: Literal["low", "normal", "high"] = "normal"
    when: WhenShape
    min_score: Weight = 0
    zones: Annotated[list[ZoneName], Field(min_length=1)] | None = None
    weights: dict[ZoneName, Weight] = {}
    must_match: list[ExampleShape] = []
    must_not_match: list[ExampleShape] = []


class ScopeShape(_Shape):
    """Which articles a rule set looks at; what is not named is not restricted."""

    feeds: Annotated[list[Text], Field(min_length=1)] = ["*"]
    tags: list[Text] = []
    languages: list[Annotated[str, Field(pattern="^[a-z]{2}$")]] = []


class RuleSetShape(_Shape):
    """One rule file."""

    version: Literal[1] = Field(alias="schema")
    rule_set: Id
    title: Text
    language: Literal["fr"] = "fr"
    scope: ScopeShape = ScopeShape()
    vocabulary: list[Text] = []
    words: dict[Name, Entries] = {}
    rules: Annotated[list[RuleShape], Field(min_length=1)]


class VocabularyShape(_Shape):
    """A file of word lists that several rule sets share."""

    version: Literal[1] = Field(alias="schema")
    title: Text
    language: Literal["fr"] = "fr"
    words: Annotated[dict[Name, Entries], Field(min_length=1)]


_KEYS: Final = {
    field.alias or name
    for shape in (
        *(RuleSetShape, VocabularyShape, ScopeShape, RuleShape),
        *(WhenShape, NearShape, NumberShape, ExampleShape),
    )
    for name, field in shape.model_fields.items()
}


def rule_set(document: Document) -> RuleSetShape | None:
    """Read a rule file's shape; its mistakes are then in the document, and what is sound is kept."""
    try:
        return RuleSetShape.model_validate(document.value)
    except ValidationError as error:
        _note(document, error)
        return _sound_part(document)


def _sound_part(document: Document) -> RuleSetShape | None:
    """Keep what can still be looked at, so that an operator hears of all mistakes at once."""
    value = document.value
    if not isinstance(value, dict):
        return None
    words, rules, imports = (value.get(key) for key in ("words", "rules", "vocabulary"))
    return RuleSetShape.model_construct(
        version=1,
        rule_set=str(value.get("rule_set") or document.file),
        title="",
        vocabulary=[each for each in _items(imports) if isinstance(each, str)],
        words={
            name: [entry if isinstance(entry, str) else "mot" for entry in _items(entries)]
            for name, entries in (words.items() if isinstance(words, dict) else ())
        },
        rules=[_sound_rule(rule, at) for at, rule in enumerate(_items(rules))],
    )


def _sound_rule(value: object, at: int) -> RuleShape:
    rule = value if isinstance(value, dict) else {}
    try:
        when = WhenShape.model_validate(rule.get("when"))
    except ValidationError:
        when = WhenShape(regex="mot")  # its own mistakes are noted: this one makes none
    return RuleShape.model_construct(id=str(rule.get("id", at)), title="", when=when)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def vocabulary(document: Document) -> VocabularyShape | None:
    """Read a vocabulary's shape; None when it has mistakes, which are then in the document."""
    try:
        return VocabularyShape.model_validate(document.value)
    except ValidationError as error:
        _note(document, error)
        return None


def _note(document: Document, error: ValidationError) -> None:
    for details in error.errors(include_url=False):
        code, message, hint = _sentence(details)
        path = details["loc"]
        is_key = details["type"] == "extra_forbidden"
        if path and path[-1] == "[key]":  # pydantic's word for "the key itself"
            path, is_key = path[:-1], True
        document.problem(code, message, path, hint=hint, key=is_key)


def suggestion(written: str, known: Iterable[str]) -> str:
    """Return the question whether something similar was meant; empty when nothing is."""
    close = get_close_matches(written, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def _sentence(details: ErrorDetails) -> tuple[str, str, str]:
    """Return code, sentence and cure for what pydantic found."""
    kind, path, context = details["type"], details["loc"], details.get("ctx", {})
    named = [str(step) for step in path if isinstance(step, str) and step != "[key]"]
    key = named[-1] if named else "this file"
    if kind == "extra_forbidden":
        return _unknown_key(key, path)
    if kind == "missing":
        return "R111", f"the key `{key}` is missing here", ""
    if kind == "literal_error":
        hint = suggestion(str(details["input"]), str(context["expected"]).split("'")[1::2])
        return "R112", f"`{key}` is one of {context['expected']}", hint
    if kind.endswith("_type") or kind == "int_from_float":
        hint = "put it in quotes" if kind == "string_type" else ""
        return "R113", f"`{key}` {_EXPECTED.get(kind, 'is of another kind')}", hint
    if kind == "string_pattern_mismatch":
        return "R114", f"`{details['input']}` is not a name", "use letters, digits and hyphens"
    return "R114", f"`{key}`: {details['msg'][0].lower()}{details['msg'][1:]}", ""


def _unknown_key(key: str, path: Path) -> tuple[str, str, str]:
    if key == "stance":
        return "R115", "`stance` is not understood by this release", "take it out, or upgrade"
    return "R110", f"the key `{key}` is not known here", suggestion(key, sorted(_KEYS - {key}))


_EXPECTED: Final = {
    "string_type": "is a text",
    "list_type": "is a list: put it in [ ] or on lines that start with -",
    "dict_type": "is a mapping of `key: value`",
    "model_type": "is a mapping of `key: value`",
    "model_attributes_type": "is a mapping of `key: value`",
    "int_type": "is a whole number",
    "int_from_float": "is a whole number",
    "float_type": "is a number",
    "bool_type": "is true or false",
}
