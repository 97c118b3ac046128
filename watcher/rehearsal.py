"""
A rehearsal: what one subscriber sees in the chat while the story of the seeds is lived.

Everything is the real thing (feeds, pages, rules, stories, the bot's desk, the outbox) but the
clock, which stands where the story is, and Telegram, whose part the terminal plays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from gettext import NullTranslations
from typing import Any, Final

from rich.align import Align
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from watcher import locales, messages, reviews
from watcher.bot import tables
from watcher.bot.desk import Desk
from watcher.buttons import Button, Press
from watcher.channels.console import ConsoleChannel
from watcher.config import Config
from watcher.config.keys import FeedKeys, TelegramKeys
from watcher.daemon import Parts, assembled
from watcher.dialogue import Attach, Change, Event, Pressed, Said, Say, Toast
from watcher.messages import N_
from watcher.model import Delivery, Kind, Message
from watcher.rounds import Rounds

READER, OTHER = 4242, 4343  # Telegram's ids of two people
HEADINGS: Final = {
    Kind.REPLY: N_("answers an earlier message"),
    Kind.EDIT: N_("an earlier message now reads"),
}
SUBSCRIBERS: Final = {READER: N_("one subscriber"), OTHER: N_("another subscriber")}


class MissingButtonError(LookupError):
    """No message on the screen has such a button."""


@dataclass(slots=True)
class Clock:
    """Stands still until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the time of the story."""
        return self.now


class Nobody:
    """There are no groups and no channels."""

    async def administrates(self, address: str, person: int) -> bool:
        """Let nobody."""
        return False

    async def posts(self, address: str) -> bool:
        """Post nowhere."""
        return False

    async def administrators(self, address: str) -> list[int]:
        """Know nobody."""
        return []

    async def title(self, address: str) -> str:
        """Name nothing."""
        return ""


class Screen(ConsoleChannel):
    """Shows messages with their buttons, and remembers them."""

    def __init__(self, console: Console, translations: NullTranslations) -> None:
        super().__init__(console)
        self.console, self._say = console, translations.gettext
        self.shown: list[Message] = []

    async def send(self, delivery: Delivery) -> str:
        """Show a message."""
        self.show(delivery.message, int(delivery.address), delivery.kind)
        return str(len(self.shown))

    async def edit(self, delivery: Delivery) -> str:
        """Show how a message reads now."""
        self.show(delivery.message, int(delivery.address), Kind.EDIT)
        return delivery.target

    def show(self, message: Message, reader: int, kind: Kind) -> None:
        """Print a message and its buttons."""
        told = [SUBSCRIBERS[reader], HEADINGS[kind]] if kind in HEADINGS else [SUBSCRIBERS[reader]]
        bell = " 🔕" if message.silent and kind is not Kind.EDIT else ""
        self._write(message, f"→ {', '.join(map(self._say, told))}{bell}")
        for row in message.buttons:
            labels = Text(" ").join(Text(f"[ {button.text} ]", "cyan") for button in row)
            self.console.print(labels, soft_wrap=True)
        self.shown.append(message)

    def note(self, text: str) -> None:
        """Print what passes over the chat."""
        self.console.print(Text(f"   ({text})", "dim"), soft_wrap=True)

    def spoken(self, text: str, reader: int) -> None:
        """Print what a person says or presses."""
        self.console.print(Rule(self._say(SUBSCRIBERS[reader]), style="dim", align="right"))
        self.console.print(Align.right(Text(text, "bold green")))

    def button(self, label: str) -> Button:
        """Find a button by its label, on the newest message that has it."""
        for message in reversed(self.shown):
            for row in message.buttons:
                for button in row:
                    if label.lower() in button.text.lower():
                        return button
        raise MissingButtonError(f"no message has a button {label!r}")


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A person at the screen, and what happens meanwhile."""

    parts: Parts
    desk: Desk
    screen: Screen
    clock: Clock
    french: NullTranslations
    reader: int = READER

    async def say(self, text: str) -> None:
        """Write to the bot."""
        self.screen.spoken(text, self.reader)
        name, _, rest = text.removeprefix("/").partition(" ")
        command, text = (name, rest) if text.startswith("/") else ("", text)
        await self._hear(Said(**self._me, command=command, text=text))

    async def press(self, label: str) -> None:
        """Press a button; raises `MissingButtonError`."""
        button = self.screen.button(label)
        self.screen.spoken(f"▸ {button.text}", self.reader)
        await self._hear(Pressed(**self._me, press=Press.read(button.data), message=1))

    async def learn(self, day: datetime, urls: Sequence[str]) -> None:
        """Let sites publish, and the watch read them and tell what it has to."""
        self.clock.now = day
        self.screen.console.rule(messages.day(day, self.french, "fr"), style="dim")
        feeds = tuple(FeedKeys(url=url) for url in urls)
        await self.parts.reload(self.parts.config.model_copy(update={"feeds": feeds}))
        await self.parts.store.sync_chats([], channel=self.desk.channel, now=day)
        await self.desk.refresh()
        await Rounds(self.parts.line, polls=len(urls)).run_dry(
            everything=True, watch=lambda _: None
        )
        await reviews.write_due(self.parts.line)
        await self.parts.courier.flush()

    @property
    def _me(self) -> dict[str, Any]:
        return {"address": str(self.reader), "sender": self.reader, "language": "fr"}

    async def _hear(self, event: Event) -> None:
        for reply in await self.desk.answer(event):
            match reply:
                case Say(message=message):
                    self.screen.show(message, self.reader, Kind.ANSWER)
                case Change(message=message):
                    self.screen.show(message, self.reader, Kind.EDIT)
                case Toast(text=text) if text:
                    self.screen.note(text)
                case Attach(name=name, content=content):
                    self.screen.note(f"{name}, {len(content)} octets")
                case _:
                    pass


async def play(config: Config, urls: Sequence[str], console: Console) -> None:
    """
    Live the story from the first message to a digest: `urls` are the feeds of `demo.STORIES`.

    The situation turns twice, the third source comes late, the last is told in the evening.
    """
    clock, french = Clock(datetime(2025, 12, 24, 9, tzinfo=UTC)), locales.catalogues()["fr"]
    screen, say = Screen(console, french), french.gettext
    async with assembled(config, screen, clock=clock) as parts:
        desk = Desk(
            line=parts.line,
            channel=screen.name,
            keys=TelegramKeys(access="open"),
            rights=Nobody(),
            commands=tables.COMMANDS,
            presses=tables.PRESSES,
            others=tables.OTHERS,
            text=tables.TEXT,
        )
        await screen.open()
        one = Rehearsal(parts=parts, desk=desk, screen=screen, clock=clock, french=french)
        first, turn, condition, approval, _ = urls
        await one.say("/start")
        await one.press(say("Choose all"))
        await one.learn(datetime(2025, 12, 24, 10, tzinfo=UTC), [first])
        await one.learn(datetime(2026, 1, 14, 12, tzinfo=UTC), [first, turn])
        await one.press(french.pgettext("button", "Why?"))
        await one.learn(datetime(2026, 1, 28, 12, tzinfo=UTC), [first, turn, approval])
        await one.learn(datetime(2026, 1, 29, 9, tzinfo=UTC), [first, turn, approval, condition])
        await one.press(french.pgettext("button", "Story"))
        await one.say("/etat")
        other = replace(one, reader=OTHER)
        await other.say("/start")
        await other.press(say("Choose all"))
        await other.press(say("When?"))
        await other.press(say("every day"))
        await other.press("Paris")
        await one.learn(datetime(2026, 1, 30, 16, tzinfo=UTC), urls)
        await one.learn(datetime(2026, 1, 30, 17, 30, tzinfo=UTC), urls)
        await other.say("/recherche quota de puces")
