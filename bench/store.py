"""
What does it cost to recognise an article among 1,000,000 names? To choose what to send while 1,000 chats wait?

    python bench/store.py [--names 1000000]

Beside a peer in the same run: the same question asked of the same file by sqlite3 alone. Look-ups ask for
the three names of an article, one that is known in a hundred; the median and the worst of a thousand.
For the outbox the peer reads all that waits, as who chooses outside of the database has to; medians of 30.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher.model import Alias, AliasKind, Delivery
from watcher.store import Store

NOW = datetime(2026, 1, 30, 16, 45, tzinfo=UTC)
ROUNDS = 1_000
AT = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")


def key(number: int) -> str:
    """Write the key of an address as they are."""
    return f"exemple-{number % 300}.fr/actualite/2026/01/puces-et-douanes-{number * 7919:x}.html"


def fill(path: Path, names: int) -> None:
    """Write names straight into the file, of articles that are not there."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.executemany(
            "INSERT INTO aliases (space, key, kind, article_id, seen_at) VALUES ('url', ?, 'url', ?, ?)",
            ((key(n), n // 3 + 1, AT) for n in range(names - names % 3)),
        )


async def timed(asked: Callable[[int], Awaitable[object]], rounds: int) -> list[float]:
    """Return the milliseconds of each question, in order of size."""
    found = []
    for number in range(rounds):
        start = time.perf_counter()
        await asked(number)
        found.append((time.perf_counter() - start) * 1e3)
    return sorted(found)


async def look_up(path: Path, names: int) -> dict[str, float]:
    """Ask the store, and sqlite3 alone, for three names a time."""
    dice = random.Random(7)
    asked = [
        [
            key(dice.randrange(names) if dice.random() < 0.01 else names + n * 3 + i)
            for i in range(3)
        ]
        for n in range(ROUNDS)
    ]
    store = await Store.open(f"sqlite:///{path}", now=NOW)
    peer = sqlite3.connect(path)
    one = "SELECT article_id FROM aliases WHERE space = 'url' AND key = ?"

    async def plain(number: int) -> None:
        for some in asked[number]:
            peer.execute(one, (some,)).fetchone()

    async def ours(number: int) -> None:
        await store.recognise([Alias(kind=AliasKind.URL, key=some) for some in asked[number]])

    cold = await timed(ours, ROUNDS)
    warm, bare = await timed(ours, ROUNDS), await timed(plain, ROUNDS)
    await store.close()
    peer.close()
    return {
        "median": statistics.median(warm),
        "first": statistics.median(cold),
        "p99": warm[ROUNDS * 99 // 100],
        "worst": max(cold[-1], warm[-1]),
        "ratio": statistics.median(warm) / statistics.median(bare),
    }


def crowd(path: Path, chats: int) -> None:
    """Write chats straight into the file, each with one message that waits."""
    with sqlite3.connect(path) as db:
        db.executemany(
            "INSERT INTO chats (channel, level, language, name, configured, configured_as, joined, everything, "
            "choices, address, thread, active, since, last_receipt, told_before) "
            "VALUES ('telegram', 'first', 'fr', '', ?1, '', 1, 1, '{}', ?1, 0, 1, ?2, '41', 0)",
            ((str(number), AT) for number in range(chats)),
        )
        db.execute(
            "INSERT INTO outbox (chat_id, revision, thread, kind, html, link, state, buttons, rendered, lane, "
            "silent, doubted, queued_at, due_at, attempts, receipt) "
            "SELECT id, 0, 0, 'new', ?1, '', 'queued', '[]', 'x', 2, 0, 0, ?2, ?2, 0, '' FROM chats",
            ("x" * 900, AT),
        )


async def choose(path: Path) -> dict[str, float]:
    """Claim eight deliveries a time, ask when the next one is due, and mark what was claimed."""
    store = await Store.open(f"sqlite:///{path}", now=NOW)
    peer = sqlite3.connect(path)
    all_ = "SELECT * FROM outbox JOIN chats ON chats.id = chat_id WHERE state = 'queued' ORDER BY due_at"
    spent: dict[str, list[float]] = {"claim": [], "next": [], "peer": []}

    async def claim(_: int) -> None:
        claimed.extend(await store.claim(NOW, limit=8, lease=timedelta(minutes=5)))

    async def due(_: int) -> None:
        await store.next_delivery(NOW)

    async def plain(_: int) -> None:
        peer.execute(all_).fetchall()

    for _ in range(30):
        claimed: list[Delivery] = []
        for name, asked in (("claim", claim), ("next", due), ("peer", plain)):
            spent[name] += await timed(asked, 1)
        for one in claimed:
            await store.sent(one, "42", now=NOW)
    await store.close()
    peer.close()
    median = {name: statistics.median(times) for name, times in spent.items()}
    return median | {"ratio": median["claim"] / median["peer"]}


async def main() -> None:
    """Measure a small and a large file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--names", type=int, default=1_000_000)
    given = arguments.parse_args()
    for names in (1_000, given.names):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "watcher.db"
            store = await Store.open(f"sqlite:///{path}", now=NOW)
            await store.close()
            fill(path, names)
            told = await look_up(path, names)
            print(names, "names:", {name: round(value, 4) for name, value in told.items()})
    for chats in (1_000, 5_000):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "watcher.db"
            store = await Store.open(f"sqlite:///{path}", now=NOW)
            await store.close()
            crowd(path, chats)
            told = await choose(path)
            print(chats, "waiting chats:", {name: round(value, 2) for name, value in told.items()})


if __name__ == "__main__":
    asyncio.run(main())
