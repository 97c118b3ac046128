"""What a chat reads of a story: one living message, with all the articles that it tells."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from watcher import crediting, ledger
from watcher.claims import Role
from watcher.facts import Fact
from watcher.likeness import Weights
from watcher.model import ArticleId, RuleSetId, StoryId, Verdict
from watcher.placing import Candidate, Placement, Told
from watcher.telling import Heard, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article in its story."""

    id: ArticleId
    verdict: Verdict
    article: Candidate
    placement: Placement
    published: datetime
    host: str
    facts: tuple[Fact, ...]

    @property
    def begins(self) -> bool:
        """Whether its story begins with it."""
        return self.placement.story == StoryId(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A message that a chat has, and all that it tells."""

    head: Piece
    rule_sets: frozenset[RuleSetId]
    sent_at: datetime
    kind: Kind
    joined: tuple[Piece, ...] = ()
    before: Piece | None = None
    past: tuple[Piece, ...] = ()  # what the messages before it told
    slot: datetime | None = None  # of the digest that it is part of; None: a message of its own

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that it tells, its head first."""
        return (self.head, *self.joined)

    @property
    def all(self) -> tuple[Piece, ...]:
        """All that was told of the story."""
        return (*self.past, *self.pieces)

    def since(self, start: datetime) -> "Living":
        """Return it without what appeared before a date."""
        return replace(
            self,
            joined=tuple(piece for piece in self.joined if piece.published >= start),
            past=tuple(piece for piece in self.past if piece.published >= start),
        )

    @property
    def heard(self) -> Heard:
        """What of it the next plan asks for."""
        return Heard(
            rule_sets=self.rule_sets,
            sent_at=self.sent_at,
            articles=len(self.pieces),
            hosts=frozenset(piece.host for piece in self.pieces),
        )


def lived(
    living: Living | None,
    piece: Piece,
    kind: Kind,
    rule_sets: frozenset[RuleSetId],
    *,
    slot: datetime | None,
    now: datetime,
) -> Living:
    """Have an article join what a chat reads of its story, or be the head of what comes next."""
    if kind is Kind.EDIT and living:
        return replace(living, joined=(*living.joined, piece))
    return Living(
        head=piece,
        rule_sets=rule_sets | (living.rule_sets if living else frozenset()),
        sent_at=now,
        kind=kind,
        before=living.head if living else None,
        past=living.all if living else (),
        slot=slot,
    )


def candidate(
    verdict: Verdict,
    told: Iterable[Fact],
    weights: Weights,
    *,
    id: ArticleId,
    published: datetime,
    host: str,
) -> Candidate:
    """Gather what of a judged article decides its place."""
    sets = verdict.rule_sets
    stances = [verdict.stances.get(name) for name in sets]
    credits = crediting.credits(verdict.article, host)
    said = ledger.statements(
        verdict.stances, sets, at=published, article=id, host=host, credits=credits
    )
    return Candidate(
        id=id,
        published=published,
        weights=weights,
        statements=said,
        figures=tuple(dict.fromkeys(chain.from_iterable(map(_told, told)))),
        credits=credits,
        recalls=bool(stances)
        and all(stance is not None and stance.role is Role.BACKGROUND for stance in stances),
    )


def _told(fact: Fact) -> list[Told]:
    numbers = [number for number in (fact.min, fact.value, fact.max) if number is not None]
    return [Told(f"{number:g} {fact.unit}".strip(), fact.role) for number in numbers]
