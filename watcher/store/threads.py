"""
The living message: what a chat is to be told becomes a new message, an edit or a reply.

An edit or reply names the delivery whose message it is about; that one's receipt is looked up when
the edit is claimed, so it is true whatever was sent, moved or lost in between.
"""

from dataclasses import astuple
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from watcher.buttons import Button
from watcher.model import ChatId, DeliveryState, Draft, Kind, Message, StoryId
from watcher.store.chats import present
from watcher.store.entries import digest
from watcher.store.opening import Database, insert_into, reading
from watcher.store.schema import chats, columns, outbox, outbox_alerts, threads, value
from watcher.timeline import Told

CALM: Final = timedelta(minutes=1)  # between two edits in one chat
UNSENT: Final = (DeliveryState.QUEUED, DeliveryState.SUSPENDED)
NEVER: Final = (DeliveryState.REFUSED, DeliveryState.EXPIRED)
ANSWERS, REVERSALS, ALERTS, EDITS, DIGESTS = range(5)


class Threads(Database):
    """Statements over `threads`."""

    @reading
    def told_of(self, db: Connection, story: StoryId) -> list[Told]:
        """Return what each chat reads of a story, or soon will."""
        living = select(threads, outbox.c.receipt, outbox.c.state, outbox.c.rendered)
        rows = db.execute(living.join(outbox, threads.c.outbox_id == outbox.c.id).where(_of(story)))
        return [value(Told, r, chat=r.chat_id, state=DeliveryState(r.state)) for r in rows]


def queue(
    db: Connection,
    draft: Draft,
    wanted: set[int],
    delivery: dict[str, Any],
    *,
    story: StoryId | None,
    event: int,
) -> bool:
    """
    Write a delivery, unless its chat has, or is to get, each of the alerts wanted already.

    `story` is the article's own: a new message becomes what its chat reads of that story.
    """
    chat = present(db, draft.chat)  # it may have moved since the draft was written
    if chat is None:
        return False
    news, about = _news(db, chat, wanted), draft.story or story
    living = _living(db, chat.id, about) if about and draft.kind is not Kind.NEW else None
    editing = draft.kind is Kind.EDIT and living is not None
    if not news and not editing:
        return False
    state = DeliveryState.SUSPENDED if chat.suspended_at else DeliveryState.QUEUED
    place = {"chat_id": chat.id, "thread": chat.thread, "state": state}
    row = written(draft.message) | delivery | place
    row |= {"rendered": rendered(draft.message), "story_id": about if editing else story}
    if draft.digest:
        id_ = _gather(db, row, slot=draft.due_at or delivery["due_at"])
    elif editing and living is not None:
        id_ = _edit(db, row, living, earliest=chat.edited_at and chat.edited_at + CALM)
    else:
        id_ = _send(db, row, draft, living)
    if editing:
        _grow(db, chat.id, about, event, more=bool(news))
    else:
        _follow(db, chat.id, story, id_, event, now=delivery["queued_at"])
    told = {"chat_id": chat.id, "outbox_id": id_, "kind": draft.kind}
    if news:
        db.execute(insert(outbox_alerts), [{"alert_id": one} | told for one in sorted(news)])
    return True


def _news(db: Connection, chat: Row[Any], wanted: set[int]) -> set[int]:
    """Leave out the alerts that a chat has, or had before it asked to be forgotten."""
    had = select(outbox_alerts.c.alert_id).where(outbox_alerts.c.chat_id == chat.id)
    known = set(db.scalars(had.where(outbox_alerts.c.alert_id.in_(wanted))))
    return {alert for alert in wanted - known if alert > chat.told_before}


def rendered(message: Message) -> str:
    """Shorten what a reader sees of a message, to tell whether an edit would change it."""
    return digest(message.html, message.link, *map(str, chain(*message.buttons)))


def written(message: Message) -> dict[str, Any]:
    """Spell a message as the outbox keeps it."""
    buttons = [[astuple(button) for button in row] for row in message.buttons]
    return columns(outbox, message) | {"buttons": buttons}


def read(row: Row[Any]) -> Message:
    """Read a message out of the outbox."""
    keyboard = tuple(
        tuple(
            Button(text=text, url=url, data=data, danger=danger) for text, url, data, danger in one
        )
        for one in row.buttons
    )
    return value(Message, row, buttons=keyboard)


def renew(db: Connection, delivery: int, now: datetime) -> None:
    """
    Queue an edit or reply as a new message, since the one it is about is gone.

    What else was to edit or answer the lost message is now about the new one, and so is the story.
    """
    row = db.execute(select(outbox).where(outbox.c.id == delivery)).one()
    if row.kind == Kind.EDIT:
        others = (outbox.c.target_id == row.target_id) & outbox.c.state.in_(UNSENT)
        db.execute(update(outbox).where(others).values(target_id=delivery))
        followed = threads.c.outbox_id == row.target_id
        db.execute(update(threads).where(followed).values(outbox_id=delivery))
    queued = {"state": DeliveryState.QUEUED, "doubted": False, "lease_until": None, "due_at": now}
    alone = {"kind": Kind.NEW, "target_id": None, "lane": min(row.lane, ALERTS)}
    db.execute(update(outbox).where(outbox.c.id == delivery).values(**queued, **alone))


def changed(db: Connection, edit: Row[Any], now: datetime) -> None:
    """Note what a message says since an edit; the chat's other edits wait for a while."""
    edited = update(outbox).where(outbox.c.id == edit.target_id)
    db.execute(edited.values(rendered=edit.rendered))
    db.execute(update(chats).where(chats.c.id == edit.chat_id).values(edited_at=now))
    edits = (outbox.c.chat_id == edit.chat_id) & (outbox.c.kind == Kind.EDIT)
    early = edits & (outbox.c.state == DeliveryState.QUEUED) & (outbox.c.due_at < now + CALM)
    db.execute(update(outbox).where(early).values(due_at=now + CALM))


def _of(story: StoryId) -> Any:
    return threads.c.story_id == story


def _living(db: Connection, chat: ChatId, story: StoryId) -> Row[Any] | None:
    """Find a chat's message of a story, unless no channel would ever take it."""
    mine = _of(story) & (threads.c.chat_id == chat)
    found = select(outbox).join(threads, threads.c.outbox_id == outbox.c.id).where(mine)
    return db.execute(found.where(outbox.c.state.not_in(NEVER))).one_or_none()


def _edit(
    db: Connection, row: dict[str, Any], living: Row[Any], *, earliest: datetime | None
) -> int:
    """Let the newest text win: in the message if it has not left, in an edit that waits, or anew."""
    unsent = outbox.c.state.in_(UNSENT) & ~outbox.c.doubted
    waits = (outbox.c.target_id == living.id) & (outbox.c.kind == Kind.EDIT)
    open_ = select(outbox.c.id).where(unsent, (outbox.c.id == living.id) | waits)
    known = db.scalar(open_.order_by(outbox.c.id.desc()))
    if known is not None:
        text = {name: row[name] for name in ("html", "link", "buttons", "rendered")}
        newer = {name: row[name] for name in ("article_id", "revision")}
        db.execute(update(outbox).where(outbox.c.id == known).values(**text, **newer))
        return int(known)
    about = {"kind": Kind.EDIT, "lane": EDITS, "target_id": living.id}
    due = max(row["due_at"], earliest or row["due_at"])
    edit = row | about | {"due_at": due}
    return int(db.execute(insert(outbox).returning(outbox.c.id), edit).scalar_one())


def _send(db: Connection, row: dict[str, Any], draft: Draft, living: Row[Any] | None) -> int:
    """Queue a message of its own; an edit of what is not there is one too."""
    reply = draft.kind is Kind.REPLY
    aloud = reply and not draft.message.silent
    about = {
        "kind": Kind.REPLY if reply else Kind.NEW,
        "lane": REVERSALS if aloud else ALERTS,
        "target_id": living.id if reply and living is not None else None,
    }
    if draft.due_at:  # it waits for its time, then its waiting counts
        about |= {"due_at": draft.due_at, "queued_at": draft.due_at}
    return int(db.execute(insert(outbox).returning(outbox.c.id), row | about).scalar_one())


def _gather(db: Connection, row: dict[str, Any], *, slot: datetime) -> int:
    """Find the chat's digest of a time that is still being gathered, or begin one."""
    mine = (outbox.c.chat_id == row["chat_id"]) & (outbox.c.state == DeliveryState.HELD)
    known = db.scalar(select(outbox.c.id).where(mine, outbox.c.due_at == slot))
    if known is not None:
        return int(known)
    about = {"kind": Kind.DIGEST, "lane": DIGESTS, "state": DeliveryState.HELD}
    about |= {"article_id": None, "revision": 0, "story_id": None, "due_at": slot}
    begun = row | about | {"queued_at": slot}
    return int(db.execute(insert(outbox).returning(outbox.c.id), begun).scalar_one())


def _follow(
    db: Connection, chat: ChatId, story: StoryId | None, delivery: int, event: int, *, now: datetime
) -> None:
    """Let a chat read a story in this message from now on."""
    if story is None:
        return
    told = {"outbox_id": delivery, "articles": 1, "since": now, "event": event}
    new = insert_into(threads).values(chat_id=chat, story_id=story, **told)
    key = [threads.c.chat_id, threads.c.story_id]
    db.execute(new.on_conflict_do_update(index_elements=key, set_=told))


def _grow(db: Connection, chat: ChatId, story: StoryId | None, event: int, *, more: bool) -> None:
    """Count an article that joins a chat's message of a story."""
    mine = (threads.c.chat_id == chat) & (threads.c.story_id == story)
    told = {"articles": threads.c.articles + more, "event": event}
    db.execute(update(threads).where(mine).values(told))
