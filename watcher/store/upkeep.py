"""The store as a whole: its figures, its age limits, its copies."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, text, update

from watcher.errors import StoreError
from watcher.model import (
    AlertId,
    ArticleId,
    Decision,
    DeliveryState,
    FeedState,
    RuleSetId,
    Status,
)
from watcher.store import troubles
from watcher.store.articles import COMMON
from watcher.store.entries import PENDING
from watcher.store.opening import NO_TRANSACTION, Database, reading, writing
from watcher.store.outbox import count
from watcher.store.results import Alert
from watcher.store.schema import (
    alerts,
    aliases,
    articles,
    chats,
    entries,
    feeds,
    matches,
    outbox,
    sentences,
)

TEXTS: Final = timedelta(days=90)  # how long an article's text is kept
NAMES: Final = timedelta(days=400)  # how long an article is recognised by its names
RARE_SENTENCES: Final = timedelta(days=7)
ENDED: Final = (DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.EXPIRED)
WAITING: Final = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNSURE)


class Upkeep(Database):
    """Statements over all tables."""

    @reading
    def status(self, connection: Connection, now: datetime) -> Status:
        """Count what there is and what waits."""
        feed = _counts(
            connection,
            active=(active := feeds.c.state == FeedState.ACTIVE),
            failing=active & (feeds.c.failures > 0),
            gone=feeds.c.state == FeedState.GONE,
        )
        reachable = chats.c.suspended_at.is_(None)
        chat = _counts(
            connection, active=chats.c.active & reachable, suspended=chats.c.active & ~reachable
        )
        waiting = _counts(connection, entries=entries.c.state == PENDING)
        oldest = select(func.min(outbox.c.queued_at)).where(outbox.c.state.in_(WAITING))
        queued_at = connection.scalar(oldest)
        return Status(
            feeds_active=feed["active"],
            feeds_failing=feed["failing"],
            feeds_gone=feed["gone"],
            chats_active=chat["active"],
            chats_suspended=chat["suspended"],
            entries_pending=waiting["entries"],
            articles=_size(connection, articles),
            matches=_size(connection, matches),
            alerts=_size(connection, alerts),
            outbox=count(connection),
            oldest_queued=queued_at and now - queued_at,
            last_poll=connection.scalar(select(func.max(feeds.c.polled_at))),
        )

    @reading
    def recent_alerts(self, connection: Connection, limit: int) -> list[Alert]:
        """Return the last alerts, the newest first."""
        newest = (
            select(alerts, articles.c.title, articles.c.url, articles.c.site)
            .join(articles, articles.c.id == alerts.c.article_id)
            .order_by(alerts.c.id.desc())
            .limit(limit)
        )
        rows = connection.execute(newest)
        return [
            Alert(
                id=AlertId(row.id),
                article=ArticleId(row.article_id),
                rule_set=RuleSetId(row.rule_set),
                decision=Decision(row.decision),
                reason=row.reason,
                at=row.at,
                title=row.title,
                url=row.url,
                site=row.site,
            )
            for row in rows
        ]

    @writing
    def prune(
        self,
        connection: Connection,
        now: datetime,
        *,
        texts: timedelta = TEXTS,
        names: timedelta = NAMES,
    ) -> int:
        """
        Drop what is older than it is useful, and return how many rows lost something.

        Entries, articles without their text, matches and alerts stay: they are our memory.
        """
        rare = (sentences.c.articles < COMMON) & (sentences.c.seen_at < now - RARE_SENTENCES)
        old_text = (articles.c.seen_at < now - texts) & articles.c.text.isnot(None)
        old_message = outbox.c.state.in_(ENDED) & (outbox.c.queued_at < now - texts)
        dropped = 0
        for statement in (
            delete(sentences).where(rare | (sentences.c.seen_at < now - names)),
            delete(aliases).where(aliases.c.seen_at < now - names),
            update(articles).where(old_text).values(text=None, zones=[]),
            update(outbox).where(old_message, outbox.c.html != "").values(html=""),
        ):
            dropped += connection.execute(statement).rowcount
        return dropped

    async def backup_to(self, path: Path) -> None:
        """Write a whole, consistent copy to a new file, readable by this user only."""
        await asyncio.to_thread(_make_private, path)  # VACUUM INTO takes an empty file
        vacuum = text("VACUUM INTO :path").bindparams(path=str(path))
        try:
            await self._run(NO_TRANSACTION, lambda c: c.execute(vacuum), place=str(path))
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise


def _make_private(path: Path) -> None:
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise StoreError(f"backup {path}: the file exists. Name a new one.") from error
    except OSError as error:
        raise StoreError(troubles.sentence(error, str(path))) from error


def _size(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _counts(connection: Connection, **kinds: ColumnElement[bool]) -> dict[str, int]:
    """Count the rows of each kind of one table."""
    found = {}
    for name, kind in kinds.items():
        found[name] = connection.scalar(select(func.count()).where(kind)) or 0
    return found
