"""
Keeps requests away from private addresses.

The check stands where the connection is made, after the name was looked up: the address that was
checked is the address that is dialled, so a name that changes its answer in between gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import httpcore

from watcher.errors import FetchError, ForbiddenAddressError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_UNROUTED: Final = (  # IANA's registries, where Python's own tables are silent in some release
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays, deprecated by RFC 7526
    ipaddress.ip_network("64:ff9b:1::/48"),  # local-use NAT64, RFC 8215
    ipaddress.ip_network(
        "2002::/16"
    ),  # 6to4: carries an IPv4 address, and no one needs it any more
    ipaddress.ip_network("2001::/23"),  # Teredo and other protocols
    ipaddress.ip_network("3fff::/20"),  # documentation, RFC 9637
    ipaddress.ip_network("5f00::/16"),  # segment routing, RFC 9602
    ipaddress.ip_network("fec0::/10"),  # site-local
)
_TRIES: Final = 4  # addresses of one name that are dialled
_PATIENCE: Final = 5.0  # seconds to wait for one of several addresses


def reached(address: Address) -> Address:
    """
    Return the address that packets end at: the IPv4 address inside, where IPv6 carries one.

    >>> reached(ipaddress.ip_address("64:ff9b::7f00:1"))
    IPv4Address('127.0.0.1')
    """
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def is_public(address: Address) -> bool:
    """Tell whether an address is one that the public Internet routes to a single host."""
    end = reached(address)
    special = end.is_multicast or end.is_reserved or end.is_unspecified
    return end.is_global and not special and not any(end in network for network in _UNROUTED)


def check(host: str, address: Address, allowed: Sequence[Network]) -> None:
    """Raise `ForbiddenAddressError` for an address that is neither public nor allowed."""
    end = reached(address)
    if is_public(end) or any(end in network for network in allowed):
        return
    raise ForbiddenAddressError(
        f"{host} is at the private address {end}; "
        "if it shall be fetched, list its network in fetch.allow_addresses"
    )


class SystemResolver:
    """Asks the system, in threads of its own: names that are slow to look up hold up no other work."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name; raises OSError or ValueError."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [str(info[4][0]) for info in found]

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects by name, to checked addresses only. TLS and the Host header still use the name."""

    def __init__(self, allowed: Iterable[Network], resolve: Resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Look up, check, connect; raises the errors of `FetchError` and of httpcore."""
        addresses = await self._addresses(host, port)
        *spares, last = addresses[:_TRIES]
        for address in spares:
            try:
                return await self._network.connect_tcp(
                    str(address), port, _PATIENCE, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(
            str(last), port, timeout, local_address, socket_options
        )

    async def _addresses(self, host: str, port: int) -> list[Address]:
        """Return every address of a name, none of them forbidden: one bad address damns the name."""
        try:
            found = [ipaddress.ip_address(host)]
        except ValueError:
            found = await self._look_up(host, port)
        for address in found:
            check(host, address, self._allowed)
        return found

    async def _look_up(self, host: str, port: int) -> list[Address]:
        try:
            answers = await self._resolve(host, port)
            found = [ipaddress.ip_address(answer) for answer in dict.fromkeys(answers)]
        except (OSError, ValueError) as error:
            raise FetchError(f"{host}: no address is known for this name ({error})") from error
        if not found:
            raise FetchError(f"{host}: no address is known for this name")
        return found
