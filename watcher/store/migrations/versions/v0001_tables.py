"""The first tables. A released migration is never edited: changes are a new file."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, each after those it points to."""
    what_is_polled()
    what_is_read()
    what_it_is_known_by()
    what_waits()
    what_is_decided()
    who_hears()
    what_is_sent()
    what_it_tells()


def what_is_polled() -> None:
    """Make feeds and hosts."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("said_title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("said_language", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interval", sa.Float()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("polled_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="feeds_key"),
        sa.UniqueConstraint("url", name="feeds_one_url"),
    )
    op.create_index("feeds_by_state_due_at", "feeds", ["state", "due_at"])
    op.create_table(
        "hosts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("robots", sa.Text()),
        sa.Column("robots_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="hosts_key"),
        sqlite_with_rowid=False,
    )


def what_is_read() -> None:
    """Make articles."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("precision", sa.Text()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("copy_of", sa.Integer()),
        sa.Column("rules_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["copy_of"], ["articles.id"], name="articles_copy_of_of_articles"),
        sa.PrimaryKeyConstraint("id", name="articles_key"),
    )
    op.create_index("articles_by_seen_at", "articles", ["seen_at"])


def what_it_is_known_by() -> None:
    """Make aliases and sentences."""
    op.create_table(
        "aliases",
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="aliases_article_id_of_articles"
        ),
        sa.PrimaryKeyConstraint("space", "key", name="aliases_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sentences",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", "hash", name="sentences_key"),
        sqlite_with_rowid=False,
    )


def what_waits() -> None:
    """Make entries."""
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("precision", sa.Text()),
        sa.Column("order_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("article_id", sa.Integer()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="entries_article_id_of_articles"
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="entries_feed_id_of_feeds"),
        sa.PrimaryKeyConstraint("id", name="entries_key"),
        sa.UniqueConstraint("feed_id", "key", name="entries_one_feed_id_key"),
    )
    op.create_index("entries_by_state_order_at", "entries", ["state", "order_at"])


def what_is_decided() -> None:
    """Make matches and alerts."""
    op.create_table(
        "matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("rules_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="matches_article_id_of_articles"
        ),
        sa.PrimaryKeyConstraint("id", name="matches_key"),
    )
    op.create_index("matches_by_article_id", "matches", ["article_id"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="alerts_article_id_of_articles"
        ),
        sa.PrimaryKeyConstraint("id", name="alerts_key"),
        sa.UniqueConstraint("article_id", "rule_set", name="alerts_one_article_id_rule_set"),
    )


def who_hears() -> None:
    """Make chats and subscriptions."""
    op.create_table(
        "chats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("configured", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("thread", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.Integer()),
        sa.Column("paused_until", sa.DateTime(timezone=True)),
        sa.Column("suspended_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text()),
        sa.Column("last_receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["chats.id"], name="chats_merged_into_of_chats"),
        sa.PrimaryKeyConstraint("id", name="chats_key"),
        sa.UniqueConstraint(
            "channel", "configured", "thread", name="chats_one_channel_configured_thread"
        ),
    )
    op.create_index("chats_by_channel_address", "chats", ["channel", "address"])
    op.create_table(
        "subscriptions",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="subscriptions_chat_id_of_chats"),
        sa.PrimaryKeyConstraint("chat_id", "rule_set", name="subscriptions_key"),
        sqlite_with_rowid=False,
    )


def what_is_sent() -> None:
    """Make outbox."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("thread", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("button", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="outbox_article_id_of_articles"
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="outbox_chat_id_of_chats"),
        sa.PrimaryKeyConstraint("id", name="outbox_key"),
    )
    op.create_index("outbox_by_state_chat_id_due_at", "outbox", ["state", "chat_id", "due_at"])


def what_it_tells() -> None:
    """Make outbox_alerts."""
    op.create_table(
        "outbox_alerts",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name="outbox_alerts_alert_id_of_alerts"
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="outbox_alerts_chat_id_of_chats"),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name="outbox_alerts_outbox_id_of_outbox"
        ),
        sa.PrimaryKeyConstraint("alert_id", "chat_id", name="outbox_alerts_key"),
        sqlite_with_rowid=False,
    )
