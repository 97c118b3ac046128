"""Servers and bodies that are not what they seem."""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.fetching import FEED, HURRIED, QUICK, Clock
from tests.servers import (
    Answer,
    Request,
    Server,
    drip,
    endless,
    hang,
    hang_up,
    packed,
    raw,
    reply,
    reset,
    short,
)
from watcher.errors import FetchError
from watcher.fetching import Fetcher


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=Clock()) as open_fetcher:
        yield open_fetcher


squeezed = partial(gzip.compress, mtime=0)  # the same bytes in every process
BOMB = squeezed(b"0" * 50_000_000)


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (BOMB, "gzip", "larger than 200000 bytes"),
        (BOMB, "identity", "larger than 200000 bytes"),
        (squeezed(BOMB), "gzip, gzip", "not asked for"),
        (b"\x00" * 9, "br", "not asked for"),
        (FEED, "gzip", "not compressed as it says"),
        (b"\x1f\x8b" + FEED, "gzip", "not compressed as it says"),
        (squeezed(FEED)[:-9], "gzip", "ends early"),
        (squeezed(b"") * 150, "gzip", "more than 100 parts"),
        (b"0" * 300_000, "", "larger than 200000 bytes"),
    ],
    ids=[
        "bomb",
        "bomb as file",
        "nested",
        "brotli",
        "plain",
        "damaged",
        "truncated",
        "many parts",
        "large",
    ],
)
async def test_bad_bodies(fetcher: Fetcher, body: bytes, encoding: str, message: str) -> None:
    """A body that is too large, or not encoded as said, is an error that says so."""
    async with Server({"/flux": reply(body, content_encoding=encoding)}) as server:
        with pytest.raises(FetchError, match=message):
            await fetcher.feed(server.url("/flux"))


async def test_a_bomb_takes_no_memory(fetcher: Fetcher) -> None:
    """50 MB in 50 kB are given up at the cap, not unpacked and then refused."""
    async with Server({"/flux": reply(BOMB, content_encoding="gzip")}) as server:
        tracemalloc.start()
        try:
            with pytest.raises(FetchError):
                await fetcher.feed(server.url("/flux"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "answer",
    [
        packed(FEED),
        reply(squeezed(FEED[:20]) + squeezed(FEED[20:]), content_encoding="x-gzip"),
        reply(squeezed(FEED) + b"\0" * 40, content_encoding="gzip"),
        reply(squeezed(FEED), content_type="application/x-gzip"),
        reply(FEED, content_encoding="identity"),
        drip(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
             + b"".join(b"1\r\n%c\r\n" % byte for byte in squeezed(FEED[:30]) + squeezed(FEED[30:]))
             + b"0\r\n\r\n", pause=0),
    ],
    ids=["gzip", "two members", "padded", "a gzip file", "identity", "byte by byte"],
)  # fmt: skip
async def test_compressed_bodies(fetcher: Fetcher, answer: Answer) -> None:
    """However a body is packed, its content comes out."""
    async with Server({"/flux": answer}) as server:
        assert (await fetcher.feed(server.url("/flux"))).body == FEED


async def test_an_empty_body_is_empty(fetcher: Fetcher) -> None:
    """Nothing, compressed as nothing, is nothing."""
    async with Server({"/flux": reply(content_encoding="gzip")}) as server:
        assert (await fetcher.feed(server.url("/flux"))).body == b""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (endless(), "larger than"),
        (endless(squeezed(b""), content_encoding="gzip"), "larger than"),
        (hang_up, "not proper HTTP"),
        (reset, "connection broke"),
        (short(FEED, 9000), "not proper HTTP"),
        (raw(b"220 smtp.puces.example ESMTP\r\n\r\n"), "not proper HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\ncontent-length: beaucoup\r\n\r\n"), "not proper HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 300_000), "not proper HTTP"),
        (raw(b"\x16\x03\x01\x00\xff" * 3 + b"\r\n\r\n"), "not proper HTTP"),
    ],
)
async def test_bad_servers(fetcher: Fetcher, answer: Answer, message: str) -> None:
    """Whatever a server sends, a sentence comes out, and the client goes on working."""
    async with Server({"/flux": answer, "/sain": reply(FEED)}) as server:
        with pytest.raises(FetchError, match=message):
            await fetcher.feed(server.url("/flux"))
        assert (await fetcher.feed(server.url("/sain"))).body == FEED


@pytest.mark.parametrize(
    "answer",
    [hang, drip(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 900), endless(b"<item/>", pause=0.01)],
    ids=["silent", "slow head", "slow body"],
)
async def test_one_deadline_for_all(answer: Answer) -> None:
    """A server that always sends a little more, in time for every read, is cut off all the same."""
    async with (
        Server({"/flux": answer, "/sain": reply(FEED)}) as server,
        Fetcher(HURRIED, clock=Clock()) as fetcher,
    ):
        with pytest.raises(FetchError, match=r"within 0\.2 s"):
            await fetcher.feed(server.url("/flux"))
        assert (await fetcher.feed(server.url("/sain"))).body == FEED


async def test_redirects_share_the_deadline() -> None:
    """Five slow hops do not get five times the time."""
    slowly = b"HTTP/1.1 302 Found\r\nlocation: /%d\r\ncontent-length: 0\r\n\r\n"
    hops = {f"/{n}": drip(slowly % (n + 1), pause=0.002) for n in range(5)}
    async with Server(hops) as server, Fetcher(HURRIED, clock=Clock()) as fetcher:
        with pytest.raises(FetchError, match=r"within 0\.2 s"):
            await fetcher.feed(server.url("/0"))


async def test_nobody_at_home(fetcher: Fetcher) -> None:
    """A closed port and a name without an address are told apart."""
    async with Server() as server:
        pass
    with pytest.raises(FetchError, match="no connection"):
        await fetcher.feed(server.url("/flux"))
    with pytest.raises(FetchError, match="no address is known"):
        await fetcher.feed(f"http://{'a' * 70}.invalid/")


async def test_a_kept_connection_may_have_been_closed(fetcher: Fetcher) -> None:
    """A server that hangs up between two requests is simply called again."""

    async def once(request: Request, writer: asyncio.StreamWriter) -> None:
        await reply(FEED)(request, writer)
        writer.close()

    async with Server({"/flux": once}) as server:
        assert (await fetcher.feed(server.url("/flux"))).body == FEED
        await asyncio.sleep(0.02)  # until the kernel has told us
        assert (await fetcher.feed(server.url("/flux"))).body == FEED
        assert server.connections == 2


async def test_few_connections_are_kept(fetcher: Fetcher) -> None:
    """Of many hosts, only those asked last keep their connection."""
    async with Server({"/flux": reply(FEED)}, host="0.0.0.0") as server:
        urls = [f"http://127.0.0.{n}:{server.port}/flux" for n in range(1, 41)]
        for url in urls:
            await fetcher.feed(url)
        await fetcher.feed(urls[-1])
        assert server.connections == 40
        await fetcher.feed(urls[0])
        assert server.connections == 41
