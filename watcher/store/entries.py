"""What feeds bring: entries that are new or edited wait here until they are judged."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from watcher.model import (
    Entry,
    EntryId,
    FeedId,
    Pending,
    Poll,
    Precision,
    Published,
)
from watcher.store.feeds import feed_of
from watcher.store.opening import BATCH, Database, reading, writing
from watcher.store.results import PollResult
from watcher.store.schema import entries, feeds

PENDING: Final = "pending"
DONE: Final = "done"
REVISIONS: Final = 10  # edits of one entry that we read; a counter in the text would never end
CALM: Final = timedelta(minutes=10)  # between two readings of one entry

# Core sets the columns that it finds in the parameters; statements made once cost half.
THIS_FEED: Final = update(feeds).where(feeds.c.id == bindparam("feed"))
THIS_ENTRY: Final = update(entries).where(entries.c.id == bindparam("entry"))


def digest(*parts: str) -> str:
    """Shorten texts to 32 hexadecimal digits; where one ends and the next begins counts."""
    lengths = ",".join(str(len(part)) for part in parts)
    whole = "\0".join((lengths, *parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def keyed(found: Sequence[Entry]) -> dict[str, Entry]:
    """
    Tell the entries of one document apart, as well as their feed allows.

    By guid; by guid and link where one guid names several; by link; by what is said. Where all
    of it agrees, the first stands for the rest.
    """
    links: dict[str, set[str]] = {}
    for entry in found:
        links.setdefault(entry.guid, set()).add(entry.url)
    named: dict[str, Entry] = {}
    for entry in found:
        if entry.guid:
            link = entry.url if len(links[entry.guid]) > 1 else ""
            key = digest("guid", entry.guid, link)
        elif entry.url:
            key = digest("url", entry.url)
        else:
            key = digest("text", entry.title, entry.text)
        named.setdefault(key, entry)
    return named


def said(entry: Entry, *, now: datetime) -> dict[str, Any]:
    """Spell an entry as columns of `entries`."""
    published = entry.published
    return {
        "fingerprint": digest(entry.title, entry.summary, entry.content, entry.url),
        "state": PENDING,
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "author": entry.author,
        "language": entry.language,
        "published_at": published and published.at,
        "precision": published and published.precision,
        "order_at": published.at if published else now,
        "attempts": 0,
        "error": None,
    }


def entry_of(row: Row[Any]) -> Entry:
    """Read an entry out of a row of `entries`."""
    published = None
    if row.published_at is not None:
        published = Published(at=row.published_at, precision=Precision(row.precision))
    return Entry(
        guid=row.guid,
        url=row.url,
        title=row.title,
        summary=row.summary,
        content=row.content,
        published=published,
        author=row.author,
        language=row.language,
    )


@dataclass(frozen=True, slots=True)
class News:
    """The rows that a document adds and changes."""

    new: list[dict[str, Any]]
    changed: list[dict[str, Any]]


def compare(
    document: Mapping[str, Entry], known: Mapping[str, Row[Any]], feed: FeedId, *, now: datetime
) -> News:
    """Find what is new and what was edited. What has vanished from the feed is not looked at."""
    news = News([], [])
    for key, entry in document.items():
        row, fresh = known.get(key), said(entry, now=now)
        if row is None:
            times = {"seen_at": now, "due_at": now, "revised_at": now}
            news.new.append(fresh | times | {"feed_id": feed, "key": key, "revision": 0})
        elif row.fingerprint != fresh["fingerprint"] and row.revision < REVISIONS:
            # A title corrected three times in a minute is read once, later, and never forgotten.
            unread = row.state == PENDING
            read_at = row.due_at if unread else max(now, row.revised_at + CALM)
            times = {"due_at": read_at, "revised_at": read_at}
            news.changed.append(fresh | times | {"entry": row.id, "revision": row.revision + 1})
    return news


class Entries(Database):
    """Statements over `entries`, and the polls that fill it."""

    @writing
    def record_poll(
        self, connection: Connection, feed: FeedId, poll: Poll, *, now: datetime
    ) -> PollResult:
        """Store what a poll brought, together with the validators that vouch for it: all or none."""
        news = News([], [])
        if poll.document is not None:
            document = keyed(poll.document.entries)
            known = _known(connection, feed, list(document))
            news = compare(document, known, feed, now=now)
        connection.execute(THIS_FEED, {"feed": feed} | _polled(poll, news, now=now))
        if news.new:
            connection.execute(insert(entries), news.new)
        if news.changed:
            connection.execute(THIS_ENTRY, news.changed)
        return PollResult(new=len(news.new), changed=len(news.changed))

    @reading
    def pending(self, connection: Connection, now: datetime, *, limit: int) -> list[Pending]:
        """Return entries that wait to be read and may be read now, the oldest published first."""
        waiting = (
            select(entries)
            .where(entries.c.state == PENDING, entries.c.due_at <= now)
            .order_by(entries.c.order_at, entries.c.id)
            .limit(limit)
        )
        rows = connection.execute(waiting).all()
        theirs = select(feeds).where(feeds.c.id.in_({row.feed_id for row in rows}))
        known = {row.id: feed_of(row) for row in connection.execute(theirs)}
        return [
            Pending(
                id=EntryId(row.id),
                feed=known[row.feed_id],
                entry=entry_of(row),
                seen=row.seen_at,
                attempts=row.attempts,
                article=row.article_id,
                revision=row.revision,
            )
            for row in rows
        ]

    @writing
    def postpone(
        self, connection: Connection, entry: EntryId, *, until: datetime, error: str
    ) -> None:
        """Leave an entry for later, and remember why."""
        later = update(entries).where(entries.c.id == entry)
        attempts = entries.c.attempts + 1
        connection.execute(later.values(due_at=until, error=error, attempts=attempts))


def _polled(poll: Poll, news: News, *, now: datetime) -> dict[str, Any]:
    """Spell a poll as columns of `feeds`."""
    values: dict[str, Any] = {
        "address": poll.address,
        "due_at": poll.due_at,
        "interval": poll.interval and poll.interval.total_seconds(),
        "etag": poll.validators.etag,
        "last_modified": poll.validators.last_modified,
        "body_hash": poll.validators.body_hash,
        "failures": 0,
        "error": None,
        "polled_at": now,
    }
    if poll.document is not None:
        values |= {"said_title": poll.document.title, "said_language": poll.document.language}
    if news.new:
        values["changed_at"] = now
    return values


def _known(connection: Connection, feed: FeedId, keys: Sequence[str]) -> dict[str, Row[Any]]:
    known = {}
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        rows = connection.execute(
            select(entries).where(entries.c.feed_id == feed, entries.c.key.in_(some))
        )
        known.update({row.key: row for row in rows})
    return known
