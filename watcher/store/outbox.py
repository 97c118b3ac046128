"""
Deliveries on their way: claimed, sent, marked.

    queued ─► sending ─► sent                 refused and expired end it too
       ▲         │
       ├─ retry ─┤ surely not sent
       │         └─ crash, lapsed lease, no answer ─► unsure ─► sending ...

One message at a time is on its way to one address: only then can a channel find out later
whether an unsure one arrived. "Sent" is a fact and final, whoever reports it and when.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from watcher.model import LONG_AGO, ChatId, Delivery, DeliveryId, DeliveryState, Message
from watcher.store.opening import Database, reading, writing_through
from watcher.store.schema import chats, outbox, value


class Outbox(Database):
    """Statements over `outbox`."""

    @writing_through
    def recover(self, db: Connection, now: datetime) -> int:
        """At start: whatever was on its way when we stopped may have arrived. Return how many."""
        under_way = update(outbox).where(outbox.c.state == DeliveryState.SENDING)
        values = {"state": DeliveryState.UNSURE, "doubted": True, "due_at": now}
        return db.execute(under_way.values(**values, lease_until=None)).rowcount

    @writing_through
    def claim(
        self, db: Connection, now: datetime, *, limit: int, lease: timedelta
    ) -> list[Delivery]:
        """
        Take deliveries to send, at most one an address, the longest waiting first.

        `Delivery.state` is the state before: an unsure one is to be looked for, not sent blindly.
        A claim not settled within `lease` is handed out again, as unsure.
        """
        chosen = [row for row in _heads(db) if _ready_at(row) <= now][:limit]
        if chosen:
            taken = update(outbox).where(outbox.c.id.in_([row.id for row in chosen]))
            db.execute(
                taken.values(
                    state=DeliveryState.SENDING,
                    lease_until=now + lease,
                    attempts=outbox.c.attempts + 1,
                    doubted=outbox.c.state != DeliveryState.QUEUED,
                )
            )
        return [_delivery(row) for row in chosen]

    @reading
    def next_delivery(self, db: Connection, now: datetime) -> datetime | None:
        """Return when `claim` will next find something: `now` or later; `None`: nothing waits."""
        heads = _heads(db)
        return max(now, _ready_at(heads[0])) if heads else None

    @writing_through
    def sent(self, db: Connection, delivery: DeliveryId, receipt: str, *, now: datetime) -> None:
        """Note that a message arrived."""
        arrived = {"state": DeliveryState.SENT, "receipt": receipt, "sent_at": now, "error": None}
        under_way = (outbox.c.id == delivery) & (outbox.c.state != DeliveryState.SENT)
        marked = update(outbox).where(under_way).values(**arrived, lease_until=None)
        chat = db.scalar(marked.returning(outbox.c.chat_id))
        # Receipts are numbers in text: a longer one is higher.
        last, length = chats.c.last_receipt, func.length(chats.c.last_receipt)
        higher = or_(length < len(receipt), (length == len(receipt)) & (last < receipt))
        newest = update(chats).where(chats.c.id == chat, higher)
        db.execute(newest.values(last_receipt=receipt))

    @writing_through
    def retry(self, db: Connection, delivery: DeliveryId, *, until: datetime, error: str) -> None:
        """Queue a delivery again that surely was not sent."""
        _settle(db, delivery, DeliveryState.QUEUED, doubted=False, due_at=until, error=error)

    @writing_through
    def unsure(self, db: Connection, delivery: DeliveryId, *, until: datetime, error: str) -> None:
        """Note that a message may have arrived; it is looked for after `until`."""
        _settle(db, delivery, DeliveryState.UNSURE, doubted=True, due_at=until, error=error)

    @writing_through
    def refuse(self, db: Connection, delivery: DeliveryId, *, error: str) -> None:
        """Give up a message that the channel will never take."""
        _settle(db, delivery, DeliveryState.REFUSED, error=error)


def _settle(db: Connection, delivery: DeliveryId, state: DeliveryState, **values: object) -> None:
    """End a claim that still stands: what was meanwhile sent or suspended stays so."""
    mine = (outbox.c.id == delivery) & (outbox.c.state == DeliveryState.SENDING)
    db.execute(update(outbox).where(mine).values(state=state, lease_until=None, **values))


def _heads(db: Connection) -> list[Row[Any]]:
    """Find what each address gets next, soonest first; nothing passes what is in flight or doubt."""
    mine = outbox.c.chat_id == chats.c.id
    busy = outbox.c.state.in_((DeliveryState.SENDING, DeliveryState.UNSURE))
    oldest = (
        select(outbox.c.id)
        .where(outbox.c.state == DeliveryState.QUEUED, mine)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(1)
        .correlate(chats)
        .scalar_subquery()
    )
    there = chats.alias("there")
    receipt = (
        select(there.c.last_receipt)
        .where(there.c.channel == chats.c.channel, there.c.address == chats.c.address)
        .order_by(func.length(there.c.last_receipt).desc(), there.c.last_receipt.desc())
        .limit(1)
        .scalar_subquery()
    )
    head = select(
        outbox,
        chats.c.channel,
        chats.c.address,
        chats.c.paused_until,
        receipt.label("last_receipt"),
    )
    heads: dict[tuple[str, str], Row[Any]] = {}
    for which in (mine & busy, outbox.c.id == oldest):
        waiting = head.join(chats, which).where(chats.c.active, chats.c.suspended_at.is_(None))
        for row in db.execute(waiting.order_by(outbox.c.due_at, outbox.c.id)):
            heads.setdefault((row.channel, row.address), row)
    return sorted(heads.values(), key=lambda row: (_ready_at(row), row.id))


def _ready_at(row: Row[Any]) -> datetime:
    """Say from when on a head may be claimed. A claim that lapses may have arrived."""
    at: datetime = row.lease_until if row.state == DeliveryState.SENDING else row.due_at
    return max(at, row.paused_until or LONG_AGO)


def _delivery(row: Row[Any]) -> Delivery:
    """Read a head as it is handed out."""
    queued = row.state == DeliveryState.QUEUED
    return value(
        Delivery,
        row,
        chat=ChatId(row.chat_id),
        thread=row.thread or None,
        message=value(Message, row),
        state=DeliveryState.QUEUED if queued else DeliveryState.UNSURE,
        attempts=row.attempts + 1,
    )
