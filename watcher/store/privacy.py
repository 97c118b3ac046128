"""What a chat may ask of its own data: a copy, and to be forgotten."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, text, update

from watcher.dossier import Dossier, Letter, Opinion, Record, Silenced
from watcher.model import DeliveryState, Kind
from watcher.store.chats import listed
from watcher.store.forgotten import KEPT, remember
from watcher.store.opening import (
    NO_TRANSACTION,
    Database,
    batches,
    reading,
    writing,
    writing_through,
)
from watcher.store.schema import (
    articles,
    chats,
    feedback,
    forgotten,
    invites,
    metadata,
    mutes,
    outbox,
    value,
)

UNREACHABLE: Final = timedelta(days=30)  # a chat that came by itself is kept so long without us
RECEIPTS: Final = timedelta(days=90)  # ids of sent messages
ANSWERS: Final = timedelta(days=1)  # to what people asked the bot
ENDED: Final = (DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.EXPIRED)


class Privacy(Database):
    """Statements over all that names a chat."""

    @reading
    def dossier(
        self, db: Connection, channel: str, address: str, *, now: datetime
    ) -> Dossier | None:
        """Gather all that is stored of an address, its topics included; `None`: nothing."""
        ids = _same(db, channel, address)
        return Dossier(exported_at=now, chats=tuple(_records(db, ids))) if ids else None

    async def erase(self, channel: str, address: str, *, salt: bytes, now: datetime) -> bool:
        """
        Erase all that is stored of an address, its topics included; tell whether there was anything.

        A digest with this salt (16 bytes drawn by lot) is kept for a while: the configuration does
        not bring the chat back meanwhile, and should it come back itself, nothing is told twice.
        """
        erased = await self._erase(channel, address, salt=salt, now=now)
        await self._run(NO_TRANSACTION, _empty_log)
        return erased

    @writing_through
    def _erase(
        self, db: Connection, channel: str, address: str, *, salt: bytes, now: datetime
    ) -> bool:
        ids = _same(db, channel, address)
        here = select(chats.c.address, chats.c.configured).where(chats.c.id.in_(ids))
        names = {name for row in db.execute(here) for name in row}
        _delete(db, ids)
        for name in sorted(names):
            remember(db, channel, name, salt=salt, now=now)
        return bool(ids)

    @writing
    def expire(self, db: Connection, now: datetime) -> int:
        """Drop what of people has served its time; return how many rows lost something."""
        away = chats.c.joined & (chats.c.suspended_at < now - UNREACHABLE)
        lost = {
            id_
            for row in db.execute(select(chats.c.channel, chats.c.address).where(away))
            for id_ in _same(db, *row)
        }
        ended = outbox.c.state.in_(ENDED)
        answered = ended & (outbox.c.kind == Kind.ANSWER) & (outbox.c.queued_at < now - ANSWERS)
        old = ended & (outbox.c.queued_at < now - RECEIPTS) & (outbox.c.receipt != "")
        dropped = _delete(db, lost)
        for statement in (
            delete(outbox).where(answered),
            update(outbox).where(old).values(receipt=""),
            delete(invites).where(invites.c.expires_at < now),
            delete(forgotten).where(forgotten.c.at < now - KEPT),
        ):
            dropped += db.execute(statement).rowcount
        return dropped


def _same(db: Connection, channel: str, address: str) -> set[int]:
    """Find every row about an address: its topics, what it was called before, what merged into it."""
    which = select(chats.c.id, chats.c.address, chats.c.configured, chats.c.merged_into)
    rows = db.execute(which.where(chats.c.channel == channel)).all()
    names, ids, before = {address}, set[int](), -1
    while len(names) + len(ids) > before:
        before = len(names) + len(ids)
        for row in rows:
            if row.id in ids or row.merged_into in ids or {row.address, row.configured} & names:
                ids |= {row.id, *({row.merged_into} - {None})}
                names |= {row.address, row.configured}
    return ids


def _delete(db: Connection, ids: Iterable[int]) -> int:
    """Delete chats and all that names them, in every table there is, and overwrite their place."""
    dropped = 0
    db.exec_driver_sql("PRAGMA secure_delete=ON")
    for some in batches(sorted(ids)):
        for table in reversed(metadata.sorted_tables):
            if "chat_id" in table.c:
                dropped += db.execute(delete(table).where(table.c.chat_id.in_(some))).rowcount
        dropped += db.execute(delete(chats).where(chats.c.id.in_(some))).rowcount
    db.exec_driver_sql("PRAGMA secure_delete=OFF")
    return dropped


def _empty_log(db: Connection) -> None:
    """Write what is in the write-ahead log into the database: the log still has the old pages."""
    db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _records(db: Connection, ids: set[int]) -> Iterable[Record]:
    rows = {row.id: row for row in db.execute(select(chats).where(chats.c.id.in_(ids)))}
    for chat in listed(db, chats.c.id.in_(ids)):
        row = rows[chat.id]
        yield value(
            Record,
            row,
            thread=row.thread or None,
            follows_everything=chat.everything,
            rule_sets=tuple(map(str, chat.spec.rule_sets)),
            choices_by_rule_set={str(name): kept for name, kept in chat.by_rule_set.items()},
            mutes=tuple(
                value(Silenced, one)
                for one in db.execute(select(mutes).where(mutes.c.chat_id == chat.id))
            ),
            feedback=tuple(map(_opinion, _said(db, chat.id))),
            messages=tuple(map(_letter, _sent(db, chat.id))),
        )


def _said(db: Connection, chat: int) -> Iterable[Row[Any]]:
    wide = select(feedback, articles.c.title, articles.c.url)
    mine = wide.join(articles, feedback.c.article_id == articles.c.id)
    return db.execute(mine.where(feedback.c.chat_id == chat).order_by(feedback.c.at))


def _opinion(row: Row[Any]) -> Opinion:
    return value(Opinion, row, article=row.title)


def _sent(db: Connection, chat: int) -> Iterable[Row[Any]]:
    return db.execute(select(outbox).where(outbox.c.chat_id == chat).order_by(outbox.c.id))


def _letter(row: Row[Any]) -> Letter:
    return value(Letter, row, message_id=row.receipt)
