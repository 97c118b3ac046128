"""
One request, one bounded answer.

This speaks to httpx at its transport level. `httpx.AsyncClient` would add a cookie jar, netrc and proxy
settings, a redirect builder that fails on a bad Location, and a log line with every address; without
it an unchanged feed also costs a third less CPU.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import httpcore
import httpx

from watcher.errors import FetchError
from watcher.fetching import headers
from watcher.fetching.inflating import Inflater

_KEPT_ALIVE: Final = 32  # idle connections
_KEPT_FOR: Final = 15.0  # seconds
_BODY: Final = frozenset({200, 203, 304})  # a 304 is read to its end, which keeps its connection
_BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    ValueError,
)


_SENTENCES: Final[Sequence[tuple[type[Exception], str]]] = (
    (httpcore.ConnectError, "no connection ({said})"),
    (httpcore.TimeoutException, "no connection in time"),
    (httpcore.RemoteProtocolError, "the answer is not proper HTTP ({said})"),
    (httpcore.LocalProtocolError, "the address makes no proper HTTP request ({said})"),
    (httpcore.NetworkError, "the connection broke ({said})"),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to one request; `body` is decoded, and empty unless the status is 200 or 203."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(httpx.AsyncBaseTransport):
    """
    httpx over a network of ours: its own transport cannot be given one.

    Callers send one request at a time to a host, so one connection to each is all there is to keep;
    httpcore's pool would look at every connection at every request.
    """

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        self._network = network
        self._tls = httpx.create_ssl_context()
        self._idle: dict[str, httpcore.AsyncHTTPConnection] = {}  # the oldest first

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises httpcore's errors."""
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=cast(AsyncIterable[bytes], request.stream),
        )
        connection = await self._connection(asked.url.origin)
        try:
            answer = await connection.handle_async_request(asked)
        except BaseException:
            await connection.aclose()
            raise
        stream = _Stream(answer, lambda: self._keep(asked.url.origin, connection))
        return httpx.Response(answer.status, headers=answer.headers, stream=stream)

    async def aclose(self) -> None:
        """Close every connection."""
        while self._idle:
            await self._idle.popitem()[1].aclose()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        kept = self._idle.pop(str(origin), None)
        if kept is not None and not kept.has_expired():
            return kept
        if kept is not None:
            await kept.aclose()
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEPT_FOR,
            network_backend=self._network,
        )

    async def _keep(
        self, origin: httpcore.Origin, connection: httpcore.AsyncHTTPConnection
    ) -> None:
        """Keep a connection whose answer was read to its end, and let the oldest go."""
        if not connection.is_idle():
            await connection.aclose()
            return
        self._idle[str(origin)] = connection
        if len(self._idle) > _KEPT_ALIVE:
            await self._idle.pop(next(iter(self._idle))).aclose()


class _Stream(httpx.AsyncByteStream):
    """The bytes of an answer, as they were sent."""

    def __init__(self, answer: httpcore.Response, done: Callable[[], Awaitable[None]]) -> None:
        self._answer = answer
        self._done = done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            await self._done()


async def ask(
    transport: httpx.AsyncBaseTransport,
    url: httpx.URL,
    fields: Sequence[tuple[bytes, bytes]],
    *,
    limit: int,
    cut: bool = False,
) -> Reply:
    """
    Send one GET and read the answer, at most `limit` bytes before and after decompression.

    A larger body is a `FetchError`, or is cut where `cut` is set. Raises `FetchError` and nothing else,
    but for the time-out and the cancellation of whoever awaits it.
    """
    try:
        response = await transport.handle_async_request(httpx.Request("GET", url, headers=fields))
        try:
            folded = headers.fold(response.headers.raw)
            body = b""
            if response.status_code in _BODY:
                body = await _read(response, folded, limit=limit, cut=cut)
        finally:
            await response.aclose()
    except _BROKEN as error:
        raise FetchError(f"{url.host}: {_told(error)}") from error
    return Reply(response.status_code, folded, body)


async def _read(
    response: httpx.Response, fields: Mapping[str, str], *, limit: int, cut: bool
) -> bytes:
    declared = fields.get("content-length", "")  # h11 has made sure that it is a number, and short
    if not cut and declared.isdecimal() and int(declared) > limit:
        raise ValueError(f"the body is larger than {limit} bytes")
    inflater = Inflater(fields.get("content-encoding", ""), limit)
    async for part in cast(AsyncIterable[bytes], response.stream):
        inflater.feed(part)
        if inflater.full:
            break
    return inflater.body(cut=cut)


def _told(error: Exception) -> str:
    """Say in a sentence what went wrong, for people who do not know our libraries."""
    said = str(error) or type(error).__name__
    for kinds, sentence in _SENTENCES:
        if isinstance(error, kinds):
            return sentence.format(said=said)
    return said
