"""
What waits in the outbox for its time: digests that are being gathered, alerts of quiet hours.

A digest is one row for each chat and time, `held` until it is written; the alerts that it tells
belong to it from the start, so none is told twice and none is lost, whenever it is written.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from watcher.model import ArticleId, ChatId, DeliveryId, DeliveryState, Kind, RuleSetId
from watcher.store import threads as living
from watcher.store.chats import present
from watcher.store.opening import Database, reading, writing
from watcher.store.schema import alerts, chats, members, outbox, outbox_alerts, threads, value
from watcher.timeline import Held, Page

GATHERED = outbox.c.state == DeliveryState.HELD


class Digests(Database):
    """Statements over what is held in `outbox`."""

    @reading
    def due_digests(self, db: Connection, now: datetime) -> list[Held]:
        """Return the digests to write now; those of chats that cannot be reached wait."""
        reachable = chats.c.active & chats.c.suspended_at.is_(None)
        return _held(db, GATHERED & (outbox.c.due_at <= now) & reachable)

    @reading
    def held(self, db: Connection, chat: ChatId, now: datetime) -> list[Held]:
        """Return what waits for a chat's next digest, or for the end of its quiet hours."""
        row = present(db, chat)
        return _held(db, (outbox.c.chat_id == row.id) & _waits(now)) if row else []

    @writing
    def write_digest(
        self, db: Connection, digest: DeliveryId, pages: Sequence[Page], *, now: datetime
    ) -> bool:
        """
        Queue a digest with what it says, each page a message; without pages it ends unsent.

        Return whether it did: a digest that was written before is not written again.
        """
        this = update(outbox).where(outbox.c.id == digest, GATHERED)
        ended = {"state": DeliveryState.EXPIRED, "error": "there was nothing to tell"}
        row = db.execute(this.values(ended).returning(outbox)).one_or_none()
        if row is None or not pages:
            return False
        chat = db.execute(select(chats).where(chats.c.id == row.chat_id)).one()
        state = DeliveryState.SUSPENDED if chat.suspended_at else DeliveryState.QUEUED
        about = {"state": state, "queued_at": now, "thread": chat.thread, "error": None}
        for number, page in enumerate(pages):
            text = living.written(page.message) | {"rendered": living.rendered(page.message)}
            if number == 0:
                db.execute(update(outbox).where(outbox.c.id == digest).values(**about, **text))
                continue
            more = {
                "chat_id": row.chat_id,
                "kind": row.kind,
                "lane": row.lane,
                "due_at": row.due_at,
            }
            new = insert(outbox).returning(outbox.c.id)
            _tell(db, digest, page, by=db.execute(new, about | text | more).scalar_one())
        return True

    @writing
    def replan(
        self, db: Connection, times: Mapping[DeliveryId, datetime], *, now: datetime
    ) -> None:
        """Move what is held to other times; digests of one chat and time become one."""
        for delivery, at in times.items():
            moved = update(outbox).where(outbox.c.id == delivery, _waits(now))
            row = db.execute(moved.values(due_at=at, queued_at=at).returning(outbox)).one_or_none()
            if row is not None and row.state == DeliveryState.HELD:
                _join(db, row)


def _waits(now: datetime) -> ColumnElement[bool]:
    """Select what is gathered, and what is not to be sent before its time."""
    return GATHERED | ((outbox.c.state == DeliveryState.QUEUED) & (outbox.c.queued_at > now))


def _held(db: Connection, which: ColumnElement[bool]) -> list[Held]:
    sets, told = defaultdict[int, set[RuleSetId]](set), defaultdict[int, set[ArticleId]](set)
    wide = select(outbox_alerts.c.outbox_id, alerts.c.rule_set, alerts.c.article_id).join(alerts)
    wide = wide.join(outbox, outbox_alerts.c.outbox_id == outbox.c.id)
    for id_, rule_set, article in db.execute(wide.join(chats).where(which)):
        sets[id_].add(RuleSetId(rule_set))
        told[id_].add(ArticleId(article))
    return [
        value(
            Held,
            row,
            chat=ChatId(row.chat_id),
            kind=Kind(row.kind),
            rule_sets=frozenset(sets[row.id]),
            articles=frozenset(told[row.id]),
        )
        for row in db.execute(select(outbox).join(chats).where(which).order_by(outbox.c.id))
    ]


def _tell(db: Connection, digest: int, page: Page, *, by: int) -> None:
    """Let another page tell some articles of a digest, and their stories from now on."""
    theirs = select(alerts.c.id).where(alerts.c.article_id.in_(page.articles))
    mine = update(outbox_alerts).where(outbox_alerts.c.outbox_id == digest)
    db.execute(mine.where(outbox_alerts.c.alert_id.in_(theirs)).values(outbox_id=by))
    stories = select(members.c.story_id).where(members.c.article_id.in_(page.articles))
    followed = update(threads).where(threads.c.outbox_id == digest)
    db.execute(followed.where(threads.c.story_id.in_(stories)).values(outbox_id=by))


def _join(db: Connection, row: Row[Any]) -> None:
    """Make one digest of those that a chat has at one time."""
    same = (outbox.c.chat_id == row.chat_id) & (outbox.c.due_at == row.due_at)
    others = select(outbox.c.id).where(GATHERED, same, outbox.c.id != row.id)
    for other in list(db.scalars(others)):
        for column_ in (outbox_alerts.c.outbox_id, threads.c.outbox_id, outbox.c.target_id):
            moved = update(column_.table).where(column_ == other)
            db.execute(moved.values({column_.name: row.id}))
        db.execute(delete(outbox).where(outbox.c.id == other))
