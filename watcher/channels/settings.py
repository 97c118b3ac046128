"""What the channels read of the configuration."""

from typing import Protocol

from pydantic import SecretStr


class TelegramSettings(Protocol):
    """``[telegram]``."""

    @property
    def token(self) -> SecretStr | None:
        """The bot's token."""
        ...

    @property
    def base_url(self) -> str | None:
        """The Bot API server; `None`: Telegram's own."""
        ...


class Settings(Protocol):
    """The part of the configuration that channels need."""

    @property
    def channel(self) -> str:
        """A name in `CHANNELS`."""
        ...

    @property
    def telegram(self) -> TelegramSettings:
        """The bot."""
        ...
