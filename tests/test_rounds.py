"""What is due is kept in work: once at a time, and never stopped by one bad thing."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.servers import Server, hang, reply
from tests.watching import item, page, rss, watching
from watcher.errors import StoreError
from watcher.rounds import READING_PER_HOST, Rounds


async def pass_over(rounds: Rounds, *, everything: bool = False) -> list[int]:
    """Run one pass; returns how many tasks were in work each time somebody looked."""
    seen: list[int] = []
    await rounds.run_dry(everything=everything, watch=lambda now: seen.append(len(now.started)))
    return seen


async def test_one_pass_polls_and_reads_what_is_due(tmp_path: Path) -> None:
    """A pass ends when nothing is due; the next finds nothing, unless all is asked for."""
    async with Server() as site:
        links = [item(n, link=site.url(f"/{n}")) for n in range(1, 5)]
        site.answers = {"/flux": reply(rss(*links))}
        site.answers |= {f"/{n}": page(f"Puces, épisode {n} : le H200") for n in range(1, 5)}
        async with watching(tmp_path, site.url("/flux")) as watch:
            seen = await pass_over(Rounds(watch.line, polls=8))
            assert watch.line.tally.articles == 4
            assert max(seen) <= READING_PER_HOST
            assert await pass_over(Rounds(watch.line, polls=8)) == []
            assert await pass_over(Rounds(watch.line, polls=8), everything=True)
            assert site.asked.count("/flux") == 2


async def test_a_feed_in_work_is_not_started_again(tmp_path: Path) -> None:
    """However often the clock ticks, a slow feed is asked once; what hangs is cut off at the end."""
    async with Server({"/flux": hang}) as site, watching(tmp_path, site.url("/flux")) as watch:
        rounds = Rounds(watch.line, polls=8)
        assert await rounds.tick() == 1
        assert await rounds.tick() == 1
        assert rounds.alive()
        await rounds.settle(timedelta(seconds=0.05))
        assert rounds.started == {}
        assert rounds.polling == {}


async def test_a_defect_stops_one_feed_only(tmp_path: Path) -> None:
    """What nobody foresaw is noted at its feed, which is asked again later; the pass goes on."""
    async with (
        Server({"/flux": reply(rss())}) as site,
        watching(tmp_path, site.url("/flux"), site.url("/404")) as watch,
    ):
        watch.line.chance = lambda: 1 / 0
        await pass_over(Rounds(watch.line, polls=8))
        for feed in await watch.store.feeds():
            assert feed.error == "a defect of watcher; see its log"
            assert feed.due_at > watch.clock()


async def test_a_defect_stops_one_article_only(tmp_path: Path) -> None:
    """An article that cannot be told is kept for later."""
    async with (
        Server({"/flux": reply(rss(item(1)))}) as site,
        watching(tmp_path, site.url("/flux"), pages=False) as watch,
    ):
        watch.line.chronicle.catalogues = {}
        await pass_over(Rounds(watch.line, polls=8))
        assert await watch.store.pending(watch.clock(), limit=9) == []
        later = watch.clock() + timedelta(hours=1)
        assert len(await watch.store.pending(later, limit=9)) == 1


async def test_a_failing_store_ends_a_pass_and_pauses_the_rounds(tmp_path: Path) -> None:
    """While the database cannot be written nothing new is taken, and the reason is told."""
    async with (
        Server({"/flux": reply(rss(item(1)))}) as site,
        watching(tmp_path, site.url("/flux")) as watch,
    ):
        rounds = Rounds(watch.line, polls=8)
        blocker = sqlite3.connect(tmp_path / "watcher.db")
        blocker.execute("drop table entries")
        with pytest.raises(StoreError):
            await pass_over(rounds)
        asked = len(site.asked)
        assert await rounds.tick() == 0
        assert len(site.asked) == asked
        blocker.close()


async def test_rounds_that_do_not_tick_are_not_alive(tmp_path: Path) -> None:
    """The watchdog is fed by ticks, and by nothing else."""
    async with watching(tmp_path) as watch:
        rounds = Rounds(watch.line, polls=8)
        rounds.ticked_at = -1e9
        assert not rounds.alive()
        await rounds.tick()
        assert rounds.alive()
        task = asyncio.create_task(asyncio.sleep(0))
        rounds.started[task] = -1e9
        assert not rounds.alive()
        await task
