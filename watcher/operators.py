"""
What a rule may ask of an article: how it is written in a rule file, and the evidence that answers.

Each operator has two questions: `find` gives the evidence in a reading, or None when the condition
does not hold; `groups` names the word lists without which it cannot hold (one list of each group
must be there), so that most rules are never looked at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from math import inf
from typing import Annotated, Final, Literal, Protocol, Self, TypeVar, cast

import re2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from watcher import text
from watcher.claims import Evidence, Zone, ZoneKind
from watcher.nearness import Within, around, in_order, nearest
from watcher.reading import Reading

Groups = tuple[frozenset[int], ...]  # of numbers of word lists
Found = Sequence[Evidence] | None
T = TypeVar("T")
Some = Annotated[list[T], Field(min_length=1)]
Amount = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
PATTERN_MEMORY: Final = 8 << 20  # bytes that one pattern may take: RE2's own default
PATTERN_LENGTH: Final = 1000


class Condition(Protocol):
    """Something that holds for an article or not."""

    def find(self, reading: Reading) -> Found:
        """Return the evidence; None when it does not hold."""
        ...

    def groups(self) -> Groups:
        """Return the groups of word lists of which one each must be in the article."""
        ...


class Shape(BaseModel):
    """A mapping in a rule file; keys that are not written here are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def mistake(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """Return what a validator raises: a code of rules/README.md, a sentence and a cure."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def suggestion(written: str, known: Iterable[str]) -> str:
    """Return the question whether something similar was meant; empty when nothing is."""
    close = get_close_matches(written, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


@dataclass(frozen=True, slots=True)
class Words:
    """One word of a list is in the article; `term` is the number the list is searched under."""

    name: str
    term: int

    def find(self, reading: Reading) -> Found:
        return [reading.evidence(hit, self.name) for hit in reading.hits.of(self.term)] or None

    def groups(self) -> Groups:
        return (frozenset({self.term}),)


@dataclass
class Names:
    """What a rule file may speak of, gathered while it is read from top to bottom."""

    numbers: Iterator[int]  # for word lists, all over the files
    vocabularies: "Mapping[str, Names]"
    lists: dict[str, Words] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    senses: object = None  # that a vocabulary brings, for `stance`
    question: object = None  # that its `stance` asks
    answered: Callable[[str], Condition] | None = None  # makes the condition of an answer to it


def named_in(info: ValidationInfo) -> Names:
    """Return the names of the file that is being validated."""
    return cast("Names", info.context)


def _named(name: object, info: ValidationInfo) -> Words:
    lists = named_in(info).lists
    if str(name) not in lists:
        hint = suggestion(str(name), lists) or "define it under `words`"
        raise mistake("R124", f"there is no word list `{name}`", hint)
    return lists[str(name)]


ListName = Annotated[Words, PlainValidator(_named)]


def _asked(answer: object, info: ValidationInfo) -> Condition:
    if (answered := named_in(info).answered) is None:
        raise mistake("R127", "this rule set asks no question", "write `stance` above `rules`")
    return answered(str(answer))


Answer = Annotated[Condition, PlainValidator(_asked)]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: Sequence[Condition]

    def find(self, reading: Reading) -> Found:
        evidence: list[Evidence] = []
        for part in self.parts:
            found = part.find(reading)
            if found is None:
                return None
            evidence += found
        return evidence

    def groups(self) -> Groups:
        return tuple(group for part in self.parts for group in part.groups())


class Context(All):
    """Every part holds, but what holds is the setting and not the news: it is no evidence."""

    def find(self, reading: Reading) -> Found:
        return None if super().find(reading) is None else []


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: Sequence[Condition]

    def find(self, reading: Reading) -> Found:
        held = [found for part in self.parts if (found := part.find(reading)) is not None]
        return [piece for found in held for piece in found] if held else None

    def groups(self) -> Groups:
        needs = [part.groups() for part in self.parts]
        if not all(needs):
            return ()  # some part needs no list
        return (frozenset().union(*(min(groups, key=len) for groups in needs)),)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds; what is absent cannot be quoted, and needs no word."""

    parts: Sequence[Condition]

    def find(self, reading: Reading) -> Found:
        return None if any(part.find(reading) is not None for part in self.parts) else []

    def groups(self) -> Groups:
        return ()


class Near(Shape):
    """
    Words of several lists stand together.

    Around a word of the first list stands one of each other list, with at most `words` words
    between them (None: any number), in its sentence or paragraph. `ordered`: each list follows
    the one before it, and the distance counts from there.
    """

    of: Annotated[list[ListName], Field(min_length=2)]
    words: Count | None = None
    within: Within = Field("sentence", alias="in")
    ordered: bool = False

    def find(self, reading: Reading) -> Found:
        of = reading.hits.of
        hits = [of(words.term) for words in self.of]
        limit = inf if self.words is None else self.words
        chains = (in_order if self.ordered else around)(hits, reading, limit, self.within)
        evidence = {
            reading.evidence(hit, words.name): None
            for chain in chains
            for hit, words in zip(chain, self.of, strict=True)
        }
        return list(evidence) or None

    def groups(self) -> Groups:
        return tuple(frozenset({words.term}) for words in self.of)


def pair(condition: Condition) -> tuple[Words, Words, int] | None:
    """Return two lists of which a word each must be near the other, and how near, if there are."""
    if isinstance(condition, Near) and condition.words is not None:
        return condition.of[0], condition.of[1], condition.words
    parts = condition.parts if isinstance(condition, All) else ()
    return next(filter(None, map(pair, parts)), None)


class Number(Shape):
    """A number between bounds, of a unit, maybe near a word of a list in its sentence."""

    min: Amount = float("-inf")
    max: Amount = float("inf")
    unit: Literal["", "%", "€", "$"] = ""
    near: ListName | None = None
    words: Count = 3

    @model_validator(mode="after")
    def _some_number_fits(self) -> Self:
        if self.min > self.max:
            raise mistake("R142", "`min` is above `max`: no number lies between", "swap them")
        return self

    def find(self, reading: Reading) -> Found:
        evidence: dict[Evidence, None] = {}
        for hit, figure in reading.figures:
            if figure.unit != self.unit or not self.min <= figure.value <= self.max:
                continue
            number = reading.quote(hit[0], figure.start, figure.end, "number")
            if self.near is None:
                evidence[number] = None
                continue
            company = reading.hits.of(self.near.term)
            if other := nearest(hit, company, reading, self.words, "sentence"):
                evidence |= {number: None, reading.evidence(other, self.near.name): None}
        return list(evidence) or None

    def groups(self) -> Groups:
        return () if self.near is None else self.near.groups()


def pattern(written: str) -> "re2._Regexp":
    """
    Compile an operator's pattern as it is searched: folded where it is not ASCII.

    Raises `re2.error` for what RE2 refuses, such as look-around and back-references.
    """
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    folded = "".join(char if char.isascii() else text.fold(char) for char in written)
    return re2.compile(folded, options)


def _sound(written: str) -> str:
    try:
        pattern(written)
    except re2.error as error:
        said = error.args[0]
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        look = "(?" in reason or "escape sequence" in reason
        hint = "RE2 has no look-around and no back-references: use `near` or `none`"
        problem = f"RE2 cannot run this pattern: {reason}"
        raise mistake("R140", problem, hint if look else "") from error
    return written


Pattern = Annotated[str, Field(min_length=1, max_length=PATTERN_LENGTH), AfterValidator(_sound)]


class Regex(RootModel[Pattern]):
    """An RE2 pattern, read without regard to case, accents and typography."""

    model_config = ConfigDict(strict=True, frozen=True)

    @cached_property
    def _compiled(self) -> "re2._Regexp":
        return pattern(self.root)

    def find(self, reading: Reading) -> Found:
        evidence = []
        for kind, source, begin, end in _visible(reading):
            # RE2 reads UTF-8, which has no lone surrogates.
            folded = text.fold(source[begin:end]).encode("utf-8", "replace").decode("utf-8")
            for found in self._compiled.finditer(folded):
                first, last = begin + found.start(), begin + found.end()
                quote = source[first:last]
                if found[0].strip():
                    evidence.append(
                        Evidence(zone=kind, start=first, end=last, words="regex", quote=quote)
                    )
        return evidence or None

    def groups(self) -> Groups:
        return ()


def _visible(reading: Reading) -> Iterator[tuple[ZoneKind, str, int, int]]:
    """Yield the stretches that a rule may look at, title first: zone, string and place."""
    article = reading.article
    if ZoneKind.TITLE in reading.visible:
        yield ZoneKind.TITLE, article.title, 0, len(article.title)
    whole = Zone(kind=ZoneKind.BODY, start=0, end=len(article.text))
    for zone in article.zones or (whole,):
        if zone.kind in reading.visible and zone.kind is not ZoneKind.TITLE:
            yield zone.kind, article.text, zone.start, zone.end


MANY: Final[Mapping[str, type[All | AnyOf | NoneOf]]] = {
    "all": All,
    "any": AnyOf,
    "none": NoneOf,
    "context": Context,
}


class When(Shape):
    """A condition; several keys must all hold."""

    words: ListName | None = None
    near: Near | None = None
    number: Number | None = None
    regex: Regex | None = None
    all: Some["Inner"] | None = None
    any: Some["Inner"] | None = None
    none: Some["Inner"] | None = None
    context: Some["Inner"] | None = None
    stance: Answer | None = None

    @cached_property
    def parts(self) -> Sequence[Condition]:
        """The condition of each key that is written."""
        single: list[Condition | None] = [self.words, self.near, self.number, self.regex]
        single.append(self.stance)
        parts = [part for part in single if part is not None]
        return parts + [
            many([part.whole for part in inner])
            for key, many in MANY.items()
            if (inner := getattr(self, key))
        ]

    @cached_property
    def whole(self) -> Condition:
        """The condition without what it was written in."""
        return self.parts[0] if len(self.parts) == 1 else All(self.parts)

    def find(self, reading: Reading) -> Found:
        return self.whole.find(reading)

    def groups(self) -> Groups:
        return self.whole.groups()


def bare(key: str) -> BeforeValidator:
    """Let a text stand for a mapping of one key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


Inner = Annotated[When, bare("words")]
