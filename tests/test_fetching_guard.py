"""Private addresses are out of reach, however they are spelled or reached."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest

from tests.fetching import FEED, QUICK, Clock, Names
from tests.servers import Server, redirect, reply
from watcher.errors import FetchError, ForbiddenAddressError
from watcher.fetching import Fetcher, FetchSettings, guard

STRICT = FetchSettings(host_delay=timedelta())


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A client that may fetch from loopback."""
    async with Fetcher(QUICK, clock=Clock()) as open_fetcher:
        yield open_fetcher


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "0.0.0.0", "0",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "puces.example@127.0.0.1", "127.0.0.1%2F@127.0.0.1",
    ],
)  # fmt: skip
async def test_loopback_is_out_of_reach(host: str) -> None:
    """However it is spelled, nothing connects to this machine."""
    async with (
        Server({"/flux": reply(FEED)}) as trap,
        Fetcher(STRICT, clock=Clock()) as fetcher,
    ):
        url = f"http://{host}:{trap.port}/flux"
        with pytest.raises(ForbiddenAddressError, match=r"fetch\.allow_addresses"):
            await fetcher.feed(url)
        with pytest.raises(FetchError):
            await fetcher.page(url)
    assert trap.connections == 0


@pytest.mark.parametrize(
    "host", ["0177.0.0.1", "LOCALHOST.", "127.0.0.1.", "[::1%25lo]", "①②⑦.0.0.1"]
)
async def test_spellings_that_systems_read_differently(host: str) -> None:
    """Where a spelling is not even understood, nothing connects either."""
    async with (
        Server({"/flux": reply(FEED)}) as trap,
        Fetcher(STRICT, clock=Clock()) as fetcher,
    ):
        with pytest.raises(FetchError):
            await fetcher.feed(f"http://{host}:{trap.port}/flux")
    assert trap.connections == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4007::1", True),
        ("64:ff9b::808:808", True),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("192.0.0.8", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::808:808", False),
        ("2002:808:808::1", False),
        ("2001:0:808:808::", False),
        ("2001:db8::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    """Only what the Internet routes to one host is public, translators included."""
    assert guard.is_public(ip_address(address)) is public


async def test_metadata_services_are_out_of_reach() -> None:
    """Link-local and private networks are refused before anything is sent."""
    async with Fetcher(STRICT, clock=Clock()) as fetcher:
        for host in ("169.254.169.254", "10.0.0.1", "192.168.1.1", "[fd00::1]", "[fe80::1]"):
            with pytest.raises(ForbiddenAddressError):
                await fetcher.page(f"http://{host}/")


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    """The check is made at every hop."""
    settings = FetchSettings(allow_addresses=(ip_network("127.0.0.1"),), host_delay=timedelta())
    async with (
        Server({"/flux": reply(FEED)}, host="127.0.0.2") as trap,
        Server({"/flux": redirect(trap.url("/flux"))}) as server,
        Fetcher(settings, clock=Clock()) as fetcher,
    ):
        with pytest.raises(ForbiddenAddressError, match=r"127\.0\.0\.2"):
            await fetcher.feed(server.url("/flux"))
    assert trap.connections == 0


async def test_a_name_that_changes_its_answer_is_refused() -> None:
    """Rebinding: the address that was checked is the one that is dialled, at each connection."""
    settings = FetchSettings(allow_addresses=(ip_network("127.0.0.1"),), host_delay=timedelta())
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    async with (
        Server({"/flux": reply(FEED, connection="close")}) as server,
        Fetcher(settings, clock=Clock(), resolve=names) as fetcher,
    ):
        url = f"http://puces.example:{server.port}/flux"
        assert (await fetcher.feed(url)).body == FEED
        with pytest.raises(ForbiddenAddressError, match=r"puces\.example is at"):
            await fetcher.feed(url)
    assert server.requests[0].headers["host"] == f"puces.example:{server.port}"


async def test_one_private_address_damns_the_name() -> None:
    """A name that mixes public and private addresses is not tried at all."""
    names = Names(["93.184.215.14", "127.0.0.1"])
    async with Fetcher(FetchSettings(), clock=Clock(), resolve=names) as fetcher:
        with pytest.raises(ForbiddenAddressError):
            await fetcher.feed("http://puces.example/flux")


async def test_the_next_address_is_tried() -> None:
    """A host of which one address is dead is reached by another."""
    async with (
        Server({"/flux": reply(FEED)}) as server,
        Fetcher(QUICK, clock=Clock(), resolve=Names(["127.0.0.9", "127.0.0.1"])) as fetcher,
    ):
        assert (await fetcher.feed(f"http://puces.example:{server.port}/flux")).body == FEED


async def test_ipv6_is_spoken(fetcher: Fetcher) -> None:
    """An allowed IPv6 address is fetched like any other."""
    async with Server({"/flux": reply(FEED)}, host="::1") as server:
        assert (await fetcher.feed(server.url("/flux"))).body == FEED


async def test_tls_is_asked_for_by_name() -> None:
    """The certificate must be the name's, although the address is dialled."""
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Fetcher(QUICK, clock=Clock(), resolve=Names(["127.0.0.1"])) as fetcher:
        with pytest.raises(FetchError, match=r"puces\.example"):
            await fetcher.feed(f"https://puces.example:{port}/flux")
    assert b"puces.example" in heard
