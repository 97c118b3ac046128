"""Fetching feeds and pages, redirects included. Loopback only."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.fetching import FEED, LOOPBACK, QUICK, Clock
from tests.servers import Server, in_turn, packed, redirect, reply, validated
from watcher.errors import FetchError, GoneError
from watcher.fetching import Fetcher, FetchSettings
from watcher.model import Validators


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=Clock()) as open_fetcher:
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


async def test_a_contact_cannot_break_the_request() -> None:
    """A line break or an accent in the configuration does not reach the wire."""
    settings = FetchSettings(
        allow_addresses=LOOPBACK, user_agent="veille\r\nx: y", contact="é—@veille.example"
    )
    async with (
        Server({"/flux": reply(FEED)}) as server,
        Fetcher(settings, clock=Clock()) as fetcher,
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


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ([301], "/1"),
        ([308, 301], "/2"),
        ([302], ""),
        ([307, 301], ""),
        ([301, 303, 301], "/1"),
        ([301, 301, 301, 308, 308], "/5"),
    ],
)
async def test_redirects(fetcher: Fetcher, statuses: list[int], moved_to: str) -> None:
    """The new address is remembered as far as every hop said that the move is for good."""
    hops = {f"/{n}": redirect(f"/{n + 1}", status) for n, status in enumerate(statuses)}
    async with Server({**hops, f"/{len(statuses)}": reply(FEED)}) as server:
        got = await fetcher.feed(server.url("/0"))
        assert got.url == server.url(f"/{len(statuses)}")
        assert got.moved_to == (server.url(moved_to) if moved_to else "")


async def test_a_sixth_redirect_is_not_followed(fetcher: Fetcher) -> None:
    """Five hops are enough for anyone."""
    async with Server({f"/{n}": redirect(f"/{n + 1}") for n in range(9)}) as server:
        with pytest.raises(FetchError, match="more than 5 redirects"):
            await fetcher.feed(server.url("/0"))
    assert len(server.asked) == 6


async def test_circles_are_seen(fetcher: Fetcher) -> None:
    """A page that leads back to where we were is not asked twice."""
    async with Server({"/a": redirect("/b", 302), "/b": redirect("/a", 302)}) as server:
        with pytest.raises(FetchError, match="in a circle"):
            await fetcher.feed(server.url("/a"))
    assert server.asked == ["/a", "/b"]


@pytest.mark.parametrize(
    "location",
    [
        "", "file:///etc/hostname", "ftp://127.0.0.1/a", "javascript:alert(1)", "http://", "http://[::1", "//",
        "http://127.0.0.1:99999999/", "http://\xe9\xff..example/", "http://lecteur:secret@127.0.0.1/a", "data:,a",
    ],
)  # fmt: skip
async def test_bad_redirects(fetcher: Fetcher, location: str) -> None:
    """A redirect leads to a web address without a password, or nowhere."""
    async with Server({"/flux": redirect(location)}) as server:
        with pytest.raises(FetchError) as told:
            await fetcher.feed(server.url("/flux"))
    assert "secret" not in str(told.value)


async def test_redirects_may_be_spelled_in_utf8(fetcher: Fetcher) -> None:
    """Servers send accents as they are."""
    where = "/levée".encode().decode("latin-1")
    async with Server({"/flux": redirect(where), "/lev%C3%A9e": reply(FEED)}) as server:
        assert (await fetcher.feed(server.url("/flux"))).body == FEED


async def test_cookies_go_nowhere(fetcher: Fetcher) -> None:
    """A cookie is neither kept for the next hop nor for the next request."""
    answers = {"/flux": redirect("/b", set_cookie="suivi=1; Path=/"), "/b": reply(FEED)}
    async with Server(answers) as server:
        await fetcher.feed(server.url("/flux"))
        await fetcher.feed(server.url("/flux"))
    assert all("cookie" not in request.headers for request in server.requests)


async def test_credentials_stay_at_home(fetcher: Fetcher) -> None:
    """A configured password goes to its own origin only, and is not shown in the answer."""
    async with Server({"/flux": reply(FEED)}) as other:
        hops = {"/flux": redirect("/b"), "/b": redirect(other.url("/flux"))}
        async with Server(hops) as server:
            address = server.url("/flux").replace("http://", "http://lecteur:s%C3%A9same@")
            got = await fetcher.feed(address)
    sent = [request.headers.get("authorization") for request in server.requests]
    assert sent == ["Basic bGVjdGV1cjpzw6lzYW1l"] * 2
    assert "authorization" not in other.requests[0].headers
    assert (got.url, got.moved_to) == (other.url("/flux"), "")


@pytest.mark.parametrize(
    "url",
    [
        "", "flux", "/flux", "http://", "http:///a", "ftp://puces.example/", "file:///etc/hostname", "http://[",
        "http://puces.example:99999999/", "http://pu\nces.example/", "http://\ud800/", "http://xn--zz--.é/", "data:,a",
        "http://" + "a" * 70_000, "javascript:alert(1)", "http://:80/", "urn:uuid:1", "http://puces example/",
        "http://%zz/", "http://puces.example\\@127.0.0.1/", "http://a.invalid:65536/", "http://a.invalid:-1/",
    ],
)  # fmt: skip
async def test_bad_addresses(fetcher: Fetcher, url: str) -> None:
    """Whatever stands in a feed's link, an error comes out that is ours."""
    with pytest.raises(FetchError):
        await fetcher.feed(url)
    with pytest.raises(FetchError):
        await fetcher.page(url)


async def test_a_page_address_with_a_password_is_refused(fetcher: Fetcher) -> None:
    """Feeds do not get to choose what we log in with."""
    async with Server({"/a": reply(b"<p>")}) as server:
        with pytest.raises(FetchError, match="user name"):
            await fetcher.page(server.url("/a").replace("http://", "http://lecteur@"))
    assert server.asked == []
