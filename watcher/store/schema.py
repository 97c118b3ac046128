"""The tables, declared once. What only SQLite needs is said here (`sqlite_...`) and in `opening`."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import (
    DDL,
    Column,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Row,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy.types import JSON, BigInteger, Boolean, DateTime, Float, Integer, Interval, Text
from sqlalchemy.types import TypeDecorator as Decorator

REVISION: Final = "0001"  # the newest migration; a test compares it with the folder

ARCHIVE: Final = "archive"  # a virtual table of SQLite's: the words of articles, searched by people

V = TypeVar("V")

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_of_%(referred_table_name)s",
        "pk": "%(table_name)s_key",
    }
)


def columns(table: Table, *values: object) -> dict[str, Any]:
    """Spell values as columns of a table: each column takes the field that has its name."""
    names = table.c.keys()
    return {
        name: getattr(value, name) for value in values for name in names if hasattr(value, name)
    }


def value(kind: type[V], row: Row[Any], /, **others: object) -> V:
    """Read a value out of a row: each field not among `others` takes the column of its name."""
    names = {field.name for field in fields(kind)} & row._mapping.keys()  # type: ignore[arg-type]
    return kind(**{name: row._mapping[name] for name in names} | others)


class Instant(Decorator[datetime]):
    """An aware time in UTC; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could say later which hour it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; pass an aware time")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        return value if value is None else value.replace(tzinfo=UTC)


class Words(Decorator[str]):
    """Text from anywhere: what UTF-8 or a database cannot hold is marked, one character for one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Keep a feed's stray half of an emoji from stopping its entry for ever."""
        return value if value is None else storable(value)


def storable(value: str) -> str:
    r"""
    Replace lone surrogates and NUL, which no database takes.

    >>> storable("Nvidia\ud83d H200\0")
    'Nvidia? H200\ufffd'
    """
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def required(kind: Any, *names: str, default: str | None = None) -> list[Column[Any]]:
    """Declare columns that are never null."""
    return [Column(name, kind, nullable=False, default=default) for name in names]


def optional(kind: Any, *names: str) -> list[Column[Any]]:
    """Declare columns that may be null."""
    return [Column(name, kind) for name in names]


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Words, nullable=False, unique=True),  # as configured
    *required(Words, "address"),  # where it has moved to for good
    *required(Words, "kind", "title", "language", "state"),  # as configured; may be empty
    *required(Words, "said_title", "said_language", default=""),  # as the feed says
    *required(Words, "etag", "last_modified", "body_hash", default=""),
    Column("tags", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("interval", Interval),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Words),
    *optional(Instant, "polled_at", "changed_at"),
    Index(None, "state", "due_at"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("name", Words, primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("robots", Words),
    Column("robots_at", Instant),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Words),  # null once it has been pruned
    Column("zones", JSON, nullable=False),  # [[kind, start, end], ...]
    *required(Words, "title", "url", "canonical", "site", "author", "language"),
    Column("published_at", Instant),
    Column("precision", Words),
    *required(Words, "origin"),  # the name in `Origin`: its sentence may be reworded
    *required(Words, "decision", "reason", "rules_hash"),
    Column("stances", JSON, nullable=False),  # {rule set: what the article answers it}
    Column("asides", JSON, nullable=False, default=list),  # [[quote, why], ...]
    Column("copy_of", Integer, ForeignKey("articles.id")),
    Column("revision", Integer, nullable=False, default=0),
    Column("seen_at", Instant, nullable=False, index=True),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id"), nullable=False),
    *required(Words, "key"),  # digest of what tells it from the feed's other entries
    *required(Words, "fingerprint"),  # digest of what it says
    *required(Words, "state", "guid", "url", "title", "summary", "content", "author", "language"),
    *required(Words, "host"),  # that serves the page, and takes so many questions a minute
    Column("published_at", Instant),
    Column("precision", Words),
    *required(Instant, "order_at"),  # published, else seen
    *required(Instant, "seen_at", "due_at"),
    *required(Instant, "revised_at"),  # when its last wording is first read
    *required(Integer, "attempts", "revision"),
    Column("error", Words),
    Column("article_id", Integer, ForeignKey("articles.id")),
    UniqueConstraint("feed_id", "key"),
    Index(None, "state", "host", "order_at", "due_at"),  # all that `pending` has to look at
)

aliases = Table(
    "aliases",
    metadata,
    Column("space", Words, primary_key=True),  # guid or url: one address is one name, of any kind
    Column("key", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("seen_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

matches = Table(
    "matches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    *required(Words, "rule", "rule_set", "title", "severity", "rules_hash"),
    Column("score", Float, nullable=False),
    Column("min_score", Float, nullable=False, default=0.0),  # that it had to reach
    Column("evidence", JSON, nullable=False),  # [[zone, start, end, words, quote], ...]
    Column("revision", Integer, nullable=False),  # of the article
    Column("at", Instant, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    *required(Words, "rule_set", "decision", "reason"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("article_id", "rule_set"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Integer, primary_key=True),
    *required(Words, "channel", "level", "language", "name"),
    *required(Words, "configured"),  # the address in the configuration, or that it came with
    *required(Words, "configured_as", default=""),  # digest of what the configuration says of it
    Column("joined", Boolean, nullable=False, default=False),  # came by itself
    Column("everything", Boolean, nullable=False),  # follows every rule set, later ones too
    Column("choices", JSON, nullable=False, default=dict),  # as `preferences` spells them
    *required(Words, "address"),  # where it has moved to
    Column("thread", Integer, nullable=False),  # 0: none (a NULL would not be unique)
    Column("active", Boolean, nullable=False),  # configured, or joined and not gone
    Column("since", Instant, nullable=False),
    Column("merged_into", Integer, ForeignKey("chats.id")),
    *optional(Instant, "paused_until", "suspended_at", "edited_at"),
    Column("error", Words),
    *required(Words, "last_receipt", default=""),
    Column("told_before", Integer, nullable=False, default=0),  # no alert up to this one is for it
    UniqueConstraint("channel", "configured", "thread"),
    Index(None, "channel", "address"),
    sqlite_autoincrement=True,  # a number that was erased never names another chat
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    *required(Instant, "first_at"),  # of publication
    Column("last_at", Instant, nullable=False, index=True),
    Column("head_id", Integer, ForeignKey("articles.id"), nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("story_id", Integer, ForeignKey("stories.id"), nullable=False, index=True),
    Column("event", Integer, nullable=False),
    *required(Words, "decision", "reason", "host"),
    Column("origin_id", Integer, ForeignKey("articles.id")),  # whose text it copies
    Column("published_at", Instant, nullable=False, index=True),
    *required(Instant, "seen_at"),
)

story_links = Table(
    "story_links",
    metadata,
    Column("story_id", Integer, ForeignKey("stories.id"), primary_key=True),
    Column("other_id", Integer, ForeignKey("stories.id"), primary_key=True),
    *required(Words, "reason"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("issuer", Words, primary_key=True),
    Column("product", Words, primary_key=True),
    Column("direction", Words, primary_key=True),
    *required(Words, "polarity", "detail"),
    *required(Instant, "since"),
    Column("certain", Boolean, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("story_id", Integer, ForeignKey("stories.id"), nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("rule_set", Words, primary_key=True),
    Column("followed", Boolean, nullable=False, default=True),  # else only its choices are kept
    Column("choices", JSON, nullable=False, default=dict),
)

mutes = Table(
    "mutes",
    metadata,
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    *(Column(name, Words, primary_key=True) for name in ("kind", "key")),
    Column("until", Instant),
    Column("turns", Boolean, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("useful", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

invites = Table(  # that were used: a link is good once
    "invites",
    metadata,
    Column("nonce", Words, primary_key=True),
    *required(Instant, "used_at", "expires_at"),
)

forgotten = Table(  # chats that asked for it, so that they are left alone for a while
    "forgotten",
    metadata,
    Column("digest", Words, primary_key=True),  # of the address, salted
    *required(Words, "salt"),
    Column("at", Instant, nullable=False),
    Column("alert", Integer, nullable=False),  # the newest there was
)

notices = Table(  # what administrators were told of, until it is over
    "notices",
    metadata,
    Column("topic", Words, primary_key=True),
    Column("since", Instant),  # null: it is over
    Column("told_at", Instant),  # null: it has not lasted long enough
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", Integer, ForeignKey("chats.id"), nullable=False),
    Column("article_id", Integer, ForeignKey("articles.id")),  # null: a digest, an answer
    Column("revision", Integer, nullable=False, default=0),  # of the article
    Column("thread", Integer, nullable=False),  # 0: none
    *required(Words, "kind", "html", "link", "state"),
    Column(
        "buttons", JSON, nullable=False, default=list
    ),  # [[[text, url, data, danger], ...], ...]
    *required(Words, "rendered"),  # digest of what the message says, later edits included
    Column("story_id", Integer, ForeignKey("stories.id")),
    Column("target_id", Integer, ForeignKey("outbox.id"), index=True),  # to edit or to answer
    Column("lane", Integer, nullable=False),  # lower ones go first
    Column("silent", Boolean, nullable=False),
    Column("doubted", Boolean, nullable=False, default=False),  # it may have arrived
    *required(Instant, "queued_at", "due_at"),
    *optional(Instant, "lease_until", "sent_at"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Words),
    *required(Words, "receipt", default=""),
    Index(None, "state", "chat_id", "due_at", "lane", "target_id"),  # what `claim` searches by
    sqlite_autoincrement=True,  # what is under way may be erased: its number must not come again
)

outbox_alerts = Table(  # the key makes "one alert, one delivery a chat" a fact of the database
    "outbox_alerts",
    metadata,
    Column("alert_id", Integer, ForeignKey("alerts.id"), primary_key=True),
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("outbox_id", Integer, ForeignKey("outbox.id"), nullable=False),
    *required(Words, "kind", default="new"),  # a message, an edit or a reply, be it in a digest
)

threads = Table(  # the one message by which a chat follows a story
    "threads",
    metadata,
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("story_id", Integer, ForeignKey("stories.id"), primary_key=True),
    Column("outbox_id", Integer, ForeignKey("outbox.id"), nullable=False),
    Column("articles", Integer, nullable=False),  # told in this message
    *required(Instant, "since"),  # it was written
    Column("event", Integer, nullable=False),  # the last one told
)

sentences = Table(
    "sentences",
    metadata,
    Column("host", Words, primary_key=True),
    Column("hash", BigInteger, primary_key=True),
    Column("articles", Integer, nullable=False),  # how many different ones it stood in
    Column("seen_at", Instant, nullable=False),  # last
    sqlite_with_rowid=False,
)

event.listen(
    metadata,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {ARCHIVE} "
        "USING fts5(title, body, tokenize='unicode61 remove_diacritics 0')"
    ),
)
