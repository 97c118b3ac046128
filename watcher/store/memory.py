"""What a daemon has to remember when it starts: the articles of its stories, and who was told."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, func, select

from watcher.claims import Claim, Detail, Evidence, Polarity, Role, Stance, Zone, ZoneKind
from watcher.model import (
    LONG_AGO,
    Article,
    ArticleId,
    ChatId,
    DeliveryState,
    Kind,
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
    outbox,
    outbox_alerts,
    story_links,
    value,
)
from watcher.store.stories import member
from watcher.timeline import Hearing, Member

S = TypeVar("S", Stance, Claim)
PIECE: Final = 100  # articles of one visit to the store: others want to be served between


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An article in its story, as it was judged, and the chats that were told of it."""

    article: Article
    matches: tuple[Match, ...]
    stances: Mapping[RuleSetId, Stance] | None  # None: a release wrote it that kept no claims
    rules_hash: str  # of the rules that judged it
    member: Member
    told: Mapping[ChatId, Hearing]
    links: tuple[StoryId, ...]  # the stories that its own goes on from, if it begins one


class Memory(Database):
    """Statements that put together again what was decided."""

    @reading
    def next_article(self, db: Connection) -> ArticleId:
        """Return the number that the next article gets, from the one who writes them."""
        return ArticleId((db.scalar(select(func.max(articles.c.id))) or 0) + 1)

    @reading
    def remembered(self, db: Connection, since: datetime, after: int = 0) -> list[Remembered]:
        """Return some articles of stories seen since then, as they came; none: these were all."""
        number = members.c.article_id
        some = select(number).where(members.c.seen_at >= since, number > after)
        recent = number.in_(list(db.scalars(some.order_by(number).limit(PIECE))))
        kept = select(articles).join(members, number == articles.c.id).where(recent)
        texts = {row.id: row for row in db.execute(kept)}
        theirs, told = _matches(db, recent), _told(db, recent)
        links: defaultdict[int, list[StoryId]] = defaultdict(list)
        both = select(story_links.c.story_id, story_links.c.other_id)
        for one, other in db.execute(
            both.join(members, story_links.c.story_id == number).where(recent)
        ):
            links[one].append(StoryId(other))
        return [
            Remembered(
                article=article_of(texts[row.article_id]),
                matches=tuple(theirs[row.article_id]),
                stances=_stances(texts[row.article_id].stances, theirs[row.article_id]),
                rules_hash=texts[row.article_id].rules_hash,
                member=member(row),
                told=told[row.article_id],
                links=tuple(links[row.article_id]),
            )
            for row in db.execute(select(members).where(recent).order_by(number))
        ]

    @reading
    def latest(
        self, db: Connection, rule_sets: Collection[RuleSetId]
    ) -> tuple[Article, tuple[Match, ...]] | None:
        """Return the newest article in a story that alerted one of these rule sets."""
        told = select(articles).join(alerts).join(members, members.c.article_id == articles.c.id)
        wanted = alerts.c.rule_set.in_(rule_sets), articles.c.text.isnot(None)
        newest = told.where(*wanted).order_by(alerts.c.at.desc(), alerts.c.id.desc()).limit(1)
        row = db.execute(newest).first()
        if row is None:
            return None
        return article_of(row), tuple(_matches(db, members.c.article_id == row.id)[row.id])


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


def _told(db: Connection, recent: Any) -> defaultdict[int, dict[ChatId, Hearing]]:
    found: defaultdict[int, dict[ChatId, Hearing]] = defaultdict(dict)
    wide = (
        select(alerts, outbox_alerts.c.chat_id, outbox_alerts.c.kind.label("told_as"))
        .add_columns(outbox.c.kind, outbox.c.state, outbox.c.due_at)
        .join(outbox_alerts, outbox_alerts.c.alert_id == alerts.c.id)
        .join(outbox, outbox_alerts.c.outbox_id == outbox.c.id)
        .join(members, members.c.article_id == alerts.c.article_id)
    )
    for row in db.execute(wide.where(recent).order_by(alerts.c.id)):
        held = row.state == DeliveryState.HELD
        slot = (row.due_at if held else LONG_AGO) if row.kind == Kind.DIGEST else None
        first = Hearing(kind=Kind(row.told_as), rule_sets=frozenset(), slot=slot)
        known = found[row.article_id].setdefault(ChatId(row.chat_id), first)
        sets = known.rule_sets | {RuleSetId(row.rule_set)}
        found[row.article_id][ChatId(row.chat_id)] = replace(known, rule_sets=sets)
    return found


def _stances(kept: Mapping[str, Any], found: Sequence[Match]) -> Mapping[RuleSetId, Stance] | None:
    """Read what an article answers to the rule sets that hold."""
    told = {name: kept[name] for match in found if (name := match.rule_set) in kept}
    if not all("claims" in answer for answer in told.values()):
        return None
    return {name: _said(Stance, one, claims=_claims(one)) for name, one in told.items()}


def _claims(answer: Mapping[str, Any]) -> tuple[Claim, ...]:
    return tuple(_said(Claim, one, evidence=_evidence(one["evidence"])) for one in answer["claims"])


def _said(kind: type[S], row: dict[str, Any], **others: object) -> S:
    words: dict[str, object] = {
        name: tuple(kept) for name, kept in row.items() if isinstance(kept, list)
    }
    words |= {"polarity": Polarity(row["polarity"]), "detail": Detail(row["detail"])}
    return kind(**row | words | {"role": Role(row["role"])} | others)


def _evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(**row | {"zone": ZoneKind(row["zone"])})


def article_of(row: Row[Any]) -> Article:
    """Read an article; the text of an old one is gone."""
    published = row.published_at and Published(
        at=row.published_at, precision=Precision(row.precision)
    )
    zones = tuple(Zone(kind=ZoneKind(kind), start=start, end=end) for kind, start, end in row.zones)
    known = {"zones": zones, "published": published, "origin": Origin[row.origin]}
    return value(Article, row, **known, text=row.text or "")
