"""The keys of the configuration, their types, bounds and defaults."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from watcher import opml
from watcher.config.durations import Duration, LongerDuration
from watcher.model import ChatSpec, FeedSpec
from watcher.preferences import Level

PACKAGE: Final = Path(__file__).parents[1]
SHIPPED_FEEDS: Final = PACKAGE / "feeds.opml"
_WHEEL: Final = PACKAGE / "shipped" / "rules"
SHIPPED_RULES: Final = _WHEEL if _WHEEL.is_dir() else PACKAGE.parent / "rules"


def _like(pattern: str, cure: str) -> BeforeValidator:
    """Refuse a text of another form; it is not repeated, since it may hold a secret."""

    def check(value: object) -> str:
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"should be {cure}")
        return text

    return BeforeValidator(check)


def _web(url: str) -> str:
    if not opml.fetchable(url):
        raise ValueError('should be an address such as "https://example.org/feed"')
    return url


def _network(value: object) -> object:
    try:
        return ipaddress.ip_network(str(value))
    except ValueError as error:
        raise ValueError(f'{error}: give a range such as "192.168.1.0/24"') from None


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError(f"should be the folder of your rule sets: there is no folder {path}")
    return path


def _once(chats: "tuple[ChatKeys, ...]") -> "tuple[ChatKeys, ...]":
    if len({(chat.id, chat.thread) for chat in chats}) < len(chats):
        raise ValueError("should name each chat (and thread) once")
    return chats


def _ordered(cadence: "CadenceKeys") -> "CadenceKeys":
    if cadence.minimum > cadence.maximum:
        raise ValueError("minimum should not be longer than maximum")
    return cadence


WebAddress = Annotated[str, AfterValidator(_web)]
Network = Annotated[ipaddress.IPv4Network | ipaddress.IPv6Network, BeforeValidator(_network)]
Database = Annotated[
    str, _like(r"(sqlite|postgresql)://.*", '"sqlite:///FILE" or "postgresql://..."')
]
Contact = Annotated[str, _like(r"((https?://|mailto:)[!-~]+)?", '"https://..." or "mailto:..."')]
Token = Annotated[SecretStr, _like(r"\d+:[\w-]+", "the token as @BotFather gave it")]
ChatId = Annotated[
    str,
    _like(
        r"-?[1-9]\d{0,18}|@[a-zA-Z]\w{3,31}", "a number such as -1001234567890, or a public @name"
    ),
]


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

    url: Database

    @property
    def path(self) -> Path | None:
        """The SQLite file; `None` for a server or for memory."""
        name = self.url.removeprefix("sqlite:///").split("?")[0]
        return None if name in ("", ":memory:", self.url) else Path(name)


class FetchKeys(Table):
    """``[fetch]``: how we ask other people's servers."""

    allow_addresses: tuple[Network, ...] = ()
    host_delay: Duration = timedelta(seconds=1)
    pages: bool = True
    timeout: LongerDuration = timedelta(seconds=30)
    max_bytes: Annotated[int, Field(ge=1024)] = 5 * 1024 * 1024
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 32
    contact: Contact = ""


class CadenceKeys(Table):
    """``[cadence]``: how often a feed is polled."""

    minimum: LongerDuration = timedelta(minutes=5)
    maximum: LongerDuration = timedelta(hours=6)


class WorkerKeys(Table):
    """``[workers]``: the processes that read other people's documents."""

    processes: Annotated[int, Field(ge=1, le=64)] = 2
    deadline: LongerDuration = timedelta(seconds=20)
    memory: Annotated[int, Field(ge=256 * 1024 * 1024)] = 1024 * 1024 * 1024


class TelegramKeys(Table):
    """``[telegram]``: the bot that speaks."""

    token: Token | None = None
    token_file: Path | None = None
    base_url: WebAddress | None = None
    access: Literal["open", "invite", "allowlist"] = "invite"  # who may subscribe by themselves
    allow: tuple[int, ...] = ()  # people who need no invitation
    administrators: tuple[int, ...] = ()  # people who operate the watch; they need none either
    reconcile: bool = True  # look for a message whose answer was lost before sending it again


class LogKeys(Table):
    """``[log]``: what is told to the administrator."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class ChatKeys(Table):
    """``[[chats]]``: a subscriber."""

    id: ChatId
    thread: Annotated[int, Field(ge=1)] | None = None
    rule_sets: tuple[str, ...] = ()
    level: Level = Level.DEVELOPMENTS
    language: Literal["fr", "en"] = "fr"
    name: str = ""


class Config(Table):
    """All that can be set, valid and complete; made by `watcher.config.read`."""

    rules: Annotated[Path, AfterValidator(_folder)] = SHIPPED_RULES
    opml: Path | None = None
    store: StoreKeys
    fetch: FetchKeys = FetchKeys()
    cadence: Annotated[CadenceKeys, AfterValidator(_ordered)] = CadenceKeys()
    workers: WorkerKeys = WorkerKeys()
    telegram: TelegramKeys = TelegramKeys()
    log: LogKeys = LogKeys()
    feeds: tuple[FeedKeys, ...] = ()
    chats: Annotated[tuple[ChatKeys, ...], AfterValidator(_once)] = ()

    _path: Path | None = None
    _origins: Mapping[str, str] = {}
    _warnings: tuple[str, ...] = ()

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
        found = (token and token.get_secret_value(), *(urlsplit(url).password for url in addresses))
        return tuple(secret for secret in found if secret)

    def feed_specs(self) -> tuple[FeedSpec, ...]:
        """Return the feeds of ``[[feeds]]`` and the OPML file, or the shipped; raises `ConfigError`."""
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
            ChatSpec(address=chat.id, **chat.model_dump(exclude={"id"})) for chat in self.chats
        )

    def origins(self) -> Mapping[str, str]:
        """Map the dotted name of each value that was set to the place that set it."""
        return self._origins

    def warnings(self) -> tuple[str, ...]:
        """Return sentences on what is allowed but probably not meant."""
        told, bot = list(self._warnings), self.telegram
        people = self.chats or bot.allow or bot.administrators
        if bot.token and bot.access == "allowlist" and not people:
            told.append(
                "telegram.access is allowlist, but nobody is on a list and there are no [[chats]]: "
                "nobody is told; name people in telegram.allow."
            )
        if self.chats and not self.telegram.token:
            told.append("[[chats]] without a Telegram token: alerts go to the terminal.")
        return tuple(told)
