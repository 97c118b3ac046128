"""
What the stories of a run and the messages about them have come to; in memory, no database.

A chat has one living message a story: that of its head article, which other sources join.
"""

import gettext
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Final

from watcher import facts, ledger, likeness, messages, placing, telling
from watcher.claims import Role
from watcher.facts import Fact
from watcher.ledger import Entry
from watcher.likeness import Frequencies
from watcher.model import ArticleId, Chat, ChatId, Decision, Message, RuleSetId, StoryId, Verdict
from watcher.placing import Candidate, Placement, Told, Window
from watcher.telling import Heard, Kind, Plan

FIGURES: Final = 5  # that other sources add to a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article in its story."""

    id: ArticleId
    verdict: Verdict
    placement: Placement
    published: datetime
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A message that a chat has, and all that it tells."""

    head: Piece
    rule_sets: frozenset[RuleSetId]
    sent_at: datetime
    plan: Plan
    joined: tuple[Piece, ...] = ()
    before: Piece | None = None
    past: tuple[Piece, ...] = ()  # what the messages before it told

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that it tells, its head first."""
        return (self.head, *self.joined)

    @property
    def heard(self) -> Heard:
        """What of it the next plan asks for."""
        return Heard(
            rule_sets=self.rule_sets,
            sent_at=self.sent_at,
            articles=len(self.pieces),
            hosts=frozenset(piece.host for piece in self.pieces),
        )


def candidate(
    verdict: Verdict, *, id: ArticleId, published: datetime, host: str, known: Frequencies
) -> Candidate:
    """Gather what of a judged article decides its place."""
    article, sets = verdict.article, verdict.rule_sets
    read = likeness.read(article, known.proper)
    stances = [verdict.stances.get(name) for name in sets]
    said = ledger.statements(verdict.stances, sets, at=published, article=id, host=host)
    return Candidate(
        id=id,
        published=published,
        weights=likeness.weigh(read, known.plus(read)),
        statements=said,
        figures=tuple(
            dict.fromkeys(chain.from_iterable(map(_told, facts.select(article, verdict.matches))))
        ),
        recalls=bool(stances)
        and all(stance is not None and stance.role is Role.BACKGROUND for stance in stances),
    )


def _told(fact: Fact) -> list[Told]:
    numbers = [number for number in (fact.min, fact.value, fact.max) if number is not None]
    return [Told(f"{number:g} {fact.unit}".strip(), fact.role) for number in numbers]


@dataclass(slots=True)
class Chronicle:
    """The stories of a run, and what each chat was told of them."""

    chats: Sequence[Chat]
    titles: Mapping[RuleSetId, str]
    catalogues: Mapping[str, gettext.NullTranslations]
    known: Frequencies
    window: Window = field(default_factory=Window)
    told: dict[tuple[ChatId, StoryId], Living] = field(default_factory=dict)
    under: dict[tuple[ChatId, StoryId], StoryId] = field(default_factory=dict)  # another's message

    def place(self, verdict: Verdict, id: ArticleId, published: datetime, host: str) -> Piece:
        """Give an article that a rule holds for its place."""
        article = candidate(verdict, id=id, published=published, host=host, known=self.known)
        placement = placing.place(article, self.window)
        self.window.add(article, placement)
        self.known = self.known.plus(article.weights.likeness)
        return Piece(id=id, verdict=verdict, placement=placement, published=published, host=host)

    def tell(self, chat: Chat, piece: Piece, now: datetime) -> tuple[Kind, Message | None]:
        """Tell a chat of an article in its place: what it gets, and how its message then reads."""
        wanted = chat.spec.rule_sets or piece.verdict.rule_sets
        sets = frozenset(piece.verdict.rule_sets).intersection(wanted)
        story, living = self._living(chat.id, piece.placement)
        plan = telling.plan(
            piece.placement,
            level=chat.spec.level,
            rule_sets=sets,
            heard=living.heard if living else None,
            host=piece.host,
            now=now,
        )
        if plan.kind is Kind.NONE:
            return plan.kind, None
        if plan.kind is Kind.EDIT and living:
            living = replace(living, joined=(*living.joined, piece))
            self.under[chat.id, piece.placement.story] = story
        else:
            story = piece.placement.story
            self.under[chat.id, story] = story
            living = Living(
                head=piece,
                rule_sets=sets | (living.rule_sets if living else frozenset()),
                sent_at=now,
                plan=plan,
                before=living.head if living else None,
                past=(*living.past, *living.pieces) if living else (),
            )
        self.told[chat.id, story] = living
        message = self.message(chat, living)
        return plan.kind, replace(message, silent=message.silent or not plan.sound)

    def _living(self, chat: ChatId, placement: Placement) -> tuple[StoryId, Living | None]:
        """Return the living message of a story, or of one that an article turns or comes late to."""
        linked = placement.links if placement.goes_on else ()
        stories = [self.under.get((chat, one), one) for one in (placement.story, *linked)]
        story = next((one for one in stories if (chat, one) in self.told), placement.story)
        return story, self.told.get((chat, story))

    def message(self, chat: Chat, living: Living) -> Message:
        """Write a living message as it reads now."""
        head = living.head.verdict
        story = sorted((*living.past, *living.pieces), key=lambda piece: piece.published)
        return messages.alert(
            head.article,
            [match for match in head.matches if match.rule_set in living.rule_sets],
            titles=self.titles,
            translations=self.catalogues[chat.spec.language],
            language=chat.spec.language,
            thread=messages.Thread(
                head=_headed(living),
                before=living.before.verdict.article if living.before else None,
                others=[p.verdict.article for p in living.joined if p.host != living.head.host],
                figures=_figures(living.joined),
                sites=len({piece.host for piece in living.pieces}),
                origins=len({piece.placement.origin for piece in living.pieces}),
                articles=len(story),
                since=story[0].verdict.article.published,
            ),
        )

    def ledger(self) -> tuple[Entry, ...]:
        """Return how everything stands after all that was read."""
        return ledger.balance(
            said for member in self.window.members for said in member.article.statements
        )


def _headed(living: Living) -> Decision | None:
    """Say what stands over a message instead of a plain alert."""
    decision = living.head.placement.decision
    if living.plan.kind is not Kind.REPLY:
        return None
    return decision if decision in telling.TURNS else Decision.DEVELOPMENT


def _figures(joined: Sequence[Piece]) -> list[str]:
    quotes = (
        fact.quote
        for piece in joined
        if piece.placement.decision is not Decision.LATE
        for fact in facts.select(piece.verdict.article, piece.verdict.matches)
    )
    return list(dict.fromkeys(quotes))[:FIGURES]
