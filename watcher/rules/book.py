"""The rules in force: immutable values, ready to be asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from watcher.asking import Asking
from watcher.claims import ZoneKind
from watcher.model import RuleId, RuleSetId, Severity
from watcher.operators import Condition
from watcher.preferences import Choices
from watcher.rules.lexicon import Lexicon
from watcher.rules.schema import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text beside a rule that the rule must match, or must not."""

    title: str
    text: str
    matches: bool
    line: int
    column: int


Need = Collection[int]  # of entries of word lists, of which one must be there
Pair = tuple[Need, Need, float]  # both must be there, with at most so many words between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named condition."""

    id: RuleId
    title: str
    severity: Severity
    condition: Condition
    needs: tuple[Need, ...]  # it cannot hold without each
    pair: Pair | None  # where it asks for words near one another
    zones: frozenset[ZoneKind]  # that may give evidence
    weights: Mapping[ZoneKind, float]  # of a piece of evidence, by its zone
    min_score: float
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One rule file."""

    id: RuleSetId
    title: str
    scope: Scope
    rules: tuple[Rule, ...]
    file: str
    asking: Asking | None = None  # its `stance`
    defaults: Choices = field(default_factory=dict)  # of who follows it


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rule sets, compiled together."""

    sets: tuple[RuleSet, ...]
    hash: str  # of what the files say, and of the forms that their words have
    lexicon: Lexicon
    placed: tuple[tuple[RuleSet, Rule], ...]  # every rule with its set, in order
    index: Mapping[int, tuple[int, ...]]  # an entry: the rules of whose rarest need it is part
    pairs: tuple[Pair, ...]  # for each rule, what tells most quickly that it does not hold
    always: tuple[int, ...]  # rules that need no word

    @property
    def forms(self) -> Mapping[str, tuple[str, ...]]:
        """The forms of every word that stands for its forms: what the lock freezes."""
        return self.lexicon.forms
