"""
Deliveries on their way: claimed, sent, marked.

    queued ─► sending ─► sent                 refused and expired end it too
       ▲         │
       ├─ retry ─┤ surely not sent
       │         └─ crash, lapsed lease, no answer ─► unsure ─► sending ...

One message at a time is on its way to one address: only then can a channel find out later
whether an unsure one arrived. "Sent" is a fact and final, whoever reports it and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, or_, select, update

from watcher.model import (
    LONG_AGO,
    ChatId,
    Delivery,
    DeliveryId,
    DeliveryState,
    Message,
)
from watcher.store.opening import Database, reading, writing_through
from watcher.store.schema import chats, outbox

QUEUED: Final = DeliveryState.QUEUED
SENDING: Final = DeliveryState.SENDING
SENT: Final = DeliveryState.SENT
UNSURE: Final = DeliveryState.UNSURE


HEAD: Final = (
    *(outbox.c.id, outbox.c.state, outbox.c.due_at, outbox.c.lease_until),
    *(chats.c.channel, chats.c.address, chats.c.paused_until),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The delivery that an address gets next, and from when on."""

    id: DeliveryId
    state: DeliveryState
    ready_at: datetime


class Outbox(Database):
    """Statements over `outbox`."""

    @writing_through
    def recover(self, connection: Connection, now: datetime) -> int:
        """At start: whatever was on its way when we stopped may have arrived. Return how many."""
        values = {"state": UNSURE, "doubted": True, "due_at": now, "lease_until": None}
        under_way = update(outbox).where(outbox.c.state == SENDING)
        return connection.execute(under_way.values(**values)).rowcount

    @writing_through
    def claim(
        self, connection: Connection, now: datetime, *, limit: int, lease: timedelta
    ) -> list[Delivery]:
        """
        Take deliveries to send, at most one an address, the longest waiting first.

        `Delivery.state` is the state before: an unsure one is to be looked for, not sent blindly.
        A claim not settled within `lease` is handed out again, as unsure.
        """
        heads = {h.id: h for h in _heads(connection) if h.ready_at <= now}
        chosen = list(heads)[:limit]
        if not chosen:
            return []
        taken = update(outbox).values(
            state=SENDING, lease_until=now + lease, attempts=outbox.c.attempts + 1
        )
        unsure = [id_ for id_ in chosen if heads[id_].state is UNSURE]
        connection.execute(taken.where(outbox.c.id.in_(chosen)))
        if unsure:
            doubt = update(outbox).where(outbox.c.id.in_(unsure)).values(doubted=True)
            connection.execute(doubt)
        return _deliveries(connection, [heads[id_] for id_ in chosen])

    @reading
    def next_delivery(self, connection: Connection, now: datetime) -> datetime | None:
        """Return when `claim` will next find something: `now` or later; `None`: nothing waits."""
        heads = _heads(connection)
        return max(now, heads[0].ready_at) if heads else None

    @writing_through
    def sent(
        self, connection: Connection, delivery: DeliveryId, receipt: str, *, now: datetime
    ) -> None:
        """Note that a message arrived."""
        arrived = update(outbox).where(outbox.c.id == delivery, outbox.c.state != SENT)
        done = connection.execute(
            arrived.values(state=SENT, receipt=receipt, sent_at=now, lease_until=None, error=None)
        )
        if done.rowcount:
            chat = select(outbox.c.chat_id).where(outbox.c.id == delivery).scalar_subquery()
            # Receipts are numbers in text: a longer one is higher.
            last, length = chats.c.last_receipt, func.length(chats.c.last_receipt)
            higher = or_(length < len(receipt), (length == len(receipt)) & (last < receipt))
            newest = update(chats).where(chats.c.id == chat, higher)
            connection.execute(newest.values(last_receipt=receipt))

    @writing_through
    def retry(
        self, connection: Connection, delivery: DeliveryId, *, until: datetime, error: str
    ) -> None:
        """Queue a delivery again that surely was not sent."""
        _settle(connection, delivery, state=QUEUED, doubted=False, due_at=until, error=error)

    @writing_through
    def unsure(
        self, connection: Connection, delivery: DeliveryId, *, until: datetime, error: str
    ) -> None:
        """Note that a message may have arrived; it is looked for after `until`."""
        _settle(connection, delivery, state=UNSURE, doubted=True, due_at=until, error=error)

    @writing_through
    def refuse(self, connection: Connection, delivery: DeliveryId, *, error: str) -> None:
        """Give up a message that the channel will never take."""
        _settle(connection, delivery, state=DeliveryState.REFUSED, error=error)

    @reading
    def outbox_counts(self, connection: Connection) -> dict[DeliveryState, int]:
        """Count deliveries by state; every state is there."""
        return count(connection)


def _settle(connection: Connection, delivery: DeliveryId, **values: object) -> None:
    """End a claim that still stands: what was meanwhile sent or suspended stays so."""
    mine = (outbox.c.id == delivery) & (outbox.c.state == SENDING)
    connection.execute(update(outbox).where(mine).values(lease_until=None, **values))


def count(connection: Connection) -> dict[DeliveryState, int]:
    """Count deliveries by state; every state is there."""
    counts = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
    found = {row.state: int(row.number) for row in connection.execute(counts)}
    return {state: found.get(state, 0) for state in DeliveryState}


def _heads(connection: Connection) -> list[Head]:
    """
    Find what each address gets next, the soonest first.

    While a delivery is on its way or in doubt, its address gets nothing else.
    """
    oldest = (
        select(outbox.c.id)
        .where(outbox.c.state == QUEUED, outbox.c.chat_id == chats.c.id)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(1)
        .correlate(chats)
        .scalar_subquery()
    )
    busy = outbox.c.state.in_((SENDING, UNSURE)) & (outbox.c.chat_id == chats.c.id)
    heads: dict[tuple[str, str], Head] = {}
    for which in (busy, outbox.c.id == oldest):
        found = connection.execute(
            select(*HEAD)
            .join(chats, which)
            .where(chats.c.active, chats.c.suspended_at.is_(None))
            .order_by(outbox.c.due_at, outbox.c.id)
        )
        for row in found:
            heads.setdefault((row.channel, row.address), _head(row))
    return sorted(heads.values(), key=lambda head: (head.ready_at, head.id))


def _head(row: Row[Any]) -> Head:
    """A claim that lapses is a message that may have arrived."""
    sending = row.state == SENDING
    ready_at = row.lease_until if sending else row.due_at
    return Head(
        id=DeliveryId(row.id),
        state=UNSURE if sending else DeliveryState(row.state),
        ready_at=max(ready_at, row.paused_until or LONG_AGO),
    )


def _deliveries(connection: Connection, heads: Sequence[Head]) -> list[Delivery]:
    """Read what was claimed, in its order, with the last receipt of each address."""
    chosen = outbox.c.id.in_([head.id for head in heads])
    mine = select(outbox, chats.c.channel, chats.c.address).join(chats).where(chosen)
    rows = {row.id: row for row in connection.execute(mine)}
    there = chats.c.address.in_({row.address for row in rows.values()})
    last: dict[tuple[str, str], str] = {}
    for chat in connection.execute(select(chats).where(there)):
        place = chat.channel, chat.address
        receipts = last.get(place, ""), chat.last_receipt
        last[place] = max(receipts, key=lambda receipt: (len(receipt), receipt))
    return [
        Delivery(
            id=head.id,
            chat=ChatId(row.chat_id),
            address=row.address,
            thread=row.thread or None,
            message=Message(html=row.html, silent=row.silent, link=row.link, button=row.button),
            state=head.state,
            attempts=row.attempts,
            last_receipt=last[row.channel, row.address],
        )
        for head in heads
        for row in (rows[head.id],)
    ]
