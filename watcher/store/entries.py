"""What feeds bring: entries that are new or edited wait here until they are judged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from watcher import urls
from watcher.model import Entry, EntryId, FeedId, Pending, Poll, Precision, Published
from watcher.store.feeds import feed_of
from watcher.store.opening import Database, batches, reading, writing
from watcher.store.schema import columns, entries, feeds, value

PENDING: Final = "pending"
DONE: Final = "done"
REVISIONS: Final = 10  # edits of one entry that we read; a counter in the text would never end
CALM: Final = timedelta(minutes=10)  # between two readings of one entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """How many entries a poll added, and how many it found edited."""

    new: int
    changed: int


def digest(*parts: str) -> str:
    """Shorten texts to 32 hexadecimal digits; where one ends and the next begins counts."""
    lengths = ",".join(str(len(part)) for part in parts)
    whole = "\0".join((lengths, *parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def keyed(found: Sequence[Entry]) -> dict[str, Entry]:
    """Key entries by guid (and link, where a guid names several), by link, or by what is said."""
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


class Entries(Database):
    """Statements over `entries`, and the polls that fill it."""

    @writing
    def record_poll(self, db: Connection, feed: FeedId, poll: Poll, *, now: datetime) -> PollResult:
        """Store what a poll brought, together with the validators that vouch for it: all or none."""
        values = columns(feeds, poll, poll.validators)
        values |= {"failures": 0, "error": None, "polled_at": now}
        found = poll.document.entries if poll.document else ()
        new, changed = _news(db, feed, keyed(found), now=now)
        if poll.document:
            values |= {"said_title": poll.document.title, "said_language": poll.document.language}
        if new:
            db.execute(insert(entries), new)
            values["changed_at"] = now
        if changed:
            edited = update(entries).where(entries.c.id == bindparam("entry"))
            db.execute(edited, changed)
        db.execute(update(feeds).where(feeds.c.id == feed).values(**values))
        return PollResult(new=len(new), changed=len(changed))

    @reading
    def pending(self, db: Connection, now: datetime, *, limit: int) -> list[Pending]:
        """Return entries to read, the oldest first; one host's thousands delay no other host."""
        oldest = entries.c.order_at
        turn = func.row_number().over(partition_by=entries.c.host, order_by=oldest)
        chosen = (
            select(entries.c.id)
            .where(entries.c.state == PENDING, entries.c.due_at <= now)
            .order_by(turn, oldest, entries.c.id)
            .limit(limit)
        )
        waiting = select(entries).where(entries.c.id.in_(chosen)).order_by(oldest, entries.c.id)
        rows = db.execute(waiting).all()
        theirs = select(feeds).where(feeds.c.id.in_({row.feed_id for row in rows}))
        known = {row.id: feed_of(row) for row in db.execute(theirs)}
        return [_pending(row, feed=known[row.feed_id]) for row in rows]

    @writing
    def postpone(self, db: Connection, entry: EntryId, *, until: datetime, error: str) -> None:
        """Leave an entry for later, and remember why."""
        later = update(entries).where(entries.c.id == entry)
        attempts = entries.c.attempts + 1
        db.execute(later.values(due_at=until, error=error, attempts=attempts))


Rows = list[dict[str, Any]]


def _news(
    db: Connection, feed: FeedId, found: dict[str, Entry], *, now: datetime
) -> tuple[Rows, Rows]:
    """Find what is new and what was edited. What has vanished from the feed is not looked at."""
    new: Rows = []
    changed: Rows = []
    known: dict[str, Row[Any]] = {}
    for keys in batches(list(found)):
        same = (entries.c.feed_id == feed) & entries.c.key.in_(keys)
        known |= {row.key: row for row in db.execute(select(entries).where(same))}
    for key, entry in found.items():
        row, fresh = known.get(key), _said(entry, now=now)
        if row is None:
            times = {"seen_at": now, "due_at": now, "revised_at": now}
            new.append(fresh | times | {"feed_id": feed, "key": key, "revision": 0})
        elif row.fingerprint != fresh["fingerprint"] and row.revision < REVISIONS:
            # A title corrected three times in a minute is read once, later, and never forgotten.
            unread = row.state == PENDING
            read_at = row.due_at if unread else max(now, row.revised_at + CALM)
            times = {"due_at": read_at, "revised_at": read_at}
            changed.append(fresh | times | {"entry": row.id, "revision": row.revision + 1})
    return new, changed


def _said(entry: Entry, *, now: datetime) -> dict[str, Any]:
    """Spell an entry that waits as columns of `entries`."""
    published = entry.published
    return columns(entries, entry) | {
        "fingerprint": digest(entry.title, entry.summary, entry.content, entry.url),
        "host": urls.host(entry.url),
        "published_at": published and published.at,
        "precision": published and published.precision,
        "order_at": published.at if published else now,
        "state": PENDING,
        "attempts": 0,
        "error": None,
    }


def _pending(row: Row[Any], **feed: object) -> Pending:
    published = None
    if row.published_at is not None:
        published = Published(at=row.published_at, precision=Precision(row.precision))
    entry = value(Entry, row, published=published)
    return value(Pending, row, entry=entry, seen=row.seen_at, article=row.article_id, **feed)
