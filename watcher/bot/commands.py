"""The lists of commands that Telegram offers, by language and kind of chat."""

from collections.abc import Iterator
from typing import Final

import structlog
from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllPrivateChats,
)

from watcher import errors
from watcher.bot.desk import FRENCH, Desk
from watcher.channels.telegram import TelegramChannel
from watcher.menus import IN_GROUPS, IN_PRIVATE

log = structlog.get_logger(__name__)

SCOPES: Final = (
    (BotCommandScopeAllPrivateChats(), IN_PRIVATE),
    (BotCommandScopeAllChatAdministrators(), IN_GROUPS),
)


def lists(desk: Desk) -> Iterator[tuple[str, object, tuple[BotCommand, ...]]]:
    """Yield Telegram's language code (none: for all others), the scope and its commands."""
    for language, code in ((FRENCH, ""), ("en", "en")):
        translate = desk.line.catalogues[language].gettext
        for scope, offered in SCOPES:
            named = (
                (french if language == FRENCH else english, what)
                for french, english, what in offered
            )
            known = [
                BotCommand(name, translate(what)) for name, what in named if name in desk.commands
            ]
            yield code, scope, tuple(known)


async def publish(channel: TelegramChannel, desk: Desk) -> None:
    """Tell Telegram the commands where it knows others; the bot can do without."""
    try:
        for code, scope, wanted in lists(desk):
            where = {"scope": scope, "language_code": code or None}
            with channel.translated():
                if await channel.bot.get_my_commands(**where) != wanted:  # type: ignore[arg-type]
                    await channel.bot.set_my_commands(wanted, **where)  # type: ignore[arg-type]
    except errors.DeliveryError as error:
        log.warning("the lists of commands could not be brought up to date", reason=str(error))
