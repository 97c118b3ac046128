"""Small news values for tests of the store, so that a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.claims import Evidence, Zone, ZoneKind
from watcher.model import (
    Alias,
    AliasKind,
    Article,
    Chat,
    ChatSpec,
    Decision,
    Document,
    Draft,
    Entry,
    FeedId,
    FeedSpec,
    Match,
    Message,
    Pending,
    Poll,
    RuleId,
    RuleSetId,
    Severity,
    StoryId,
    Validators,
    Verdict,
)
from watcher.store import Recorded, Store
from watcher.timeline import Placed

NOW = datetime(2026, 1, 30, 16, 45, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FEED = "https://puces.example/flux.xml"
H200 = RuleSetId("h200")
QUOTA = RuleSetId("quota")


def entry(number: int = 1, **values: str) -> Entry:
    """Write an entry of a feed about chips."""
    spelled = {
        "guid": f"puces-{number}",
        "url": f"https://puces.example/article-{number}",
        "title": f"Pékin rouvre la porte au H200, épisode {number}",
        "summary": "Les douanes laissent passer une première livraison.",
    }
    return replace(Entry(), **(spelled | values))  # type: ignore[arg-type]  # all of them words


def poll(*entries: Entry, etag: str = '"v1"', due_at: datetime = NOW + HOUR) -> Poll:
    """Write a poll that brought a document."""
    document = Document(title="Puces du jour", language="fr", entries=entries)
    return Poll(
        validators=Validators(etag=etag, last_modified="Fri, 30 Jan 2026", body_hash="b1"),
        address=FEED,
        due_at=due_at,
        interval=HOUR,
        document=document,
    )


def match(rule_set: RuleSetId = H200) -> Match:
    """Write a match of one rule."""
    return Match(
        rule=RuleId(f"{rule_set}/mention"),
        rule_set=rule_set,
        title="Puce nommée",
        severity=Severity.NORMAL,
        score=1.5,
        evidence=(Evidence(zone=ZoneKind.LEAD, start=4, end=8, words="puce", quote="H200"),),
        rules_hash="r1",
    )


def verdict(*rule_sets: RuleSetId, decision: Decision | None = None, text: str = "") -> Verdict:
    """Write a verdict: these rule sets hold."""
    article = Article(
        title="Pékin rouvre la porte au H200",
        text=text or "Les H200 passent la douane.",
        zones=(Zone(kind=ZoneKind.LEAD, start=0, end=27),),
        url="https://puces.example/article-1",
        site="Puces du jour",
        language="fr",
    )
    return Verdict(
        article=article,
        matches=tuple(match(one) for one in rule_sets),
        decision=decision or (Decision.FIRST if rule_sets else Decision.NO_MATCH),
        reason="a sentence",
        rules_hash="r1",
    )


def draft(chat: Chat, *rule_sets: RuleSetId) -> Draft:
    """Write a message to a chat."""
    message = Message(html="<b>Alerte</b> : le H200 est autorisé", link="https://puces.example/1")
    return Draft(chat=chat.id, rule_sets=rule_sets or (H200,), message=message)


def name(key: str, kind: AliasKind = AliasKind.URL) -> Alias:
    """Name an article."""
    return Alias(kind=kind, key=key)


def placed(story: StoryId | None, **values: Any) -> Placed:
    """Place an article: in this story, or at the beginning of one."""
    usual: dict[str, Any] = {
        "event": 1,
        "published_at": NOW,
        "host": "puces.example",
    }
    return Placed(story=story, **(usual | values))


async def feed(store: Store, url: str = FEED) -> FeedId:
    """Configure one feed."""
    await store.sync_feeds([FeedSpec(url=url)], now=NOW)
    return next(one.id for one in await store.feeds() if one.url == url)


async def waiting(store: Store, number: int = 1) -> Pending:
    """Have a feed bring an entry that waits to be read."""
    await store.record_poll(await feed(store), poll(entry(number)), now=NOW)
    found = await store.pending(NOW + HOUR, limit=1_000)
    return next(one for one in found if one.entry.guid == f"puces-{number}")


async def subscribed(store: Store, *addresses: str, thread: int | None = None) -> list[Chat]:
    """Configure chats."""
    specs = [ChatSpec(address=address, thread=thread) for address in addresses]
    return await store.sync_chats(specs, channel="telegram", now=NOW)


async def told(store: Store, *chats: Chat, number: int = 1, now: datetime = NOW) -> Recorded:
    """Have an article alert these chats."""
    return await store.record(
        await waiting(store, number),
        verdict(H200),
        aliases=[name(f"puces.example/article-{number}")],
        drafts=[draft(chat) for chat in chats],
        sentences=[],
        host="puces.example",
        now=now,
    )


async def record(
    store: Store,
    pending: Pending,
    *rule_sets: str,
    decision: Decision | None = None,
    chats: tuple[Chat, ...] = (),
    sentences: tuple[int, ...] = (),
) -> Recorded:
    """Store a verdict in which these rule sets hold."""
    found = tuple(H200 if one == H200 else QUOTA for one in rule_sets)
    return await store.record(
        pending,
        verdict(*found, decision=decision),
        aliases=[name(pending.entry.url)],
        drafts=[draft(chat, *found) for chat in chats],
        sentences=sentences,
        host="puces.example",
        now=NOW,
    )
