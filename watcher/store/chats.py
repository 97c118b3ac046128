"""Subscribers: who is configured, who can be reached, and under which address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, insert, or_, select, update

from watcher.model import Chat, ChatId, ChatSpec, DeliveryState, Level, RuleSetId
from watcher.store.opening import Database, reading, writing, writing_through
from watcher.store.schema import chats, outbox, outbox_alerts, subscriptions

OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNSURE, DeliveryState.SUSPENDED)


def same_address(chat: ChatId) -> Select[tuple[int]]:
    """
    Select the chats that stand behind one address, this one included.

    The topics of a forum are chats of their own, but the channel numbers, slows down, blocks and
    moves the whole forum.
    """
    this = chats.alias("this")
    together = and_(chats.c.channel == this.c.channel, chats.c.address == this.c.address)
    there = select(chats.c.id).join(this, together)
    return there.where(this.c.id == chat, chats.c.merged_into.is_(None))


class Chats(Database):
    """Statements over `chats` and `subscriptions`."""

    @writing
    def sync_chats(
        self, connection: Connection, specs: Sequence[ChatSpec], *, channel: str, now: datetime
    ) -> list[Chat]:
        """
        Take over the configured chats and return those that can be reached.

        All others become inactive, those of other channels too: what waits for them stays put.
        """
        wanted: dict[int, ChatSpec] = {}
        for spec in specs:
            chat = _resolved(connection, spec, channel, now=now)
            # A chat that moved onto another configured one listens to that one's settings.
            if chat.configured == spec.address or chat.id not in wanted:
                wanted[chat.id] = spec
        connection.execute(update(chats).values(active=False))
        for id_, spec in wanted.items():
            _describe(connection, ChatId(id_), spec)
        return _reachable(connection)

    @reading
    def chats(self, connection: Connection) -> list[Chat]:
        """Return the chats that are configured and reachable."""
        return _reachable(connection)

    @writing_through
    def pause_chat(self, connection: Connection, chat: ChatId, *, until: datetime) -> None:
        """Hand out nothing for this address before `until`."""
        paused = update(chats).where(chats.c.id.in_(same_address(chat)))
        connection.execute(paused.values(paused_until=until))

    @writing_through
    def suspend(self, connection: Connection, chat: ChatId, *, error: str, now: datetime) -> None:
        """Stop sending to an address that cannot be reached; what waits for it waits on."""
        ids = list(connection.scalars(same_address(chat)))
        gone = update(chats).where(chats.c.id.in_(ids))
        connection.execute(gone.values(suspended_at=now, error=error))
        waiting = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNSURE)
        connection.execute(
            update(outbox)
            .where(outbox.c.chat_id.in_(ids), outbox.c.state.in_(waiting))
            .values(state=DeliveryState.SUSPENDED, lease_until=None, error=error)
        )

    @writing
    def resume_chat(self, connection: Connection, chat: ChatId) -> None:
        """Send again to an address that can be reached again, first what waited for it."""
        ids = list(connection.scalars(same_address(chat)))
        back = update(chats).where(chats.c.id.in_(ids))
        connection.execute(back.values(suspended_at=None, error=None))
        waiting = update(outbox).where(
            outbox.c.chat_id.in_(ids), outbox.c.state == DeliveryState.SUSPENDED
        )
        for doubted, state in ((False, DeliveryState.QUEUED), (True, DeliveryState.UNSURE)):
            some = waiting.where(outbox.c.doubted == doubted)
            connection.execute(some.values(state=state))

    @writing_through
    def move(self, connection: Connection, chat: ChatId, *, address: str) -> None:
        """
        Follow a chat to its new address; what was on its way was refused and is queued again.

        Where the new address is another chat already, the two become one: an alert that both
        were to get, the other gets once.
        """
        ids = list(connection.scalars(same_address(chat)))
        _requeue(connection, ids)
        for row in connection.execute(select(chats).where(chats.c.id.in_(ids))).all():
            other = connection.scalar(
                select(chats.c.id).where(
                    chats.c.channel == row.channel,
                    chats.c.address == address,
                    chats.c.thread == row.thread,
                    chats.c.id != row.id,
                    chats.c.merged_into.is_(None),
                )
            )
            values: dict[str, Any] = {
                "address": address,
                "last_receipt": "",
            }  # receipts count anew there
            if other is not None:
                _merge(connection, row, ChatId(other))
                values |= {"merged_into": other, "active": False}
            moved = update(chats).where(chats.c.id == row.id)
            connection.execute(moved.values(**values))

    @writing_through
    def drop_thread(self, connection: Connection, chat: ChatId) -> None:
        """Queue what waits for a closed topic again, this time for the chat as a whole."""
        _requeue(connection, [chat], thread=0)


def _reachable(connection: Connection) -> list[Chat]:
    here = chats.c.active & chats.c.suspended_at.is_(None)
    rows = connection.execute(select(chats).where(here).order_by(chats.c.id)).all()
    followed: dict[int, list[RuleSetId]] = {}
    for row in connection.execute(select(subscriptions)):
        followed.setdefault(row.chat_id, []).append(RuleSetId(row.rule_set))
    return [_chat_of(row, tuple(followed.get(row.id, ()))) for row in rows]


def _chat_of(row: Row[Any], rule_sets: tuple[RuleSetId, ...]) -> Chat:
    spec = ChatSpec(
        address=row.address,
        thread=row.thread or None,
        rule_sets=rule_sets,
        level=Level(row.level),
        language=row.language,
        name=row.name,
    )
    return Chat(id=ChatId(row.id), spec=spec)


def _resolved(connection: Connection, spec: ChatSpec, channel: str, *, now: datetime) -> Row[Any]:
    """Find the chat that a spec names, by its old address or its new one, or make it."""
    mine = (chats.c.channel == channel) & (chats.c.thread == (spec.thread or 0))
    here = or_(chats.c.configured == spec.address, chats.c.address == spec.address)
    found = connection.execute(
        select(chats)
        .where(mine, here)
        .order_by((chats.c.configured == spec.address).desc(), chats.c.merged_into.isnot(None))
    )
    row = found.first()
    if row is None:
        new = insert(chats).values(
            channel=channel,
            configured=spec.address,
            address=spec.address,
            thread=spec.thread or 0,
            level=spec.level,
            language=spec.language,
            name=spec.name,
            active=True,
            since=now,
        )
        row = connection.execute(new.returning(chats)).one()
    while row.merged_into is not None:
        target = select(chats).where(chats.c.id == row.merged_into)
        row = connection.execute(target).one()
    return row


def _describe(connection: Connection, chat: ChatId, spec: ChatSpec) -> None:
    """Store what the administrator says of a chat."""
    connection.execute(
        update(chats)
        .where(chats.c.id == chat)
        .values(active=True, level=spec.level, language=spec.language, name=spec.name)
    )
    connection.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat))
    if spec.rule_sets:
        rows = [{"chat_id": chat, "rule_set": one} for one in dict.fromkeys(spec.rule_sets)]
        connection.execute(insert(subscriptions), rows)


def _requeue(connection: Connection, ids: Sequence[int], thread: int | None = None) -> None:
    """Queue again what the channel refused; what is in doubt stays so."""
    waiting = (DeliveryState.QUEUED, DeliveryState.SENDING)
    again = update(outbox).where(outbox.c.chat_id.in_(ids), outbox.c.state.in_(waiting))
    if thread is not None:
        again = again.values(thread=thread)
    connection.execute(again.values(state=DeliveryState.QUEUED, lease_until=None, doubted=False))


def _merge(connection: Connection, chat: Row[Any], other: ChatId) -> None:
    """Give another chat what waits for this one, without what it already has."""
    if chat.active:
        connection.execute(update(chats).where(chats.c.id == other).values(active=True))
    theirs = select(outbox_alerts.c.alert_id).where(outbox_alerts.c.chat_id == other)
    mine = outbox_alerts.c.chat_id == chat.id
    connection.execute(delete(outbox_alerts).where(mine, outbox_alerts.c.alert_id.in_(theirs)))
    connection.execute(update(outbox_alerts).where(mine).values(chat_id=other))
    told = select(outbox_alerts.c.outbox_id)
    waiting = outbox.c.chat_id == chat.id, outbox.c.state.in_(OPEN)
    connection.execute(
        update(outbox)
        .where(*waiting, outbox.c.id.not_in(told))
        .values(state=DeliveryState.EXPIRED, error="the chat it moved onto has it already")
    )
    connection.execute(update(outbox).where(outbox.c.chat_id == chat.id).values(chat_id=other))
