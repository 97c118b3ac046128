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

from watcher import crediting, facts, hours, ledger, likeness, messages, placing, telling
from watcher.hours import Timing
from watcher.ledger import Entry, Statement
from watcher.likeness import Frequencies
from watcher.living import Living, Piece, candidate, lived
from watcher.model import (
    ArticleId,
    Chat,
    ChatId,
    Decision,
    Draft,
    EventId,
    Message,
    Published,
    RuleSetId,
    StoryId,
    Verdict,
)
from watcher.model import Kind as Sent
from watcher.placing import Placement, Window
from watcher.preferences import Choices
from watcher.rules import RuleBook
from watcher.telling import Kind, Plan, Wanted
from watcher.text import key
from watcher.timeline import Hearing, Holding, Link, Placed

FIGURES: Final = 5  # that other sources add to a message


def sides(verdict: Verdict, book: RuleBook) -> dict[RuleSetId, str]:
    """Name who decides in what an article answers to each rule set that asks."""
    return {
        rule_set.id: rule_set.asking.side(verdict.stances[rule_set.id])
        for rule_set in book.sets
        if rule_set.asking and rule_set.id in verdict.stances
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one chat gets of an article, and what it then reads; empty until it is written."""

    chat: Chat
    kind: Kind
    rule_sets: tuple[RuleSetId, ...]
    story: StoryId  # whose message is edited or answered
    living: Living
    message: Message  # without text in a digest: that is written at its hour
    timing: Timing
    why: str

    def draft(self) -> Draft:
        """Return it as the store takes it."""
        return Draft(
            chat=self.chat.id,
            rule_sets=self.rule_sets,
            message=self.message,
            kind=Sent(self.kind.value),
            story=None if self.kind is Kind.NEW else self.story,
            due_at=self.timing.at,
            digest=self.timing.digest,
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
        read = likeness.read(verdict.article, self.known.proper)
        weights = self.window.weigh(read, self.known)
        told = facts.select(verdict.article, verdict.matches)
        article = candidate(verdict, told, weights, id=id, published=published, host=host)
        return Piece(
            id=id,
            verdict=verdict,
            article=article,
            placement=placement or placing.place(article, self.window),
            published=published,
            host=host,
            facts=told,
        )

    def keep(self, piece: Piece, answers: Iterable[Answer] = ()) -> None:
        """Remember an article in its place, and what was answered of it."""
        self.window.add(piece.article, piece.placement)
        self.note(piece, answers)

    def note(self, piece: Piece, answers: Iterable[Answer]) -> None:
        """Remember what was answered of an article that is kept."""
        for answer in answers:
            self._heard(answer.chat.id, piece, answer.kind, answer.story, answer.living)

    def retell(self, piece: Piece, told: Mapping[ChatId, Hearing], now: datetime) -> None:
        """Remember what chats were told of an article, whatever they would be told today."""
        for chat, hearing in told.items():
            story, living = self._living(chat, piece.placement)
            kind = Kind(hearing.kind.value) if living else Kind.NEW
            mine = self._turned(piece, living)
            after = lived(living, mine, kind, hearing.rule_sets, slot=hearing.slot, now=now)
            self._heard(chat, piece, kind, story, after)

    def moved(self, chat: ChatId, slots: Mapping[datetime, datetime]) -> None:
        """Remember that digests of a chat which are still being gathered come at other times."""
        for key_, living in self.told.items():
            if key_[0] == chat and living.slot:
                self.told[key_] = replace(living, slot=slots.get(living.slot, living.slot))

    def _heard(
        self, chat: ChatId, piece: Piece, kind: Kind, story: StoryId, living: Living
    ) -> None:
        story = story if kind is Kind.EDIT else piece.placement.story
        self.told[chat, story] = living
        self.under[chat, piece.placement.story] = story

    def forget(self, start: datetime) -> None:
        """Let go of what appeared before a date, and of the messages that it heads."""
        if all(member.article.published >= start for member in self.window.members):
            return
        self.window = placing.since(self.window.members, start)
        self.told = {
            key: living.since(start)
            for key, living in self.told.items()
            if living.head.published >= start
        }
        self.under = {
            (chat, name): story
            for (chat, name), story in self.under.items()
            if name in self.window.stories and (chat, story) in self.told
        }

    def leave(self, chat: ChatId) -> None:
        """Let go of what a chat was told: it asked to be forgotten."""
        self.told = {key: living for key, living in self.told.items() if key[0] != chat}
        self.under = {key: story for key, story in self.under.items() if key[0] != chat}

    def answers(self, chats: Iterable[Chat], piece: Piece, now: datetime) -> list[Answer]:
        """Decide what each chat gets of an article in its place; keep nothing."""
        found = (self._answer(chat, piece, now) for chat in chats)
        return [answer for answer in found if answer]

    def untold(self, chats: Iterable[Chat], piece: Piece, now: datetime) -> dict[ChatId, str]:
        """Say why which chats get nothing of an article in its place."""
        plans = {chat.id: self._plan(chat, piece, now)[0] for chat in chats}
        return {chat: plan.why for chat, plan in plans.items() if plan.kind is Kind.NONE}

    def wanted(
        self, chat: Chat, verdict: Verdict, host: str, now: datetime, *stories: StoryId
    ) -> Wanted:
        """Tell for which rule sets a chat wants to hear of an article, once decided about."""
        return telling.wanted(
            chat,
            verdict,
            decision=verdict.decision,
            stories=stories,
            host=host,
            defaults=self._defaults,
            now=now,
        )

    @property
    def _defaults(self) -> Mapping[RuleSetId, Choices]:
        return {rule_set.id: rule_set.defaults for rule_set in self.book.sets}

    def _plan(
        self, chat: Chat, piece: Piece, now: datetime
    ) -> tuple[Plan, Wanted, StoryId, Living | None, Timing]:
        """Decide what a chat gets of an article, and when."""
        story, living = self._living(chat.id, piece.placement)
        placement = self._turned(piece, living).placement
        decided = replace(piece.verdict, decision=placement.decision)
        wishes = self.wanted(chat, decided, piece.host, now, story, *self._kin(placement))
        if not wishes.sets:
            return Plan(Kind.NONE, why=wishes.why), wishes, story, living, Timing(at=now)
        plan = telling.plan(
            placement,
            level=wishes.level,
            rule_sets=frozenset(wishes.sets),
            heard=living.heard if living else None,
            host=piece.host,
            now=now,
        )
        timing = hours.soonest(wishes.sets.values(), now, turn=placement.decision in telling.TURNS)
        if plan.kind is Kind.EDIT and living:
            if living.slot is None or living.slot > now:
                timing = Timing(at=living.slot or now, digest=living.slot is not None)
            elif placement.decision is Decision.DEVELOPMENT:
                plan = Plan(Kind.REPLY, why="its digest has left, and this is new")
            else:
                plan = Plan(Kind.NONE, why="nothing is new since its digest")
        return plan, wishes, story, living, timing

    def _answer(self, chat: Chat, piece: Piece, now: datetime) -> Answer | None:
        plan, wishes, story, living, timing = self._plan(chat, piece, now)
        if plan.kind is Kind.NONE:
            return None
        slot = timing.at if timing.digest else None
        mine = self._turned(piece, living)
        after = lived(living, mine, plan.kind, frozenset(wishes.sets), slot=slot, now=now)
        message = Message(html="") if timing.digest else self.message(chat, after)
        silent = timing.silent or (not timing.digest and (message.silent or not plan.sound))
        return Answer(
            chat=chat,
            kind=plan.kind,
            rule_sets=tuple(wishes.sets),
            story=story,
            living=after,
            message=replace(message, silent=silent),
            timing=timing,
            why=f"{plan.why}: {timing.reason}",
        )

    def _kin(self, placement: Placement) -> tuple[StoryId, ...]:
        """Return an article's story, and those that the story itself goes on from."""
        members = self.window.stories.get(placement.story)
        first = members[0].placement if members else placement
        return (placement.story, *(first.links if first.goes_on else ()))

    def _turned(self, piece: Piece, living: Living | None) -> Piece:
        """Let an article turn the story for a chat that was not told of the one which did."""
        event = piece.placement.event
        if living is None or any(one.placement.event == event for one in living.all):
            return piece
        members = self.window.stories.get(piece.placement.story, ())
        opener = next((one for one in members if EventId(one.article.id) == event), None)
        if opener is None or opener.placement.decision not in telling.TURNS:
            return piece
        turned = replace(piece.placement, decision=opener.placement.decision)
        return replace(piece, placement=turned)

    def _living(self, chat: ChatId, placement: Placement) -> tuple[StoryId, Living | None]:
        """Return the living message of a story, or of one that an article turns or comes late to."""
        linked = placement.links if placement.goes_on else ()
        stories = [self.under.get((chat, one), one) for one in (placement.story, *linked)]
        story = next((one for one in stories if (chat, one) in self.told), placement.story)
        return story, self.told.get((chat, story))

    def message(self, chat: Chat, living: Living) -> Message:
        """Write a living message as it reads now."""
        head = living.head.verdict
        story = sorted(living.all, key=lambda piece: piece.published)
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
                figures=later_figures(living.joined),
                still_closed=_still_closed(living),
                sites=len({piece.host for piece in living.pieces}),
                origins=crediting.independent(
                    {piece.placement.origin, *piece.article.credits} for piece in living.pieces
                ),
                articles=len(story),
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
        products = {key(said.product) for said in mine}
        told = [*(said for said in self._said() if key(said.product) in products), *mine]
        hosts = {said.article: said.host for said in told}
        for entry in ledger.balance(told):
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
    if living.kind is not Kind.REPLY:
        return None
    return decision if decision in telling.TURNS else Decision.DEVELOPMENT


def _still_closed(living: Living) -> list[str]:
    told = (
        stance.still_closed
        for piece in living.pieces
        if piece.placement.decision is not Decision.LATE
        for name, stance in piece.verdict.stances.items()
        if name in living.rule_sets
    )
    return list(dict.fromkeys(chain.from_iterable(told)))


def _turned(story: Sequence[Piece], head: Piece) -> Published | None:
    turns = [
        piece.verdict.article.published
        for piece in story
        if piece is not head and piece.placement.decision in telling.TURNS
    ]
    return next(reversed(turns), None)


def later_figures(joined: Sequence[Piece]) -> list[str]:
    """Return the figures that articles add to a message which they join."""
    quotes = (
        fact.quote
        for piece in joined
        if piece.placement.decision is not Decision.LATE
        for fact in piece.facts
    )
    return list(dict.fromkeys(quotes))[:FIGURES]
