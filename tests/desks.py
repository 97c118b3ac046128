"""A desk at which people serve themselves: a real store, the handlers of the bot, no Telegram."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.newsroom import HOUR, MINUTE, entry, feed, name, placed, poll, verdict
from tests.rights import Roles
from tests.watching import Watch, watching
from watcher.bot import greeting, questions, settings
from watcher.bot.desk import Desk
from watcher.buttons import Press
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Change, Place, Pressed, Reply, Said, Say, Toast
from watcher.model import Chat, Match, Message, RuleSetId

LINA = "7"


@dataclass
class Talk:
    """A person's talk with the bot."""

    watch: Watch
    desk: Desk
    address: str = LINA
    place: Place = Place.PRIVATE
    sender: int = 7
    language: str = "fr"

    async def says(self, text: str) -> Sequence[Reply]:
        """Say something: `/command text`, or a plain text."""
        command, _, rest = text.removeprefix("/").partition(" ")
        about = (command, rest) if text.startswith("/") else ("", text)
        said = Said(
            address=self.address,
            place=self.place,
            sender=self.sender,
            language=self.language,
            command=about[0],
            text=about[1],
        )
        return await self.desk.answer(said)

    async def presses(self, data: str) -> Sequence[Reply]:
        """Press a button that says this."""
        pressed = Pressed(
            address=self.address,
            place=self.place,
            sender=self.sender,
            language=self.language,
            press=Press.read(data),
            message=1,
        )
        return await self.desk.answer(pressed)

    async def chat(self) -> Chat:
        """Read what is stored."""
        found = await self.watch.store.chat_at("telegram", self.address)
        assert found
        return found


def shown(replies: Sequence[Reply]) -> Message:
    """Return the one message among answers."""
    (message,) = [one.message for one in replies if isinstance(one, Say | Change)]
    return message


def toast(replies: Sequence[Reply]) -> str:
    """Return what is shown over the chat."""
    (found,) = [one.text for one in replies if isinstance(one, Toast)]
    return found


def labels(message: Message) -> list[str]:
    """Return what the buttons say."""
    return [button.text for row in message.buttons for button in row]


@asynccontextmanager
async def talking(folder: Path) -> AsyncIterator[Talk]:
    """Set a desk up over two rule sets, with nobody there yet."""
    async with watching(folder) as watch:
        await watch.store.sync_chats([], channel="console", now=watch.clock())
        desk = Desk(
            line=watch.line,
            channel="telegram",
            keys=TelegramKeys(allow=(7,)),
            rights=Roles({7}),
            commands={**settings.COMMANDS, **greeting.COMMANDS},
            presses={**settings.PRESSES, **questions.PRESSES},
            others={},
            text=questions.TEXT,
        )
        yield Talk(watch, desk)


async def happened(talk: Talk, *scores: float, host: str = "puces.example") -> None:
    """Let alerts of the h200 set happen, one a day, the last one today."""
    store, now = talk.watch.store, talk.watch.clock()
    await feed(store)
    for number, score in enumerate(scores, 1):
        at = now - 24 * HOUR * (len(scores) - number)
        await store.record_poll(await feed(store), poll(entry(number)), now=at)
        waits = await store.pending(at + MINUTE, limit=9)
        one = next(w for w in waits if w.entry.guid == f"puces-{number}")
        said = verdict(RuleSetId("h200"))
        matches: tuple[Match, ...] = tuple(replace(m, score=score) for m in said.matches)
        await store.record(
            one,
            replace(said, matches=matches),
            aliases=[name(f"{host}/{number}")],
            drafts=[],
            sentences=[],
            host=host,
            now=at,
            placed=placed(None, host=host),
        )
