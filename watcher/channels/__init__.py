"""The ways to deliver. To add one: a module here, and a line in `CHANNELS`."""

from collections.abc import Callable, Mapping
from typing import Final

from watcher.channels import console, telegram
from watcher.channels.console import ConsoleChannel
from watcher.channels.settings import Settings
from watcher.channels.telegram import TelegramChannel
from watcher.ports import Channel

CHANNELS: Final[Mapping[str, Callable[[Settings], Channel]]] = {
    "telegram": telegram.create,
    "console": console.create,
}


def create(settings: Settings) -> Channel:
    """Make the channel that the configuration asks for; it is opened later."""
    return CHANNELS[settings.channel](settings)


__all__ = ["CHANNELS", "ConsoleChannel", "Settings", "TelegramChannel", "create"]
