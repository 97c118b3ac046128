"""What robots.txt says of pages, and what happens when it says nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.fetching import FEED, NOW, QUICK, Clock
from tests.servers import Answer, Server, hang_up, in_turn, redirect, reply
from watcher.errors import FetchError, RobotsError, ThrottledError
from watcher.fetching import Fetcher, robots


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=clock) as open_fetcher:
        yield open_fetcher


RULES = b"""\xef\xbb\xbfUser-agent: autre
User-agent: encore-un
Disallow: /

User-agent: Watcher
Disallow: /prive/
Disallow: /*?s=
Allow: /prive/ouvert
Crawl-delay: 7
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/puces/quotas", True),
        ("/prive/note", False),
        ("/prive/ouvert", True),
        ("/recherche?s=h200", False),
        ("/recherche?p=1&s=h200", True),
    ],
)
async def test_robots_rules_are_obeyed(fetcher: Fetcher, path: str, allowed: bool) -> None:
    """Our own group counts, wildcards and longest match included."""
    page = {
        p: reply(b"<p>") for p in ("/puces/quotas", "/prive/note", "/prive/ouvert", "/recherche")
    }
    async with Server({"/robots.txt": reply(RULES), **page}) as server:
        if allowed:
            assert (await fetcher.page(server.url(path))).body == b"<p>"
        else:
            with pytest.raises(RobotsError, match="stay away"):
                await fetcher.page(server.url(path))
        assert server.asked == ["/robots.txt", path][: 1 + allowed]


async def test_feeds_are_made_for_robots(fetcher: Fetcher) -> None:
    """A feed is fetched without asking robots.txt."""
    async with Server({"/flux": reply(FEED)}) as server:
        await fetcher.feed(server.url("/flux"))
    assert server.asked == ["/flux"]


async def test_robots_are_kept_for_a_day(clock: Clock) -> None:
    """One look a day at robots.txt is enough, also over a restart."""
    answers = {"/robots.txt": reply(b"User-agent: *\nDisallow: /b\n"), "/a": reply(b"<p>")}
    async with Server(answers) as server:
        async with Fetcher(QUICK, clock=clock) as fetcher:
            await asyncio.gather(*(fetcher.page(server.url("/a")) for _ in range(3)))
            assert server.asked.count("/robots.txt") == 1
            known = fetcher.changed_hosts()
        assert [host.robots_at for host in known] == [NOW]
        clock.now += timedelta(hours=23)
        async with Fetcher(QUICK, hosts=known, clock=clock) as fetcher:
            with pytest.raises(RobotsError):
                await fetcher.page(server.url("/b"))
            assert server.asked.count("/robots.txt") == 1
            clock.now += timedelta(hours=2)
            await fetcher.page(server.url("/a"))
        assert server.asked.count("/robots.txt") == 2


@pytest.mark.parametrize(
    "answer",
    [reply(status=404), reply(status=403), reply(b"<html>Accueil</html>"), reply(b"\x00\xff\xfe")],
)
async def test_no_rules_forbid_nothing(fetcher: Fetcher, answer: Answer) -> None:
    """A site without a readable robots.txt lets everyone in, and is not asked again."""
    async with Server({"/robots.txt": answer, "/a": reply(b"<p>")}) as server:
        await fetcher.page(server.url("/a"))
        await fetcher.page(server.url("/a"))
    assert server.asked == ["/robots.txt", "/a", "/a"]


@pytest.mark.parametrize("answer", [reply(status=500), hang_up, redirect("/robots.txt")])
async def test_unknown_rules_forbid_for_a_while(
    fetcher: Fetcher, clock: Clock, answer: Answer
) -> None:
    """While robots.txt cannot be had, no page is fetched, and it is asked again every five minutes."""
    answers = {"/robots.txt": in_turn(answer, reply(status=404)), "/a": reply(b"<p>")}
    async with Server(answers) as server:
        for _ in range(2):
            with pytest.raises(FetchError, match=r"its robots\.txt"):
                await fetcher.page(server.url("/a"))
        assert server.asked == ["/robots.txt"]
        clock.now += timedelta(minutes=5)
        assert (await fetcher.page(server.url("/a"))).body == b"<p>"


async def test_old_rules_are_better_than_none(fetcher: Fetcher, clock: Clock) -> None:
    """When robots.txt cannot be read again, what it said last still counts."""
    rules = in_turn(reply(b"User-agent: *\nDisallow: /b\n"), reply(status=502))
    async with Server({"/robots.txt": rules, "/a": reply(b"<p>")}) as server:
        await fetcher.page(server.url("/a"))
        clock.now += timedelta(days=2)
        await fetcher.page(server.url("/a"))
        with pytest.raises(RobotsError):
            await fetcher.page(server.url("/b"))


async def test_a_throttled_robots_txt_is_a_pause(fetcher: Fetcher) -> None:
    """The page is told when to come back, as if it had been asked itself."""
    async with Server({"/robots.txt": reply(status=429, retry_after="90")}) as server:
        with pytest.raises(ThrottledError) as told:
            await fetcher.page(server.url("/a"))
    assert told.value.after == timedelta(seconds=90)


async def test_the_crawl_delay_is_kept(fetcher: Fetcher, clock: Clock) -> None:
    """A site that wants seconds between requests gets them, and the next process knows."""
    async with Server({"/robots.txt": reply(RULES), "/a": reply(b"<p>")}) as server:
        await fetcher.page(server.url("/a"))
    (host,) = fetcher.changed_hosts()
    assert host.next_at - clock.now == timedelta(seconds=7)


async def test_robots_count_at_every_hop(fetcher: Fetcher) -> None:
    """A redirect is no way around the rules of the site it leads to."""
    rules = {"/robots.txt": reply(b"User-agent: *\nDisallow: /\n")}
    async with Server(rules) as closed, Server({"/a": redirect(closed.url("/b"))}) as server:
        with pytest.raises(RobotsError):
            await fetcher.page(server.url("/a"))
    assert closed.asked == ["/robots.txt"]


def test_a_huge_robots_txt_is_cut() -> None:
    """The first half megabyte counts."""
    text = robots.read(b"User-agent: *\nDisallow: /b\n" + b"# rien\n" * 80_000 + b"Disallow: /a\n")
    assert robots.allows(text, "https://puces.example/a")
    assert not robots.allows(text, "https://puces.example/b")


def test_a_crowded_group_costs_little() -> None:
    """Thousands of agents before thousands of rules are no work: all others share one name."""
    agents = "".join(f"User-agent: robot{n}\nuser agent {'*' * (n % 99)}\n" for n in range(3000))
    rules = "".join(f"Disallow: /p{n}/\n" for n in range(3000))
    text = robots.read(f"{agents}User-agent: wat*\n{rules}User-agent: fin\n".encode())
    assert len(set(text.splitlines()) - set(rules.splitlines())) == 4
    assert not robots.allows(text, "https://puces.example/p2999/")
    assert robots.allows(text, "https://puces.example/quotas")


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("0.5", 0.5), ("900", 30), ("9e99", 30), ("x", 0)]
)
def test_crawl_delays_have_a_bound(value: str, seconds: float) -> None:
    """A site may slow us down, not stop us."""
    text = robots.read(f"User-agent: *\nCrawl-delay: {value}\n".encode())
    assert robots.crawl_delay(text) == timedelta(seconds=seconds)
