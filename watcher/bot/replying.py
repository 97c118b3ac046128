"""Brings what the desk answers to where it was asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from telegram import KeyboardButton, KeyboardButtonRequestChat, ReplyKeyboardMarkup

from watcher import errors
from watcher.channels.telegram import Haste, NotModifiedError, TelegramChannel, content
from watcher.delivery import backoff
from watcher.dialogue import (
    AskForChannel,
    Attach,
    Change,
    Close,
    Heard,
    Place,
    Pressed,
    Reply,
    Say,
    Toast,
)
from watcher.model import Message
from watcher.pipeline import Line

log = structlog.get_logger(__name__)

TRIES: Final = 3  # of what a person waits for
LONGEST_WAIT: Final = 60.0  # seconds between two of them

Attempt = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Replier:
    """
    Sends and edits for people.

    A new message to a chat we know goes through the outbox, alone on its way there: what may have
    arrived could not be found among others. A stranger, of whom nothing is stored, is answered
    directly.
    """

    channel: TelegramChannel
    line: Line

    async def carry(self, event: Heard, replies: Sequence[Reply]) -> None:
        """Bring answers, one after another; what cannot be brought is logged and keeps no other."""
        for reply in replies:
            try:
                await self._bring(event, reply)
            except errors.DeliveryError as error:
                log.warning("answer not brought", why=str(error), what=type(reply).__name__)
                await self._learn(event.address, error)

    async def toast(self, query: str, toast: Toast) -> None:
        """Answer a press, else its button spins."""
        with self.channel.translated():
            await insist(
                lambda: self.channel.bot.answer_callback_query(
                    query, toast.text or None, show_alert=toast.alert
                ),
                self.channel,
                repeatable=True,
            )

    async def _bring(self, event: Heard, reply: Reply) -> None:
        match reply:
            case Say(message, in_private) if in_private and event.place is not Place.PRIVATE:
                await self.say(str(event.sender), 0, message)
            case Say(message):
                await self.say(event.address, event.thread or 0, message)
            case Change(message):
                await self._change(event, message)
            case Close():
                await self._close(event)
            case Attach() | AskForChannel():
                await self._hand(event, reply)
            case Toast():
                pass  # given to who pressed, in time

    async def say(self, address: str, thread: int, message: Message) -> None:
        """Write to an address, through the outbox if we know it."""
        store = self.line.store
        known = await store.known_at(self.channel.name, address)
        if known is not None:
            await store.say(known, message, now=self.line.clock(), thread=thread)
            self.line.wake()
            return
        what: dict[str, Any] = content(message, address) | {"message_thread_id": thread or None}
        sent = await insist(
            lambda: self.channel.bot.send_message(**what, rate_limit_args=Haste.ASKED), self.channel
        )
        self.channel.noticed(address, sent.message_id)

    async def _change(self, event: Heard, message: Message) -> None:
        """Let the message whose button was pressed read so; a new one if it is gone."""
        if not isinstance(event, Pressed):
            return await self.say(event.address, event.thread or 0, message)
        what = content(message, event.address) | {"message_id": event.message}
        edit = self.channel.bot.edit_message_text
        try:
            await insist(
                lambda: edit(**what, rate_limit_args=Haste.ASKED), self.channel, repeatable=True
            )
        except NotModifiedError:
            pass
        except errors.MessageGoneError:
            await self.say(event.address, event.thread or 0, message)

    async def _close(self, event: Heard) -> None:
        """Take a message away, or its buttons: an old one cannot be deleted."""
        if not isinstance(event, Pressed):
            return
        bot = self.channel.bot
        here: dict[str, Any] = {"chat_id": event.address, "message_id": event.message}
        try:
            await insist(lambda: bot.delete_message(**here), self.channel, repeatable=True)
        except (errors.RefusedError, errors.MessageGoneError):
            strip = bot.edit_message_reply_markup
            with suppress(NotModifiedError, errors.MessageGoneError, errors.RefusedError):
                await insist(lambda: strip(**here, rate_limit_args=Haste.ASKED), self.channel)

    async def _hand(self, event: Heard, reply: Attach | AskForChannel) -> None:
        bot, address = self.channel.bot, event.address
        here: dict[str, Any] = {"message_thread_id": event.thread, "rate_limit_args": Haste.ASKED}
        if isinstance(reply, Attach):
            here |= {"filename": reply.name, "caption": reply.caption or None}
            file = reply.content
            sent = await insist(lambda: bot.send_document(address, file, **here), self.channel)
        else:
            keyboard = {"reply_markup": _picker(reply.button)}
            what = content(reply.message, address) | keyboard | here
            sent = await insist(lambda: bot.send_message(**what), self.channel)
        self.channel.noticed(address, sent.message_id)

    async def _learn(self, address: str, error: errors.DeliveryError) -> None:
        """Take note that a chat we know is gone, or has moved."""
        store = self.line.store
        chat = await store.known_at(self.channel.name, address)
        if chat is None:
            return
        match error:
            case errors.UnreachableError():
                await store.suspend(chat, error=str(error), now=self.line.clock())
            case errors.MovedError():
                await store.move(chat, address=error.address)
            case _:
                pass


async def insist(attempt: Attempt, channel: TelegramChannel, *, repeatable: bool = False) -> Any:
    """Try again what surely did not happen, and what may happen twice; raises `DeliveryError`."""
    for tries in range(1, TRIES + 1):
        try:
            with channel.translated():
                return await attempt()
        except (errors.RetryLaterError, errors.UnsureError) as error:
            unsure = isinstance(error, errors.UnsureError)
            if tries == TRIES or (unsure and not repeatable):
                raise
            asked = None if isinstance(error, errors.UnsureError) else error.after
            wait = asked or backoff(tries) / 10
            await asyncio.sleep(min(wait.total_seconds(), LONGEST_WAIT))
    raise AssertionError("tried at least once")  # pragma: no cover


def _picker(button: str) -> ReplyKeyboardMarkup:
    """Let a person pick one of their channels in which the bot may write."""
    wanted = KeyboardButtonRequestChat(
        request_id=1,
        chat_is_channel=True,
        bot_is_member=True,
        request_title=True,
    )
    rows = [[KeyboardButton(button, request_chat=wanted)]]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)
