"""Feeds and hosts: what is polled, when next, and what their servers asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from watcher.model import Feed, FeedId, FeedSpec, FeedState, Host, Validators
from watcher.store.opening import Database, insert_into, reading, writing
from watcher.store.schema import columns, feeds, hosts, value


def feed_of(row: Row[Any]) -> Feed:
    """Read a row of `feeds`. What the administrator says goes before what the feed says."""
    return value(
        Feed,
        row,
        title=row.title or row.said_title,
        language=row.language or row.said_language,
        tags=tuple(row.tags),
        state=FeedState(row.state),
        validators=value(Validators, row),
    )


class Feeds(Database):
    """Statements over `feeds` and `hosts`."""

    @writing
    def sync_feeds(self, db: Connection, specs: Sequence[FeedSpec], *, now: datetime) -> None:
        """Take over what is configured: a new feed is due at once, a missing one rests."""
        known = {row.url: row.state for row in db.execute(select(feeds.c.url, feeds.c.state))}
        wanted = {spec.url: columns(feeds, spec) for spec in specs}
        for url in known.keys() - wanted.keys():
            missing = update(feeds).where(feeds.c.url == url)
            db.execute(missing.values(state=FeedState.REMOVED))
        for url, told in wanted.items():
            if known.get(url, FeedState.REMOVED) == FeedState.REMOVED:
                told |= {"state": FeedState.ACTIVE, "due_at": now}
            if url in known:
                db.execute(update(feeds).where(feeds.c.url == url).values(**told))
            else:
                db.execute(insert(feeds).values(**told, address=url))

    @reading
    def feeds(self, db: Connection) -> list[Feed]:
        """Return every feed we ever had, in the order of their arrival."""
        return [feed_of(row) for row in db.execute(select(feeds).order_by(feeds.c.id))]

    @reading
    def due_feeds(
        self, db: Connection, now: datetime, *, limit: int, everything: bool = False
    ) -> list[Feed]:
        """Return the active feeds that are due, the longest waiting first; or all of them."""
        due = select(feeds).where(feeds.c.state == FeedState.ACTIVE)
        if not everything:
            due = due.where(feeds.c.due_at <= now)
        rows = db.execute(due.order_by(feeds.c.due_at).limit(limit))
        return [feed_of(row) for row in rows]

    @writing
    def record_failure(
        self,
        db: Connection,
        feed: FeedId,
        *,
        error: str,
        due_at: datetime,
        state: FeedState = FeedState.ACTIVE,
        now: datetime,
    ) -> None:
        """Note a poll that brought nothing. The validators stay: what they vouch for is stored."""
        failed = update(feeds).where(feeds.c.id == feed, feeds.c.state != FeedState.REMOVED)
        news = {"error": error, "due_at": due_at, "state": state, "polled_at": now}
        db.execute(failed.values(**news, failures=feeds.c.failures + 1))

    @reading
    def hosts(self, db: Connection) -> list[Host]:
        """Return every host we know of."""
        rows = db.execute(select(hosts).order_by(hosts.c.name))
        return [value(Host, row) for row in rows]

    @writing
    def save_hosts(self, db: Connection, changed: Sequence[Host]) -> None:
        """Store hosts, in place of what was known of them."""
        if changed:
            new = insert_into(hosts)
            fresh = {name: new.excluded[name] for name in ("next_at", "robots", "robots_at")}
            upsert = new.on_conflict_do_update(index_elements=[hosts.c.name], set_=fresh)
            db.execute(upsert, [columns(hosts, host) for host in changed])
