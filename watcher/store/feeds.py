"""Feeds and hosts: what is polled, when next, and what their servers asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from watcher.model import Feed, FeedId, FeedSpec, FeedState, Host, Validators
from watcher.store.opening import Database, insert_into, reading, writing
from watcher.store.schema import feeds, hosts


def feed_of(row: Row[Any]) -> Feed:
    """Read a row of `feeds`. What the administrator says goes before what the feed says."""
    return Feed(
        id=FeedId(row.id),
        url=row.url,
        address=row.address,
        kind=row.kind,
        title=row.title or row.said_title,
        tags=tuple(row.tags),
        language=row.language or row.said_language,
        state=FeedState(row.state),
        validators=Validators(
            etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash
        ),
        due_at=row.due_at,
        interval=None if row.interval is None else timedelta(seconds=row.interval),
        failures=row.failures,
        error=row.error,
        polled_at=row.polled_at,
        changed_at=row.changed_at,
    )


class Feeds(Database):
    """Statements over `feeds` and `hosts`."""

    @writing
    def sync_feeds(
        self, connection: Connection, specs: Sequence[FeedSpec], *, now: datetime
    ) -> None:
        """
        Take over the configured feeds: new ones are due at once, missing ones are no longer polled.

        A feed that comes back keeps its memory. A feed that the server declared gone stays gone.
        """
        wanted = {spec.url: spec for spec in specs}
        rows = connection.execute(select(feeds.c.url, feeds.c.state))
        known = {row.url: FeedState(row.state) for row in rows}
        for url in known.keys() - wanted.keys():
            gone = update(feeds).where(feeds.c.url == url)
            connection.execute(gone.values(state=FeedState.REMOVED))
        for url, spec in wanted.items():
            told: dict[str, Any] = {
                "kind": spec.kind,
                "title": spec.title,
                "language": spec.language,
                "tags": list(spec.tags),
            }
            if url not in known:
                new = told | {"url": url, "address": url, "state": FeedState.ACTIVE}
                connection.execute(insert(feeds).values(**new, due_at=now))
                continue
            if known[url] is FeedState.REMOVED:
                told |= {"state": FeedState.ACTIVE, "due_at": now}
            connection.execute(update(feeds).where(feeds.c.url == url).values(**told))

    @reading
    def feeds(self, connection: Connection) -> list[Feed]:
        """Return every feed we ever had, in the order of their arrival."""
        rows = connection.execute(select(feeds).order_by(feeds.c.id))
        return [feed_of(row) for row in rows]

    @reading
    def due_feeds(
        self, connection: Connection, now: datetime, *, limit: int, everything: bool = False
    ) -> list[Feed]:
        """Return the active feeds that are due, the longest waiting first; or all of them."""
        due = select(feeds).where(feeds.c.state == FeedState.ACTIVE)
        if not everything:
            due = due.where(feeds.c.due_at <= now)
        rows = connection.execute(due.order_by(feeds.c.due_at).limit(limit))
        return [feed_of(row) for row in rows]

    @reading
    def next_due(self, connection: Connection) -> datetime | None:
        """Return when the next active feed is due; `None` when there is none."""
        first = select(func.min(feeds.c.due_at)).where(feeds.c.state == FeedState.ACTIVE)
        found: datetime | None = connection.scalar(first)
        return found

    @writing
    def record_failure(
        self,
        connection: Connection,
        feed: FeedId,
        *,
        error: str,
        due_at: datetime,
        state: FeedState = FeedState.ACTIVE,
        now: datetime,
    ) -> None:
        """Note a poll that brought nothing. The validators stay: what they vouch for is stored."""
        failed = update(feeds).where(feeds.c.id == feed, feeds.c.state != FeedState.REMOVED)
        connection.execute(
            failed.values(
                error=error,
                due_at=due_at,
                state=state,
                polled_at=now,
                failures=feeds.c.failures + 1,
            )
        )

    @reading
    def hosts(self, connection: Connection) -> list[Host]:
        """Return every host we know of."""
        rows = connection.execute(select(hosts).order_by(hosts.c.name))
        return [Host(**row._mapping) for row in rows]

    async def save_hosts(self, changed: Sequence[Host]) -> None:
        """Store hosts, in place of what was known of them."""
        if changed:
            await self._save_hosts(changed)

    @writing
    def _save_hosts(self, connection: Connection, changed: Sequence[Host]) -> None:
        rows = [
            {"name": h.name, "next_at": h.next_at, "robots": h.robots, "robots_at": h.robots_at}
            for h in changed
        ]
        new = insert_into(hosts)
        fresh = {name: new.excluded[name] for name in ("next_at", "robots", "robots_at")}
        connection.execute(
            new.on_conflict_do_update(index_elements=[hosts.c.name], set_=fresh), rows
        )
