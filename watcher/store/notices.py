"""What administrators are told of the watch itself: what stands, and the facts that it rests on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from watcher.model import ChatId, DeliveryState, FeedId, Message
from watcher.notices import Standing
from watcher.store.chats import WAITING
from watcher.store.opening import Database, reading, writing
from watcher.store.schema import chats, columns, entries, notices, outbox, value
from watcher.store.subscribers import answer


class Notices(Database):
    """Statements over `notices`."""

    @reading
    def standing(self, db: Connection) -> dict[str, Standing]:
        """Return what was found wrong and is not over."""
        return {row.topic: value(Standing, row) for row in db.execute(select(notices))}

    @writing
    def announce(
        self,
        db: Connection,
        standing: Mapping[str, Standing],
        letters: Sequence[tuple[ChatId, Message]],
        *,
        now: datetime,
    ) -> None:
        """Keep what stands now, and queue what is told of it: both, or nothing."""
        db.execute(delete(notices))
        if standing:
            rows = [{"topic": topic, **columns(notices, one)} for topic, one in standing.items()]
            db.execute(insert(notices), rows)
        for chat, message in letters:
            answer(db, chat, message, now=now)

    @reading
    def overdue(self, db: Connection, now: datetime) -> timedelta:
        """Return for how long the oldest delivery that could leave has been due."""
        waiting = outbox.c.state.in_(WAITING) & (outbox.c.state != DeliveryState.SENDING)
        due = select(func.min(outbox.c.due_at)).join(chats, outbox.c.chat_id == chats.c.id)
        reachable = chats.c.active & chats.c.suspended_at.is_(None)
        oldest: datetime | None = db.scalar(due.where(waiting, reachable))
        return max(now - oldest, timedelta()) if oldest else timedelta()

    @reading
    def arrivals(self, db: Connection, *, most: int) -> dict[FeedId, tuple[datetime, ...]]:
        """Return when the newest entries of each feed appeared, the newest first."""
        newest = entries.c.order_at.desc()
        place = func.row_number().over(partition_by=entries.c.feed_id, order_by=newest)
        ranked = select(entries.c.feed_id, entries.c.order_at, place.label("place")).subquery()
        found: defaultdict[FeedId, list[datetime]] = defaultdict(list)
        wide = select(ranked).where(ranked.c.place <= most).order_by(ranked.c.place)
        for row in db.execute(wide):
            found[FeedId(row.feed_id)].append(row.order_at)
        return {feed: tuple(times) for feed, times in found.items()}
