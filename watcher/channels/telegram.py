"""Telegram through python-telegram-bot: one request a call, every failure named by who must act."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import httpx
import structlog
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from watcher.channels.settings import Settings
from watcher.errors import (
    CredentialError,
    DeliveryError,
    MovedError,
    RefusedError,
    RetryLaterError,
    ThreadGoneError,
    UnreachableError,
    UnsureError,
)
from watcher.model import Delivery, DeliveryId

# Without it, the library warns whenever a flood limit is met (its own way to opt in).
os.environ.setdefault("PTB_TIMEDELTA", "1")

log = structlog.get_logger(__name__)

OFFICIAL: Final = "https://api.telegram.org/bot"
WINDOW: Final = 8  # message ids to look at after the last that the chat confirmed
SHARED_WINDOW: Final = 24  # ... that any chat confirmed: others are sending at the same time
CONNECTIONS: Final = 32
TIMEOUTS: Final = {"connect": 5.0, "read": 20.0, "write": 10.0, "pool": 5.0}  # seconds
UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

# 400s that speak of the chat, not of the text; the words are the Bot API server's.
NO_CHAT: Final = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
)
NO_THREAD: Final = ("thread not found", "topic_closed", "topic_deleted")
UNKNOWN_BOT: Final = (
    "Telegram does not know this bot: put the token that @BotFather gave into telegram.token_file, "
    "and check telegram.base_url"
)
SAME: Final = "message is not modified"


def create(settings: Settings) -> "TelegramChannel":
    """Make the channel of the configured bot."""
    token = settings.telegram.token
    if token is None:
        raise CredentialError("no Telegram token is set: put it in telegram.token_file")
    return TelegramChannel(token.get_secret_value(), base_url=settings.telegram.base_url)


class TelegramChannel:
    """One bot. Receipts are message ids; nothing is tried twice here."""

    name = "telegram"

    def __init__(
        self, token: str, *, base_url: str | None = None, read_timeout: float = TIMEOUTS["read"]
    ) -> None:
        self._token = token
        self._newest = 0  # of the ids that all private chats and small groups of a bot share
        self._unsure: dict[DeliveryId, int] = {}  # the newest when each was sent
        self._request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            connect_timeout=TIMEOUTS["connect"],
            read_timeout=read_timeout,
            write_timeout=TIMEOUTS["write"],
            pool_timeout=TIMEOUTS["pool"],
        )
        self._bot = telegram.Bot(
            token,
            base_url=base_url or OFFICIAL,
            request=self._request,
            get_updates_request=self._request,
        )

    async def open(self) -> None:
        """Ask who we are: the token is good, or `CredentialError`."""
        with self._translated():
            await self._bot.initialize()

    async def send(self, delivery: Delivery) -> str:
        """Send the message and return its id."""
        self._unsure[delivery.id] = self._newest
        try:
            with self._translated():
                sent = await self._bot.send_message(
                    chat_id=delivery.address,
                    text=delivery.message.html,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=_preview(delivery),
                    disable_notification=delivery.message.silent,
                    message_thread_id=delivery.thread,
                    reply_markup=_button(delivery),
                )
                number = sent.message_id
        except UnsureError:
            raise
        except DeliveryError:
            self._unsure.pop(delivery.id)
            raise
        return self._confirmed(delivery, number)

    async def find(self, delivery: Delivery) -> str | None:
        """
        Look for an unsure message by editing the next ids into what they should already say.

        Telegram has no look-up for bots; "message is not modified" proves that the message arrived.
        One send at a time is in flight in a chat, so no other message of ours stands there. Channels
        and supergroups number their messages alone: the ids after the chat's last one do. Private
        chats and small groups of a bot share one sequence, so the ids after the newest at the time
        of the send are looked at too. That is forgotten when we restart: then, or in an old chat
        that never confirmed anything, the message may be missed, and is sent twice.
        """
        for number in self._candidates(delivery):
            try:
                with self._translated():
                    await self._edit(delivery, number)
            except _NotModifiedError:
                pass
            except (RefusedError, ThreadGoneError):
                continue
            else:  # cannot be another's message, and now it says what it should
                log.warning("an unsure message had another text", delivery=delivery.id)
            return self._confirmed(delivery, number)
        self._unsure.pop(delivery.id, None)
        return None

    async def close(self) -> None:
        """Close the connections; the library would leave them open where `open` did not succeed."""
        await self._request.shutdown()

    async def _edit(self, delivery: Delivery, number: int) -> None:
        await self._bot.edit_message_text(
            chat_id=delivery.address,
            message_id=number,
            text=delivery.message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=_preview(delivery),
            reply_markup=_button(delivery),
        )

    def _candidates(self, delivery: Delivery) -> list[int]:
        last = int(delivery.last_receipt or 0)
        numbers = dict.fromkeys(range(last + 1, last + 1 + WINDOW))
        if newest := self._unsure.get(delivery.id, 0):
            numbers |= dict.fromkeys(range(newest + 1, newest + 1 + SHARED_WINDOW))
        return list(numbers)

    def _confirmed(self, delivery: Delivery, number: int) -> str:
        self._unsure.pop(delivery.id, None)
        if _shares_ids(delivery.address):
            self._newest = max(self._newest, number)
        return str(number)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Let nothing but a `DeliveryError` out, and no token in its text."""
        try:
            yield
        except telegram.error.InvalidToken:  # its text and its cause repeat the token
            raise CredentialError(UNKNOWN_BOT) from None
        except telegram.error.TelegramError as error:
            raise _translation(error, self._said(error)) from error
        except Exception as error:  # an answer that the library cannot read is still an answer
            raise UnsureError(f"Telegram's answer makes no sense: {self._said(error)}") from error

    def _said(self, error: Exception) -> str:
        return str(error).replace(self._token, "***") or type(error).__name__


class _NotModifiedError(DeliveryError):
    """The message already says what an edit would make it say."""


def _translation(error: telegram.error.TelegramError, said: str) -> DeliveryError:
    match error:
        case telegram.error.RetryAfter():
            return RetryLaterError(said, after=_duration(error.retry_after))
        case telegram.error.ChatMigrated():
            return MovedError("the group became a supergroup", address=str(error.new_chat_id))
        case telegram.error.Forbidden():
            return UnreachableError(said)
        case telegram.error.BadRequest():
            return _refusal(said)
        case telegram.error.NetworkError() if isinstance(error.__cause__, UNSENT):
            return RetryLaterError(f"Telegram cannot be reached: {said}")
        case _:
            return UnsureError(f"Telegram did not confirm: {said}")


def _refusal(said: str) -> DeliveryError:
    """Tell what a 400 is about: the text of ours, the chat, the topic."""
    low = said.lower()
    if SAME in low:
        return _NotModifiedError(said)
    if any(words in low for words in NO_THREAD):
        return ThreadGoneError(said)
    if any(words in low for words in NO_CHAT):
        return UnreachableError(said)
    return RefusedError(said)


def _duration(value: float | timedelta) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def _shares_ids(address: str) -> bool:
    return not address.startswith(("-100", "@"))


def _is_private(address: str) -> bool:
    return not address.startswith(("-", "@"))


def _preview(delivery: Delivery) -> LinkPreviewOptions:
    """Show a small preview to one person, and none to a group: there it drowns the talk."""
    if delivery.message.link and _is_private(delivery.address):
        return LinkPreviewOptions(url=delivery.message.link, prefer_small_media=True)
    return LinkPreviewOptions(is_disabled=True)


def _button(delivery: Delivery) -> InlineKeyboardMarkup | None:
    message = delivery.message
    if not (message.link and message.button):
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(message.button, url=message.link)]])
