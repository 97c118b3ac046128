"""A watch on made-up sites: a real store, a real HTTP client, real workers, one subscriber of everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.fetching import QUICK, Clock
from tests.servers import Answer, reply
from watcher import locales, rulebook
from watcher.cadence import Bounds
from watcher.chronicle import Chronicle
from watcher.fetching import Fetcher
from watcher.model import ChatSpec, Delivery, FeedSpec
from watcher.pipeline import Line
from watcher.preferences import Level
from watcher.store import Store
from watcher.workers import Workers

MINUTE = timedelta(minutes=1)
RULES = """schema: 1
rule_set: {name}
title: {title}
language: fr
words:
  mot: [{word}]
rules:
  - id: cite
    title: Le mot est cité
    when: {{all: [mot]}}
    must_match: ["On parle de {word} ici."]
    must_not_match: ["On parle d’autre chose."]
"""
PROSE = (
    "Les douanes chinoises ont laissé passer une première livraison de puces H200, selon deux sources.",
    "Les entreprises qui en avaient fait la demande ont été prévenues dans la matinée par courrier.",
    "Aucun calendrier n’a été donné pour la suite, et les analystes restent partagés sur les volumes.",
    "Le fabricant n’a pas souhaité commenter ces informations, qui seront précisées dans la semaine.",
)


def item(number: int, *, guid: str = "", link: str = "", title: str = "", text: str = "") -> str:
    """Write one item of an RSS feed."""
    return (
        f"<item><title>{title or f'Puces, épisode {number} : le H200 passe la douane'}</title>"
        f"<link>{link}</link><guid isPermaLink='false'>{guid or f'g{number}'}</guid>"
        f"<pubDate>Wed, 28 Jan 2026 0{number}:00:00 +0100</pubDate>"
        f"<description>{text or 'Une première livraison est arrivée.'}</description></item>"
    )


def rss(*items: str) -> bytes:
    """Write an RSS feed."""
    head = "<title>Puces du jour</title><link>https://puces.example/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def page(title: str, *paragraphs: str, head: str = "") -> Answer:
    """Serve an article's page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in (paragraphs or PROSE))
    html = f"<html lang='fr'><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    return reply(html.encode(), content_type="text/html; charset=utf-8")


@dataclass
class Watch:
    """The line with what it stands on."""

    line: Line
    store: Store
    clock: Clock

    async def work(self) -> None:
        """Poll what is due and read what waits, one after another."""
        now = self.clock()
        for feed in await self.store.due_feeds(now, limit=100):
            await self.line.poll(feed)
        for pending in await self.store.pending(now, limit=100):
            await self.line.read(pending)

    async def sent(self) -> list[Delivery]:
        """Take everything out of the outbox, as a sender would."""
        found = []
        while claimed := await self.store.claim(self.clock(), limit=9, lease=MINUTE):
            for delivery in claimed:
                await self.store.sent(delivery.id, str(delivery.id), now=self.clock())
            found += claimed
        return found


@asynccontextmanager
async def watching(folder: Path, *feeds: str, pages: bool = True) -> AsyncIterator[Watch]:
    """Set the line up on a fresh store, with one subscriber of everything."""
    rules = folder / "rules"
    rules.mkdir()
    for name, word in (("h200", "H200"), ("douane", "douane")):
        text = RULES.format(name=name, title=name.title(), word=word)
        (rules / f"{name}.yaml").write_text(text, encoding="utf-8")
    clock = Clock()
    store = await Store.open(f"sqlite:///{folder}/watcher.db", now=clock())
    workers = Workers(processes=1)
    try:
        await store.sync_feeds([FeedSpec(url=url) for url in feeds], now=clock())
        chats = await store.sync_chats(
            [ChatSpec(address="1", level=Level.ALL)], channel="console", now=clock()
        )
        book = rulebook.read(rules)
        async with Fetcher(QUICK, clock=clock) as fetcher:
            line = Line(
                store=store,
                fetcher=fetcher,
                workers=workers,
                book=book,
                chronicle=Chronicle(book, locales.catalogues(), locales.frequencies()),
                chats=chats,
                bounds=Bounds(),
                pages=pages,
                catalogues=locales.catalogues(),
                clock=clock,
                chance=lambda: 0.5,
            )
            yield Watch(line, store, clock)
    finally:
        await workers.close()
        await store.close()
