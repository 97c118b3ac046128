"""
The shape of a rule file, key by key; what is not written here is refused.

All that can be wrong is found in one pass, names and patterns included, so that an operator hears
of every mistake at once.
"""

from fnmatch import fnmatchcase
from typing import Annotated, Final, Literal, Self, TypeVar, cast, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from watcher import operators, reading
from watcher.asking import Asking, PartyShape, SensesShape, StanceShape
from watcher.model import Article
from watcher.operators import (
    Amount,
    Inner,
    Names,
    Shape,
    Some,
    When,
    Words,
    bare,
    mistake,
    named_in,
    suggestion,
)
from watcher.preferences import Choices
from watcher.rules.document import KEY, Document
from watcher.rules.lexicon import ONE_WORD, parts

_EMPTY: Final = reading.read(Article(title="", text="", zones=()))


def _searchable(entry: str) -> str:
    try:
        if not ONE_WORD.fullmatch(entry):
            parts(entry)
    except ValueError as error:
        raise mistake("R130", f"`{entry}`: {error}") from error
    return entry


def _imported(file: str, info: ValidationInfo) -> str:
    names = named_in(info)
    if file not in names.vocabularies:
        hint = suggestion(file, names.vocabularies)
        raise mistake("R122", f"there is no usable vocabulary `{file}`", hint)
    brought = names.vocabularies[file].lists
    if twice := sorted(names.lists.keys() & brought):
        raise mistake("R123", f"another vocabulary brings the list `{twice[0]}` already")
    names.lists |= brought
    names.senses = names.vocabularies[file].senses or names.senses
    return file


def _new_list(name: str, info: ValidationInfo) -> str:
    names = named_in(info)
    if name in names.lists:
        raise mistake("R123", f"the list `{name}` comes from the vocabulary already")
    names.lists[name] = Words(name, next(names.numbers))
    return name


def _new_rule(name: str, info: ValidationInfo) -> str:
    names = named_in(info)
    if name in names.rules:
        raise mistake("R121", f"the rule `{name}` stands here twice")
    names.rules.add(name)
    return name


def _asking(when: When) -> When:
    if when.find(_EMPTY) is not None:
        raise mistake(
            "R126",
            "this rule asks for nothing that must be there: it would match almost everything",
            "add a word list, a number or a regex outside `none`",
        )
    return when


Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Name = Annotated[str, Field(pattern=r"^[^\W_](?:[\w-]*[^\W_])?$", max_length=64)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", max_length=64)]
Weight = Annotated[Amount, Field(ge=0)]
ZoneName = Literal["title", "heading", "lead", "body", "quote"]
DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: Final = get_args(DayName)
Entries = Some[Annotated[Text, AfterValidator(_searchable)]]
Lists = dict[Annotated[Name, AfterValidator(_new_list)], Entries]


class ExampleShape(Shape):
    """A text that a rule must match or must not match."""

    title: str = ""
    text: str = ""


Examples = list[Annotated[ExampleShape, bare("text")]]


class RuleShape(Shape):
    """A named condition with its examples."""

    id: Annotated[Id, AfterValidator(_new_rule)]
    title: Text
    severity: Literal["low", "normal", "high"] = "normal"
    when: Annotated[Inner, AfterValidator(_asking)]
    min_score: Weight = 0
    zones: Some[ZoneName] | None = None
    weights: dict[ZoneName, Weight] = Field({})
    must_match: Examples = Field([])
    must_not_match: Examples = Field([])


class Scope(Shape):
    """Which articles a rule set looks at; what is not named is not restricted."""

    feeds: Some[Text] = Field(["*"])  # patterns such as "https://*.example/*"
    tags: list[Text] = Field([])  # of which the feed has one
    languages: list[Annotated[str, Field(pattern="^[a-z]{2}$")]] = Field([])

    def covers(self, article: Article, *, feed_url: str, tags: tuple[str, ...]) -> bool:
        """Tell whether to look at an article; an undecided language is let in."""
        return (
            any(fnmatchcase(feed_url, pattern) for pattern in self.feeds)
            and (not self.tags or not set(self.tags).isdisjoint(tags))
            and (not self.languages or not article.language or article.language in self.languages)
        )


class DefaultsShape(Shape):
    """How a rule set is heard by who chose nothing else."""

    rhythm: Literal["instant", "hourly", "daily", "silent"] = "instant"
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "18:30"
    days: Some[DayName] = Field([*DAYS])
    min_score: Weight = 0

    @property
    def choices(self) -> Choices:
        """What is written, as choices are kept."""
        said = self.model_dump(exclude_unset=True)
        days = {"days": [DAYS.index(day) for day in self.days]}
        return said | days if "days" in said else said


class VocabularyShape(Shape):
    """A file of word lists that several rule sets share."""

    version: Literal[1] = Field(alias="schema")
    title: Text
    language: Literal["fr"] = "fr"
    words: Annotated[Lists, Field(min_length=1)]
    senses: SensesShape | None = None


class RuleSetShape(Shape):
    """One rule file; what names others comes after them."""

    version: Literal[1] = Field(alias="schema")
    rule_set: Id
    title: Text
    language: Literal["fr"] = "fr"
    scope: Scope = Scope()
    defaults: DefaultsShape = DefaultsShape()
    vocabulary: list[Annotated[Text, AfterValidator(_imported)]] = Field([])
    words: Lists = Field({})
    stance: StanceShape | None = None
    rules: Some[RuleShape]
    _asking: Asking | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _keeps_its_question(self, info: ValidationInfo) -> Self:
        self._asking = cast("Asking | None", named_in(info).question)
        return self

    @property
    def asking(self) -> Asking | None:
        """The question of its `stance`, ready to be asked."""
        return self._asking


_SHAPES: Final = (
    *(RuleSetShape, VocabularyShape, Scope, DefaultsShape, RuleShape, ExampleShape),
    *(When, operators.Near, operators.Number, SensesShape, StanceShape, PartyShape),
)
_KEYS: Final = {
    each.alias or name for shape in _SHAPES for name, each in shape.model_fields.items()
}
AnyShape = TypeVar("AnyShape", bound=BaseModel)


def shaped(document: Document, shape: type[AnyShape], names: Names) -> AnyShape | None:
    """Return what a file says; None when it has mistakes, which are then in the document."""
    try:
        return shape.model_validate(document.value, context=names)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            code, message, hint = _sentence(details)
            path = details["loc"]
            if details["type"] == "extra_forbidden":
                path = (*path, KEY)
            document.problem(code, message, path, hint=hint)
        return None


_CODES: Final = {
    "extra_forbidden": ("R110", "is not known here"),
    "missing": ("R111", "is missing here"),
    "model_type": ("R113", "is a mapping of `key: value`"),
    "string_type": ("R113", "is a text: put it in quotes"),
    "list_type": ("R113", "is a list: put it in [ ] or on lines that start with -"),
    "string_pattern_mismatch": ("R114", "is not a name: use letters, digits and hyphens"),
}


def _sentence(details: ErrorDetails) -> tuple[str, str, str]:
    """Return code, sentence and cure for what pydantic, or a check of ours, found."""
    kind, context = details["type"], details.get("ctx", {})
    named = [step for step in details["loc"] if isinstance(step, str) and step != KEY]
    key = named[-1] if named else "this file"
    hint = ""
    if kind.startswith("R"):
        return kind, context["message"], context["hint"]
    if kind == "extra_forbidden":
        hint = suggestion(key, _KEYS - {key})
    if kind == "literal_error":
        hint = suggestion(str(details["input"]), str(context["expected"]).split("'")[1::2])
        return "R112", f"`{key}` is one of {context['expected']}", hint
    said = f"{details['msg'][0].lower()}{details['msg'][1:]}"
    code, says = _CODES.get(
        kind, ("R113" if kind.endswith("_type") else "R114", f"is refused: {said}")
    )
    return code, f"`{key}` {says}", hint
