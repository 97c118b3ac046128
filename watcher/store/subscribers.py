"""What chats chose by themselves: whom to follow, how, and what they do not want to hear."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from watcher.model import Chat, ChatId, DeliveryState, Kind, Message, RuleSetId
from watcher.preferences import Choices, Mute, Muted
from watcher.store import threads
from watcher.store.chats import listed, present
from watcher.store.opening import Database, insert_into, reading, writing, writing_through
from watcher.store.schema import chats, columns, mutes, outbox, subscriptions


class Subscribers(Database):
    """Statements over `subscriptions` and `mutes`, and those over `chats` that their people cause."""

    @reading
    def chat_at(
        self, db: Connection, channel: str, address: str, thread: int | None = None
    ) -> Chat | None:
        """Return the chat at an address, reachable or not; `None` for a stranger."""
        return _at(db, channel, address, thread)

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
        known = _at(db, channel, address, thread)
        if known is None:
            row = {"channel": channel, "address": address, "configured": address, "since": now}
            row |= {
                "thread": thread or 0,
                "level": "developments",
                "language": language,
                "name": "",
            }
            new = insert(chats).values(**row, active=True, joined=True, everything=False)
            known = listed(db, chats.c.id == db.execute(new.returning(chats.c.id)).scalar_one())[0]
        db.execute(update(chats).where(chats.c.id == known.id).values(active=True, joined=True))
        return known

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
        row = present(db, chat)
        others = {name: value for name, value in choices.items() if name not in own}
        kept = {**row.choices, **others}
        db.execute(update(chats).where(chats.c.id == row.id).values(**own, choices=kept))

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
        row = present(db, chat)
        topic = row.thread if thread is None else thread
        about = {"chat_id": row.id, "thread": topic, "lane": threads.ANSWERS}
        about |= {"kind": Kind.ANSWER, "state": DeliveryState.QUEUED, "rendered": ""}
        db.execute(
            insert(outbox), threads.written(message) | about | {"queued_at": now, "due_at": now}
        )


def _at(db: Connection, channel: str, address: str, thread: int | None) -> Chat | None:
    there = (chats.c.channel == channel) & (chats.c.address == address)
    here = there & (chats.c.thread == (thread or 0)) & chats.c.merged_into.is_(None)
    return next(iter(listed(db, here)), None)


def _one(chat: ChatId, rule_set: RuleSetId) -> ColumnElement[bool]:
    return (subscriptions.c.chat_id == chat) & (subscriptions.c.rule_set == rule_set)


def _choices(db: Connection, which: ColumnElement[bool]) -> Choices:
    kept: Choices | None = db.scalar(select(subscriptions.c.choices).where(which))
    return kept or {}
