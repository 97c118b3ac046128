"""Articles, what they are known by, what was decided about them, and who is to hear of it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from watcher.model import (
    Alias,
    AliasKind,
    ArticleId,
    ChatId,
    Decision,
    Draft,
    EntryId,
    Kind,
    Pending,
    RuleSetId,
    StoryId,
    Verdict,
)
from watcher.store.archive import enter
from watcher.store.entries import DONE
from watcher.store.opening import Database, batches, insert_into, reading, writing
from watcher.store.schema import (
    alerts,
    aliases,
    articles,
    columns,
    entries,
    matches,
    outbox_alerts,
    sentences,
)
from watcher.store.stories import place
from watcher.store.threads import queue
from watcher.timeline import Placed

COMMON: Final = 3  # different articles of a host that share a sentence: it is page furniture
UNTOLD: Final = (
    Decision.COPY,
    Decision.BACKGROUND,
    Decision.NO_MATCH,
)  # decisions that nobody hears of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a verdict in the store."""

    article: ArticleId
    fresh: bool  # a new article; not another name or a revision of a known one
    deliveries: int  # how many were written to the outbox, edits of what waits there included
    story: StoryId | None = None  # where it was placed


class Articles(Database):
    """Statements over `articles`, `aliases`, `matches`, `alerts` and `sentences`."""

    @reading
    def recognise(self, db: Connection, names: Iterable[Alias]) -> ArticleId | None:
        """Return the article that has any of these names; the oldest, should there be several."""
        return _named(db, names)

    @reading
    def title(self, db: Connection, article: ArticleId) -> str:
        """Return an article's title; empty when it has none, or there is no such article."""
        return db.scalar(select(articles.c.title).where(articles.c.id == article)) or ""

    @writing
    def link(
        self,
        db: Connection,
        entry: EntryId,
        article: ArticleId,
        names: Iterable[Alias],
        *,
        now: datetime,
    ) -> None:
        """Note that an entry is an article we know, and the names that it adds."""
        _name(db, article, names, now=now)
        _finish(db, entry, article)

    @reading
    def common_sentences(self, db: Connection, host: str, hashes: Iterable[int]) -> frozenset[int]:
        """Return those sentences that stood in three or more different articles of the host."""
        common = (sentences.c.host == host) & (sentences.c.articles >= COMMON)
        found = set[int]()
        for some in batches(list(hashes)):
            known = select(sentences.c.hash).where(common, sentences.c.hash.in_(some))
            found.update(db.scalars(known))
        return frozenset(found)

    @reading
    def told(self, db: Connection, article: ArticleId) -> frozenset[tuple[ChatId, RuleSetId]]:
        """Return who was told of an article, or soon will be, and for which rule set."""
        pairs = select(outbox_alerts.c.chat_id, alerts.c.rule_set).join(alerts)
        rows = db.execute(pairs.where(alerts.c.article_id == article))
        return frozenset((ChatId(chat), RuleSetId(name)) for chat, name in rows)

    @writing
    def record(
        self,
        db: Connection,
        pending: Pending,
        verdict: Verdict,
        *,
        aliases: Iterable[Alias],
        drafts: Sequence[Draft],
        sentences: Iterable[int],
        host: str,
        now: datetime,
        placed: Placed | None = None,
    ) -> Recorded:
        """
        Store a verdict, where it was placed and the deliveries it causes: all, or nothing.

        An article that meanwhile became known under one of the names is only linked. An edited
        one (`pending.article`) is revised. A chat hears of an article once for each rule set.
        """
        names, fresh = list(aliases), pending.article is None
        if fresh and (known := _named(db, names)):
            _name(db, known, names, now=now)
            _finish(db, pending.id, known, pending.revision)
            return Recorded(article=known, fresh=False, deliveries=0)
        article, revision = _write(db, verdict, pending.article, now=now)
        enter(db, article, verdict.article)
        if fresh:
            _count(db, host, sentences, now=now)
        _name(db, article, names, now=now)
        story = place(db, article, verdict, placed, now=now) if placed else None
        aloud = {one for d in drafts if d.kind is Kind.EDIT for one in d.rule_sets}
        told = _alert(db, article, revision, verdict, aloud, now=now)
        about = {"article_id": article, "revision": revision, "queued_at": now, "due_at": now}
        written, event = 0, placed.event if placed else 0
        for draft in drafts:
            wanted = {told[one] for one in draft.rule_sets}
            written += queue(db, draft, wanted, about, story=story, event=event)
        _finish(db, pending.id, article, pending.revision)
        return Recorded(article=article, fresh=fresh, deliveries=written, story=story)


def _space(kind: AliasKind) -> str:
    """One address names one article, whether a feed links to it or a page claims it."""
    return "guid" if kind is AliasKind.GUID else "url"


def _named(db: Connection, names: Iterable[Alias]) -> ArticleId | None:
    # One condition a name: SQLite finds each by the primary key, which it does not for `(a, b) IN`.
    same = [(aliases.c.space == _space(n.kind)) & (aliases.c.key == n.key) for n in names]
    if not same:
        return None
    found = db.scalars(select(aliases.c.article_id).where(or_(*same)))
    return min((ArticleId(one) for one in found), default=None)


def _name(db: Connection, article: ArticleId, names: Iterable[Alias], *, now: datetime) -> None:
    """Add names to an article; one that is another article's already stays with that one."""
    more = {"article_id": article, "seen_at": now}
    rows = [columns(aliases, name) | more | {"space": _space(name.kind)} for name in names]
    if rows:
        db.execute(insert_into(aliases).on_conflict_do_nothing(), rows)


def _write(
    db: Connection, verdict: Verdict, known: ArticleId | None, *, now: datetime
) -> tuple[ArticleId, int]:
    """Store an article's wording; return which it is, and how often it was revised."""
    article, published = verdict.article, verdict.article.published
    spelled: dict[str, Any] = columns(articles, article, verdict) | {
        "zones": [astuple(zone) for zone in article.zones],
        "stances": {name: _outcome(name, verdict) for name in verdict.stances},
        "asides": [astuple(aside) for aside in verdict.asides],
        "origin": article.origin.name,
        "published_at": published and published.at,
        "precision": published and published.precision,
    }
    if known is None:
        new = insert(articles).returning(articles.c.id)
        return ArticleId(db.execute(new, spelled | {"seen_at": now}).scalar_one()), 0
    spelled["revision"] = articles.c.revision + 1
    edited = update(articles).where(articles.c.id == known).values(**spelled)
    return known, db.execute(edited.returning(articles.c.revision)).scalar_one()


def _outcome(name: RuleSetId, verdict: Verdict) -> dict[str, Any]:
    """Keep what a stance comes to; its claims only where its rule set holds: stories rest on them."""
    kept = asdict(verdict.stances[name])
    if name not in verdict.rule_sets:
        del kept["claims"]
    return kept


def _count(db: Connection, host: str, hashes: Iterable[int], *, now: datetime) -> None:
    """Count each sentence once for the article it stands in."""
    rows = [{"host": host, "hash": one, "articles": 1, "seen_at": now} for one in set(hashes)]
    if rows:
        new = insert_into(sentences)
        once_more = {"articles": sentences.c.articles + 1, "seen_at": new.excluded.seen_at}
        key = [sentences.c.host, sentences.c.hash]
        db.execute(new.on_conflict_do_update(index_elements=key, set_=once_more), rows)


def _alert(
    db: Connection,
    article: ArticleId,
    revision: int,
    verdict: Verdict,
    aloud: set[RuleSetId],
    *,
    now: datetime,
) -> dict[RuleSetId, int]:
    """Store matches and alerts of the rule sets that had none yet; return all alerts there are."""
    mine = select(alerts.c.rule_set, alerts.c.id).where(alerts.c.article_id == article)
    known = {rule_set for rule_set, _ in db.execute(mine)}
    new = [match for match in verdict.matches if match.rule_set not in known]
    about = {"article_id": article, "at": now}
    for match in new:
        evidence = [astuple(piece) for piece in match.evidence]
        row = columns(matches, match) | about | {"evidence": evidence, "revision": revision}
        db.execute(insert(matches), row)
    for rule_set in dict.fromkeys(match.rule_set for match in new):
        if rule_set in aloud or verdict.decision not in UNTOLD:
            db.execute(insert(alerts), columns(alerts, verdict) | about | {"rule_set": rule_set})
    return {RuleSetId(rule_set): id_ for rule_set, id_ in db.execute(mine)}


def _finish(
    db: Connection, entry: EntryId, article: ArticleId, revision: int | None = None
) -> None:
    """Close an entry, unless it was edited while we read it: then it waits to be read again."""
    mine = update(entries).where(entries.c.id == entry)
    db.execute(mine.values(article_id=article))
    if revision is not None:
        mine = mine.where(entries.c.revision == revision)
    db.execute(mine.values(summary="", content="", state=DONE, error=None))
