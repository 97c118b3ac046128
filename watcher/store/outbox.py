"""
Deliveries on their way: claimed, sent, marked.

    queued ─► sending ─► sent                 refused and expired end it too
       ▲         │
       ├─ retry ─┤ surely not sent
       ├─ renew ─┤ what it edits or answers is gone: it becomes a new message
       │         └─ crash, lapsed lease, no answer ─► unsure ─► sending ...

One message at a time is on its way to one address: only then can a channel find out later
whether an unsure one arrived. "Sent" is a fact and final, whoever reports it and when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Subquery,
    case,
    func,
    or_,
    select,
    update,
)

from watcher.model import ChatId, Delivery, DeliveryId, DeliveryState, Kind
from watcher.store import threads
from watcher.store.opening import Database, reading, writing_through
from watcher.store.schema import chats, outbox, value

MINUTE: Final = timedelta(minutes=1)
WAITING: Final = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNSURE)


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
        Take deliveries to send, at most one an address: by lane, the longest waiting first.

        `Delivery.state` is the state before: an unsure one is to be looked for, not sent blindly.
        A claim not settled within `lease` is handed out again, as unsure. An edit that would
        change nothing counts as sent; one of a message that is gone becomes a new message.
        """
        chosen = [row for row in _ready(db, now, limit) if not _needless(db, row, now)]
        for row in chosen:
            if _lost(row):
                threads.renew(db, row.id, now)
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
        soonest: datetime | None = db.scalar(select(func.min(_heads(now).c.ready_at)))
        return soonest and max(now, soonest)

    @reading
    def pace(self, db: Connection, now: datetime) -> list[tuple[str, datetime]]:
        """Return when messages left in the last minute, to which address, and until when each waits."""
        here = select(chats.c.address, outbox.c.sent_at).join(chats, outbox.c.chat_id == chats.c.id)
        lately = here.where(outbox.c.sent_at > now - MINUTE).order_by(outbox.c.sent_at)
        paused = select(chats.c.address, chats.c.paused_until).where(chats.c.paused_until > now)
        return [(row[0], row[1]) for which in (lately, paused) for row in db.execute(which)]

    @writing_through
    def sent(self, db: Connection, delivery: DeliveryId, receipt: str, *, now: datetime) -> None:
        """Note that a message arrived."""
        arrived = {"state": DeliveryState.SENT, "receipt": receipt, "sent_at": now, "error": None}
        under_way = (outbox.c.id == delivery) & (outbox.c.state != DeliveryState.SENT)
        marked = update(outbox).where(under_way).values(**arrived, lease_until=None)
        row = db.execute(marked.returning(outbox)).one_or_none()
        if row is None:
            return
        if row.kind == Kind.EDIT:
            threads.changed(db, row, now)
        # Receipts are numbers in text: a longer one is higher.
        last, length = chats.c.last_receipt, func.length(chats.c.last_receipt)
        higher = or_(length < len(receipt), (length == len(receipt)) & (last < receipt))
        newest = update(chats).where(chats.c.id == row.chat_id, higher)
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
    def renew(self, db: Connection, delivery: DeliveryId, *, now: datetime) -> None:
        """Send as a new message what was to edit or answer a message that is gone."""
        if db.scalar(select(outbox.c.id).where(_under_way(delivery))):
            threads.renew(db, delivery, now)

    @writing_through
    def refuse(self, db: Connection, delivery: DeliveryId, *, error: str) -> None:
        """Give up a message that the channel will never take."""
        _settle(db, delivery, DeliveryState.REFUSED, error=error)


def _settle(db: Connection, delivery: DeliveryId, state: DeliveryState, **values: object) -> None:
    """End a claim that still stands: what was meanwhile sent or suspended stays so."""
    ended = update(outbox).where(_under_way(delivery))
    db.execute(ended.values(state=state, lease_until=None, **values))


def _under_way(delivery: DeliveryId) -> ColumnElement[bool]:
    return (outbox.c.id == delivery) & (outbox.c.state == DeliveryState.SENDING)


def _ready(db: Connection, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Read what may be claimed, with all that a channel has to know of it."""
    heads, target, there = _heads(now), outbox.alias("target"), chats.alias("there")
    order = heads.c.lane, heads.c.ready_at, heads.c.id
    first = select(heads).where(heads.c.ready_at <= now).order_by(*order).limit(limit).subquery()
    receipt = (
        select(there.c.last_receipt)
        .where(there.c.channel == chats.c.channel, there.c.address == chats.c.address)
        .order_by(func.length(there.c.last_receipt).desc(), there.c.last_receipt.desc())
        .limit(1)
        .scalar_subquery()
    )
    whole = select(
        outbox,
        chats.c.address,
        receipt.label("last_receipt"),
        target.c.receipt.label("target"),
        target.c.rendered.label("target_rendered"),
    )
    chosen = whole.join(first, first.c.id == outbox.c.id).join(
        chats, outbox.c.chat_id == chats.c.id
    )
    chosen = chosen.outerjoin(target, outbox.c.target_id == target.c.id)
    return db.execute(chosen.order_by(first.c.lane, first.c.ready_at, first.c.id)).all()


def _heads(now: datetime) -> Subquery:
    """
    Select what each address gets next, and from when on; nothing passes what is in flight or doubt.

    An answer never comes before what it answers. A claim that lapses may have arrived.
    """
    queued, earlier = outbox.c.state == DeliveryState.QUEUED, outbox.alias("earlier")
    unsent = (earlier.c.id == outbox.c.target_id) & (earlier.c.state == DeliveryState.QUEUED)
    held = queued & select(earlier.c.id).where(unsent).exists()
    at = case(
        (outbox.c.state == DeliveryState.SENDING, outbox.c.lease_until), else_=outbox.c.due_at
    )
    turn = func.row_number().over(
        partition_by=(chats.c.channel, chats.c.address), order_by=(queued, *_turn(now))
    )
    waiting = (
        select(
            outbox.c.id,
            outbox.c.lane,
            case((chats.c.paused_until > at, chats.c.paused_until), else_=at).label("ready_at"),
            turn.label("turn"),
        )
        .join(chats, outbox.c.chat_id == chats.c.id)
        .where(outbox.c.state.in_(WAITING), ~held, chats.c.suspended_at.is_(None))
        .where(chats.c.active | (outbox.c.kind == Kind.ANSWER))
        .subquery()
    )
    return select(waiting).where(waiting.c.turn == 1).subquery()


def _turn(now: datetime) -> tuple[ColumnElement[Any], ...]:
    """Order deliveries: of what is due, the lowest lane comes first."""
    late = outbox.c.due_at > now
    return late, case((late, 0), else_=outbox.c.lane), outbox.c.due_at, outbox.c.id


def _lost(row: Row[Any]) -> bool:
    """Tell whether a head is an edit of a message that the chat does not have."""
    return row.kind == Kind.EDIT and not row.target


def _needless(db: Connection, row: Row[Any], now: datetime) -> bool:
    """Count an edit as sent after which its message would read as it does already."""
    if row.kind == Kind.EDIT and row.target and row.rendered == row.target_rendered:
        done = {"state": DeliveryState.SENT, "receipt": row.target, "sent_at": now}
        db.execute(update(outbox).where(outbox.c.id == row.id).values(**done))
        return True
    return False


def _delivery(row: Row[Any]) -> Delivery:
    """Read a head as it is handed out."""
    queued = row.state == DeliveryState.QUEUED or _lost(row)
    return value(
        Delivery,
        row,
        chat=ChatId(row.chat_id),
        thread=row.thread or None,
        message=threads.read(row),
        state=DeliveryState.QUEUED if queued else DeliveryState.UNSURE,
        attempts=row.attempts + 1,
        kind=Kind.NEW if _lost(row) else Kind(row.kind),
        target=row.target or "",
    )
