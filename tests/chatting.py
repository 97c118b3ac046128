"""A desk on a real store, and what people say to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.rights import Roles
from tests.watching import Watch, watching
from watcher.bot import operators, privacy
from watcher.bot.desk import Desk, Handler
from watcher.buttons import Press
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Place, Pressed, Reply, Said, Say, Toast

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz_0123456789"
GROUP = "-1001234567890"


@asynccontextmanager
async def desked(
    folder: Path, *feeds: str, commands: Mapping[str, Handler] | None = None, **keys: Any
) -> AsyncIterator[tuple[Desk, Watch]]:
    """Set up a desk; `keys` are those of the table [telegram]."""
    async with watching(folder, *feeds, pages=False) as watch:
        yield (
            Desk(
                line=watch.line,
                channel="telegram",
                keys=TelegramKeys(token=SecretStr(TOKEN), **keys),
                rights=Roles(of={GROUP: {5}}),
                username="veille_bot",
                commands={**privacy.COMMANDS, **operators.COMMANDS, **(commands or {})},
                presses=privacy.PRESSES,
                text=operators.TEXT,
            ),
            watch,
        )


def said(command: str = "", text: str = "", *, sender: int = 7, **more: Any) -> Said:
    """Say something, in private where no address is given."""
    address = more.pop("address", str(sender))
    return Said(
        address=address,
        sender=sender,
        command=command,
        text=text,
        place=Place.SUPERGROUP if address.startswith("-") else Place.PRIVATE,
        **more,
    )


def pressed(*what: str, sender: int = 7, address: str = "") -> Pressed:
    """Press a button."""
    address = address or str(sender)
    place = Place.SUPERGROUP if address.startswith("-") else Place.PRIVATE
    return Pressed(address=address, sender=sender, place=place, press=Press(*what), message=1)


def texts(*replies: Reply) -> list[str]:
    """Return what is read of answers."""
    found = []
    for reply in replies:
        if isinstance(reply, Toast):
            found.append(reply.text)
        elif isinstance(reply, Say) or hasattr(reply, "message"):
            found.append(reply.message.html)
    return found
