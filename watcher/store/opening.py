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
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, update
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from watcher.errors import StoreError
from watcher.store import migrating, troubles
from watcher.store.schema import chats, entries, feeds, hosts, outbox, storable

PATIENCE: Final = 10.0  # seconds we wait for another process; `?timeout=` in the URL overrides
FARTHEST: Final = timedelta(days=7)  # nothing is planned farther ahead, unless the clock was wrong
BATCH: Final = 1_000  # values in one IN (...): SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Mode:
    """How a transaction begins, and whether its end waits for the disk."""

    begin: str
    synchronous: str = "NORMAL"


READ: Final = Mode("BEGIN")
WRITE: Final = Mode("BEGIN IMMEDIATE")
WRITE_THROUGH: Final = Mode("BEGIN IMMEDIATE", "FULL")
NO_TRANSACTION: Final = Mode("")
MODES: Final = (READ, WRITE, WRITE_THROUGH, NO_TRANSACTION)

D = TypeVar("D", bound="Database")
P = ParamSpec("P")
T = TypeVar("T")
Statements = Callable[Concatenate[D, Connection, P], T]
Method = Callable[Concatenate[D, P], Coroutine[Any, Any, T]]


def insert_into(table: Table) -> Insert:
    """Begin an INSERT that can say ON CONFLICT: the same words in PostgreSQL's dialect."""
    return insert(table)


def _within(mode: Mode) -> Callable[[Statements[D, P, T]], Method[D, P, T]]:
    """Make a coroutine method of statements: they run in one transaction of this mode."""

    def method_of(statements: Statements[D, P, T]) -> Method[D, P, T]:
        async def method(self: D, /, *args: P.args, **kwargs: P.kwargs) -> T:
            def work(connection: Connection) -> T:
                return statements(self, connection, *args, **kwargs)

            return await self._run(mode, work)

        update_wrapper(method, statements)
        return method

    return method_of


reading: Final = _within(READ)
writing: Final = _within(WRITE)
writing_through: Final = _within(WRITE_THROUGH)


class Database:
    """An open database."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._engines = {mode: engine.execution_options(mode=mode) for mode in MODES}
        self._place = place
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    @classmethod
    async def open(cls, url: str, *, now: datetime) -> Self:
        """
        Open the database at `url`, make it if there is none, and bring its schema up to date.

        Raises `StoreError` when it cannot be used, `SchemaTooNewError` when a later release wrote it.
        """
        parsed = _parsed(url)
        place = parsed.database or ":memory:"
        store = cls(_engine(parsed), place)
        try:
            if place != ":memory:":
                _make_folder(place)
            await store._upgrade()
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
        """
        Do the work in one transaction, after all work that was asked for before.

        A caller that is cancelled meanwhile leaves the transaction whole: done, or never begun.
        """
        transaction = partial(self._transact, mode, work, place or self._place)
        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def _transact(self, mode: Mode, work: Callable[[Connection], T], place: str) -> T:
        try:
            with self._engines[mode].begin() as connection:
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(troubles.sentence(error, place)) from error

    @writing
    def mend_schedule(self, connection: Connection, now: datetime, *, farthest: timedelta) -> None:
        """Make due at once what a wrong clock has put off farther than anything is ever planned."""
        late = now + farthest
        for column, among in (
            (feeds.c.due_at, feeds.c.state == "active"),
            (entries.c.due_at, entries.c.state == "pending"),
            (hosts.c.next_at, hosts.c.next_at > late),
            (outbox.c.due_at, outbox.c.state.in_(["queued", "unsure"])),
            (chats.c.paused_until, chats.c.paused_until > late),
        ):
            mend = update(column.table).where(among, column > late)
            connection.execute(mend.values({column.name: now}))

    async def _upgrade(self) -> None:
        if not await self._run(READ, partial(migrating.is_current, place=self._place)):
            await self._run(WRITE, partial(migrating.migrate, place=self._place))


def _make_folder(place: str) -> None:
    try:
        Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(troubles.sentence(error, place)) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            f"[store] url {url!r} is no database URL. Write sqlite:///path/to/watcher.db"
        ) from error
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            f"[store] url: this release cannot use {parsed.get_backend_name()!r} yet. "
            "Write sqlite:///path/to/watcher.db"
        )
    return parsed.set(drivername="sqlite")


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False}  # opened and closed elsewhere, used in one
        | ({} if "timeout" in url.query else {"timeout": PATIENCE}),
        json_serializer=lambda value: storable(json.dumps(value, ensure_ascii=False)),
        poolclass=StaticPool,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own BEGIN comes too late (before the first write only) and is never IMMEDIATE:
    # a reader that then wants to write would fail at once. So we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_size_limit=67108864")  # bytes the WAL keeps after a checkpoint
    cursor.close()


def _begin(connection: Connection) -> None:
    mode: Mode = connection.get_execution_options()["mode"]
    if connection.info.get("synchronous") != mode.synchronous:  # only between transactions
        connection.exec_driver_sql(f"PRAGMA synchronous={mode.synchronous}")
        connection.info["synchronous"] = mode.synchronous
    if mode.begin:
        connection.exec_driver_sql(mode.begin)
