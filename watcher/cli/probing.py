"""Ask feeds and pages now, without storing anything: what `feeds add` and `feeds check` rest on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watcher.errors import SourceError, WatcherError
from watcher.model import Document, FeedSpec

if TYPE_CHECKING:
    from rich.console import Console

    from watcher.config import Config
    from watcher.fetching import Answer, Fetcher
    from watcher.workers import Workers


@dataclass(frozen=True, slots=True)
class Probe:
    """The two parts that reading a foreign document needs."""

    fetcher: "Fetcher"
    workers: "Workers"

    async def read(self, answer: "Answer", kind: str) -> Document:
        """Read a feed in a process that may die of it; raises `SourceError`, `WorkerError`."""
        from watcher import sources

        return await self.workers.run(
            sources.read, answer.body, answer.url, answer.content_type, kind
        )

    async def spec(self, answer: "Answer", url: str) -> FeedSpec:
        """Return the feed that an answer is, under the address it has moved to for good."""
        from watcher.sources import SOURCES

        body, form = answer.body, answer.content_type
        kind = next((name for name, one in SOURCES.items() if one.accepts(body, form)), "feed")
        found, url = await self.read(answer, kind), answer.moved_to or url
        return FeedSpec(url=url, title=found.title, kind=kind, language=found.language)


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
    from rich.progress import track

    async with probe(config) as parts:
        tasks = [asyncio.create_task(_row(parts, spec)) for spec in specs]
        done = asyncio.as_completed(tasks)
        for task in track(done, "feeds", len(tasks), console=console, transient=True):
            await task
        return [task.result() for task in tasks]


async def _row(parts: Probe, spec: FeedSpec) -> dict[str, Any]:
    document, error = Document(), None
    try:
        document = await parts.read(await parts.fetcher.feed(spec.url), spec.kind)
    except WatcherError as failure:
        error = str(failure)
    return {
        "url": spec.url,
        "title": document.title or spec.title,
        "entries": len(document.entries),
        "notes": list(document.notes),
        "error": error,
    }


async def discover(config: "Config", url: str) -> FeedSpec:
    """Return the feed at an address, or the first that the page there names and that can be read."""
    async with probe(config) as parts:
        answer = await parts.fetcher.feed(url)
        try:
            return await parts.spec(answer, url)
        except SourceError as error:
            reason: WatcherError = error
        for candidate in await parts.workers.run(named, answer.body, answer.url):
            try:
                return await parts.spec(await parts.fetcher.feed(candidate), candidate)
            except WatcherError as error:
                reason = error
    raise SourceError(
        f"{url} is no feed, and names none that can be read ({reason}); give the address of the feed itself"
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
        and "xml" in link.get("type", "").lower()
    ]
    return tuple(dict.fromkeys(address for address in found if address and address != url))
