"""Who administrates a group or channel, and where the bot may write: asked of Telegram, kept a while."""

import asyncio
from typing import Final

import structlog
import telegram
from telegram.constants import ChatMemberStatus as Status

from watcher import errors
from watcher.channels.telegram import TelegramChannel

log = structlog.get_logger(__name__)

KEPT: Final = 300.0  # seconds
MOST: Final = 10_000  # answers kept


class ChatRights:
    """Answers about members of chats."""

    def __init__(self, channel: TelegramChannel) -> None:
        self._channel = channel
        self._kept: dict[tuple[str, int], tuple[float, bool]] = {}

    async def administrates(self, address: str, person: int) -> bool:
        """Tell whether a person administrates a chat; as it was five minutes ago at worst."""
        now, asked = asyncio.get_running_loop().time(), (address, person)
        at, known = self._kept.get(asked, (-KEPT, False))
        if now - at < KEPT:
            return known
        member = await self._member(address, person)
        found = member is not None and member.status in (Status.OWNER, Status.ADMINISTRATOR)
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[asked] = (now, found)
        return found

    async def posts(self, address: str) -> bool:
        """Tell whether the bot may write in a channel; never kept: it is asked to see a change."""
        member = await self._member(address, self._channel.bot.id)
        return isinstance(member, telegram.ChatMemberAdministrator) and bool(
            member.can_post_messages
        )

    async def administrators(self, address: str) -> list[int]:
        """Name the people who administrate a chat; nobody when Telegram does not say."""
        try:
            with self._channel.translated():
                found = await self._channel.bot.get_chat_administrators(address)
        except errors.DeliveryError as error:
            log.warning("administrators not known", reason=str(error))
            return []
        return [member.user.id for member in found if not member.user.is_bot]

    async def title(self, address: str) -> str:
        """Say what a chat is called; its address when Telegram does not say."""
        try:
            with self._channel.translated():
                found = await self._channel.bot.get_chat(address)
        except errors.DeliveryError as error:
            log.warning("title not known", reason=str(error))
            return address
        return found.title or address

    async def _member(self, address: str, person: int) -> telegram.ChatMember | None:
        """Ask what a person is in a chat; raises `DeliveryError` when there is no telling."""
        try:
            with self._channel.translated():
                return await self._channel.bot.get_chat_member(address, person)
        except (errors.RefusedError, errors.UnreachableError):  # not in the chat, or we are not
            return None
