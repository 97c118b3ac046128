"""What a daemon has to remember when it starts: the articles of its stories, and who was told."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from watcher.claims import Evidence, Zone, ZoneKind
from watcher.model import (
    Article,
    ArticleId,
    ChatId,
    Match,
    Origin,
    Precision,
    Published,
    RuleId,
    RuleSetId,
    Severity,
    StoryId,
)
from watcher.store.opening import Database, reading
from watcher.store.schema import (
    alerts,
    articles,
    matches,
    members,
    outbox_alerts,
    story_links,
    value,
)
from watcher.store.stories import member
from watcher.timeline import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An article in its story, as it was judged, and the chats that were told of it."""

    article: Article
    matches: tuple[Match, ...]
    member: Member
    told: frozenset[ChatId]
    links: tuple[StoryId, ...]  # the stories that its own goes on from, if it begins one


class Memory(Database):
    """Statements that put together again what was decided."""

    @reading
    def next_article(self, db: Connection) -> ArticleId:
        """Return the number that the next article gets, from the one who writes them."""
        return ArticleId((db.scalar(select(func.max(articles.c.id))) or 0) + 1)

    @reading
    def remembered(self, db: Connection, since: datetime) -> list[Remembered]:
        """Return the articles of stories seen since then, in the order in which they came."""
        recent = members.c.seen_at >= since
        kept = select(articles).join(members, members.c.article_id == articles.c.id).where(recent)
        texts = {row.id: article_of(row) for row in db.execute(kept)}
        theirs, told = _matches(db, recent), _told(db, recent)
        links: defaultdict[int, list[StoryId]] = defaultdict(list)
        for one, other in db.execute(select(story_links.c.story_id, story_links.c.other_id)):
            links[one].append(StoryId(other))
        order = select(members).where(recent).order_by(members.c.seen_at, members.c.article_id)
        return [
            Remembered(
                article=texts[row.article_id],
                matches=tuple(theirs[row.article_id]),
                member=member(row),
                told=frozenset(told[row.article_id]),
                links=tuple(links[row.article_id]),
            )
            for row in db.execute(order)
        ]


def _matches(db: Connection, recent: Any) -> defaultdict[int, list[Match]]:
    found: defaultdict[int, list[Match]] = defaultdict(list)
    wide = select(matches).join(members, members.c.article_id == matches.c.article_id)
    for row in db.execute(wide.where(recent).order_by(matches.c.id)):
        found[row.article_id].append(match_of(row))
    return found


def match_of(row: Row[Any]) -> Match:
    """Read a match."""
    evidence = tuple(
        Evidence(zone=ZoneKind(zone), start=start, end=end, words=words, quote=quote)
        for zone, start, end, words, quote in row.evidence
    )
    ids = {"rule": RuleId(row.rule), "rule_set": RuleSetId(row.rule_set)}
    return value(Match, row, **ids, severity=Severity(row.severity), evidence=evidence)


def _told(db: Connection, recent: Any) -> defaultdict[int, set[ChatId]]:
    found: defaultdict[int, set[ChatId]] = defaultdict(set)
    wide = select(alerts.c.article_id, outbox_alerts.c.chat_id).join(
        alerts, outbox_alerts.c.alert_id == alerts.c.id
    )
    wide = wide.join(members, members.c.article_id == alerts.c.article_id)
    for article, chat in db.execute(wide.where(recent)):
        found[article].add(ChatId(chat))
    return found


def article_of(row: Row[Any]) -> Article:
    """Read an article; the text of an old one is gone."""
    published = row.published_at and Published(
        at=row.published_at, precision=Precision(row.precision)
    )
    zones = tuple(Zone(kind=ZoneKind(kind), start=start, end=end) for kind, start, end in row.zones)
    known = {"zones": zones, "published": published, "origin": Origin[row.origin]}
    return value(Article, row, **known, text=row.text or "")
