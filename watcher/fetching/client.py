"""The only HTTP client: polite, bounded, and blind to private addresses."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx

from watcher import urls
from watcher.errors import (
    FetchError,
    ForbiddenAddressError,
    GoneError,
    RobotsError,
    ThrottledError,
)
from watcher.fetching import addresses, headers, robots, wire
from watcher.fetching.guard import GuardedNetwork, Network, Resolve, SystemResolver
from watcher.fetching.hosts import Gate, Gates
from watcher.model import Host, Validators

_HOPS: Final = 5
_PERMANENT: Final = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS: Final = _PERMANENT | {
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
}
_FULL: Final = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_FEED_TYPES: Final = (
    b"application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_PAGE_TYPES: Final = b"text/html, application/xhtml+xml;q=0.9, */*;q=0.5"

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How we behave on the network."""

    user_agent: str = "watcher/0.1"
    contact: str = ""  # an address for site owners, sent with each request
    timeout: timedelta = timedelta(seconds=30)  # for a whole answer, redirects included
    max_bytes: int = 5 * 1024 * 1024  # of a body, before and after decompression
    allow_addresses: tuple[Network, ...] = ()  # private networks that may be fetched
    host_delay: timedelta = timedelta(seconds=1)  # between two requests to one host
    concurrency: int = 100  # requests in flight


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A document, or the news that it has not changed."""

    url: str  # where it was found in the end, without credentials
    moved_to: str = ""  # where it lives from now on, when redirects said so for good
    status: int
    body: bytes  # decoded; empty after a 304
    content_type: str
    validators: Validators  # to be stored with what the body brought
    unchanged: bool  # 304, or the same bytes as last time
    max_age: timedelta | None  # how long the server calls it fresh


@dataclass(frozen=True, slots=True)
class _Errand:
    """What one call wants, at every hop."""

    fields: Callable[[httpx.URL], Fields]
    allowed: Callable[[httpx.URL], Awaitable[None]]
    limit: int
    cut: bool = False


class Fetcher:
    """
    Fetches feeds and pages. An async context manager; all methods raise `FetchError` and its kinds.

    `hosts` is what was stored of earlier runs; `resolve` may replace the system's name look-up.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        hosts: Iterable[Host] = (),
        clock: Callable[[], datetime],
        resolve: Resolve | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._gates = Gates(
            hosts, delay=settings.host_delay, concurrency=settings.concurrency, clock=clock
        )
        self._names = SystemResolver(settings.concurrency)
        network = GuardedNetwork(settings.allow_addresses, resolve or self._names)
        self._transport = wire.Transport(network)
        contact = f" (+{settings.contact})" if settings.contact else ""
        self._agent = _printable(settings.user_agent + contact)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()
        self._names.close()

    async def feed(self, address: str, validators: Validators = Validators()) -> Answer:  # noqa: B008
        """
        Fetch a feed, if it has changed.

        robots.txt is not asked: it speaks to crawlers that wander, and a feed is published for programs
        that an administrator points at it. Credentials in the address go to that origin only.
        """
        start, secret = addresses.apart(addresses.parse(address))

        def fields(url: httpx.URL) -> Fields:
            private = (
                [(b"authorization", secret)]
                if secret and addresses.origin(url) == addresses.origin(start)
                else []
            )
            return [*self._fields(_FEED_TYPES), *_conditions(validators), *private]

        errand = _Errand(fields, _anywhere, self._settings.max_bytes)
        reply, url, moved_to = await self._follow(start, errand)
        known = bool(validators.etag or validators.last_modified)
        if reply.status == HTTPStatus.NOT_MODIFIED and known:
            return self._unchanged(
                reply, url, moved_to="" if secret else moved_to, known=validators
            )
        # An address that moved loses its credentials: keep asking the one that was configured.
        return self._answer(reply, url, moved_to="" if secret else moved_to, known=validators)

    async def page(self, url: str) -> Answer:
        """Fetch an article's page; `RobotsError` where the site asks robots to stay away."""
        errand = _Errand(lambda _: self._fields(_PAGE_TYPES), self._obey, self._settings.max_bytes)
        reply, final, moved_to = await self._follow(addresses.public(addresses.parse(url)), errand)
        return self._answer(reply, final, moved_to=moved_to, known=Validators())

    def changed_hosts(self) -> list[Host]:
        """Hand out, once, the hosts whose robots.txt or asked-for pause is new, to be stored."""
        return self._gates.changed()

    async def _follow(self, url: httpx.URL, errand: _Errand) -> tuple[wire.Reply, httpx.URL, str]:
        """Follow redirects, each hop guarded like the first, all within one deadline."""
        left = self._settings.timeout.total_seconds()
        seen, moved_to, for_good = [str(url)], "", True
        while True:
            await errand.allowed(url)
            reply, left = await self._hop(url, errand, left)
            if reply.status not in _REDIRECTS:
                return reply, url, moved_to
            url = addresses.target(url, reply.headers.get("location", ""))
            for_good = for_good and reply.status in _PERMANENT
            moved_to = str(url) if for_good else moved_to
            if str(url) in seen:
                raise FetchError(f"{url.host}: the redirects go round in a circle")
            seen.append(str(url))
            if len(seen) > _HOPS + 1:
                raise FetchError(f"{url.host}: more than {_HOPS} redirects")

    async def _hop(self, url: httpx.URL, errand: _Errand, left: float) -> tuple[wire.Reply, float]:
        """Send one request when its host's turn comes; returns the seconds left. Waiting costs none."""
        clock = asyncio.get_running_loop().time
        async with self._gates.turn(urls.host(str(url))) as gate:
            begun = clock()
            try:
                async with asyncio.timeout(left):
                    reply = await wire.ask(
                        self._transport,
                        url,
                        errand.fields(url),
                        limit=errand.limit,
                        cut=errand.cut,
                    )
            except TimeoutError as error:
                patience = self._settings.timeout.total_seconds()
                raise FetchError(f"{url.host}: no full answer within {patience:g} s") from error
            self._raise_if_throttled(gate, reply)
        return reply, left - (clock() - begun)

    def _raise_if_throttled(self, gate: Gate, reply: wire.Reply) -> None:
        after = headers.retry_after(reply.headers, self._clock())
        busy = reply.status == HTTPStatus.SERVICE_UNAVAILABLE and after is not None
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS or busy:
            pause = self._gates.pause(gate, after)
            raise ThrottledError(
                f"{gate.name} answered {_named(reply.status)} and is left alone for {pause}",
                status=reply.status,
                after=after and pause,
            )

    async def _obey(self, url: httpx.URL) -> None:
        """Raise `RobotsError` where a page is forbidden, `FetchError` where that cannot be known."""
        gate = self._gates.gate(urls.host(str(url)))
        async with gate.reading_robots:
            if not robots.is_fresh(gate, self._clock()):
                await self._read_robots(gate, url)
        text = gate.robots or ""
        gate.crawl_delay = robots.crawl_delay(text)
        if not robots.allows(text, str(url)):
            raise RobotsError(
                f"{gate.name}: robots.txt asks {robots.TOKEN} to stay away from this page"
            )

    async def _read_robots(self, gate: Gate, url: httpx.URL) -> None:
        """Ask for robots.txt. While it cannot be had, the last one counts; without one, no page is fetched."""
        if not robots.has_just_failed(gate, self._clock()):
            await self._ask_robots(gate, url)
        if gate.robots is None:
            raise FetchError(f"no page of {gate.name} yet: its robots.txt ({gate.robots_error})")

    async def _ask_robots(self, gate: Gate, url: httpx.URL) -> None:
        types = b"text/plain, */*;q=0.5"
        errand = _Errand(lambda _: self._fields(types), _anywhere, robots.LIMIT, cut=True)
        try:
            reply, _, _ = await self._follow(url.copy_with(path="/robots.txt", query=None), errand)
        except (ThrottledError, ForbiddenAddressError):
            raise  # the page would meet with the same
        except FetchError as error:
            trouble = str(error)
        else:
            usable = robots.is_usable(reply.status)
            trouble = "" if usable else f"{url.host} answered {_named(reply.status)}"
        if trouble:
            gate.robots_failed_at, gate.robots_error = self._clock(), trouble
            return
        text = robots.read(reply.body)
        await asyncio.to_thread(robots.allows, text, str(url))  # a large one takes its time
        gate.robots, gate.robots_at = text, self._clock()
        self._gates.note(gate)

    def _fields(self, types: bytes) -> Fields:
        return [(b"user-agent", self._agent), (b"accept", types), (b"accept-encoding", b"gzip")]

    def _unchanged(
        self, reply: wire.Reply, url: httpx.URL, *, moved_to: str, known: Validators
    ) -> Answer:
        return Answer(
            url=str(url),
            moved_to=moved_to,
            status=reply.status,
            body=b"",
            content_type="",
            validators=Validators(
                etag=_validator(reply, "etag") or known.etag,
                last_modified=_validator(reply, "last-modified") or known.last_modified,
                body_hash=known.body_hash,
            ),
            unchanged=True,
            max_age=headers.max_age(reply.headers, self._clock()),
        )

    def _answer(
        self, reply: wire.Reply, url: httpx.URL, *, moved_to: str, known: Validators
    ) -> Answer:
        """Turn a full reply into an answer, and every other into its error."""
        if reply.status == HTTPStatus.GONE:
            raise GoneError(f"{url.host} answered {_named(reply.status)}", status=reply.status)
        if reply.status not in _FULL:
            raise FetchError(f"{url.host} answered {_named(reply.status)}", status=reply.status)
        body_hash = hashlib.blake2b(reply.body, digest_size=16).hexdigest()
        return Answer(
            url=str(url),
            moved_to=moved_to,
            status=reply.status,
            body=reply.body,
            content_type=reply.headers.get("content-type", ""),
            validators=Validators(
                etag=_validator(reply, "etag"),
                last_modified=_validator(reply, "last-modified"),
                body_hash=body_hash,
            ),
            unchanged=body_hash == known.body_hash,
            max_age=headers.max_age(reply.headers, self._clock()),
        )


def _conditions(validators: Validators) -> Fields:
    pairs = ((b"if-none-match", validators.etag), (b"if-modified-since", validators.last_modified))
    return [(name, _printable(value)) for name, value in pairs if value]


def _validator(reply: wire.Reply, name: str) -> str:
    return headers.validator(reply.headers.get(name, ""))


def _printable(value: str) -> bytes:
    """Return a value that can stand in a header field, whatever was configured or stored."""
    return "".join(c for c in value if c.isprintable()).strip().encode("latin-1", "ignore")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


async def _anywhere(_: httpx.URL) -> None:
    """Allow every page."""
