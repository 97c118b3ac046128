"""
Where what people say to the bot is heard and answered. Knows nothing of Telegram.

A handler gets the desk, who speaks and what was said, and returns the answers. Whatever it changes
is stored before it answers; a thing said twice changes nothing more.
"""

import gettext
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import structlog

from watcher import reviews
from watcher.access import Doorstep
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Event, Heard, Place, Pressed, Reply, Said, Say, Toast
from watcher.messages import N_
from watcher.model import Chat, ChatId, Message
from watcher.pipeline import Line
from watcher.preferences import Preferences
from watcher.spans import Span, html

log = structlog.get_logger(__name__)

FRENCH: Final = "fr"
OLD: Final = ""  # stands in the table of presses for what no other entry answers
QUESTIONS: Final = 1_000  # that wait for a text; older ones are forgotten

Person: TypeAlias = tuple[str, int | None, int]  # somebody in a chat


class Rights(Protocol):
    """Who may change the settings of a group or channel."""

    async def administrates(self, address: str, person: int) -> bool:
        """Tell whether a person administrates a chat; may be some minutes old."""
        ...

    async def posts(self, address: str) -> bool:
        """Tell whether the bot may write in a channel."""
        ...

    async def administrators(self, address: str) -> list[int]:
        """Name the people who administrate a chat."""
        ...

    async def title(self, address: str) -> str:
        """Say what a group or channel is called."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who speaks to the bot."""

    chat: Chat | None  # None: a stranger
    language: str
    translations: gettext.NullTranslations

    @property
    def preferences(self) -> Preferences:
        """What holds for the chat; for a stranger, what would."""
        return self.chat.preferences if self.chat else Preferences(language=self.language)

    def say(self, text: str) -> str:
        """Translate."""
        return self.translations.gettext(text)

    def line(self, text: str) -> Say:
        """Answer with one plain sentence."""
        return Say(Message(html=html([Span(self.say(text))])))


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that handlers need."""

    line: Line
    channel: str  # the name of the channel that people speak through
    keys: TelegramKeys
    rights: Rights
    username: str = ""  # of the bot, for links to it
    commands: Mapping[str, "Handler"] = field(default_factory=dict)
    presses: Mapping[str, "Handler"] = field(default_factory=dict)
    others: Mapping[type[Heard], "Handler"] = field(default_factory=dict)
    text: "Handler | None" = None  # for what is no command
    doorstep: Doorstep = field(default_factory=Doorstep)
    asked: dict[Person, tuple[str, ...]] = field(default_factory=dict)  # what a text will answer

    async def answer(self, event: Event) -> Sequence[Reply]:
        """Hear what was said; a defect of ours is told with a number to find it in the log by."""
        visitor = await self.visitor(event)
        try:
            return await self._answer(event, visitor)
        except Exception:
            reference = secrets.token_hex(2).upper()
            log.exception("an answer met a defect", reference=reference, what=type(event).__name__)
            frame = visitor.say(
                N_("Something went wrong (ref. {reference}). Your settings are safe.")
            )
            told = frame.format(reference=reference)
            pressed = isinstance(event, Pressed)
            return [Toast(told, alert=True) if pressed else Say(Message(html=html([Span(told)])))]

    async def visitor(self, event: Heard) -> Visitor:
        """Find out who speaks, and in which language to answer; a topic may share its group's row."""
        store, where = self.line.store, (self.channel, event.address)
        chat = await store.chat_at(*where, event.thread)
        if chat is None and (known := await store.known_at(*where)) is not None:
            chat = await store.chat(known)
        language = FRENCH if event.language.startswith(FRENCH) or not event.language else "en"
        language = chat.spec.language if chat else language
        return Visitor(chat=chat, language=language, translations=self.line.catalogues[language])

    async def refresh(self) -> None:
        """Have what a chat just chose count from the next article on."""
        self.line.chats = await self.line.store.chats()

    async def replanned(self, chat: ChatId) -> None:
        """Have the hours that a chat just chose count, for what waits as well."""
        await self.refresh()
        for one in self.line.chats:
            if one.id == chat:
                await reviews.replan(self.line, one)

    def ask(self, event: Heard, *question: str) -> None:
        """Take the next text of a person for the answer; a restart forgets it."""
        self.asked.pop(person(event), None)
        while len(self.asked) >= QUESTIONS:
            del self.asked[next(iter(self.asked))]
        self.asked[person(event)] = question

    async def _answer(self, event: Event, visitor: Visitor) -> Sequence[Reply]:
        if not isinstance(event, Said) or event.command:
            self.asked.pop(person(event), None)  # they turned to something else
        handler = self._handler(event)
        if handler is None:
            return self._unknown(event, visitor)
        if handler.for_operators and event.sender not in self.keys.administrators:
            return self._unknown(event, visitor)
        if visitor.chat is None and not handler.for_strangers:
            return self.turned_away(event, visitor)
        if handler.for_administrators and not await self._administrates(event):
            return refused(event, visitor, NOT_ADMINISTRATOR)
        return await handler.run(self, visitor, event)

    def turned_away(self, event: Heard, visitor: Visitor, why: str = "") -> Sequence[Reply]:
        """Refuse a stranger: with the reason, then with a wait, then not at all until that is over."""
        wait = self.doorstep.knock(str(event.sender or event.address), self.line.clock())
        if wait is None:
            return []
        if not wait:
            return refused(event, visitor, why or NO_ACCESS)
        seconds = int(wait.total_seconds())
        frame = visitor.translations.ngettext(
            "Slow down: try again in {n} second.", "Slow down: try again in {n} seconds.", seconds
        )
        return refused(event, visitor, frame.format(n=seconds))

    def _handler(self, event: Event) -> "Handler | None":
        match event:
            case Said(command=""):
                return self.text
            case Said(command=command):
                return self.commands.get(command)
            case Pressed(press=press):
                return self.presses.get(press.verb if press else OLD) or self.presses.get(OLD)
            case _:
                return self.others.get(type(event))

    async def _administrates(self, event: Heard) -> bool:
        if event.place is Place.PRIVATE or event.anonymous:
            return True
        return await self.rights.administrates(event.address, event.sender)

    def _unknown(self, event: Event, visitor: Visitor) -> Sequence[Reply]:
        match event:
            case Pressed():
                return [Toast(visitor.say(OLD_BUTTON))]
            case Said(command=str() as command) if command and event.place is Place.PRIVATE:
                return [visitor.line(UNKNOWN_COMMAND)]
            case _:
                return []  # people in a group talk to each other


NO_ACCESS: Final = N_("This bot is invitation only. Ask its administrator for a link.")
NOT_ADMINISTRATOR: Final = N_("Only group admins can change these settings.")
OLD_BUTTON: Final = N_("That button has expired, here is the current menu.")
UNKNOWN_COMMAND: Final = N_("I don’t know that command. Try /rules or /help.")


def refused(event: Heard, visitor: Visitor, why: str) -> Sequence[Reply]:
    """Say why not: over the chat to who pressed a button, else in a message."""
    if isinstance(event, Pressed):
        return [Toast(visitor.say(why), alert=True)]
    return [visitor.line(why)]


def person(event: Heard) -> Person:
    """Tell who speaks where."""
    return event.address, event.thread, event.sender


Run: TypeAlias = Callable[[Desk, Visitor, Event], Awaitable[Sequence[Reply]]]


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers a command or a button, and who may use it."""

    run: Run
    for_administrators: bool = False  # of the group; in private everybody is
    for_operators: bool = False  # of the watch
    for_strangers: bool = False  # without access too
