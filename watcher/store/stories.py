"""Stories: which articles tell the same thing, what is held to be so, and who was told."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from watcher import messages
from watcher.claims import Detail, Polarity, Role, Zone, ZoneKind
from watcher.model import Article, ArticleId, ChatId, Decision, RuleSetId, StoryId, Verdict
from watcher.store.opening import Database, insert_into, reading
from watcher.store.schema import (
    alerts,
    articles,
    columns,
    ledger,
    matches,
    members,
    outbox_alerts,
    stories,
    story_links,
    threads,
    value,
)
from watcher.timeline import Chapter, Holding, Link, Member, Placed, Story

MOST: Final = 100  # stories in one listing
# Some feeds give no titles: the first sentence of the text serves.
NAMED: Final = (
    articles.c.title,
    articles.c.zones,
    case((articles.c.title == "", articles.c.text), else_="").label("text"),
)
KEY: Final = (ledger.c.product, ledger.c.direction, ledger.c.issuer)


class Stories(Database):
    """Statements over `stories`, `members`, `story_links` and `ledger`."""

    @reading
    def stories(self, db: Connection, *, limit: int = MOST) -> list[Story]:
        """Return the stories with the newest articles, without their chapters."""
        newest = _stories().order_by(stories.c.last_at.desc(), stories.c.id.desc()).limit(limit)
        return [_story(row) for row in db.execute(newest)]

    @reading
    def stories_told(self, db: Connection, chat: ChatId, *, limit: int) -> list[Story]:
        """Return the stories that a chat was told of, those with the newest articles first."""
        mine = _stories().join(threads, threads.c.story_id == stories.c.id)
        newest = mine.where(threads.c.chat_id == chat).order_by(stories.c.last_at.desc())
        return [_story(row) for row in db.execute(newest.limit(limit))]

    @reading
    def story(self, db: Connection, story: StoryId) -> Story | None:
        """Return one story with its chapters and links; `None` if there is none."""
        row = db.execute(_stories().where(stories.c.id == story)).one_or_none()
        if row is None:
            return None
        this, other = story_links.c.story_id, story_links.c.other_id
        linked = select(this, other, story_links.c.reason).where(or_(this == story, other == story))
        reasons = {b if a == story else a: reason for a, b, reason in db.execute(linked)}
        others = db.execute(_stories().where(stories.c.id.in_(reasons)).order_by(stories.c.id))
        links = tuple(
            Link(other=StoryId(one.id), reason=reasons[one.id], title=_title(one)) for one in others
        )
        return _story(row, links=links, chapters=_chapters(db, members.c.story_id == story))

    @reading
    def untold(self, db: Connection, since: datetime) -> tuple[Chapter, ...]:
        """Return the articles seen since then that joined a story and nobody was told of."""
        return tuple(one for one in _chapters(db, members.c.seen_at >= since) if not one.told)

    @reading
    def holdings(self, db: Connection) -> list[Holding]:
        """Return the ledger: what is held to be so, by product."""
        return [_holding(row) for row in db.execute(select(ledger).order_by(*KEY))]


def place(
    db: Connection, article: ArticleId, verdict: Verdict, placed: Placed, *, now: datetime
) -> StoryId:
    """Write where an article belongs, in the transaction that stores it; return its story."""
    story = _join(db, article, placed)
    row = columns(members, verdict, placed) | {"article_id": article, "story_id": story}
    new = insert_into(members).values(row | {"origin_id": placed.origin, "seen_at": now})
    again = {name: row[name] for name in ("event", "published_at")}
    db.execute(new.on_conflict_do_update(index_elements=[members.c.article_id], set_=again))
    for link in placed.links:
        pair = {"story_id": story, "other_id": link.other, "reason": link.reason}
        db.execute(insert_into(story_links).on_conflict_do_nothing(), pair)
    for holding in placed.holdings:
        held = columns(ledger, holding) | {"story_id": holding.story or story}
        held["sources"] = list(holding.sources)
        entry = insert_into(ledger).values(held)
        db.execute(entry.on_conflict_do_update(index_elements=list(KEY), set_=held))
    return story


def _join(db: Connection, article: ArticleId, placed: Placed) -> StoryId:
    """Begin a story with an article, which gives it its number, or have it join one."""
    at = placed.published_at
    if placed.story is None:
        begun = {"id": article, "first_at": at, "last_at": at, "head_id": article}
        return StoryId(db.execute(insert(stories).returning(stories.c.id), begun).scalar_one())
    span = {
        "first_at": func.min(stories.c.first_at, at),
        "last_at": func.max(stories.c.last_at, at),
    }
    head = {"head_id": article} if placed.head else {}
    joined = update(stories).where(stories.c.id == placed.story)
    db.execute(joined.values(**span, **head))
    return placed.story


def _stories() -> Select[Any]:
    own = select(func.count()).where(members.c.story_id == stories.c.id)
    count = own.correlate(stories).scalar_subquery().label("articles")
    return select(stories, count, *NAMED).join(articles, stories.c.head_id == articles.c.id)


def _chapters(db: Connection, which: ColumnElement[bool]) -> tuple[Chapter, ...]:
    """Read members as people do, in the order of publication."""
    told = (
        select(func.count(outbox_alerts.c.chat_id.distinct()))
        .join(alerts)
        .where(alerts.c.article_id == members.c.article_id)
    )
    wide = select(
        members,
        *NAMED,
        *(articles.c[name] for name in ("site", "url", "stances")),
        told.scalar_subquery(),
    )
    rows = db.execute(
        wide.join(articles, members.c.article_id == articles.c.id)
        .where(which)
        .order_by(members.c.published_at, members.c.article_id)
    ).all()
    sets: dict[int, dict[RuleSetId, None]] = {}
    theirs = select(matches.c.article_id, matches.c.rule_set).join(
        members, members.c.article_id == matches.c.article_id
    )
    for article, rule_set in db.execute(theirs.where(which).order_by(matches.c.id)):
        sets.setdefault(article, {})[RuleSetId(rule_set)] = None
    return tuple(
        value(
            Chapter,
            row,
            article=ArticleId(row.article_id),
            story=StoryId(row.story_id),
            decision=Decision(row.decision),
            origin=row.origin_id,
            rule_sets=tuple(sets.get(row.article_id, ())),
            told=row[-1],
            title=_title(row),
            **_said(row.stances),
        )
        for row in rows
    )


def _said(stances: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what an article itself answers to the first question that it answers."""
    for said in stances.values():
        if said["role"] == Role.PRIMARY:
            names = ("issuer", "conditional")
            return {name: said[name] for name in names} | {"detail": Detail(said["detail"])}
    return {}


def member(row: Row[Any]) -> Member:
    article, story, decision = row.article_id, row.story_id, Decision(row.decision)
    return value(Member, row, article=article, story=story, decision=decision, origin=row.origin_id)


def _story(row: Row[Any], **others: object) -> Story:
    return value(Story, row, head=ArticleId(row.head_id), title=_title(row), **others)


def _title(row: Row[Any]) -> str:
    zones = tuple(Zone(kind=ZoneKind(kind), start=a, end=b) for kind, a, b in row.zones)
    return messages.name(Article(title=row.title, text=row.text or "", zones=zones))


def _holding(row: Row[Any]) -> Holding:
    told = {"polarity": Polarity(row.polarity), "detail": Detail(row.detail)}
    return value(Holding, row, **told, sources=tuple(row.sources), story=StoryId(row.story_id))
