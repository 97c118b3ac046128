"""
The `stance` of a rule file: one question, the words that answer it, and the rules that ask.

A vocabulary says once what its lists mean (`senses`); a rule set says what its question is about.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Self, cast

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)

from watcher import stance
from watcher.claims import Polarity, Role, Stance
from watcher.operators import (
    Amount,
    AnyOf,
    Condition,
    Found,
    Groups,
    ListName,
    Shape,
    Some,
    mistake,
    named_in,
    suggestion,
)
from watcher.reading import Reading
from watcher.signals import Lists, Sense
from watcher.statements import Party, Question

Listed = Annotated[
    list[ListName], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]


def _sense(name: object) -> Sense:
    known = sorted(set(Sense) - {Sense.TRADES, Sense.IDLE})
    if name not in known:
        raise mistake(
            "R112", f"`{name}` is none of {', '.join(known)}", suggestion(str(name), known)
        )
    return Sense(str(name))


SenseName = Annotated[Sense, BeforeValidator(_sense)]
LEAST: Final = 0.7


def _unanswered(_: str) -> Condition:
    return AnyOf(())


def _terms(lists: list[ListName]) -> tuple[int, ...]:
    return tuple(words.term for words in lists)


class SensesShape(Shape):
    """What the word lists of a vocabulary do to a trade."""

    verbs: dict[SenseName, Listed]
    nouns: dict[SenseName, Listed]
    idle: Listed = Field([])  # looks like a word of another list, and says nothing
    bills: Listed = Field([])  # of a parliament: they decide nothing yet
    enacted: Listed = Field([])
    denied: Listed = Field([])
    elsewhere: Listed = Field([])  # other countries

    @model_validator(mode="after")
    def _brought(self, info: ValidationInfo) -> Self:
        named_in(info).senses = self
        return self


class PartyShape(Shape):
    """Who may close or open the trade."""

    name: Annotated[str, Field(min_length=1)]
    words: ListName
    adjective: ListName
    direction: Annotated[str, Field(min_length=1)]


class StanceShape(Shape):
    """One question with two opposite answers."""

    question: Annotated[str, Field(min_length=1)]
    about: Some[ListName]
    families: Listed = Field([])
    also_called: Listed = Field([])
    rivals: Listed = Field([])
    makers: Listed = Field([])
    parties: Some[PartyShape]
    trade: dict[str, Listed]  # by direction
    called: str = ""
    min_weight: Amount = LEAST

    @model_validator(mode="wrap")
    @classmethod
    def _posed(
        cls, written: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        # Mistakes in here are the only ones to tell: to the rules the question stands.
        named_in(info).answered = _unanswered
        return handler(written)

    @model_validator(mode="after")
    def _understood(self, info: ValidationInfo) -> Self:
        names = named_in(info)
        if names.senses is None:
            raise mistake(
                "R128",
                "no vocabulary says which words close and open",
                "add a file with `senses` under `vocabulary`",
            )
        question = self._asked(cast("SensesShape", names.senses))
        names.question = asking = Asking(next(names.numbers), question, self.min_weight)
        names.answered = asking.answered
        return self

    def _asked(self, senses: SensesShape) -> Question:
        return Question(
            about=_terms(self.about),
            families=_terms(self.families),
            also_called=_terms(self.also_called),
            rivals=_terms(self.rivals),
            makers=_terms(self.makers),
            elsewhere=_terms(senses.elsewhere),
            parties=tuple(
                Party(
                    name=party.name,
                    words=party.words.term,
                    adjective=party.adjective.term,
                    way=party.direction,
                )
                for party in self.parties
            ),
            lists=Lists(
                verbs={sense: _terms(lists) for sense, lists in senses.verbs.items()},
                nouns={sense: _terms(lists) for sense, lists in senses.nouns.items()},
                idle=_terms(senses.idle),
                ways={way: _terms(lists) for way, lists in self.trade.items()},
            ),
            bills=_terms(senses.bills),
            enacted=_terms(senses.enacted),
            denied=_terms(senses.denied),
            called=self.called,
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """A question of a rule set, asked once of each article."""

    number: int
    question: Question
    least: float  # weight of what says so, for rules to hold

    def of(self, reading: Reading) -> Stance | None:
        """Return what an article says; None when it says nothing of the question."""
        if self.number not in reading.known:
            reading.known[self.number] = stance.read(reading, self.question)
        return cast("Stance | None", reading.known[self.number])

    def side(self, stance: Stance) -> str:
        """Return the party that decides, or the only one that holds the direction; else nothing."""
        holders = {p.name for p in self.question.parties if p.way == stance.direction}
        return stance.issuer or (holders.pop() if len(holders) == 1 else "")

    def answered(self, answer: str) -> Condition:
        """Return the condition that an article gives this answer."""
        if answer not in set(Polarity):
            hint = suggestion(answer, Polarity)
            raise mistake("R112", "`stance` is one of 'closed', 'open' or 'pending'", hint)
        return Answered(self, Polarity(answer))


@dataclass(frozen=True, slots=True)
class Answered:
    """The article's news gives this answer; what only reminds of it does not."""

    asking: Asking
    polarity: Polarity

    def find(self, reading: Reading) -> Found:
        found = self.asking.of(reading)
        if found is None or found.role is not Role.PRIMARY or found.polarity is not self.polarity:
            return None
        leading = [claim for claim in found.claims if claim.leads(found)]
        if sum(claim.weight for claim in leading) < self.asking.least:
            return None
        return [claim.evidence for claim in leading]

    def groups(self) -> Groups:
        question = self.asking.question
        things = frozenset((*question.about, *question.families, *question.also_called))
        return (things,)
