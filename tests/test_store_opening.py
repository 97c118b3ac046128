"""Opening, migrating, and what the administrator reads when the database cannot be used."""

import resource
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tests.newsroom import (
    FEED,
    HOUR,
    MINUTE,
    NOW,
    entry,
    feed,
    name,
    poll,
    subscribed,
    told,
    waiting,
)
from watcher.errors import SchemaTooNewError, StoreError
from watcher.model import ChatSpec, FeedId, FeedSpec, Host
from watcher.store import Store, migrating, schema, troubles
from watcher.store.opening import NO_TRANSACTION, READ, WRITE, WRITE_THROUGH, Mode

TABLES = schema.metadata.tables.keys() - {"chats"}  # the subscribers are few, and all are asked for


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a database in a folder that does not exist yet."""
    return tmp_path / "state" / "watcher.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    """Open a new database."""
    opened = await Store.open(f"sqlite:///{file}", now=NOW)
    yield opened
    await opened.close()


async def test_memory_survives_a_restart(file: Path) -> None:
    """What one run stored, the next one finds; the missing folder is made, for us alone."""
    for _ in range(2):
        store = await Store.open(f"sqlite:///{file}", now=NOW)
        await store.sync_feeds([FeedSpec(url=FEED)], now=NOW)
        await store.close()
    store = await Store.open(f"sqlite:///{file}", now=NOW)
    assert [one.url for one in await store.feeds()] == [FEED]
    await store.close()
    await store.close()
    assert file.parent.stat().st_mode & 0o077 == 0


async def test_a_new_database_is_of_the_newest_schema(store: Store) -> None:
    """It has exactly the tables of `schema`, and the number of the last step in `versions`."""

    def compare(db: Connection) -> tuple[str | None, object]:
        # What SQLite keeps of its full-text index is no table of ours.
        ours = {"include_name": lambda name, *_: not str(name).startswith(schema.ARCHIVE)}
        context = MigrationContext.configure(db, opts={"compare_type": True, **ours})
        return context.get_current_revision(), compare_metadata(context, schema.metadata)

    assert await store._run(READ, compare) == (schema.REVISION, [])
    assert ScriptDirectory(str(migrating.HERE)).get_heads() == [schema.REVISION]


async def test_an_earlier_schema_takes_the_steps_it_lacks(file: Path, store: Store) -> None:
    """Alembic runs the steps in the transaction of the opening, and notes where they led."""
    await feed(store)
    await store.close()
    with sqlite3.connect(file) as other:
        other.execute("DELETE FROM alembic_version")
    other.close()
    again = await Store.open(f"sqlite:///{file}", now=NOW)
    version = "SELECT version_num FROM alembic_version"
    found = await again._run(READ, lambda db: db.exec_driver_sql(version).scalar())
    assert (found, len(await again.feeds())) == (schema.REVISION, 1)
    await again.close()


async def test_a_later_release_wrote_it(file: Path, store: Store) -> None:
    """A schema that this release does not know is left alone, and the sentence names file and cure."""
    await store.close()
    with sqlite3.connect(file) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(SchemaTooNewError, match=r"watcher\.db.*newer release.*schema 9999.*backup"):
        await Store.open(f"sqlite:///{file}", now=NOW)


async def test_another_programs_tables(file: Path) -> None:
    """We do not make our tables among another program's."""
    file.parent.mkdir()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    with pytest.raises(StoreError, match=r"another program's. Name another file"):
        await Store.open(f"sqlite:///{file}", now=NOW)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://db.example/news", "SQLite only. Write sqlite:///"),
        ("watcher.db", "SQLite only. Write sqlite:///"),
    ],
)
async def test_unusable_url(url: str, says: str) -> None:
    """A URL we cannot use is answered with one that we can."""
    with pytest.raises(StoreError, match=says):
        await Store.open(url, now=NOW)


async def test_folder_is_a_file(tmp_path: Path) -> None:
    """A file where the folder should be is named, with the cure."""
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(StoreError, match=r"watcher\.db: .*\. Choose a place"):
        await Store.open(f"sqlite:///{tmp_path}/state/watcher.db", now=NOW)


async def test_database_is_a_folder(tmp_path: Path) -> None:
    """A folder where the file should be cannot be opened."""
    with pytest.raises(StoreError, match=r"cannot be opened. See that its folder exists"):
        await Store.open(f"sqlite:///{tmp_path}", now=NOW)


async def test_no_database_at_all(tmp_path: Path) -> None:
    """A text file is not taken for a database, and is not overwritten."""
    file = tmp_path / "watcher.db"
    file.write_text("Les H200 passent la douane.\n" * 100)
    with pytest.raises(StoreError, match=r"it is no SQLite database, or it is damaged"):
        await Store.open(f"sqlite:///{file}", now=NOW)
    assert file.read_text().startswith("Les H200")


def damage(file: Path) -> None:
    """Leave the file's header and spoil the rest."""
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


async def test_damaged(file: Path, store: Store) -> None:
    """Damage inside the file is told as such."""
    await waiting(store)
    await store.close()
    damage(file)
    with pytest.raises(StoreError, match=r"damaged. Stop the service, keep the file"):
        await Store.open(f"sqlite:///{file}", now=NOW)


async def test_read_only(file: Path, store: Store) -> None:
    """A database that may not be written says which permission is missing."""
    await feed(store)
    await store._run(NO_TRANSACTION, lambda c: c.exec_driver_sql("PRAGMA query_only=ON"))
    with pytest.raises(StoreError, match=r"may not be written. Give this user write permission"):
        await store.record_poll((await store.feeds())[0].id, poll(entry()), now=NOW)


async def test_disk_full(store: Store) -> None:
    """On a full disk the poll is not stored at all; with room again, nothing is missing."""
    feed_id = await feed(store)
    await store._run(NO_TRANSACTION, lambda c: c.exec_driver_sql("PRAGMA max_page_count=1"))
    many = poll(*(entry(n, summary="long " * 500) for n in range(50)))
    with pytest.raises(StoreError, match=r"disk is full\. Free some space"):
        await store.record_poll(feed_id, many, now=NOW)
    assert (await store.feeds())[0].validators.etag == ""
    assert await store.pending(NOW, limit=99) == []
    await store._run(NO_TRANSACTION, lambda c: c.exec_driver_sql("PRAGMA max_page_count=9999"))
    assert (await store.record_poll(feed_id, many, now=NOW)).new == 50


async def test_another_process_holds_it(file: Path) -> None:
    """A lock that does not end is told; once it ends, all goes on."""
    store = await Store.open(f"sqlite:///{file}", now=NOW)
    await store._run(NO_TRANSACTION, lambda db: db.exec_driver_sql("PRAGMA busy_timeout=10"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"another process holds it"):
        await feed(store)
    assert await store.feeds() == []  # readers do not wait for writers
    other.execute("COMMIT")
    other.close()
    await feed(store)
    await store.close()


async def test_a_broken_promise_is_our_defect(store: Store) -> None:
    """What no administrator can mend asks for a report."""
    with pytest.raises(StoreError, match=r"FOREIGN KEY.*report it"):
        await store.record_poll(FeedId(99), poll(entry()), now=NOW)


def test_an_unnamed_trouble_is_still_a_sentence() -> None:
    """An operating system's error keeps its own words."""
    said = troubles.sentence(PermissionError(13, "Permission denied"), "/var/lib/watcher.db")
    assert said.startswith("database /var/lib/watcher.db: Permission denied. Choose a place")


async def test_naive_time_is_refused(store: Store) -> None:
    """A time without a zone never reaches a table."""
    with pytest.raises(StoreError, match=r"has no time zone"):
        await store.due_feeds(datetime(2026, 1, 30), limit=1)  # noqa: DTZ001


async def test_stray_half_of_an_emoji(store: Store) -> None:
    """Text that UTF-8 cannot hold is stored with a mark in its place."""
    feed_id = await feed(store)
    broken = entry(title="Le H200 \ud83d est là", summary="fin\0")
    assert (await store.record_poll(feed_id, poll(broken), now=NOW)).new == 1
    found = (await store.pending(NOW, limit=1))[0].entry
    assert (found.title, found.summary) == ("Le H200 ? est là", "fin\ufffd")
    assert (await store.record_poll(feed_id, poll(broken), now=NOW)).changed == 0


async def test_a_wrong_clock_is_mended(file: Path, store: Store) -> None:
    """What a clock years ahead has put off is due again; a normal plan stays."""
    future = NOW + timedelta(days=3000)
    one = await feed(store)
    await store.record_poll(one, poll(entry(), due_at=future), now=NOW)
    entry_id = (await store.pending(NOW, limit=1))[0].id
    await store.postpone(entry_id, until=future, error="a time-out")
    await store.save_hosts([Host(name="a", next_at=future), Host(name="b", next_at=NOW + HOUR)])
    [chat] = await subscribed(store, "7")
    await told(store, chat, number=2, now=NOW)
    await store.pause_chat(chat.id, until=future)
    await store.close()
    again = await Store.open(f"sqlite:///{file}", now=NOW + MINUTE)
    assert (await again.feeds())[0].due_at == NOW + HOUR  # told() polled the feed once more
    assert entry_id in {one.id for one in await again.pending(NOW + MINUTE, limit=9)}
    assert [host.next_at for host in await again.hosts()] == [NOW + MINUTE, NOW + HOUR]
    assert len(await again.claim(NOW + MINUTE, limit=1, lease=MINUTE)) == 1
    await again.close()


async def test_only_the_outbox_waits_for_the_disk(store: Store) -> None:
    """SQLite is in WAL mode, checks foreign keys, and syncs each commit only where it must."""

    def pragma(name: str, mode: Mode) -> object:
        ask = f"PRAGMA {name}"
        return store._transact(mode, lambda c: c.exec_driver_sql(ask).scalar_one(), "")

    assert (pragma("journal_mode", READ), pragma("foreign_keys", READ)) == ("wal", 1)
    levels = [pragma("synchronous", mode) for mode in (WRITE, WRITE_THROUGH, WRITE)]
    assert levels == [1, 2, 1]


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("due", "USING INDEX feeds_by_state_due_at"),
        ("pending", "USING COVERING INDEX entries_by_state_host_order_at_due_at"),
        ("recognise", "USING PRIMARY KEY"),
        ("claim", "USING INDEX outbox_by_state_chat_id_due_at_lane_target_id"),
    ],
)
async def test_no_question_scans(store: Store, question: str, index: str) -> None:
    """Questions asked all the time are answered from an index, however much there is."""
    [chat] = await subscribed(store, "7")
    await told(store, chat)
    asked: list[str] = []
    raw = store._engine.raw_connection().driver_connection
    assert raw is not None
    raw.set_trace_callback(asked.append)
    match question:
        case "due":
            await store.due_feeds(NOW, limit=10)
        case "pending":
            await store.pending(NOW, limit=10)
        case "recognise":
            await store.recognise([name("puces.example/a"), name("puces.example/b")])
        case _:
            await store.next_delivery(NOW)
    raw.set_trace_callback(None)
    selects = [sql for sql in asked if sql.startswith("SELECT") and "WHERE" in sql]
    plans = [
        step[3] for sql in selects for step in raw.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    ]
    assert any(index in step for step in plans), plans
    assert not [s for s in plans if s.startswith("SCAN") and s[5:] in TABLES], plans


async def test_backup_is_whole(file: Path, store: Store, tmp_path: Path) -> None:
    """A copy holds all and can be worked on; only this user can read it."""
    await waiting(store)
    copy = tmp_path / "copy.db"
    await store.backup_to(copy)
    assert copy.stat().st_mode & 0o077 == 0
    twin = await Store.open(f"sqlite:///{copy}", now=NOW)
    assert len(await twin.pending(NOW, limit=9)) == 1
    await twin.sync_chats([ChatSpec(address="7")], channel="telegram", now=NOW)
    await twin.close()
    assert await store.chats() == []


async def test_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    """An existing file, or a missing folder, is named; nothing half-made stays."""
    (tmp_path / "old.db").touch()
    with pytest.raises(StoreError, match=r"File exists. Choose"):
        await store.backup_to(tmp_path / "old.db")
    with pytest.raises(StoreError, match=r"none/copy.db: No such file or directory. Choose"):
        await store.backup_to(tmp_path / "none" / "copy.db")


async def test_backup_on_a_full_disk_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """A copy that could not be written whole is taken away again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StoreError, match=r"copy\.db: the disk"):
            await store.backup_to(tmp_path / "copy.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "copy.db").exists()
