"""
A rehearsal: what one subscriber sees in the chat while the story of the seeds is lived.

Everything is the real thing (feeds, pages, rules, stories, the bot's desk, the outbox) but the
clock, which stands where the story is, and Telegram, whose part the terminal plays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.align import Align
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from watcher.bot.desk import Desk
from watcher.buttons import Button, Press
from watcher.channels.console import ConsoleChannel
from watcher.daemon import Parts
from watcher.dialogue import Attach, Change, Event, Pressed, Reply, Said, Say, Toast
from watcher.model import Delivery, Kind, Message

READER: Final = 4242  # Telegram's id of the person
HEADINGS: Final = {
    Kind.REPLY: "répond à un message plus haut",
    Kind.EDIT: "un message plus haut se lit maintenant ainsi",
}


class MissingButtonError(LookupError):
    """No message on the screen has such a button."""


@dataclass(slots=True)
class Clock:
    """Stands still until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the time of the story."""
        return self.now


class Screen(ConsoleChannel):
    """Shows messages with their buttons, and remembers them."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.console = console
        self.shown: list[Message] = []

    async def send(self, delivery: Delivery) -> str:
        """Show a message."""
        self.show(delivery.message, HEADINGS.get(delivery.kind, ""))
        return str(len(self.shown))

    async def edit(self, delivery: Delivery) -> str:
        """Show how a message reads now."""
        self.show(delivery.message, HEADINGS[Kind.EDIT])
        return delivery.target

    def show(self, message: Message, heading: str) -> None:
        """Print a message and its buttons."""
        self._write(message, heading or ("🔕" if message.silent else ""))
        for row in message.buttons:
            labels = Text(" ").join(Text(f"[ {button.text} ]", "cyan") for button in row)
            self.console.print(labels, soft_wrap=True)
        self.shown.append(message)

    def note(self, text: str) -> None:
        """Print what passes over the chat."""
        self.console.print(Text(f"   ({text})", "dim"), soft_wrap=True)

    def spoken(self, text: str) -> None:
        """Print what the person says or presses."""
        self.console.print(Rule(style="dim"))
        self.console.print(Align.right(Text(text, "bold green")))

    def button(self, label: str) -> Button:
        """Find a button by its label, on the newest message that has it."""
        for message in reversed(self.shown):
            for row in message.buttons:
                for button in row:
                    if label in button.text:
                        return button
        raise MissingButtonError(f"no message has a button {label!r}")


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A person at the screen."""

    parts: Parts
    desk: Desk
    screen: Screen

    async def say(self, text: str) -> None:
        """Write to the bot."""
        self.screen.spoken(text)
        command, _, rest = text.partition(" ")
        name = command.removeprefix("/") if command.startswith("/") else ""
        await self._hear(
            Said(
                address=str(READER),
                sender=READER,
                language="fr",
                command=name,
                text=rest if name else text,
            )
        )

    async def press(self, label: str) -> None:
        """Press a button; raises `MissingButtonError`."""
        button = self.screen.button(label)
        self.screen.spoken(f"▸ {button.text}")
        press = Press.read(button.data)
        await self._hear(
            Pressed(address=str(READER), sender=READER, language="fr", press=press, message=1)
        )

    async def _hear(self, event: Event) -> None:
        await self._perform(await self.desk.answer(event))

    async def _perform(self, replies: Sequence[Reply]) -> None:
        for reply in replies:
            match reply:
                case Say(message=message):
                    self.screen.show(message, "")
                case Change(message=message):
                    self.screen.show(message, HEADINGS[Kind.EDIT])
                case Toast(text=text) if text:
                    self.screen.note(text)
                case Attach(name=name, content=content):
                    self.screen.note(f"{name}, {len(content)} octets")
                case _:
                    pass
