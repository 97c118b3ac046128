"""Fetching feeds and pages from servers that behave. Loopback only."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.fetching import FEED, LOOPBACK, QUICK, Clock
from tests.servers import Server, in_turn, packed, reply, validated
from watcher.errors import FetchError, GoneError
from watcher.fetching import Fetcher, FetchSettings
from watcher.model import Validators


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=clock) as open_fetcher:
        yield open_fetcher


async def test_a_feed_is_fetched(fetcher: Fetcher) -> None:
    """Body, type, validators and freshness come with the answer."""
    answer = reply(
        FEED,
        content_type="application/rss+xml",
        etag='W/"1"',
        last_modified="Wed, 28 Jan 2026 08:00:00 GMT",
        cache_control="max-age=600",
    )
    async with Server({"/flux": answer}) as server:
        got = await fetcher.feed(server.url("/flux#haut"))
    assert (got.url, got.moved_to, got.status) == (server.url("/flux"), "", 200)
    assert (got.body, got.content_type) == (FEED, "application/rss+xml")
    assert (got.unchanged, got.max_age) == (False, timedelta(minutes=10))
    assert got.validators.etag == 'W/"1"'
    assert got.validators.last_modified == "Wed, 28 Jan 2026 08:00:00 GMT"


async def test_we_say_who_we_are(fetcher: Fetcher) -> None:
    """Site owners see a name and an address to write to, and no cookie, referrer or language."""
    async with Server({"/flux": reply(FEED)}) as server:
        await fetcher.feed(server.url("/flux"))
    sent = server.requests[0].headers
    assert sent["user-agent"] == "watcher/0.1 (+https://veille.example/robot)"
    assert sent.keys() == {"host", "user-agent", "accept", "accept-encoding"}


async def test_a_contact_cannot_break_the_request(clock: Clock) -> None:
    """A line break or an accent in the configuration does not reach the wire."""
    settings = FetchSettings(
        allow_addresses=LOOPBACK, user_agent="veille\r\nx: y", contact="é—@veille.example"
    )
    async with (
        Server({"/flux": reply(FEED)}) as server,
        Fetcher(settings, clock=clock) as fetcher,
    ):
        await fetcher.feed(server.url("/flux"))
    assert "x" not in server.requests[0].headers


async def test_an_unchanged_feed_is_not_sent_again(fetcher: Fetcher) -> None:
    """A 304 answers our validators, and they stay valid."""
    async with Server({"/flux": validated(FEED, '"1"', cache_control="max-age=60")}) as server:
        first = await fetcher.feed(server.url("/flux"))
        second = await fetcher.feed(server.url("/flux"), first.validators)
    assert (second.unchanged, second.status, second.body) == (True, 304, b"")
    assert second.validators == first.validators
    assert second.max_age == timedelta(minutes=1)
    assert server.connections == 1  # an unchanged feed leaves its connection usable


async def test_last_modified_alone_is_enough(fetcher: Fetcher) -> None:
    """A server without tags is asked by date."""
    async with Server({"/flux": reply(status=304)}) as server:
        known = Validators(last_modified="Wed, 28 Jan 2026 08:00:00 GMT")
        assert (await fetcher.feed(server.url("/flux"), known)).validators == known
    assert server.requests[0].headers["if-modified-since"] == known.last_modified


async def test_a_304_that_nobody_asked_for_is_an_error(fetcher: Fetcher) -> None:
    """Without validators there is nothing that could be unchanged."""
    async with Server({"/flux": reply(status=304)}) as server:
        with pytest.raises(FetchError, match="304 Not Modified"):
            await fetcher.feed(server.url("/flux"), Validators(body_hash="abc"))


async def test_a_tag_that_lies_is_seen_through(fetcher: Fetcher) -> None:
    """The same bytes under a new tag are no change."""
    answers = in_turn(reply(FEED, etag='"1"'), packed(FEED, etag='"2"'), reply(FEED + b" "))
    async with Server({"/flux": answers}) as server:
        first = await fetcher.feed(server.url("/flux"))
        second = await fetcher.feed(server.url("/flux"), first.validators)
        third = await fetcher.feed(server.url("/flux"), second.validators)
    assert [a.unchanged for a in (first, second, third)] == [False, True, False]
    assert second.validators.etag == '"2"'


async def test_an_oversized_tag_is_not_sent_back(fetcher: Fetcher) -> None:
    """A server cannot make us send what it would itself refuse."""
    async with Server({"/flux": reply(FEED, etag=f'"{"a" * 5000}"')}) as server:
        assert not (await fetcher.feed(server.url("/flux"))).validators.etag


@pytest.mark.parametrize("status", [204, 206, 300, 400, 404, 500, 503, 599])
async def test_other_answers_are_errors(fetcher: Fetcher, status: int) -> None:
    """Only a full document is a document; the status is told."""
    async with Server({"/flux": reply(b"page d'erreur" * 9000, status=status)}) as server:
        with pytest.raises(FetchError, match=str(status)) as told:
            await fetcher.feed(server.url("/flux"))
    assert told.value.status == status


async def test_gone_is_gone(fetcher: Fetcher) -> None:
    """410 has an error of its own, since the feed is not asked again."""
    async with Server({"/flux": reply(status=410)}) as server:
        with pytest.raises(GoneError) as told:
            await fetcher.feed(server.url("/flux"))
    assert told.value.status == 410
