"""The store as a whole: its figures, its age limits, its copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, text, update

from watcher.model import DeliveryState, FeedState
from watcher.placing import LINKS
from watcher.store.archive import archive
from watcher.store.articles import COMMON
from watcher.store.chats import WAITING
from watcher.store.entries import PENDING
from watcher.store.opening import NO_TRANSACTION, Database, reading, writing
from watcher.store.schema import (
    alerts,
    aliases,
    articles,
    chats,
    entries,
    feeds,
    matches,
    members,
    outbox,
    sentences,
)

TEXTS: Final = timedelta(days=90)  # how long a text is kept that no story needs any more
NAMES: Final = TEXTS + timedelta(days=400)  # how long an article is recognised by its names
RARE_SENTENCES: Final = timedelta(days=7)
ENDED: Final = (DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the whole watch in figures."""

    feeds_active: int  # polled, those that fail included
    feeds_failing: int
    feeds_gone: int
    chats_active: int
    chats_suspended: int
    entries_pending: int
    articles: int
    matches: int
    alerts: int
    outbox: Mapping[DeliveryState, int]  # every state is there
    oldest_queued: timedelta | None  # age of the oldest delivery that still has to go out
    last_poll: datetime | None


class Upkeep(Database):
    """Statements over all tables."""

    @reading
    def status(self, db: Connection, now: datetime) -> Status:
        """Count what there is and what waits."""

        def count(table: Table, *which: ColumnElement[bool]) -> int:
            rows = select(func.count()).select_from(table).where(*which)
            return db.scalar(rows) or 0

        polled = feeds.c.state == FeedState.ACTIVE
        reachable = chats.c.suspended_at.is_(None)
        waiting = outbox.c.state.in_(WAITING) & (outbox.c.queued_at <= now)  # not for its time
        queued_at = db.scalar(select(func.min(outbox.c.queued_at)).where(waiting))
        return Status(
            feeds_active=count(feeds, polled),
            feeds_failing=count(feeds, polled, feeds.c.failures > 0),
            feeds_gone=count(feeds, feeds.c.state == FeedState.GONE),
            chats_active=count(chats, chats.c.active, reachable),
            chats_suspended=count(chats, chats.c.active, ~reachable),
            entries_pending=count(entries, entries.c.state == PENDING),
            articles=count(articles),
            matches=count(matches),
            alerts=count(alerts),
            outbox={state: count(outbox, outbox.c.state == state) for state in DeliveryState},
            oldest_queued=queued_at and now - queued_at,
            last_poll=db.scalar(select(func.max(feeds.c.polled_at))),
        )

    @writing
    def prune(self, db: Connection, now: datetime) -> int:
        """Drop what is too old to be of use; return how many rows lost something."""
        rare = (sentences.c.articles < COMMON) & (sentences.c.seen_at < now - RARE_SENTENCES)
        wanted = select(members.c.article_id).where(members.c.seen_at >= now - LINKS)
        old_text = (articles.c.seen_at < now - TEXTS) & articles.c.id.not_in(wanted)
        old_message = outbox.c.state.in_(ENDED) & (outbox.c.queued_at < now - TEXTS)
        unsearched = select(articles.c.id).where(old_text)
        db.execute(delete(archive).where(archive.c.rowid.in_(unsearched)))
        dropped = 0
        for statement in (
            delete(sentences).where(rare | (sentences.c.seen_at < now - NAMES)),
            delete(aliases).where(aliases.c.seen_at < now - NAMES),
            update(articles)
            .where(old_text, articles.c.text.isnot(None))
            .values(text=None, zones=[]),
            update(outbox).where(old_message, outbox.c.html != "").values(html=""),
        ):
            dropped += db.execute(statement).rowcount
        return dropped

    async def backup_to(self, path: Path) -> None:
        """Write a whole, consistent copy to a new file, readable by this user only."""

        def copy(db: Connection) -> None:
            path.touch(mode=0o600, exist_ok=False)  # VACUUM INTO takes an empty file
            try:
                db.execute(text("VACUUM INTO :path"), {"path": str(path)})
            except BaseException:
                path.unlink()
                raise

        await self._run(NO_TRANSACTION, copy, place=str(path))
