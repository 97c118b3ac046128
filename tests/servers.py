"""A small loopback HTTP server whose answers are scripts, misbehaviour included."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

PAUSE: Final = 0.01  # seconds between the bytes of a slow answer


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]  # names in lower case


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the first lines of an answer."""
    lines = [
        f"HTTP/1.1 {status} Scripted",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def reply(body: bytes = b"", *, status: int = 200, **headers: str) -> Answer:
    """Answer in full; `content_type="text/html"` becomes `content-type: text/html`."""
    return whole(body, status, headers)


def whole(body: bytes, status: int, headers: Mapping[str, str]) -> Answer:
    """Answer in full."""
    bodiless = status in {204, 304}
    length = {} if bodiless else {"content-length": str(len(body))}
    return raw(head(status, {**length, **headers}) + (b"" if bodiless else body))


def raw(data: bytes) -> Answer:
    """Send these bytes, whatever they are, and leave the connection open."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def packed(body: bytes, **headers: str) -> Answer:
    """Answer gzip-compressed."""
    return whole(gzip.compress(body), 200, {"content-encoding": "gzip", **headers})


def redirect(location: str, status: int = 301, **headers: str) -> Answer:
    """Send the client elsewhere."""
    return whole(b"", status, {"location": location, **headers})


def in_turn(*answers: Answer) -> Answer:
    """Give the first answer first; the last one stays."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return answer


def validated(body: bytes, etag: str, **headers: str) -> Answer:
    """Answer 304 to whoever names the tag, else in full."""
    named = {"etag": etag, **headers}
    full, same = whole(body, 200, named), whole(b"", 304, named)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        known = request.headers.get("if-none-match") == etag
        await (same if known else full)(request, writer)

    return answer


def endless(chunk: bytes = b"0" * 65_536, *, pause: float = 0, **headers: str) -> Answer:
    """Send a body that never ends, as fast as the client reads or one chunk every `pause` s."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, headers))
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def drip(data: bytes, *, pause: float = PAUSE) -> Answer:
    """Send the answer byte by byte, so that no single read is ever late."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


async def hang(_: Request, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    del writer
    await asyncio.Event().wait()


async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
    """Break the connection off."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def hang_up(_: Request, writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""
    writer.close()


def short(body: bytes, claimed: int) -> Answer:
    """Promise `claimed` bytes and close after fewer."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-length": str(claimed)}) + body)
        await writer.drain()
        writer.close()

    return answer


class Server:
    """Serves scripted answers by path; what has no script is 404. Records what it is asked."""

    def __init__(
        self, answers: Mapping[str, Answer] | None = None, *, host: str = "127.0.0.1"
    ) -> None:
        self.answers = dict(answers or {})
        self.requests: list[Request] = []
        self.connections = 0
        self.port = 0
        self._host = host
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()

    @property
    def authority(self) -> str:
        """The host and port to ask."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self.port}"

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return f"http://{self.authority}{path}"

    @property
    def asked(self) -> list[str]:
        """The paths and queries asked for, in order."""
        return [request.target for request in self.requests]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                request = parse(await reader.readuntil(b"\r\n\r\n"))
                self.requests.append(request)
                answer = self.answers.get(request.target.partition("?")[0], reply(status=404))
                await answer(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def parse(data: bytes) -> Request:
    """Read the head of a request."""
    first, *lines = data.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    fields = (line.partition(":") for line in lines)
    return Request(method, target, {name.lower(): value.strip() for name, _, value in fields})
