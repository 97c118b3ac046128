"""The only HTTP client: polite, bounded, and blind to private addresses."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import httpx
from httpx import codes

from watcher import urls
from watcher.errors import FetchError, ForbiddenAddressError, GoneError, RobotsError, ThrottledError
from watcher.fetching import addresses, headers, robots, wire
from watcher.fetching.guard import GuardedNetwork, Network, Resolve, SystemResolver
from watcher.fetching.hosts import Gate, Gates
from watcher.model import Host, Validators

_HOPS: Final = 5
_PERMANENT: Final = frozenset({codes.MOVED_PERMANENTLY, codes.PERMANENT_REDIRECT})
_REDIRECTS: Final = _PERMANENT | {codes.FOUND, codes.SEE_OTHER, codes.TEMPORARY_REDIRECT}
_FEED_TYPES: Final = (
    b"application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_PAGE_TYPES: Final = b"text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_ROBOTS_TYPES: Final = b"text/plain, */*;q=0.5"

_NOTHING: Final = Validators()

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
        self._gates = Gates(hosts, settings.host_delay, settings.concurrency, clock)
        self._names = SystemResolver(settings.concurrency)
        network = GuardedNetwork(settings.allow_addresses, resolve or self._names)
        self._transport = wire.Transport(network)
        contact = f" (+{settings.contact})" if settings.contact else ""
        self._agent = _printable(settings.user_agent + contact)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()
        self._names.close()

    async def feed(self, address: str, validators: Validators = _NOTHING) -> Answer:
        """
        Fetch a feed, if it has changed.

        robots.txt is not asked: it speaks to crawlers that wander, and a feed is published for programs
        that an administrator points at it. Credentials in the address go to that origin only.
        """
        start, secret = addresses.apart(addresses.parse(address))
        fields = [*self._fields(_FEED_TYPES), *_conditions(validators)]
        return await self._follow(start, fields, known=validators, secret=secret)

    async def page(self, url: str) -> Answer:
        """Fetch an article's page; `RobotsError` where the site asks robots to stay away."""
        return await self._follow(addresses.public(url), self._fields(_PAGE_TYPES), obeying=True)

    def changed_hosts(self) -> list[Host]:
        """Hand out, once, the hosts whose robots.txt or asked-for pause is new, to be stored."""
        return self._gates.changed()

    async def _follow(
        self,
        start: httpx.URL,
        fields: Fields,
        *,
        known: Validators = _NOTHING,
        secret: bytes = b"",
        obeying: bool = False,
    ) -> Answer:
        """Follow redirects, each hop guarded like the first, all within one deadline."""
        left = self._settings.timeout.total_seconds()
        origin = start.copy_with(path="/", query=None)
        # An address that moved loses its credentials: keep asking the one that was configured.
        url, seen, moved_to, for_good = start, {start}, "", not secret
        for _ in range(_HOPS + 1):
            if obeying:
                await self._obey(url)
            ours = secret and url.copy_with(path="/", query=None) == origin
            private = [(b"authorization", secret)] if ours else []
            reply, left = await self._hop(url, [*fields, *private], left)
            if reply.status not in _REDIRECTS:
                return _answer(reply, url, moved_to, known)
            url = addresses.target(url, reply.headers.get("location", ""))
            for_good = for_good and reply.status in _PERMANENT
            moved_to = str(url) if for_good else moved_to
            if url in seen:
                raise FetchError(f"{url.host}: the redirects go round in a circle")
            seen.add(url)
        raise FetchError(f"{url.host}: more than {_HOPS} redirects")

    async def _hop(self, url: httpx.URL, fields: Fields, left: float) -> tuple[wire.Reply, float]:
        """Send one request when its host's turn comes; returns the seconds left. Waiting costs none."""
        clock = asyncio.get_running_loop().time
        gate = self._gates.gate(urls.host(str(url)))
        async with self._gates.turn(gate):
            begun = clock()
            try:
                async with asyncio.timeout(left):
                    reply = await wire.ask(self._transport, url, fields, self._settings.max_bytes)
            except TimeoutError as error:
                patience = self._settings.timeout.total_seconds()
                raise FetchError(f"{url.host}: no full answer within {patience:g} s") from error
            self._raise_if_throttled(gate, reply)
        return reply, left - (clock() - begun)

    def _raise_if_throttled(self, gate: Gate, reply: wire.Reply) -> None:
        after = headers.retry_after(reply.headers, self._clock())
        busy = reply.status == codes.SERVICE_UNAVAILABLE and after is not None
        if reply.status == codes.TOO_MANY_REQUESTS or busy:
            pause = self._gates.pause(gate, after)
            raise ThrottledError(
                f"{gate.name} answered {_named(reply.status)} and is left alone for {pause}",
                status=reply.status,
                after=after and pause,
            )

    async def _obey(self, url: httpx.URL) -> None:
        """
        Raise `RobotsError` where a page is forbidden, `FetchError` where that cannot be known.

        While robots.txt cannot be had, the last one counts; without one, no page is fetched.
        """
        gate = self._gates.gate(urls.host(str(url)))
        async with gate.reading_robots:
            fresh = self._within(robots.FRESH, gate.robots_at)
            if not fresh and not self._within(robots.RETRY, gate.robots_failed_at):
                await self._read_robots(gate, url)
        if gate.robots is None:
            raise FetchError(f"no page of {gate.name} yet: its robots.txt ({gate.robots_error})")
        gate.crawl_delay = robots.crawl_delay(gate.robots)
        if not robots.allows(gate.robots, str(url)):
            raise RobotsError(f"{gate.name}: robots.txt asks us to stay away from this page")

    async def _read_robots(self, gate: Gate, url: httpx.URL) -> None:
        place = url.copy_with(path="/robots.txt", query=None)
        try:
            body = (await self._follow(place, self._fields(_ROBOTS_TYPES))).body
        except (ThrottledError, ForbiddenAddressError):
            raise  # the page would meet with the same
        except FetchError as error:
            if not codes.is_client_error(error.status or 0):
                gate.robots_failed_at, gate.robots_error = self._clock(), str(error)
                return
            body = b""  # a missing one forbids nothing
        gate.robots, gate.robots_at = robots.read(body), self._clock()
        gate.changed = True

    def _within(self, span: timedelta, past: datetime | None) -> bool:
        """Tell whether a moment is so recent, by a clock that may have been set back."""
        return past is not None and timedelta() <= self._clock() - past < span

    def _fields(self, types: bytes) -> Fields:
        return [(b"user-agent", self._agent), (b"accept", types), (b"accept-encoding", b"gzip")]


def _answer(reply: wire.Reply, url: httpx.URL, moved_to: str, known: Validators) -> Answer:
    """Turn a full or an unchanged reply into an answer, and every other into its error."""
    same = reply.status == codes.NOT_MODIFIED and bool(known.etag or known.last_modified)
    if not same and reply.status != codes.OK:
        kind = GoneError if reply.status == codes.GONE else FetchError
        raise kind(f"{url.host} answered {_named(reply.status)}", status=reply.status)
    before = known if same else _NOTHING
    fresh = {n: headers.validator(reply.headers, n) for n in ("etag", "last-modified")}
    digest = hashlib.blake2b(reply.body, digest_size=16).hexdigest()
    body_hash = known.body_hash if same else digest
    return Answer(
        url=str(url),
        moved_to=moved_to,
        status=reply.status,
        body=reply.body,
        content_type=reply.headers.get("content-type", ""),
        validators=Validators(
            etag=fresh["etag"] or before.etag,
            last_modified=fresh["last-modified"] or before.last_modified,
            body_hash=body_hash,
        ),
        unchanged=same or body_hash == known.body_hash,
        max_age=headers.max_age(reply.headers),
    )


def _conditions(validators: Validators) -> Fields:
    pairs = ((b"if-none-match", validators.etag), (b"if-modified-since", validators.last_modified))
    return [(name, _printable(value)) for name, value in pairs if value]


def _printable(value: str) -> bytes:
    """Return a value that can stand in a header field, whatever was configured or stored."""
    return "".join(c for c in value if c.isprintable()).strip().encode("latin-1", "ignore")


def _named(status: int) -> str:
    """Say a status with its phrase, where it has one."""
    return f"{status} {codes.get_reason_phrase(status)}".strip()
