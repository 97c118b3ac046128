"""Telegram through python-telegram-bot: one request a call, every failure named by who must act."""

import os
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

import httpx
import structlog
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

from watcher import errors
from watcher.buttons import Button
from watcher.model import Delivery, DeliveryId, Kind, Message
from watcher.turns import Turns

# Without it, the library warns whenever a flood limit is met (its own way to opt in).
os.environ.setdefault("PTB_TIMEDELTA", "1")

log = structlog.get_logger(__name__)

SHARED: Final = ""  # stands for the private chats and small groups: they number messages together
OFFICIAL: Final = "https://api.telegram.org/bot"
WINDOW: Final = 8  # message ids to look at after the last that the chat confirmed
SHARED_WINDOW: Final = 32  # ... that any chat confirmed: others are sending at the same time
PROBES: Final = 3  # of one id, while answers get lost
TRIES: Final = 8  # of a message that is answered with a status the Bot API does not have: 4 minutes
HEARD: Final = ["message", "callback_query", "my_chat_member"]  # kinds of updates
LIMITED: Final = ("send", "edit")  # how the methods begin that Telegram's limits are about
SPOKEN: Final = {400, 401, 403, 404, 429}  # the 4xx that it does have
UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

# 400s that speak of the chat, not of the text; the words are the Bot API server's.
NO_CHAT: Final = re.compile(
    "(chat|user) not found|peer_id_invalid|group chat was deactivated|not enough rights|"
    "have no rights to send|need administrator rights|chat_write_forbidden|chat_restricted"
)
NO_THREAD: Final = re.compile("thread not found|topic_closed|topic_deleted")
NO_MESSAGE: Final = re.compile(
    "message to (edit|be replied|reply) not found|replied message not found|"
    "message can't be edited|message_id_invalid"
)
UNKNOWN_BOT: Final = (
    "Telegram does not know this bot: put the token that @BotFather gave into telegram.token_file, "
    "and check telegram.base_url"
)


class Haste(Enum):
    """What a request need not wait for."""

    ASKED = auto()  # a person waits for it: the messages that nobody asked for
    SEARCH = auto()  # it is to change nothing: any turn


class NotModifiedError(errors.DeliveryError):
    """The message already says what an edit would make it say."""


class _StrangeAnswerError(telegram.error.TelegramError):
    """A 4xx of something between us and the Bot API, such as 413: surely nothing was sent."""


async def _check(response: httpx.Response) -> None:
    if response.is_client_error and response.status_code not in SPOKEN:
        raise _StrangeAnswerError(f"{response.status_code} {response.reason_phrase}")


class Pacer(BaseRateLimiter[Haste]):
    """Lets each request of the library take its turn; none is repeated."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def initialize(self) -> None:
        """Need nothing."""

    async def shutdown(self) -> None:
        """Hold nothing."""

    async def process_request(  # noqa: PLR0917
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Haste | None,
    ) -> Any:
        """Wait for the turn of what a chat will see, and note when Telegram asks to wait."""
        address = str(data.get("chat_id", ""))
        if endpoint.startswith(LIMITED) and rate_limit_args is not Haste.SEARCH:
            await self._turns.take(address, asked=rate_limit_args is Haste.ASKED)
        try:
            return await callback(*args, **kwargs)
        except telegram.error.RetryAfter as error:
            if address:
                self._turns.shut(address, _after(error))
            raise


class TelegramChannel:
    """One bot. Receipts are message ids; nothing is tried twice here."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        *,
        base_url: str | None = None,
        read_timeout: float = 20.0,
        reconcile: bool = True,
    ) -> None:
        self.turns = Turns()
        self._token, self._reconcile = token, reconcile
        self._newest: dict[str, int] = {}  # id seen in each chat; SHARED: in those that share ids
        self._before: dict[DeliveryId, tuple[int, int]] = {}  # the same two, when each was sent
        self._request = HTTPXRequest(
            connection_pool_size=32,
            connect_timeout=5.0,
            read_timeout=read_timeout,
            write_timeout=10.0,
            pool_timeout=5.0,
            httpx_kwargs={"event_hooks": {"response": [_check]}},
        )
        url = base_url or OFFICIAL
        self._polling = HTTPXRequest(connection_pool_size=2)
        self.bot: ExtBot[Haste] = ExtBot(
            token,
            base_url=url,
            request=self._request,
            get_updates_request=self._polling,
            rate_limiter=Pacer(self.turns),
        )

    async def open(self) -> None:
        """Ask who we are: the token is good, or `CredentialError`."""
        with self.translated():
            await self.bot.initialize()

    async def updates(self, offset: int, wait: timedelta) -> Sequence[telegram.Update]:
        """Wait so long for what people say from `offset` on; what is before it is confirmed."""
        with self.translated():
            return await self.bot.get_updates(offset, timeout=wait, allowed_updates=HEARD)

    @property
    def username(self) -> str:
        """The bot's name, once it is open."""
        return str(self.bot.username)

    async def send(self, delivery: Delivery) -> str:
        """Send the message and return its id; what it answers may be gone meanwhile."""
        answered = None
        if delivery.kind is Kind.REPLY and delivery.target:
            answered = ReplyParameters(int(delivery.target), allow_sending_without_reply=True)
        address, newest = delivery.address, self._newest
        self._before[delivery.id] = newest.get(address, 0), newest.get(SHARED, 0)
        haste = Haste.ASKED if delivery.kind is Kind.ANSWER else None
        with self.translated(delivery.attempts):
            sent = await self.bot.send_message(
                **content(delivery.message, address),
                rate_limit_args=haste,
                disable_notification=delivery.message.silent,
                message_thread_id=delivery.thread,
                reply_parameters=answered,
            )
            number = sent.message_id
        return self._confirmed(delivery, number)

    async def edit(self, delivery: Delivery) -> str:
        """Change the message's text; what already reads so is as good."""
        with suppress(NotModifiedError), self.translated(delivery.attempts):
            await self.bot.edit_message_text(
                **content(delivery.message, delivery.address), message_id=int(delivery.target)
            )
        return delivery.target

    async def find(self, delivery: Delivery) -> str | None:
        """
        Look for an unsure message by editing the next ids into what they should already say.

        "Message is not modified" proves that it arrived; one send at a time is in flight in a chat,
        so no other message of ours stands there. Channels and supergroups number their messages
        alone; private chats and small groups of a bot share one sequence, so the ids after its
        newest before the send are looked at too. After a restart that is not known: then, in a chat
        long silent, the message may be missed, and is sent twice. Switched off, nothing is found.
        """
        if not self._reconcile:
            return None
        seen, newest = self._before.get(delivery.id, (0, 0))
        last = max(int(delivery.last_receipt or 0), seen)
        shared = range(newest + 1, newest + 1 + SHARED_WINDOW) if newest else ()
        for number in dict.fromkeys([*range(last + 1, last + 1 + WINDOW), *shared]):
            try:
                await self._probe(delivery, number)
            except NotModifiedError:
                pass
            except (errors.RefusedError, errors.ThreadGoneError, errors.MessageGoneError):
                continue
            else:  # cannot be another's message, and now it says what it should
                log.warning("an unsure message had another text", delivery=delivery.id)
            return self._confirmed(delivery, number)
        return None

    async def _probe(self, delivery: Delivery, number: int) -> None:
        """Try an edit; one lost answer of many must not begin the whole search anew."""
        for tries in range(1, PROBES + 1):
            try:
                with self.translated(delivery.attempts):
                    await self.bot.edit_message_text(
                        **content(delivery.message, delivery.address),
                        message_id=number,
                        rate_limit_args=Haste.SEARCH,
                    )
            except errors.UnsureError:
                if tries == PROBES:
                    raise
            else:
                return

    async def close(self) -> None:
        """Close the connections; the library would leave them open where `open` did not succeed."""
        await self._request.shutdown()
        await self._polling.shutdown()

    def noticed(self, address: str, number: int) -> None:
        """Remember that a message has this id, whoever wrote it: later ones have higher ones."""
        sequences = (address,) if address.startswith(("-100", "@")) else (address, SHARED)
        for one in sequences:
            self._newest[one] = max(self._newest.get(one, 0), number)

    def _confirmed(self, delivery: Delivery, number: int) -> str:
        self._before.pop(delivery.id, None)
        self.noticed(delivery.address, number)
        return str(number)

    @contextmanager
    def translated(self, attempts: int = 0) -> Iterator[None]:
        """Let nothing but a `DeliveryError` out, and no token in its text."""
        try:
            yield
        except errors.DeliveryError:
            raise
        except telegram.error.InvalidToken:  # its text and its cause repeat the token
            raise errors.CredentialError(UNKNOWN_BOT) from None
        except _StrangeAnswerError as error:
            said = f"the answer is none of Telegram's: {self._said(error)}"
            if attempts >= TRIES:
                raise errors.RefusedError(f"{said}, {attempts} times") from error
            raise errors.RetryLaterError(said) from error
        except telegram.error.TelegramError as error:
            raise _translation(error, self._said(error)) from error
        except Exception as error:  # an answer that the library cannot read is still an answer
            raise errors.UnsureError(
                f"Telegram's answer makes no sense: {self._said(error)}"
            ) from error

    def _said(self, error: Exception) -> str:
        return str(error).replace(self._token, "***") or type(error).__name__


def _translation(error: telegram.error.TelegramError, said: str) -> errors.DeliveryError:
    match error:
        case telegram.error.RetryAfter():
            return errors.RetryLaterError(said, after=_after(error))
        case telegram.error.Conflict():
            return errors.RivalError(f"another program uses this bot's token: {said}")
        case telegram.error.ChatMigrated():
            return errors.MovedError(
                "the group became a supergroup", address=str(error.new_chat_id)
            )
        case telegram.error.Forbidden():
            return errors.UnreachableError(said)
        case telegram.error.BadRequest():
            return _refusal(said)
        case telegram.error.NetworkError() if isinstance(error.__cause__, UNSENT):
            return errors.RetryLaterError(f"Telegram cannot be reached: {said}")
        case _:
            return errors.UnsureError(f"Telegram did not confirm: {said}")


def _after(error: telegram.error.RetryAfter) -> timedelta:
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _refusal(said: str) -> errors.DeliveryError:
    """Tell what a 400 is about: the text of ours, the chat, the topic."""
    low = said.lower()
    if "message is not modified" in low:
        return NotModifiedError(said)
    if NO_MESSAGE.search(low):
        return errors.MessageGoneError(said)
    if NO_THREAD.search(low):
        return errors.ThreadGoneError(said)
    if NO_CHAT.search(low):
        return errors.UnreachableError(said)
    return errors.RefusedError(said)


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url)
    style = {"style": "danger"} if button.danger else None
    return InlineKeyboardButton(button.text, callback_data=button.data, api_kwargs=style)


def content(message: Message, address: str) -> dict[str, Any]:
    """Say what a send and an edit share; a group gets no preview: there it drowns the talk."""
    markup = None
    rows = [[_button(button) for button in row] for row in message.buttons]
    preview = LinkPreviewOptions(is_disabled=True)
    if message.link and not address.startswith(("-", "@")):
        preview = LinkPreviewOptions(url=message.link, prefer_small_media=True)
    if rows:
        markup = InlineKeyboardMarkup(rows)
    return {
        "chat_id": address,
        "text": message.html,
        "parse_mode": ParseMode.HTML,
        "link_preview_options": preview,
        "reply_markup": markup,
    }
