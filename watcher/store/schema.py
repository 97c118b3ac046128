"""
The tables, declared once. Statements over them stand in the modules beside this one.

What only SQLite needs is said here (`sqlite_...`) and in `opening`; the rest is portable Core.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION: Final = "0001"  # the newest migration; a test compares it with the folder

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_of_%(referred_table_name)s",
        "pk": "%(table_name)s_key",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could say later which hour it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; pass an aware time")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        return value if value is None else value.replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
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


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Words, nullable=False, unique=True),  # as configured
    Column("address", Words, nullable=False),  # where it has moved to for good
    Column("kind", Words, nullable=False),
    Column("title", Words, nullable=False),  # as configured; empty: as the feed says
    Column("said_title", Words, nullable=False, default=""),
    Column("language", Words, nullable=False),
    Column("said_language", Words, nullable=False, default=""),
    Column("tags", JSON, nullable=False),
    Column("state", Words, nullable=False),
    Column("etag", Words, nullable=False, default=""),
    Column("last_modified", Words, nullable=False, default=""),
    Column("body_hash", Words, nullable=False, default=""),
    Column("due_at", Instant, nullable=False),
    Column("interval", Float),  # seconds
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Words),
    Column("polled_at", Instant),
    Column("changed_at", Instant),
    Index(None, "state", "due_at"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("name", Words, primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("robots", Words),
    Column("robots_at", Instant),
    sqlite_with_rowid=False,
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Words, nullable=False),
    Column("text", Words),  # null once it has been pruned
    Column("zones", JSON, nullable=False),  # [[kind, start, end], ...]
    Column("url", Words, nullable=False),
    Column("canonical", Words, nullable=False),
    Column("site", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("published_at", Instant),
    Column("precision", Words),
    Column("origin", Words, nullable=False),  # the name in `Origin`: its sentence may be reworded
    Column("decision", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("copy_of", Integer, ForeignKey("articles.id")),
    Column("rules_hash", Words, nullable=False),
    Column("revision", Integer, nullable=False, default=0),
    Column("seen_at", Instant, nullable=False),
    Column("revised_at", Instant),
    Index(None, "seen_at"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id"), nullable=False),
    Column("key", Words, nullable=False),  # digest of what tells it from the feed's other entries
    Column("fingerprint", Words, nullable=False),  # digest of what it says
    Column("state", Words, nullable=False),
    Column("guid", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("published_at", Instant),
    Column("precision", Words),
    Column("order_at", Instant, nullable=False),  # published, else seen
    Column("seen_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("article_id", Integer, ForeignKey("articles.id")),
    Column("revision", Integer, nullable=False),
    Column("revised_at", Instant, nullable=False),  # when its last wording is first read
    UniqueConstraint("feed_id", "key"),
    Index(None, "state", "order_at"),
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
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("rule", Words, nullable=False),
    Column("rule_set", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("severity", Words, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),  # [[zone, start, end, words, quote], ...]
    Column("rules_hash", Words, nullable=False),
    Column("revision", Integer, nullable=False),  # of the article
    Column("at", Instant, nullable=False),
    Index(None, "article_id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("rule_set", Words, nullable=False),
    Column("decision", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("article_id", "rule_set"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Words, nullable=False),
    Column("configured", Words, nullable=False),  # the address in the configuration
    Column("address", Words, nullable=False),  # where it has moved to
    Column("thread", Integer, nullable=False),  # 0: none (a NULL would not be unique)
    Column("level", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    Column("merged_into", Integer, ForeignKey("chats.id")),
    Column("paused_until", Instant),
    Column("suspended_at", Instant),
    Column("error", Words),
    Column("last_receipt", Words, nullable=False, default=""),
    UniqueConstraint("channel", "configured", "thread"),
    Index(None, "channel", "address"),
)

subscriptions = Table(  # a chat without any follows every rule set
    "subscriptions",
    metadata,
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("rule_set", Words, primary_key=True),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", Integer, ForeignKey("chats.id"), nullable=False),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("revision", Integer, nullable=False),  # of the article
    Column("thread", Integer, nullable=False),  # 0: none
    Column("html", Words, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("link", Words, nullable=False),
    Column("button", Words, nullable=False),  # what the link button says
    Column("state", Words, nullable=False),
    Column("doubted", Boolean, nullable=False),  # it may have arrived: ask before it is sent again
    Column("queued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("receipt", Words, nullable=False),
    Column("sent_at", Instant),
    Index(None, "state", "chat_id", "due_at"),
)

outbox_alerts = Table(  # the key makes "one alert, one delivery a chat" a fact of the database
    "outbox_alerts",
    metadata,
    Column("alert_id", Integer, ForeignKey("alerts.id"), primary_key=True),
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("outbox_id", Integer, ForeignKey("outbox.id"), nullable=False),
    sqlite_with_rowid=False,
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
