"""Redirects, and addresses that lead nowhere."""

from collections.abc import AsyncIterator

import pytest

from tests.fetching import FEED, QUICK, Clock
from tests.servers import Server, redirect, reply
from watcher.errors import FetchError
from watcher.fetching import Fetcher


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=clock) as open_fetcher:
        yield open_fetcher


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
