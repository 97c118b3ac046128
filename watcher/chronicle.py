"""
What the stories and the messages about them have come to: the same for the daemon and for a replay.

A value in memory; the daemon puts it together again from its store when it starts.

A chat has one living message a story: that of its head article, which other sources join.
"""

import gettext
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Final

from watcher import facts, ledger, likeness, messages, placing, telling
from watcher.claims import Role
from watcher.facts import Fact
from watcher.ledger import Entry, Statement
from watcher.likeness import Frequencies
from watcher.model import (
    ArticleId,
    Chat,
    ChatId,
    Decision,
    Draft,
    Message,
    Published,
    RuleSetId,
    StoryId,
    Verdict,
)
from watcher.model import Kind as Sent
from watcher.placing import Candidate, Placement, Told, Window
from watcher.rules import RuleBook
from watcher.telling import Heard, Kind, Plan
from watcher.text import key
from watcher.timeline import Holding, Link, Placed

FIGURES: Final = 5  # that other sources add to a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article in its story."""

    id: ArticleId
    verdict: Verdict
    article: Candidate
    placement: Placement
    published: datetime
    host: str

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


def sides(verdict: Verdict, book: RuleBook) -> dict[RuleSetId, str]:
    """Name who decides in what an article answers to each rule set that asks."""
    return {
        rule_set.id: rule_set.asking.side(verdict.stances[rule_set.id])
        for rule_set in book.sets
        if rule_set.asking and rule_set.id in verdict.stances
    }


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one chat gets of an article, and what it then reads."""

    chat: Chat
    kind: Kind
    rule_sets: tuple[RuleSetId, ...]
    story: StoryId  # whose message is edited or answered
    living: Living
    message: Message

    def draft(self) -> Draft:
        """Return it as the store takes it."""
        return Draft(
            chat=self.chat.id,
            rule_sets=self.rule_sets,
            message=self.message,
            kind=Sent(self.kind.value),
            story=None if self.kind is Kind.NEW else self.story,
        )


@dataclass(slots=True)
class Chronicle:
    """The stories, and what each chat was told of them."""

    book: RuleBook
    catalogues: Mapping[str, gettext.NullTranslations]
    known: Frequencies
    window: Window = field(default_factory=Window)
    told: dict[tuple[ChatId, StoryId], Living] = field(default_factory=dict)
    under: dict[tuple[ChatId, StoryId], StoryId] = field(default_factory=dict)  # another's message

    def place(
        self,
        verdict: Verdict,
        id: ArticleId,
        published: datetime,
        host: str,
        placement: Placement | None = None,
    ) -> Piece:
        """Find the place of an article that a rule holds for, unless it is known; keep nothing."""
        article = candidate(verdict, id=id, published=published, host=host, known=self.known)
        return Piece(
            id=id,
            verdict=verdict,
            article=article,
            placement=placement or placing.place(article, self.window),
            published=published,
            host=host,
        )

    def keep(self, piece: Piece, answers: Iterable[Answer] = ()) -> None:
        """Remember an article in its place, and what was answered of it."""
        self.window.add(piece.article, piece.placement)
        self.known = self.known.plus(piece.article.weights.likeness)
        self.note(piece, answers)

    def note(self, piece: Piece, answers: Iterable[Answer]) -> None:
        """Remember what was answered of an article that is kept."""
        for answer in answers:
            edited = answer.kind is Kind.EDIT
            story = answer.story if edited else piece.placement.story
            self.told[answer.chat.id, story] = answer.living
            self.under[answer.chat.id, piece.placement.story] = story

    def forget(self, start: datetime) -> None:
        """Let go of what appeared before a date, and of the messages about nothing later."""
        self.window = placing.since(self.window.members, start)
        alive = self.window.stories
        self.told = {key: living for key, living in self.told.items() if key[1] in alive}
        self.under = {key: story for key, story in self.under.items() if story in alive}

    def answers(self, chats: Iterable[Chat], piece: Piece, now: datetime) -> list[Answer]:
        """Decide what each chat gets of an article in its place; keep nothing."""
        found = (self._answer(chat, piece, now) for chat in chats)
        return [answer for answer in found if answer]

    def _answer(self, chat: Chat, piece: Piece, now: datetime) -> Answer | None:
        sets = tuple(name for name in piece.verdict.rule_sets if chat.follows(name))
        story, living = self._living(chat.id, piece.placement)
        plan = telling.plan(
            piece.placement,
            level=chat.spec.level,
            rule_sets=frozenset(sets),
            heard=living.heard if living else None,
            host=piece.host,
            now=now,
        )
        if plan.kind is Kind.NONE:
            return None
        if plan.kind is Kind.EDIT and living:
            living = replace(living, joined=(*living.joined, piece))
        else:
            living = Living(
                head=piece,
                rule_sets=frozenset(sets) | (living.rule_sets if living else frozenset()),
                sent_at=now,
                plan=plan,
                before=living.head if living else None,
                past=(*living.past, *living.pieces) if living else (),
            )
        message = self.message(chat, living)
        message = replace(message, silent=message.silent or not plan.sound)
        return Answer(
            chat=chat, kind=plan.kind, rule_sets=sets, story=story, living=living, message=message
        )

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
            titles={rule_set.id: rule_set.title for rule_set in self.book.sets},
            translations=self.catalogues[chat.spec.language],
            language=chat.spec.language,
            stances=head.stances,
            sides=sides(head, self.book),
            thread=messages.Thread(
                head=_headed(living),
                before=living.before.verdict.article if living.before else None,
                others=[p.verdict.article for p in living.joined if p.host != living.head.host],
                figures=_figures(living.joined),
                sites=len({piece.host for piece in living.pieces}),
                origins=len({piece.placement.origin for piece in living.pieces}),
                articles=len(story),
                alike=sum(one.placement.story == living.head.placement.story for one in story),
                since=story[0].verdict.article.published,
                turned=_turned(story, living.head),
            ),
            length=chat.preferences.length,
            number=None if chat.spec.address.startswith("@") else living.head.id,  # a channel
            story=living.head.placement.story,
        )

    def placed(self, piece: Piece) -> Placed:
        """Return the place of an article as the store keeps it, and what it makes of the ledger."""
        placement = piece.placement
        return Placed(
            story=None if piece.begins else placement.story,
            event=placement.event,
            published_at=piece.published,
            host=piece.host,
            head=piece.begins or placement.decision in telling.TURNS,
            origin=placement.copy_of,
            links=tuple(Link(other=other, reason=placement.reason) for other in placement.links),
            holdings=tuple(self._holdings(piece)),
        )

    def _holdings(self, piece: Piece) -> Iterator[Holding]:
        mine = tuple(
            replace(said, origin=piece.placement.origin) for said in piece.article.statements
        )
        told = (*self._said(), *mine)
        hosts = {said.article: said.host for said in told}
        products = {key(said.product) for said in mine}
        for entry in ledger.balance(told):
            if key(entry.product) in products:
                yield Holding(
                    issuer=entry.issuer,
                    product=entry.product,
                    direction=entry.direction,
                    polarity=entry.polarity,
                    detail=entry.detail,
                    since=entry.since,
                    certain=entry.confirmed,
                    sources=tuple(dict.fromkeys(hosts[one] for one in entry.sources)),
                )

    def _said(self) -> Iterator[Statement]:
        return (said for member in self.window.members for said in member.article.statements)

    def ledger(self) -> tuple[Entry, ...]:
        """Return how everything stands after all that was read."""
        return ledger.balance(self._said())


def _headed(living: Living) -> Decision | None:
    """Say what stands over a message instead of a plain alert."""
    decision = living.head.placement.decision
    if living.plan.kind is not Kind.REPLY:
        return None
    return decision if decision in telling.TURNS else Decision.DEVELOPMENT


def _turned(story: Sequence[Piece], head: Piece) -> Published | None:
    turns = [
        piece.verdict.article.published
        for piece in story
        if piece is not head and piece.placement.decision in telling.TURNS
    ]
    return next(reversed(turns), None)


def _figures(joined: Sequence[Piece]) -> list[str]:
    quotes = (
        fact.quote
        for piece in joined
        if piece.placement.decision is not Decision.LATE
        for fact in facts.select(piece.verdict.article, piece.verdict.matches)
    )
    return list(dict.fromkeys(quotes))[:FIGURES]
