"""Articles, what they are known by, and what was decided about them."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from watcher.model import (
    Alias,
    AliasKind,
    Article,
    ArticleId,
    ChatId,
    Draft,
    EntryId,
    Pending,
    RuleSetId,
    Verdict,
)
from watcher.store.alerts import add_alerts, queue
from watcher.store.entries import DONE
from watcher.store.opening import BATCH, Database, insert_into, reading, writing
from watcher.store.results import Recorded
from watcher.store.schema import (
    alerts,
    aliases,
    articles,
    entries,
    outbox_alerts,
    sentences,
)

COMMON: Final = 3  # different articles of a host that share a sentence: it is page furniture
READ_IN_FULL: Final = {"summary": "", "content": "", "state": DONE, "error": None}


class Articles(Database):
    """Statements over `articles`, `aliases`, `matches`, `alerts` and `sentences`."""

    @reading
    def recognise(self, connection: Connection, names: Iterable[Alias]) -> ArticleId | None:
        """Return the article that has any of these names; the oldest, should there be several."""
        return _named(connection, names)

    @reading
    def title(self, connection: Connection, article: ArticleId) -> str:
        """Return an article's title; empty when it has none, or there is no such article."""
        found = connection.scalar(select(articles.c.title).where(articles.c.id == article))
        return found or ""

    @writing
    def link(
        self,
        connection: Connection,
        entry: EntryId,
        article: ArticleId,
        names: Iterable[Alias],
        *,
        now: datetime,
    ) -> None:
        """Note that an entry is an article we know, and the names that it adds."""
        _name(connection, article, names, now=now)
        _finish(connection, entry, article)

    @reading
    def common_sentences(
        self, connection: Connection, host: str, hashes: Iterable[int]
    ) -> frozenset[int]:
        """Return those sentences that stood in three or more different articles of the host."""
        asked, found = list(hashes), set[int]()
        for start in range(0, len(asked), BATCH):
            some = sentences.c.hash.in_(asked[start : start + BATCH])
            common = select(sentences.c.hash).where(
                sentences.c.host == host, some, sentences.c.articles >= COMMON
            )
            found.update(connection.scalars(common))
        return frozenset(found)

    @reading
    def told(
        self, connection: Connection, article: ArticleId
    ) -> frozenset[tuple[ChatId, RuleSetId]]:
        """Return who was told of an article, or soon will be, and for which rule set."""
        pairs = (
            select(outbox_alerts.c.chat_id, alerts.c.rule_set)
            .join(alerts, alerts.c.id == outbox_alerts.c.alert_id)
            .where(alerts.c.article_id == article)
        )
        rows = connection.execute(pairs)
        return frozenset((ChatId(chat), RuleSetId(name)) for chat, name in rows)

    @writing
    def record(
        self,
        connection: Connection,
        pending: Pending,
        verdict: Verdict,
        *,
        aliases: Iterable[Alias],
        drafts: Sequence[Draft],
        sentences: Iterable[int],
        host: str,
        now: datetime,
    ) -> Recorded:
        """
        Store a verdict and the deliveries it causes: all, or nothing.

        An article that meanwhile became known under one of the names is only linked. An edited
        one (`pending.article`) is revised. A chat hears of an article once for each rule set.
        """
        names = list(aliases)
        if pending.article is None and (known := _named(connection, names)):
            _name(connection, known, names, now=now)
            _finish(connection, pending.id, known, pending.revision)
            return Recorded(article=known, fresh=False, deliveries=0)
        if pending.article is None:
            article, revision = _add(connection, verdict, now=now), 0
            _count(connection, host, sentences, now=now)
        else:
            article = pending.article
            revision = _revise(connection, article, verdict, now=now)
        _name(connection, article, names, now=now)
        told = add_alerts(connection, article, revision, verdict, now=now)
        written = 0
        for draft in drafts:
            written += queue(connection, article, revision, draft, told, now=now)
        _finish(connection, pending.id, article, pending.revision)
        return Recorded(article=article, fresh=pending.article is None, deliveries=written)


def _space(kind: AliasKind) -> str:
    """One address names one article, whether a feed links to it or a page claims it."""
    return "guid" if kind is AliasKind.GUID else "url"


def _named(connection: Connection, names: Iterable[Alias]) -> ArticleId | None:
    # One condition a name: SQLite finds each by the primary key, which it does not for `(a, b) IN`.
    same = [(aliases.c.space == _space(n.kind)) & (aliases.c.key == n.key) for n in names]
    if not same:
        return None
    found = connection.scalars(select(aliases.c.article_id).where(or_(*same)))
    return min((ArticleId(one) for one in found), default=None)


def _name(
    connection: Connection, article: ArticleId, names: Iterable[Alias], *, now: datetime
) -> None:
    """Add names to an article; one that is another article's already stays with that one."""
    rows = [
        {
            "space": _space(name.kind),
            "key": name.key,
            "kind": name.kind,
            "article_id": article,
            "seen_at": now,
        }
        for name in names
    ]
    if rows:
        connection.execute(insert_into(aliases).on_conflict_do_nothing(), rows)


def _spelled(verdict: Verdict) -> dict[str, Any]:
    """Spell a verdict as columns of `articles`."""
    article: Article = verdict.article
    published = article.published
    return {
        "title": article.title,
        "text": article.text,
        "zones": [astuple(zone) for zone in article.zones],
        "url": article.url,
        "canonical": article.canonical,
        "site": article.site,
        "author": article.author,
        "language": article.language,
        "published_at": published and published.at,
        "precision": published and published.precision,
        "origin": article.origin.name,
        "decision": verdict.decision,
        "reason": verdict.reason,
        "copy_of": verdict.copy_of,
        "rules_hash": verdict.rules_hash,
    }


def _add(connection: Connection, verdict: Verdict, *, now: datetime) -> ArticleId:
    new = insert(articles).returning(articles.c.id)
    return ArticleId(connection.execute(new, _spelled(verdict) | {"seen_at": now}).scalar_one())


def _revise(connection: Connection, article: ArticleId, verdict: Verdict, *, now: datetime) -> int:
    """Store an article's new wording and return how often that has happened."""
    edited = (
        update(articles)
        .where(articles.c.id == article)
        .values(**_spelled(verdict), revised_at=now, revision=articles.c.revision + 1)
        .returning(articles.c.revision)
    )
    return int(connection.execute(edited).scalar_one())


def _count(connection: Connection, host: str, hashes: Iterable[int], *, now: datetime) -> None:
    """Count each sentence once for the article it stands in."""
    rows = [{"host": host, "hash": one, "articles": 1, "seen_at": now} for one in set(hashes)]
    if rows:
        new = insert_into(sentences)
        once_more = {"articles": sentences.c.articles + 1, "seen_at": new.excluded.seen_at}
        key = [sentences.c.host, sentences.c.hash]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_=once_more), rows)


def _finish(
    connection: Connection, entry: EntryId, article: ArticleId, revision: int | None = None
) -> None:
    """Close an entry, unless it was edited while we read it: then it waits to be read again."""
    mine = update(entries).where(entries.c.id == entry).values(article_id=article)
    same = entries.c.revision == (entries.c.revision if revision is None else revision)
    closed = connection.execute(mine.where(same).values(**READ_IN_FULL))
    if not closed.rowcount:
        connection.execute(mine)
