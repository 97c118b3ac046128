"""From a poll to a verdict: what is new, what is the same, who is told."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.newsroom import (
    FEED,
    H200,
    HOUR,
    MINUTE,
    NOW,
    QUOTA,
    draft,
    entry,
    name,
    poll,
    record,
    subscribed,
    told,
    verdict,
    waiting,
)
from tests.ruling import stance
from watcher.errors import StoreError
from watcher.model import (
    AliasKind,
    Decision,
    DeliveryState,
    FeedSpec,
    FeedState,
    Message,
    RuleSetId,
)
from watcher.store import Recorded, Store, schema
from watcher.store.opening import READ


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


# Articles ---------------------------------------------------------------------------------------


async def test_recorded_article_is_recognised(store: Store) -> None:
    """An article is known by each of its names, an address by any kind of name, a guid by its own."""
    one = await waiting(store)
    recorded = await record(store, one, H200)
    assert (recorded.fresh, recorded.deliveries) == (True, 0)
    assert (
        await store.recognise([name("x"), name(one.entry.url, AliasKind.FINAL)]) == recorded.article
    )
    assert await store.recognise([name(one.entry.url, AliasKind.GUID)]) is None
    assert await store.recognise([]) is None
    assert await store.title(recorded.article) == "Pékin rouvre la porte au H200"
    assert await store.pending(NOW + HOUR, limit=9) == []


async def test_what_an_article_answers_is_kept(store: Store) -> None:
    """The answer to each question is stored with the article, without its claims; an edit renews it."""
    one = await waiting(store)
    kept = []
    for answers in ({RuleSetId("cobalt"): stance()}, {}):
        recorded = await store.record(
            one,
            replace(verdict(decision=Decision.BACKGROUND), stances=answers),
            aliases=[],
            drafts=[],
            sentences=[],
            host="puces.example",
            now=NOW,
        )
        one = replace(one, article=recorded.article)
        kept += await store._run(READ, lambda db: [*db.scalars(select(schema.articles.c.stances))])
    assert kept == [
        {
            "cobalt": {
                "polarity": "closed",
                "detail": "imposed",
                "objects": ["cobalt"],
                "direction": "export",
                "issuer": "RDC",
                "role": "primary",
                "conditional": False,
                "still_closed": [],
            }
        },
        {},
    ]


async def test_linked_entry_adds_its_names(store: Store) -> None:
    """Another entry of a known article is closed without a verdict; its names count from then on."""
    first = (await record(store, await waiting(store, 1))).article
    other = await waiting(store, 2)
    await store.link(other.id, first, [], now=NOW)
    await store.link(other.id, first, [name("miroir.example/1"), name("x")], now=NOW)
    assert await store.pending(NOW + HOUR, limit=9) == []
    assert await store.recognise([name("miroir.example/1")]) == first


async def test_a_name_stays_with_its_first_article(store: Store) -> None:
    """A name is never taken from one article by another; the oldest article answers."""
    first = (await record(store, await waiting(store, 1))).article
    second = (await record(store, await waiting(store, 2))).article
    third = await waiting(store, 3)
    await store.link(third.id, second, [name("https://puces.example/article-1")], now=NOW)
    assert await store.recognise([name("https://puces.example/article-1")]) == first
    both = [name(f"https://puces.example/article-{n}") for n in (2, 1)]
    assert await store.recognise(both) == min(first, second)


async def test_race_for_one_article(store: Store) -> None:
    """Of two entries of one article judged at once, the second is linked and alerts nobody."""
    chats = tuple(await subscribed(store, "7"))
    first, second = await waiting(store, 1), await waiting(store, 2)
    names = [name("puces.example/same")]
    results = [
        await store.record(
            one,
            verdict(H200),
            aliases=[*names, name(one.entry.url)],
            drafts=[draft(chats[0])],
            sentences=[1],
            host="puces.example",
            now=NOW,
        )
        for one in (first, second)
    ]
    assert results[1] == Recorded(article=results[0].article, fresh=False, deliveries=0)
    assert (await store.status(NOW)).outbox[DeliveryState.QUEUED] == 1
    assert await store.recognise([name(second.entry.url)]) == results[0].article
    assert await store.pending(NOW + HOUR, limit=9) == []


async def test_alert_reaches_each_chat_once(store: Store) -> None:
    """A revision alerts only of rule sets, and chats, that were not told before."""
    chats = tuple(await subscribed(store, "7", "8"))
    one = await waiting(store)
    first = await record(store, one, H200, chats=chats[:1])
    assert await store.told(first.article) == {(chats[0].id, H200)}
    await store.record_poll(one.feed.id, poll(entry(1, title="Quota ajouté")), now=NOW)
    [again] = await store.pending(NOW + HOUR, limit=9)
    revised = await record(store, again, H200, QUOTA, decision=Decision.REVISION, chats=chats)
    assert revised == Recorded(article=first.article, fresh=False, deliveries=2)
    assert await store.told(first.article) == set(
        itertools.product((c.id for c in chats), (H200, QUOTA))
    )
    decided = select(schema.alerts.c.rule_set, schema.alerts.c.decision)
    alerts = await store._run(READ, lambda db: [*map(tuple, db.execute(decided))])
    assert alerts == [(H200, Decision.FIRST), (QUOTA, Decision.REVISION)]
    await store.record_poll(one.feed.id, poll(entry(1, title="Encore")), now=NOW + HOUR)
    [third] = await store.pending(NOW + 2 * HOUR, limit=9)
    assert (await record(store, third, H200, QUOTA, chats=chats)).deliveries == 0
    status = await store.status(NOW)
    assert (status.matches, status.alerts) == (2, 2)


async def test_copy_is_listed_and_silent(store: Store) -> None:
    """A decision that nobody hears of stores its matches and no alert."""
    await record(store, await waiting(store), H200, decision=Decision.COPY)
    status = await store.status(NOW)
    assert (status.matches, status.alerts) == (1, 0)


async def test_verdict_is_stored_whole_or_not_at_all(store: Store) -> None:
    """A failure half-way leaves nothing behind, and the entry waits as before."""
    [chat] = await subscribed(store, "7")
    one = await waiting(store)
    before = await store.status(NOW)
    empty = Message(html="", silent=None)  # type: ignore[arg-type]  # the database refuses it
    torn = [draft(chat), replace(draft(chat, QUOTA), message=empty)]
    for drafts in (torn, torn[1:]):
        with pytest.raises(StoreError, match="NOT NULL"):
            await store.record(
                one,
                verdict(H200, QUOTA),
                aliases=[name(one.entry.url)],
                drafts=drafts,
                sentences=[1, 2],
                host="puces.example",
                now=NOW,
            )
    with pytest.raises(KeyError, match="h200"):  # a draft of what nobody is to hear of
        await record(store, one, H200, decision=Decision.COPY, chats=(chat,))
    assert await store.status(NOW) == before
    assert await store.recognise([name(one.entry.url)]) is None
    assert [p.id for p in await store.pending(NOW, limit=9)] == [one.id]
    assert (await record(store, one, H200, chats=(chat,))).deliveries == 1


async def test_sentences_become_common(store: Store) -> None:
    """A sentence of three different articles is page furniture on that host, and only there."""
    for number in range(1, 4):
        one = await waiting(store, number)
        assert await store.common_sentences("puces.example", [-5, 6, 7]) == frozenset()
        await record(store, one, sentences=(-5, -5, 10 + number))
    asked = [*range(3_000), -5]
    assert await store.common_sentences("puces.example", asked) == {-5}
    assert await store.common_sentences("autre.example", asked) == frozenset()
    await store.record_poll(one.feed.id, poll(entry(3, title="Corrigé")), now=NOW)
    [edited] = await store.pending(NOW + HOUR, limit=9)
    await record(store, edited, sentences=(13,))
    await record(store, await waiting(store, 5), sentences=(13,))
    assert await store.common_sentences("puces.example", [13]) == frozenset()


# Upkeep -----------------------------------------------------------------------------------------


async def test_status_of_a_living_watch(store: Store) -> None:
    """The figures say what is polled, what waits and what was decided."""
    empty = await store.status(NOW)
    assert (empty.oldest_queued, empty.last_poll, empty.articles) == (None, None, 0)
    chats = await subscribed(store, "7", "8")
    await told(store, *chats)
    await waiting(store, 2)
    specs = [FeedSpec(url=url) for url in (FEED, "https://b.example/", "https://c.example/")]
    await store.sync_feeds(specs, now=NOW)
    _, failing, gone = await store.feeds()
    await store.record_failure(failing.id, error="503", due_at=NOW, now=NOW)
    await store.record_failure(gone.id, error="410", due_at=NOW, state=FeedState.GONE, now=NOW)
    await store.suspend(chats[1].id, error="blocked", now=NOW)
    status = await store.status(NOW + MINUTE)
    assert (status.feeds_active, status.feeds_failing, status.feeds_gone) == (2, 1, 1)
    assert (status.chats_active, status.chats_suspended) == (1, 1)
    assert (status.entries_pending, status.articles, status.alerts) == (1, 1, 1)
    assert status.outbox[DeliveryState.QUEUED] == status.outbox[DeliveryState.SUSPENDED] == 1
    assert (status.oldest_queued, status.last_poll) == (MINUTE, NOW)


async def test_age_limits(store: Store) -> None:
    """Rare sentences go after a week, texts after months, names after more than a year."""
    one = await waiting(store)
    chats = tuple(await subscribed(store, "7", "8"))
    recorded = await record(store, one, H200, chats=chats, sentences=(1, 2))
    [sent] = await store.claim(NOW, limit=1, lease=MINUTE)
    await store.sent(sent.id, "1", now=NOW)
    assert await store.prune(NOW + timedelta(days=6)) == 0
    assert await store.prune(NOW + timedelta(days=8)) == 2
    assert await store.prune(NOW + timedelta(days=91)) == 2  # the article's text, the sent message
    assert await store.prune(NOW + timedelta(days=91)) == 0
    [unsent] = await store.claim(NOW, limit=1, lease=MINUTE)
    assert unsent.message.html
    assert await store.recognise([name(one.entry.url)]) is not None
    assert await store.prune(NOW + timedelta(days=489)) == 0
    assert await store.prune(NOW + timedelta(days=491)) == 1
    assert await store.recognise([name(one.entry.url)]) is None
    assert await store.title(recorded.article) == "Pékin rouvre la porte au H200"
    await store.record_poll(one.feed.id, poll(entry(1)), now=NOW + timedelta(days=492))
    assert await store.pending(NOW + timedelta(days=493), limit=9) == []
