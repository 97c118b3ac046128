"""Politeness towards hosts, and the pauses they ask for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.fetching import FEED, LOOPBACK, NOW, QUICK, Clock
from tests.servers import Request, Server, hang, in_turn, reply
from watcher.errors import ThrottledError
from watcher.fetching import Fetcher, FetchSettings
from watcher.model import Host


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=clock) as open_fetcher:
        yield open_fetcher


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["120", format_datetime(NOW + timedelta(minutes=2), usegmt=True)])
async def test_a_pause_is_understood_and_kept(
    fetcher: Fetcher, clock: Clock, status: int, value: str
) -> None:
    """Retry-After, as seconds or date, stops all requests to that host, is handed out, and ends."""
    answers = {"/flux": in_turn(reply(status=status, retry_after=value), reply(FEED))}
    async with Server(answers) as server:
        with pytest.raises(ThrottledError) as told:
            await fetcher.feed(server.url("/flux"))
        assert (told.value.status, told.value.after) == (status, timedelta(minutes=2))
        clock.now += timedelta(seconds=60)
        with pytest.raises(ThrottledError, match="2026-01-28 09:02 UTC") as again:
            await fetcher.feed(server.url("/autre"))
        assert again.value.after == timedelta(seconds=60)
        assert server.asked == ["/flux"]
        clock.now += timedelta(seconds=60)
        assert (await fetcher.feed(server.url("/flux"))).body == FEED
    assert fetcher.changed_hosts() == [
        Host(name=server.authority, next_at=NOW + timedelta(minutes=2))
    ]
    assert fetcher.changed_hosts() == []


async def test_a_pause_outlives_a_restart(clock: Clock) -> None:
    """A host that was stored with a pause is left alone by the next process."""
    async with Server({"/flux": reply(FEED)}) as server:
        known = Host(name=server.authority, next_at=NOW + timedelta(hours=1))
        async with Fetcher(QUICK, hosts=[known], clock=clock) as fetcher:
            with pytest.raises(ThrottledError):
                await fetcher.feed(server.url("/flux"))
    assert server.asked == []


async def test_a_pause_without_a_time_is_short(fetcher: Fetcher, clock: Clock) -> None:
    """429 alone stops the host for a minute, and does not pretend to know more."""
    async with Server({"/flux": in_turn(reply(status=429), reply(FEED))}) as server:
        with pytest.raises(ThrottledError) as told:
            await fetcher.feed(server.url("/flux"))
        assert told.value.after is None
        clock.now += timedelta(minutes=1)
        assert (await fetcher.feed(server.url("/flux"))).body == FEED


async def test_a_pause_of_years_is_a_day(fetcher: Fetcher) -> None:
    """No server can silence a feed for good by asking for a pause."""
    async with Server({"/flux": reply(status=429, retry_after="9" * 40)}) as server:
        with pytest.raises(ThrottledError) as told:
            await fetcher.feed(server.url("/flux"))
    assert told.value.after == timedelta(days=1)


async def test_a_clock_set_back_does_not_lengthen_a_pause(fetcher: Fetcher, clock: Clock) -> None:
    """A pause that no server can have asked for is none."""
    async with Server({"/flux": in_turn(reply(status=429), reply(FEED))}) as server:
        with pytest.raises(ThrottledError):
            await fetcher.feed(server.url("/flux"))
        clock.now -= timedelta(days=400)
        assert (await fetcher.feed(server.url("/flux"))).body == FEED
        assert (await fetcher.feed(server.url("/flux"))).body == FEED


class Crowd:
    """Counts how many requests are being answered at once, by host."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most = 0

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        host = request.headers["host"]
        self.now[host] = self.now.get(host, 0) + 1
        self.most = max(self.most, *self.now.values(), sum(self.now.values()))
        await asyncio.sleep(0.01)
        self.now[host] -= 1
        await reply(FEED)(request, writer)


async def test_one_request_at_a_time_to_a_host(fetcher: Fetcher) -> None:
    """Ten feeds of one host are fetched one after the other."""
    crowd = Crowd()
    async with Server({"/flux": crowd}) as server:
        await asyncio.gather(*(fetcher.feed(server.url(f"/flux?{n}")) for n in range(10)))
    assert crowd.most == 1


async def test_a_bound_over_all_hosts(clock: Clock) -> None:
    """No more requests are in flight than configured, however many hosts there are."""
    crowd = Crowd()
    settings = FetchSettings(allow_addresses=LOOPBACK, host_delay=timedelta(), concurrency=3)
    async with Server({"/flux": crowd}, host="0.0.0.0") as server:
        urls = [f"http://127.0.0.{n}:{server.port}/flux" for n in range(1, 13)]
        async with Fetcher(settings, clock=clock) as fetcher:
            await asyncio.gather(*map(fetcher.feed, urls))
    assert crowd.most == 3


async def test_a_slow_host_holds_up_nobody_else(clock: Clock) -> None:
    """Many feeds of one hanging host take one place, not all."""
    settings = FetchSettings(
        allow_addresses=LOOPBACK,
        host_delay=timedelta(),
        concurrency=2,
        timeout=timedelta(seconds=0.5),
    )
    async with (
        Server({"/flux": hang}, host="127.0.0.2") as slow,
        Server({"/flux": reply(FEED)}) as quick,
        Fetcher(settings, clock=clock) as fetcher,
    ):
        waiting = [asyncio.create_task(fetcher.feed(slow.url("/flux"))) for _ in range(5)]
        await asyncio.sleep(0)
        async with asyncio.timeout(0.4):
            assert (await fetcher.feed(quick.url("/flux"))).body == FEED
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_requests_to_a_host_keep_their_distance() -> None:
    """The delay counts from the end of one answer to the next request."""
    loop = asyncio.get_running_loop()

    def clock() -> datetime:
        return NOW + timedelta(seconds=loop.time())

    settings = FetchSettings(allow_addresses=LOOPBACK, host_delay=timedelta(seconds=0.05))
    async with Server({"/flux": reply(FEED)}) as server, Fetcher(settings, clock=clock) as fetcher:
        begun = loop.time()
        await asyncio.gather(*(fetcher.feed(server.url("/flux")) for _ in range(4)))
        assert loop.time() - begun >= 0.15
    assert fetcher.changed_hosts() == []  # so short a pause is not worth storing
