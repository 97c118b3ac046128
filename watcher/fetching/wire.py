"""
One request, one bounded answer.

This speaks to httpx at its transport level. `httpx.AsyncClient` would add a cookie jar, netrc and proxy
settings, a redirect builder that fails on a bad Location, and a log line with every address.
"""

import socket
import zlib
from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

import httpcore
import httpx

from watcher.errors import FetchError

_BODY: Final = frozenset(
    {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
)  # read 304 to keep its connection
_GZIP: Final = b"\x1f\x8b"
_MEMBERS: Final = 100  # of one gzip stream; each costs a copy of what is left
_SENTENCES: Final[Mapping[type[Exception], str]] = {
    httpx.ConnectError: "no connection ({})",
    httpx.TimeoutException: "no connection in time",
    httpx.RemoteProtocolError: "the answer is not proper HTTP ({})",
    httpx.LocalProtocolError: "the address makes no proper HTTP request ({})",
    httpx.NetworkError: "the connection broke ({})",
    socket.gaierror: "no address is known for this name ({})",
    UnicodeError: "no address is known for this name ({})",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to one request; `body` is decoded, and empty unless the status is 200."""

    status: int
    headers: Mapping[str, str]  # by any case of their names
    body: bytes


class Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over a network of ours, which its constructor, not called here, cannot be given."""

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=None,  # the hosts' gates bound them
            max_keepalive_connections=16,  # the pool looks at each of them at every request
            keepalive_expiry=15,
            network_backend=network,
        )


async def ask(
    transport: httpx.AsyncBaseTransport,
    url: httpx.URL,
    fields: Sequence[tuple[bytes, bytes]],
    limit: int,
) -> Reply:
    """
    Send one GET and read the answer, at most `limit` bytes before and after decompression.

    Raises `FetchError` and nothing else, but for the time-out and the cancellation of whoever awaits it.
    """
    try:
        response = await transport.handle_async_request(httpx.Request("GET", url, headers=fields))
        try:
            response.headers.encoding = "latin-1"  # a validator goes back just as it came
            body = await _read(response, limit) if response.status_code in _BODY else b""
        finally:
            await response.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
        raise FetchError(f"{url.host}: {_told(error)}") from error
    return Reply(response.status_code, response.headers, body)


async def _read(response: httpx.Response, limit: int) -> bytes:
    """Read a body; raises ValueError for one that is too large or not encoded as it says."""
    raw = bytearray()
    async for part in cast(AsyncIterable[bytes], response.stream):
        raw += part
        if len(raw) > limit:
            raise ValueError(f"the body is larger than {limit} bytes")
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise ValueError(f"the body is encoded as {encoding!r}, which was not asked for")
    if raw.startswith(_GZIP):  # whatever it says: a gzip file (`news.xml.gz`) is unpacked, too
        return _inflated(bytes(raw), limit)
    if raw and encoding.endswith("gzip"):
        raise ValueError("the body is not compressed as it says")
    return bytes(raw)


def _inflated(rest: bytes, limit: int) -> bytes:
    """Unpack gzip, never making more than `limit` + 1 bytes. What follows the last member is padding."""
    body = bytearray()
    for _ in range(_MEMBERS):
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            body += stream.decompress(rest, limit + 1 - len(body))
        except zlib.error as error:
            raise ValueError(f"the body is not compressed as it says ({error})") from error
        if len(body) > limit:
            raise ValueError(f"the body is larger than {limit} bytes")
        if not stream.eof:
            raise ValueError("the compressed body ends early")
        rest = stream.unused_data
        if not rest.startswith(_GZIP):
            return bytes(body)
    raise ValueError(f"the compressed body has more than {_MEMBERS} parts")


def _told(error: Exception) -> str:
    """Say in a sentence what went wrong, for people who do not know our libraries."""
    said = str(error) or type(error).__name__
    sentences = (text for kind, text in _SENTENCES.items() if isinstance(error, kind))
    return next(sentences, "{}").format(said)
