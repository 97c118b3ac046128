"""
The connection, its thread, transactions, and the one place where database errors become ours.

One thread holds the one connection, and a transaction is one visit to it: a driver that hops to
a thread for each statement costs 2.6 times the CPU of a short transaction (0.33 ms so).

Durability. WAL with synchronous=NORMAL loses no commit when the process dies; when the power
fails it may lose the last ones, always a tail. A tail lost before anything was sent is simply
read, judged and queued again. So only the outbox's own steps are synced (FULL): a claim that
reached the disk takes everything written before it along, and a message on its way is always
known as such after a power cut.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, create_engine, make_url, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from watcher.errors import StoreError
from watcher.store import migrating, troubles
from watcher.store.schema import chats, entries, feeds, hosts, outbox, storable

PATIENCE: Final = 10.0  # seconds we wait for another process
FARTHEST: Final = timedelta(days=7)  # nothing is planned farther ahead, unless the clock was wrong
WEEKLY: Final = timedelta(days=8)  # ... but a digest, which may then wait for quiet hours to end
BATCH: Final = 1_000  # values in one IN (...): SQLite takes 32,766

# How a transaction begins. The driver's own BEGIN comes too late (before the first write only) and
# is never IMMEDIATE: a reader that then wants to write would fail at once. So we say it ourselves.
READ: Final = ("BEGIN",)
WRITE: Final = ("PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE")
WRITE_THROUGH: Final = ("PRAGMA synchronous=FULL", "BEGIN IMMEDIATE")
NO_TRANSACTION: Final = ()

insert_into: Final = insert  # can say ON CONFLICT, in the same words as PostgreSQL's

D = TypeVar("D", bound="Database")
P = ParamSpec("P")
T = TypeVar("T")
Mode = tuple[str, ...]
Statements = Callable[Concatenate[D, Connection, P], T]
Method = Callable[Concatenate[D, P], Coroutine[Any, Any, T]]


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that one statement can name."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _within(mode: Mode) -> Callable[[Statements[D, P, T]], Method[D, P, T]]:
    """Make a coroutine method of statements: they run in one transaction of this mode."""

    def method_of(statements: Statements[D, P, T]) -> Method[D, P, T]:
        @wraps(statements)
        async def method(self: D, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await self._run(mode, lambda c: statements(self, c, *args, **kwargs))

        return method

    return method_of


reading: Final = _within(READ)
writing: Final = _within(WRITE)
writing_through: Final = _within(WRITE_THROUGH)


class Database:
    """An open database."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._engine = create_engine(
            "sqlite://",
            creator=partial(_connect, place),
            json_serializer=lambda value: storable(json.dumps(value, ensure_ascii=False)),
            poolclass=StaticPool,
        )

    @classmethod
    async def open(cls, url: str, *, now: datetime) -> Self:
        """
        Open the database at `url`, make it if there is none, and bring its schema up to date.

        Raises `StoreError` when it cannot be used, `SchemaTooNewError` when a later release wrote it.
        """
        store = cls(_place(url))
        try:
            await store._run(WRITE, partial(migrating.migrate, place=store._place))
            await store.mend_schedule(now, farthest=FARTHEST)
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Finish what was begun and let go of the file. A second call does nothing."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    async def _run(self, mode: Mode, work: Callable[[Connection], T], *, place: str = "") -> T:
        """Do the work, after all asked for before; whole or not at all, also if cancelled."""
        transaction = partial(self._transact, mode, work, place or self._place)
        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def _transact(self, mode: Mode, work: Callable[[Connection], T], place: str) -> T:
        try:
            with self._engine.begin() as db:
                for statement in mode:
                    db.exec_driver_sql(statement)
                return work(db)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(troubles.sentence(error, place)) from error

    @writing
    def mend_schedule(self, db: Connection, now: datetime, *, farthest: timedelta) -> None:
        """Make due at once what a wrong clock has put off farther than anything is ever planned."""
        late = now + farthest
        for column, among in (
            (feeds.c.due_at, feeds.c.state == "active"),
            (entries.c.due_at, entries.c.state == "pending"),
            (hosts.c.next_at, hosts.c.next_at > late),
            (outbox.c.due_at, outbox.c.state.in_(["queued", "unsure"])),
            (outbox.c.due_at, (outbox.c.state == "held") & (outbox.c.due_at > now + WEEKLY)),
            (chats.c.paused_until, chats.c.paused_until > late),
        ):
            mend = update(column.table).where(among, column > late)
            db.execute(mend.values({column.name: now}))


def _place(url: str) -> str:
    """Name the file behind a URL, or `:memory:`."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return parsed.database or ":memory:"
    except ArgumentError:
        pass
    raise StoreError(
        f"[store] url {url!r}: this release can use SQLite only. Write sqlite:///path/to/watcher.db"
    )


def _connect(place: str) -> sqlite3.Connection:
    if place != ":memory:":
        Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It is closed in another thread than it is used in, and begins no transaction by itself.
    connection = sqlite3.connect(
        place, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_size_limit=67108864")  # bytes it keeps after a checkpoint
    return connection
