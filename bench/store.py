"""
What does it cost to recognise an article among 1,000,000 names?

    python bench/store.py [--names 1000000]

Beside a peer in the same run: the same question asked of the same file by sqlite3 alone. Look-ups ask for
the three names of an article, one that is known in a hundred; the median and the worst of a thousand.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from watcher.model import Alias, AliasKind
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


if __name__ == "__main__":
    asyncio.run(main())
