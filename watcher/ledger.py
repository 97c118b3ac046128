"""
The state of things: for each issuer, product and direction, what was said last, and by how many.

A ledger is a function of a set of statements; the order of their arrival changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from watcher import crediting
from watcher.claims import Claim, Detail, Polarity, Role, Stance
from watcher.model import ArticleId, RuleSetId
from watcher.text import key

SETTLED: Final = (Polarity.CLOSED, Polarity.OPEN)
PASSING: Final = 0.25  # of the weight of the heaviest claim
SURE: Final = 2.0  # of all claims together, where nobody is said to decide: in the lead, or twice
SOURCES: Final = 2  # independent ones that make certain what each tells with a doubt

Key = tuple[str, str, str]  # product as `text.key` spells it, issuer, direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one article says of one product."""

    issuer: str
    product: str  # a model as printed, or the rule set's word for all of them
    direction: str
    polarity: Polarity
    detail: Detail
    role: Role
    conditional: bool
    at: datetime  # when the article appeared
    article: ArticleId
    host: str
    origin: ArticleId  # the first article with this text
    general: bool = False  # names no model
    credits: frozenset[str] = frozenset()  # whom the article has it from

    def answers(self, other: "Statement") -> bool:
        """Tell whether two are of one key; what is not said may be anything."""
        return (
            key(self.product) == key(other.product)
            and (not self.issuer or not other.issuer or self.issuer == other.issuer)
            and (not self.direction or not other.direction or self.direction == other.direction)
        )

    def opposes(self, other: "Statement") -> bool:
        """Tell whether one says closed where the other says open."""
        return {self.polarity, other.polarity} == set(SETTLED)

    @property
    def is_news(self) -> bool:
        """Whether the article is about it, and it is decided."""
        return self.role is Role.PRIMARY and self.polarity in SETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a product stands with an issuer in a direction."""

    issuer: str  # empty: nobody was named
    product: str
    direction: str
    polarity: Polarity
    detail: Detail
    since: datetime  # publication of the first article that says so
    confirmed: bool
    sources: tuple[ArticleId, ...]


def statements(
    stances: Mapping[RuleSetId, Stance],
    told: Iterable[RuleSetId],
    *,
    at: datetime,
    article: ArticleId,
    host: str,
    credits: frozenset[str] = frozenset(),
) -> tuple[Statement, ...]:
    """Write down what an article says under the rule sets that hold for it, each thing once."""
    found = {
        Statement(
            issuer=claim.issuer,
            product=product,
            direction=claim.direction,
            polarity=claim.polarity,
            detail=claim.detail,
            role=Role.PRIMARY if _leads(claim, stance) else Role.BACKGROUND,
            conditional=claim.conditional or (_leads(claim, stance) and stance.conditional),
            at=at,
            article=article,
            host=host,
            origin=article,
            general=claim.general,
            credits=credits,
        )
        for name in told
        if (stance := stances.get(name))
        for claim in stance.claims
        for product in claim.held_as
    }
    return tuple(sorted(found, key=_rank))


def _leads(claim: Claim, stance: Stance) -> bool:
    """Tell the news of an article from what it says in passing, or once and of nobody."""
    leading = [one.weight for one in stance.claims if one.leads(stance)]
    sure = bool(stance.issuer) or sum(leading) >= SURE
    return sure and claim.leads(stance) and claim.weight > PASSING * max(leading)


def _rank(said: Statement) -> tuple[object, ...]:
    """Order by date, then by what depends on no arrival."""
    return (
        said.at,
        said.polarity,
        said.detail,
        said.host,
        said.product,
        said.issuer,
        said.direction,
        said.conditional,
        said.role,
    )


def balance(said: Iterable[Statement]) -> tuple[Entry, ...]:
    """Draw up the ledger of a set of statements."""
    every = sorted(_looked_up(said), key=_rank)
    meant = _meant({(key(one.product), one.issuer, one.direction) for one in every})
    groups: defaultdict[Key, list[Statement]] = defaultdict(list)
    for one in every:
        groups[meant[key(one.product), one.issuer, one.direction]].append(one)
    return tuple(_entry(group, groups[group]) for group in sorted(groups))


def _looked_up(said: Iterable[Statement]) -> Iterator[Statement]:
    """Leave out where an article only says again, in general, what it says of a model."""
    every = list(said)
    precise = {(one.article, one.polarity) for one in every if not one.general}
    return (one for one in every if not one.general or (one.article, one.polarity) not in precise)


def _meant(said: Collection[Key]) -> dict[Key, Key]:
    """Name the issuer, or the direction, that is not said where only one can be meant."""
    named = [one for one in said if all(one)]
    found = {}
    for one in said:
        product, issuer, direction = one
        meant = [
            other
            for other in named
            if product == other[0] and issuer in ("", other[1]) and direction in ("", other[2])
        ]
        found[one] = meant[0] if len(meant) == 1 and (issuer or direction) else one
    return found


def _entry(group: Key, said: Sequence[Statement]) -> Entry:
    """Return the state that the latest news leaves; reminders count where there is no news."""
    news = [one for one in said if one.role is Role.PRIMARY] or said
    settled = [one for one in news if one.polarity in SETTLED] or news
    last = settled[-1]
    run: list[Statement] = []
    for one in reversed(settled):
        if one.polarity is not last.polarity:
            break
        run.append(one)
    sure = any(not one.conditional for one in run) or (
        len({one.host for one in run}) >= SOURCES
        and crediting.independent({one.origin, *one.credits} for one in run) >= SOURCES
    )
    return Entry(
        issuer=group[1],
        product=last.product,
        direction=group[2],
        polarity=last.polarity,
        detail=last.detail,
        since=run[-1].at,
        confirmed=sure,
        sources=tuple(dict.fromkeys(one.article for one in reversed(run))),
    )
