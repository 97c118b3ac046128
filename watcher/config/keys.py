"""The keys of the configuration, their types, bounds and defaults."""

import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from watcher import opml
from watcher.config.durations import Duration, LongerDuration
from watcher.model import ChatSpec, FeedSpec, Level, RuleSetId

PACKAGE: Final = Path(__file__).parents[1]
SHIPPED_FEEDS: Final = PACKAGE / "feeds.opml"
_CHAT_NAME: Final = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_CHAT_NUMBER: Final = re.compile(r"-?[1-9][0-9]{0,18}")
_CONTACT: Final = re.compile(r"(?:https?://|mailto:)[!-~]+")
_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


def shipped_rules() -> Path:
    """Return the rule sets of the wheel, or of the checkout this package runs from."""
    installed = PACKAGE / "shipped" / "rules"
    return installed if installed.is_dir() else PACKAGE.parent / "rules"


# Values ----------------------------------------------------------------------------------------


def _listed(value: object) -> object:
    """Read a list from a variable: JSON, or words between commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('should be a JSON list, such as ["a", "b"]') from None
    return [part.strip() for part in value.split(",") if part.strip()]


def _web(url: str) -> str:
    """Refuse what is no absolute http(s) address."""
    if not opml.fetchable(url):
        raise ValueError('should be an address such as "https://example.org/feed"')
    return url


def _network(value: object) -> object:
    """Read an address range, naming the right one when host bits are set."""
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError('should be an address or a range such as "192.168.1.0/24"') from None
    if ipaddress.ip_address(text.split("/")[0]) != loose.network_address:
        raise ValueError(f'should start at the first address of its range: "{loose}"')
    return loose


def _chat(value: object) -> str:
    """Read Telegram's chat_id: a number, or the @name of a public group or channel."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _CHAT_NUMBER.fullmatch(text) or _CHAT_NAME.fullmatch(text):
        return text
    raise ValueError("should be a chat's number such as -1001234567890, or its public @name")


def _contact(value: str) -> str:
    """Refuse what could not stand in a User-Agent."""
    if value and not _CONTACT.fullmatch(value):
        raise ValueError('should be "https://..." or "mailto:..."')
    return value


def _database(url: str) -> str:
    """Refuse other databases; the text of the address is not repeated, it may hold a password."""
    if not url.startswith(("sqlite://", "postgresql://")):
        raise ValueError('should be "sqlite:///FILE" or "postgresql://..."')
    return url


def _token(secret: SecretStr) -> SecretStr:
    """Refuse what cannot be a bot's token, without repeating it."""
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("should be the token that @BotFather gave: digits, a colon, letters")
    return secret


Listed = BeforeValidator(_listed)
WebAddress = Annotated[str, AfterValidator(_web)]
Network = Annotated[
    ipaddress.IPv4Network | ipaddress.IPv6Network, BeforeValidator(_network), PlainSerializer(str)
]


# Tables ----------------------------------------------------------------------------------------


class Table(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class FeedKeys(Table):
    """``[[feeds]]``: a document to poll."""

    url: WebAddress
    title: str = ""
    kind: Literal["feed", "sitemap"] = "feed"
    tags: tuple[str, ...] = ()
    language: Annotated[str, Field(pattern=r"^([a-z]{2})?$")] = ""


class StoreKeys(Table):
    """``[store]``: where everything is remembered."""

    url: Annotated[str, AfterValidator(_database)]

    @property
    def path(self) -> Path | None:
        """The SQLite file; `None` for a server or for memory."""
        name = self.url.removeprefix("sqlite:///").split("?")[0]
        return (
            Path(name)
            if self.url.startswith("sqlite:///") and name not in ("", ":memory:")
            else None
        )


class FetchKeys(Table):
    """``[fetch]``: how we ask other people's servers."""

    allow_addresses: Annotated[tuple[Network, ...], NoDecode, Listed] = ()
    host_delay: Duration = timedelta(seconds=1)
    pages: bool = True
    timeout: LongerDuration = timedelta(seconds=30)
    max_bytes: Annotated[int, Field(ge=1024)] = 5 * 1024 * 1024
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 32
    contact: Annotated[str, AfterValidator(_contact)] = ""


class CadenceKeys(Table):
    """``[cadence]``: how often a feed is polled."""

    minimum: LongerDuration = timedelta(minutes=5)
    maximum: LongerDuration = timedelta(hours=6)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("minimum should not be longer than maximum")
        return self


class WorkerKeys(Table):
    """``[workers]``: the processes that read other people's documents."""

    processes: Annotated[int, Field(ge=1, le=64)] = 2
    deadline: LongerDuration = timedelta(seconds=20)
    memory: Annotated[int, Field(ge=256 * 1024 * 1024)] = 1024 * 1024 * 1024


class TelegramKeys(Table):
    """``[telegram]``: the bot that speaks."""

    token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    token_file: Path | None = None
    base_url: WebAddress | None = None


class LogKeys(Table):
    """``[log]``: what is told to the administrator."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class ChatKeys(Table):
    """``[[chats]]``: a subscriber."""

    id: Annotated[str, BeforeValidator(_chat)]
    thread: Annotated[int, Field(ge=1)] | None = None
    rule_sets: tuple[str, ...] = ()
    level: Literal["all", "developments", "first"] = "developments"
    language: Literal["fr", "en"] = "fr"
    name: str = ""


class Config(BaseSettings):
    """All that can be set, valid and complete; made by `watcher.config.read` and nobody else."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix="WATCHER_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    rules: Path = Field(default_factory=shipped_rules)
    opml: Path | None = None
    store: StoreKeys
    fetch: FetchKeys = FetchKeys()
    cadence: CadenceKeys = CadenceKeys()
    workers: WorkerKeys = WorkerKeys()
    telegram: TelegramKeys = TelegramKeys()
    log: LogKeys = LogKeys()
    feeds: tuple[FeedKeys, ...] = ()
    chats: tuple[ChatKeys, ...] = ()

    _path: Path | None = PrivateAttr(default=None)
    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what `read` gathered: it asks the sources itself, to know each value's origin."""
        return (init_settings,)

    @property
    def path(self) -> Path | None:
        """The file that was read, if any."""
        return self._path

    @property
    def channel(self) -> Literal["telegram", "console"]:
        """Where alerts go: to the terminal as long as no token is set."""
        return "telegram" if self.telegram.token else "console"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown or logged."""
        token = self.telegram.token
        addresses = [self.store.url, *(feed.url for feed in self.feeds)]
        passwords = [urlsplit(address).password for address in addresses]
        return tuple(
            secret for secret in (token and token.get_secret_value(), *passwords) if secret
        )

    def feed_specs(self) -> tuple[FeedSpec, ...]:
        """
        Return the feeds to watch, each URL once: ``[[feeds]]``, then those of the OPML file.

        The shipped list is used only where the configuration names neither. Raises `WatcherError`
        when the OPML file cannot be read.
        """
        named = [FeedSpec(**feed.model_dump()) for feed in self.feeds]
        file = self.opml or (None if named else SHIPPED_FEEDS)
        found: dict[str, FeedSpec] = {}
        for spec in (*named, *(opml.load(file) if file else ())):
            found.setdefault(spec.url, spec)
        return tuple(found.values())

    def chat_specs(self) -> tuple[ChatSpec, ...]:
        """Return the subscribers; without any, and without a token, the terminal hears everything."""
        if not self.chats and self.channel == "console":
            return (ChatSpec(address="console", name="terminal"),)
        return tuple(
            ChatSpec(
                address=chat.id,
                thread=chat.thread,
                rule_sets=tuple(map(RuleSetId, chat.rule_sets)),
                level=Level(chat.level),
                language=chat.language,
                name=chat.name,
            )
            for chat in self.chats
        )

    def origins(self) -> Mapping[str, str]:
        """Map the dotted name of each value that was set to the place that set it."""
        return self._origins

    def warnings(self) -> tuple[str, ...]:
        """Return sentences on what is allowed but probably not meant."""
        told = list(self._warnings)
        if self.telegram.token and not self.chats:
            told.append(
                "A Telegram token is set but no [[chats]]: nobody is told; add a [[chats]] table."
            )
        if self.chats and not self.telegram.token:
            told.append(
                "[[chats]] are named but no Telegram token is set: alerts go to the terminal."
            )
        return tuple(told)
