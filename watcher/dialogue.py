"""What people say to the bot, and what it answers: Telegram's updates without Telegram."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from watcher.buttons import Press
from watcher.model import Message


class Place(StrEnum):
    """What kind of chat something was said in; the values are Telegram's."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that a person said or did in a chat."""

    address: str  # of the chat
    place: Place = Place.PRIVATE
    thread: int | None = None  # the forum topic it was said in
    sender: int = (
        0  # the person's id; 0: nobody in particular (a channel, an anonymous administrator)
    )
    anonymous: bool = False  # an administrator who speaks as the group itself
    language: str = ""  # of the person's client, such as "fr" or "pt-br"
    title: str = ""  # of a group or channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Heard):
    """A text, a command, or a message passed on."""

    text: str = ""  # after the command, if there is one
    command: str = ""  # without slash and bot name, in lower case
    link: str = ""  # the first address in the text
    forwarded_from: str = ""  # the channel that a message was passed on from
    shared_chat: str = ""  # the chat picked with a button that asked for one
    private: bool = field(default=False)  # for the bot alone, though said in a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Heard):
    """A button was pressed."""

    press: Press | None  # None: a button that is not ours, or too old
    message: int = 0  # that carries the button


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Heard):
    """The bot was added to a chat, unblocked, or given its rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Heard):
    """The bot was removed from a chat, or blocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated(Heard):
    """A group became a supergroup."""

    successor: str


Event: TypeAlias = Said | Pressed | Joined | Left | Migrated


# Answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """A new message where it was asked for, or to the person alone."""

    message: Message
    in_private: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """The message whose button was pressed now reads so."""

    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """The message whose button was pressed goes away."""


@dataclass(frozen=True, slots=True)
class Toast:
    """A few words over the chat, seen by who pressed the button only; 200 characters at most."""

    text: str = ""
    alert: bool = False  # stays until it is closed


@dataclass(frozen=True, slots=True)
class Attach:
    """A file."""

    name: str
    content: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class AskForChannel:
    """A message with a button that lets a person pick a channel of theirs."""

    message: Message
    button: str


Reply: TypeAlias = Say | Change | Close | Toast | Attach | AskForChannel
