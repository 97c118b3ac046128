"""Subscribers: who is configured, who can be reached, and under which address."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    insert,
    or_,
    select,
    update,
)

from watcher.model import Chat, ChatId, ChatSpec, DeliveryState, Kind, RuleSetId
from watcher.preferences import Choices, Level, Mute, Muted
from watcher.store.entries import digest
from watcher.store.forgotten import trace
from watcher.store.opening import Database, reading, writing, writing_through
from watcher.store.schema import (
    chats,
    columns,
    mutes,
    outbox,
    outbox_alerts,
    subscriptions,
    threads,
    value,
)

WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNSURE)


def same_address(chat: ChatId) -> Select[tuple[int]]:
    """Select the chats (topics of one forum) that a channel slows, blocks and moves together."""
    this = chats.alias("this")
    together = and_(chats.c.channel == this.c.channel, chats.c.address == this.c.address)
    there = select(chats.c.id).join(this, together)
    return there.where(this.c.id == chat, chats.c.merged_into.is_(None))


def present(db: Connection, chat: ChatId) -> Row[Any] | None:
    """Find a chat, or the one that it has become by moving onto another; `None`: it was erased."""
    row = db.execute(select(chats).where(chats.c.id == chat)).one_or_none()
    return row if row is None else _become(db, row)


def _become(db: Connection, row: Row[Any]) -> Row[Any]:
    if row.merged_into is None:
        return row
    return _become(db, db.execute(select(chats).where(chats.c.id == row.merged_into)).one())


class Chats(Database):
    """Statements over `chats` and `subscriptions`."""

    @writing
    def sync_chats(
        self, db: Connection, specs: Sequence[ChatSpec], *, channel: str, now: datetime
    ) -> list[Chat]:
        """
        Take over the configured chats and return the reachable; what waits for others stays.

        What the configuration says of a chat counts anew when it changes; until then, what the chat
        itself chose since goes before it. One that asked to be forgotten is not brought back.
        """
        wanted: dict[ChatId, ChatSpec] = {}
        for spec in (one for one in specs if trace(db, channel, one.address) is None):
            chat = _resolved(db, spec, channel, now=now)
            # A chat that moved onto another configured one listens to that one's settings.
            if chat.configured == spec.address or chat.id not in wanted:
                wanted[chat.id] = spec
        db.execute(update(chats).where(~chats.c.joined).values(active=False))
        for id_, spec in wanted.items():
            _configure(db, id_, spec)
        return _reachable(db)

    @reading
    def chats(self, db: Connection) -> list[Chat]:
        """Return the chats that are configured and reachable."""
        return _reachable(db)

    @reading
    def chat(self, db: Connection, chat: ChatId) -> Chat | None:
        """Return one chat, reachable or not; `None`: it was erased."""
        row = present(db, chat)
        return next(iter(listed(db, chats.c.id == row.id)), None) if row else None

    @writing_through
    def pause_chat(self, db: Connection, chat: ChatId, *, until: datetime) -> None:
        """Hand out nothing for this address before `until`."""
        paused = update(chats).where(chats.c.id.in_(same_address(chat)))
        db.execute(paused.values(paused_until=until))

    @writing_through
    def pause_all(self, db: Connection, *, until: datetime) -> None:
        """Hand out nothing for anyone before `until`."""
        sooner = or_(chats.c.paused_until.is_(None), chats.c.paused_until < until)
        db.execute(update(chats).where(sooner).values(paused_until=until))

    @reading
    def known_at(self, db: Connection, channel: str, address: str) -> ChatId | None:
        """Return a chat at an address, of whatever topic; `None` for strangers."""
        there = (chats.c.channel == channel) & (chats.c.address == address) & chats.c.active
        known = select(chats.c.id).where(there, chats.c.merged_into.is_(None))
        found = db.scalar(known.order_by(chats.c.thread).limit(1))
        return None if found is None else ChatId(found)

    @writing_through
    def suspend(self, db: Connection, chat: ChatId, *, error: str, now: datetime) -> None:
        """Stop sending to an address that cannot be reached; what waits for it waits on."""
        ids = list(db.scalars(same_address(chat)))
        gone = update(chats).where(chats.c.id.in_(ids))
        db.execute(gone.values(suspended_at=now, error=error))
        waiting = update(outbox).where(outbox.c.chat_id.in_(ids), outbox.c.state.in_(WAITING))
        db.execute(waiting.values(state=DeliveryState.SUSPENDED, lease_until=None, error=error))

    @writing
    def resume_chat(self, db: Connection, chat: ChatId) -> None:
        """Send again to an address that can be reached again, first what waited for it."""
        ids = list(db.scalars(same_address(chat)))
        back = update(chats).where(chats.c.id.in_(ids))
        db.execute(back.values(suspended_at=None, error=None))
        suspended = outbox.c.chat_id.in_(ids), outbox.c.state == DeliveryState.SUSPENDED
        state = case((outbox.c.doubted, DeliveryState.UNSURE), else_=DeliveryState.QUEUED)
        db.execute(update(outbox).where(*suspended).values(state=state))

    @writing
    def settle_in(self, db: Connection, chat: ChatId, thread: int) -> bool:
        """Have a group's alerts come into one of its topics, unless the configuration places it."""
        free = (chats.c.id == chat) & (chats.c.thread == 0) & (chats.c.configured_as == "")
        return bool(db.execute(update(chats).where(free).values(thread=thread)).rowcount)

    @writing
    def adopt(self, db: Connection, chat: ChatId, like: ChatId) -> None:
        """Let a chat follow what another follows, as it chose to; what it had chosen is forgotten."""
        if (model := present(db, like)) is None:
            return
        same = {name: model._mapping[name] for name in ("everything", "choices", "level")}
        db.execute(update(chats).where(chats.c.id == chat).values(**same))
        db.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat))
        theirs = select(subscriptions).where(subscriptions.c.chat_id == model.id)
        for row in db.execute(theirs).all():
            db.execute(insert(subscriptions), {**row._mapping, "chat_id": chat})

    @writing_through
    def move(self, db: Connection, chat: ChatId, *, address: str) -> None:
        """Follow a chat to its new address, be it another chat's; queue again what was refused."""
        ids = list(db.scalars(same_address(chat)))
        _requeue(db, ids)
        for row in db.execute(select(chats).where(chats.c.id.in_(ids))).all():
            there = and_(chats.c.channel == row.channel, chats.c.address == address)
            same = and_(chats.c.thread == row.thread, chats.c.id != row.id)
            twin = select(chats.c.id).where(there, same, chats.c.merged_into.is_(None))
            # Receipts count anew there: none of the old names a message.
            old = update(outbox).where(outbox.c.chat_id == row.id)
            db.execute(old.where(outbox.c.state == DeliveryState.SENT).values(receipt=""))
            values: dict[str, Any] = {"address": address, "last_receipt": ""}
            if other := db.scalar(twin):
                _merge(db, row, ChatId(other))
                values |= {"merged_into": other, "active": False}
            db.execute(update(chats).where(chats.c.id == row.id).values(**values))

    @writing_through
    def drop_thread(self, db: Connection, chat: ChatId) -> None:
        """Queue what waits for a closed topic again, this time for the chat as a whole."""
        _requeue(db, [chat], thread=0)


def listed(db: Connection, which: ColumnElement[bool]) -> list[Chat]:
    """Read chats with all that they chose."""
    followed: defaultdict[int, list[RuleSetId]] = defaultdict(list)
    chosen: defaultdict[int, dict[RuleSetId, Choices]] = defaultdict(dict)
    muted: defaultdict[int, list[Mute]] = defaultdict(list)
    for row in db.execute(select(subscriptions).join(chats).where(which)):
        if row.followed:
            followed[row.chat_id].append(RuleSetId(row.rule_set))
        chosen[row.chat_id][RuleSetId(row.rule_set)] = row.choices
    for row in db.execute(select(mutes).join(chats).where(which)):
        muted[row.chat_id].append(value(Mute, row, kind=Muted(row.kind)))
    found = []
    for row in db.execute(select(chats).where(which).order_by(chats.c.id)):
        rule_sets = () if row.everything else tuple(followed[row.id])
        told = {"thread": row.thread or None, "level": Level(row.level), "rule_sets": rule_sets}
        found.append(
            Chat(
                id=ChatId(row.id),
                spec=value(ChatSpec, row, **told),
                choices=row.choices,
                by_rule_set=chosen[row.id],
                mutes=tuple(muted[row.id]),
                everything=row.everything,
            )
        )
    return found


def _reachable(db: Connection) -> list[Chat]:
    """Return who can be told and wants to hear of anything."""
    found = listed(db, chats.c.active & chats.c.suspended_at.is_(None))
    return [chat for chat in found if chat.everything or chat.spec.rule_sets]


def _configure(db: Connection, chat: ChatId, spec: ChatSpec) -> None:
    """Let a chat in as it is configured, if it was configured otherwise before."""
    this, configured_as = chats.c.id == chat, digest(repr(spec))
    db.execute(update(chats).where(this).values(active=True))
    if db.scalar(select(chats.c.configured_as).where(this)) == configured_as:
        return
    told = {"level": spec.level, "language": spec.language, "name": spec.name}
    anew = update(chats).where(this).values(**told, everything=not spec.rule_sets)
    db.execute(anew.values(configured_as=configured_as))
    db.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat))
    for rule_set in dict.fromkeys(spec.rule_sets):
        db.execute(insert(subscriptions), {"chat_id": chat, "rule_set": rule_set})


def _resolved(db: Connection, spec: ChatSpec, channel: str, *, now: datetime) -> Row[Any]:
    """Find the chat that a spec names, by its old address or its new one, or make it."""
    thread, configured = spec.thread or 0, chats.c.configured == spec.address
    mine = (chats.c.channel == channel) & (chats.c.thread == thread)
    known = db.scalar(
        select(chats.c.id)
        .where(mine, or_(configured, chats.c.address == spec.address))
        .order_by(configured.desc(), chats.c.merged_into.isnot(None))
    )
    if known is None:
        row = columns(chats, spec) | {"channel": channel, "thread": thread, "since": now}
        new = insert(chats).values(**row, configured=spec.address, active=True, everything=True)
        known = db.execute(new.returning(chats.c.id)).scalar_one()
    return _become(db, db.execute(select(chats).where(chats.c.id == known)).one())


def _requeue(db: Connection, ids: Sequence[int], **values: int) -> None:
    """Queue again what the channel refused; what is in doubt stays so."""
    waiting = outbox.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
    again = update(outbox).where(outbox.c.chat_id.in_(ids), waiting)
    queued = {"state": DeliveryState.QUEUED, "lease_until": None, "doubted": False}
    db.execute(again.values(**queued, **values))


def _merge(db: Connection, chat: Row[Any], other: ChatId) -> None:
    """Give another chat what waits for this one, without what it already has."""
    if chat.active:
        db.execute(update(chats).where(chats.c.id == other).values(active=True))
    theirs = select(outbox_alerts.c.alert_id).where(outbox_alerts.c.chat_id == other)
    mine = outbox_alerts.c.chat_id == chat.id
    db.execute(delete(outbox_alerts).where(mine, outbox_alerts.c.alert_id.in_(theirs)))
    db.execute(update(outbox_alerts).where(mine).values(chat_id=other))
    untold = outbox.c.id.not_in(select(outbox_alerts.c.outbox_id))
    waiting = outbox.c.state.in_((*WAITING, DeliveryState.SUSPENDED, DeliveryState.HELD))
    alert = outbox.c.kind != Kind.ANSWER
    known = update(outbox).where(outbox.c.chat_id == chat.id, waiting, untold, alert)
    reason = "the chat it moved onto has it already"
    db.execute(known.values(state=DeliveryState.EXPIRED, error=reason))
    db.execute(update(outbox).where(outbox.c.chat_id == chat.id).values(chat_id=other))
    stories = select(threads.c.story_id).where(threads.c.chat_id == other)
    followed = threads.c.chat_id == chat.id
    db.execute(delete(threads).where(followed, threads.c.story_id.in_(stories)))
    db.execute(update(threads).where(followed).values(chat_id=other))
