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

from watcher.errors import ForbiddenAddressError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
# IANA's registries, where Python's own tables are silent in some release: IETF protocols, 6to4 relays
# and 6to4 itself, local-use NAT64, Teredo and others, documentation, segment routing, site-local.
_UNROUTED: Final = tuple(
    ipaddress.ip_network(network)
    for network in "192.0.0.0/24 192.88.99.0/24 2002::/16 64:ff9b:1::/48 2001::/23 3fff::/20 5f00::/16 "
    "fec0::/10".split()
)
_TRIES: Final = 4  # addresses of one name that are dialled
_PATIENCE: Final = 5.0  # seconds to wait for one of several addresses


def reached(address: Address) -> Address:
    """Return the address that packets end at: the IPv4 address inside, where IPv6 carries one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def is_public(address: Address) -> bool:
    """Tell whether an address is one that the public Internet routes to a single host."""
    end = reached(address)
    special = end.is_multicast or end.is_reserved or end.is_unspecified
    return end.is_global and not special and not any(end in network for network in _UNROUTED)


class SystemResolver:
    """Asks the system, in threads of its own: names that are slow to look up hold up no other work."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name, at least one; raises OSError or UnicodeError."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [str(info[4][0]) for info in found]

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects by name, to checked addresses only. TLS and the Host header still use the name."""

    def __init__(self, allowed: Sequence[Network], resolve: Resolve) -> None:
        self._allowed = allowed
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
        """Look up, check, connect; raises `ForbiddenAddressError`, OSError, ValueError, and httpcore's errors."""
        found = await self._resolve(host, port)
        addresses = [ipaddress.ip_address(address) for address in dict.fromkeys(found)]
        for address in addresses:  # one bad address damns the name
            self._check(host, address)
        *spares, last = addresses[:_TRIES]
        for address in spares:
            try:
                return await self._network.connect_tcp(str(address), port, _PATIENCE)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(str(last), port, timeout)

    def _check(self, host: str, address: Address) -> None:
        end = reached(address)
        if not is_public(end) and not any(end in network for network in self._allowed):
            raise ForbiddenAddressError(
                f"{host} is at the private address {end}; "
                "if it shall be fetched, list its network in fetch.allow_addresses"
            )
