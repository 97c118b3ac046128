"""A desk that people speak to, behind it a real store that has read the given texts as news."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fetching import QUICK, Clock
from tests.newsroom import HOUR, NOW, waiting
from tests.rights import Roles
from tests.seeds import seed
from tests.stating import book, day
from watcher import articles, locales, stories
from watcher.bot import muting, reading
from watcher.bot.desk import Desk
from watcher.buttons import Button, Press
from watcher.cadence import Bounds
from watcher.chronicle import Chronicle
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Change, Close, Event, Place, Pressed, Reply, Said, Say, Toast
from watcher.fetching import Fetcher
from watcher.model import Article, ChatSpec, Message, Precision, Published
from watcher.pipeline import Line
from watcher.store import Store
from watcher.workers import Workers

DATES = {  # in the order in which they came
    "000": "2025-12-24",
    "004": "2026-01-14",
    "003": "2026-01-28",
    "001": "2026-01-29",
    "002": "2026-01-30",
}
ME = "7"
GROUP = "-7"
CHANNEL = "@puces"
CHATS = (
    ChatSpec(address=ME),
    ChatSpec(address=GROUP),
    ChatSpec(address=CHANNEL),
    ChatSpec(address="8", language="en"),
)


@dataclass
class Reception:
    """The desk, its store, and a person who speaks to it."""

    desk: Desk
    store: Store
    clock: Clock
    rights: Roles

    async def news(self, number: int, article: Article) -> None:
        """Have an article read, judged, placed and told."""
        pending = await waiting(self.store, number)
        names = stories.entry_aliases(pending.entry, pending.feed.url)
        await self.desk.line._conclude(pending, article, names)

    async def say(self, text: str, *, address: str = ME, language: str = "fr") -> Sequence[Reply]:
        """Say something in a chat."""
        command, _, rest = text.removeprefix("/").partition(" ")
        place = Place.PRIVATE if address.isdecimal() else Place.GROUP
        said = Said(address=address, place=place, command=command, text=rest, language=language)
        return await self.desk.answer(said)

    async def press(self, data: str, *, address: str = ME, sender: int = 1) -> Sequence[Reply]:
        """Press a button."""
        place = Place.PRIVATE if address.isdecimal() else Place.GROUP
        event: Event = Pressed(
            address=address, place=place, sender=sender, press=Press.read(data), message=1
        )
        return await self.desk.answer(event)

    async def alerts(self, address: str = ME) -> list[Message]:
        """Take what a chat got out of the outbox."""
        found = []
        while claimed := await self.store.claim(self.clock() + HOUR, limit=99, lease=QUICK.timeout):
            for delivery in claimed:
                await self.store.sent(delivery.id, str(delivery.id), now=self.clock())
                found += [delivery.message] if delivery.address == address else []
        return found


def given(name: str) -> Article:
    """Return a given text as an article of its day."""
    published = Published(at=day(DATES[name]), precision=Precision.DAY)
    return articles.from_text(
        "", seed(name), url=f"https://site{name}.example/a", published=published
    )


def shown(replies: Sequence[Reply]) -> Message:
    """Return the one message among some answers."""
    (message,) = [reply.message for reply in replies if isinstance(reply, Say | Change)]
    return message


def toast(replies: Sequence[Reply]) -> Toast:
    """Return the one word said over the chat."""
    (found,) = [reply for reply in replies if isinstance(reply, Toast)]
    return found


def closed(replies: Sequence[Reply]) -> bool:
    """Tell whether the message goes away."""
    return any(isinstance(reply, Close) for reply in replies)


def buttons(message: Message) -> list[Button]:
    """Return the buttons of a message in their order."""
    return [button for row in message.buttons for button in row]


def labelled(message: Message, label: str) -> Button:
    """Return the button with a label."""
    (found,) = [button for button in buttons(message) if button.text == label]
    return found


@asynccontextmanager
async def reception(folder: Path, *names: str) -> AsyncIterator[Reception]:
    """Open a desk behind which these given texts were read."""
    clock = Clock()
    clock.now = NOW
    store = await Store.open(f"sqlite:///{folder}/watcher.db", now=clock())
    chats = await store.sync_chats(CHATS, channel="telegram", now=clock())
    catalogues, rights = locales.catalogues(), Roles()
    line = Line(
        store=store,
        fetcher=Fetcher(QUICK, clock=clock),
        workers=Workers(processes=1),
        book=book(),
        chronicle=Chronicle(book(), catalogues, locales.frequencies()),
        chats=chats,
        bounds=Bounds(),
        pages=False,
        catalogues=catalogues,
        clock=clock,
        chance=lambda: 0.5,
    )
    desk = Desk(
        line=line,
        channel="telegram",
        keys=TelegramKeys(),
        rights=rights,
        commands={**reading.COMMANDS, **muting.COMMANDS},
        presses={**reading.PRESSES, **muting.PRESSES},
    )
    found = Reception(desk, store, clock, rights)
    try:
        for number, name in enumerate(names, 1):
            await found.news(number, given(name))
        yield found
    finally:
        await line.workers.close()
        await store.close()
