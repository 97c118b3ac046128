"""The ways to deliver. To add one: a module here, and a line in `CHANNELS`."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from pydantic import SecretStr

from watcher.channels.console import ConsoleChannel
from watcher.errors import CredentialError
from watcher.ports import Channel


class Bot(Protocol):
    """``[telegram]``; no `base_url`: Telegram's own server."""

    @property
    def token(self) -> SecretStr | None: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def reconcile(self) -> bool: ...


class Settings(Protocol):
    """The part of the configuration that channels need; `channel` is a name in `CHANNELS`."""

    @property
    def channel(self) -> str: ...
    @property
    def telegram(self) -> Bot: ...


def _telegram(settings: Settings) -> Channel:
    from watcher.channels.telegram import TelegramChannel  # a third of a second, if not needed

    bot = settings.telegram
    if bot.token is None:
        raise CredentialError("no Telegram token is set: put it in telegram.token_file")
    token = bot.token.get_secret_value()
    return TelegramChannel(token, base_url=bot.base_url, reconcile=bot.reconcile)


CHANNELS: Final[Mapping[str, Callable[[Settings], Channel]]] = {
    "telegram": _telegram,
    "console": lambda _: ConsoleChannel(),
}


def create(settings: Settings) -> Channel:
    """Make the channel that the configuration asks for; it is opened later."""
    return CHANNELS[settings.channel](settings)


__all__ = ["CHANNELS", "ConsoleChannel", "create"]
