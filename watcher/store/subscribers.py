"""What chats chose by themselves: whom to follow, how, and what they do not want to hear."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from watcher.model import Chat, ChatId, DeliveryState, Kind, Message, RuleSetId
from watcher.preferences import Choices, Mute, Muted
from watcher.store import threads
from watcher.store.chats import listed, present
from watcher.store.forgotten import welcome_back
from watcher.store.opening import Database, insert_into, reading, writing, writing_through
from watcher.store.schema import (
    alerts,
    articles,
    chats,
    columns,
    matches,
    members,
    mutes,
    outbox,
    subscriptions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertScores:
    """What came of late."""

    days: float
    scores: Mapping[RuleSetId, Sequence[float]]  # of each alert, the best of its matches


class Subscribers(Database):
    """Statements over `subscriptions` and `mutes`, and those over `chats` that their people cause."""

    @reading
    def chat_at(
        self, db: Connection, channel: str, address: str, thread: int | None = None
    ) -> Chat | None:
        """Return the chat at an address, reachable or not; `None` for who is none, or no longer."""
        return _at(db, channel, address, thread, chats.c.active)

    @writing
    def join(
        self,
        db: Connection,
        channel: str,
        address: str,
        thread: int | None = None,
        *,
        language: str,
        now: datetime,
    ) -> Chat:
        """Let a chat in, following nothing yet; one that is known comes back as it was."""
        return enrol(db, channel, address, thread, language=language, now=now)

    @writing
    def choose(
        self, db: Connection, chat: ChatId, choices: Choices, rule_set: RuleSetId | None = None
    ) -> None:
        """Keep choices beside those made before: for the chat, or for one rule set."""
        if rule_set is not None:
            kept = {**_choices(db, _one(chat, rule_set)), **choices}
            new = insert_into(subscriptions).values(
                chat_id=chat, rule_set=rule_set, followed=False, choices=kept
            )
            key = [subscriptions.c.chat_id, subscriptions.c.rule_set]
            db.execute(new.on_conflict_do_update(index_elements=key, set_={"choices": kept}))
            return
        own = {name: choices[name] for name in ("level", "language") if name in choices}
        if (row := present(db, chat)) is None:
            return
        others = {name: value for name, value in choices.items() if name not in own}
        kept = {**row.choices, **others}
        db.execute(update(chats).where(chats.c.id == row.id).values(**own, choices=kept))

    @writing
    def inherit(
        self, db: Connection, chat: ChatId, rule_set: RuleSetId, names: Collection[str]
    ) -> None:
        """Forget choices for a rule set: what holds for the chat holds for it again."""
        this = _one(chat, rule_set)
        kept = {name: it for name, it in _choices(db, this).items() if name not in names}
        db.execute(update(subscriptions).where(this).values(choices=kept))

    @writing
    def follow(
        self, db: Connection, chat: ChatId, rule_sets: Iterable[RuleSetId], *, everything: bool
    ) -> None:
        """Follow exactly these rule sets, or every one; what was chosen for the others stays."""
        db.execute(update(chats).where(chats.c.id == chat).values(everything=everything))
        mine = subscriptions.c.chat_id == chat
        db.execute(update(subscriptions).where(mine).values(followed=False))
        for rule_set in rule_sets:
            new = insert_into(subscriptions).values(
                chat_id=chat, rule_set=rule_set, followed=True, choices={}
            )
            key = [subscriptions.c.chat_id, subscriptions.c.rule_set]
            db.execute(new.on_conflict_do_update(index_elements=key, set_={"followed": True}))

    @writing
    def mute(self, db: Connection, chat: ChatId, mute: Mute) -> None:
        """Silence a thing; what was said of it before is forgotten."""
        row = columns(mutes, mute) | {"chat_id": chat}
        new = insert_into(mutes).values(row)
        key = [mutes.c.chat_id, mutes.c.kind, mutes.c.key]
        db.execute(new.on_conflict_do_update(index_elements=key, set_=row))

    @writing
    def unmute(self, db: Connection, chat: ChatId, kind: Muted, key: str) -> None:
        """Hear of a thing again."""
        this = (mutes.c.chat_id == chat) & (mutes.c.kind == kind) & (mutes.c.key == key)
        db.execute(delete(mutes).where(this))

    @reading
    def alert_scores(self, db: Connection, since: datetime, *, now: datetime) -> AlertScores:
        """Return the best score of each alert since then, and over how many days they came."""
        first = db.scalar(select(func.min(articles.c.seen_at)).where(articles.c.seen_at >= since))
        same = (matches.c.article_id == alerts.c.article_id) & (
            matches.c.rule_set == alerts.c.rule_set
        )
        best = select(alerts.c.rule_set, func.max(matches.c.score)).join(matches, same)
        found: defaultdict[RuleSetId, list[float]] = defaultdict(list)
        for rule_set, score in db.execute(best.where(alerts.c.at >= since).group_by(alerts.c.id)):
            found[RuleSetId(rule_set)].append(score)
        return AlertScores(days=(now - (first or now)) / timedelta(days=1), scores=found)

    @reading
    def busy_hosts(self, db: Connection, since: datetime, *, limit: int) -> list[str]:
        """Return the hosts of the articles in stories since then, those with most articles first."""
        busy = select(members.c.host).where(members.c.seen_at >= since, members.c.host != "")
        most = busy.group_by(members.c.host).order_by(func.count().desc(), members.c.host)
        return list(db.scalars(most.limit(limit)))

    @writing_through
    def say(
        self,
        db: Connection,
        chat: ChatId,
        message: Message,
        *,
        now: datetime,
        thread: int | None = None,
    ) -> None:
        """
        Queue an answer: it goes before all alerts, and never between one and its search.

        It goes to the chat's own topic, unless another is named (0: none).
        """
        answer(db, chat, message, now=now, thread=thread)


def answer(
    db: Connection, chat: ChatId, message: Message, *, now: datetime, thread: int | None = None
) -> None:
    """Write an answer into the outbox; to who was erased meanwhile, none."""
    if (row := present(db, chat)) is not None:
        topic = row.thread if thread is None else thread
        about = {"chat_id": row.id, "thread": topic, "lane": threads.ANSWERS}
        about |= {"kind": Kind.ANSWER, "state": DeliveryState.QUEUED, "rendered": ""}
        times = {"queued_at": now, "due_at": now}
        db.execute(insert(outbox), threads.written(message) | about | times)


def enrol(
    db: Connection,
    channel: str,
    address: str,
    thread: int | None,
    *,
    language: str,
    now: datetime,
) -> Chat:
    """Let a chat in, or back in as it was."""
    known = _at(db, channel, address, thread)
    if known is None:
        row = {"channel": channel, "address": address, "configured": address, "since": now}
        row |= {"thread": thread or 0, "level": "developments", "language": language, "name": ""}
        new = insert(chats).values(**row, active=True, joined=True, everything=False)
        id_ = db.execute(new.returning(chats.c.id)).scalar_one()
        if before := welcome_back(db, channel, address):
            db.execute(update(chats).where(chats.c.id == id_).values(told_before=before))
        known = listed(db, chats.c.id == id_)[0]
    db.execute(update(chats).where(chats.c.id == known.id).values(active=True, joined=True))
    return known


def _at(
    db: Connection, channel: str, address: str, thread: int | None, *which: ColumnElement[bool]
) -> Chat | None:
    there = (chats.c.channel == channel) & (chats.c.address == address)
    here = there & (chats.c.thread == (thread or 0)) & chats.c.merged_into.is_(None)
    return next(iter(listed(db, and_(here, *which))), None)


def _one(chat: ChatId, rule_set: RuleSetId) -> ColumnElement[bool]:
    return (subscriptions.c.chat_id == chat) & (subscriptions.c.rule_set == rule_set)


def _choices(db: Connection, which: ColumnElement[bool]) -> Choices:
    kept: Choices | None = db.scalar(select(subscriptions.c.choices).where(which))
    return kept or {}
