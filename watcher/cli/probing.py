"""Ask feeds and pages now, without storing anything: what `feeds add` and `feeds check` rest on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from watcher.errors import SourceError, WatcherError
from watcher.model import Document, FeedSpec, Validators

if TYPE_CHECKING:
    from rich.console import Console

    from watcher.config import Config
    from watcher.fetching import Answer, Fetcher
    from watcher.workers import Workers

TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """The two parts that reading a foreign document needs."""

    fetcher: "Fetcher"
    workers: "Workers"

    async def ask(self, url: str) -> "Answer":
        """Fetch a document; raises `FetchError`."""
        return await self.fetcher.feed(url, Validators())

    async def read(self, answer: "Answer", kind: str) -> Document:
        """Read it as a feed, in a process that may die of it; raises `SourceError`, `WorkerError`."""
        from watcher import sources

        return await self.workers.run(
            sources.read, answer.body, answer.url, answer.content_type, kind
        )


@asynccontextmanager
async def probe(config: "Config") -> AsyncIterator[Probe]:
    """Open the parts, and close them again."""
    from watcher.daemon import fetch_settings, utcnow
    from watcher.fetching import Fetcher
    from watcher.workers import Workers

    keys = config.workers
    workers = Workers(keys.processes, deadline=keys.deadline, memory=keys.memory)
    try:
        async with Fetcher(fetch_settings(config), hosts=(), clock=utcnow) as fetcher:
            yield Probe(fetcher, workers)
    finally:
        await workers.close()


async def check(
    config: "Config", specs: Sequence[FeedSpec], console: "Console"
) -> list[dict[str, Any]]:
    """Fetch and read the feeds, all at once: the fetcher spares their hosts. One row for each."""
    from rich.progress import Progress

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("feeds", total=len(specs))
        async with probe(config) as parts:

            async def one(spec: FeedSpec) -> dict[str, Any]:
                document, error = Document(), None
                try:
                    document = await parts.read(await parts.ask(spec.url), spec.kind)
                except WatcherError as failure:
                    error = str(failure)
                progress.advance(task)
                return {
                    "url": spec.url,
                    "title": document.title or spec.title,
                    "entries": len(document.entries),
                    "notes": list(document.notes),
                    "error": error,
                }

            return list(await asyncio.gather(*map(one, specs)))


async def discover(config: "Config", url: str) -> FeedSpec:
    """Return the feed at an address, or the first that the page there names and that can be read."""
    async with probe(config) as parts:
        answer = await parts.ask(url)
        try:
            return await _spec(parts, answer, url)
        except SourceError as error:
            reason = error
        for candidate in await parts.workers.run(named, answer.body, answer.url):
            try:
                return await _spec(parts, await parts.ask(candidate), candidate)
            except WatcherError as error:
                reason = error if isinstance(error, SourceError) else SourceError(str(error))
    raise SourceError(
        f"{url} is no feed, and names none that can be read ({reason}); give the address of the feed itself"
    )


async def _spec(parts: Probe, answer: "Answer", url: str) -> FeedSpec:
    """Return the feed that an answer is, under the address it has moved to for good."""
    from watcher.sources import SOURCES

    looks = (name for name, one in SOURCES.items() if one.accepts(answer.body, answer.content_type))
    kind = next(looks, "feed")
    document = await parts.read(answer, kind)
    return FeedSpec(
        url=answer.moved_to or url, title=document.title, kind=kind, language=document.language
    )


def named(body: bytes, url: str) -> tuple[str, ...]:
    """Return the feeds that a page names (``<link rel="alternate">``), in its order."""
    from lxml import etree, html

    from watcher import urls

    try:
        page = html.document_fromstring(body)
    except (etree.ParserError, ValueError):
        return ()
    base = next((urls.absolute(str(found), url) for found in page.xpath("//base/@href")), url)
    found = [
        urls.absolute(link.get("href", ""), base)
        for link in page.xpath("//link[@href]")
        if "alternate" in link.get("rel", "").lower().split()
        and link.get("type", "").partition(";")[0].strip().lower() in TYPES
    ]
    return tuple(dict.fromkeys(address for address in found if address and address != url))
