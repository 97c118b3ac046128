"""Feeds and the entries they bring: what is due, what is new, what waits."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom import FEED, HOUR, MINUTE, NOW, entry, feed, poll, record, waiting
from watcher.model import Entry, FeedSpec, FeedState, Host, Poll, Precision, Published, Validators
from watcher.store import Store
from watcher.store.entries import CALM, REVISIONS, keyed


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


# Feeds ------------------------------------------------------------------------------------------


async def test_feeds_follow_the_configuration(store: Store) -> None:
    """New feeds are due at once, missing ones are kept unpolled, and returning ones remember."""
    one, two = FeedSpec(url=FEED, tags=("puces",)), FeedSpec(url="https://deux.example/", title="2")
    await store.sync_feeds([one, two], now=NOW)
    await store.record_poll((await store.feeds())[0].id, poll(entry()), now=NOW)
    await store.sync_feeds([two], now=NOW)
    assert [f.state for f in await store.feeds()] == [FeedState.REMOVED, FeedState.ACTIVE]
    assert [f.url for f in await store.due_feeds(NOW, limit=9)] == [two.url]
    await store.sync_feeds([one, two], now=NOW)
    back = (await store.feeds())[0]
    assert (back.state, back.due_at, back.validators.etag) == (FeedState.ACTIVE, NOW, '"v1"')
    assert back.tags == ("puces",)


async def test_due_feeds_in_the_order_of_waiting(store: Store) -> None:
    """The longest waiting comes first; `everything` asks for those that are not due too."""
    urls = [f"https://{n}.example/" for n in range(3)]
    await store.sync_feeds([FeedSpec(url=url) for url in urls], now=NOW)
    for wait, one in zip((2, 0, 1), await store.feeds(), strict=True):
        await store.record_poll(one.id, poll(due_at=NOW + wait * HOUR), now=NOW)
    assert [f.id for f in await store.due_feeds(NOW + HOUR, limit=9)] == [2, 3]
    assert [f.id for f in await store.due_feeds(NOW, limit=2, everything=True)] == [2, 3]


async def test_poll_and_failure(store: Store) -> None:
    """A poll stores what vouches for its entries; a failure keeps it and counts."""
    one = await feed(store)
    later = poll(entry(), due_at=NOW + HOUR)
    await store.record_poll(one, later, now=NOW)
    await store.record_failure(one, error="no answer in 20 s", due_at=NOW + 2 * HOUR, now=NOW)
    await store.record_failure(one, error="no answer in 20 s", due_at=NOW + 3 * HOUR, now=NOW)
    failed = (await store.feeds())[0]
    assert (failed.failures, failed.error) == (2, "no answer in 20 s")
    assert (failed.validators, failed.due_at) == (later.validators, NOW + 3 * HOUR)
    await store.record_poll(one, later, now=NOW + HOUR)
    healed = (await store.feeds())[0]
    assert (healed.failures, healed.error, healed.interval) == (0, None, HOUR)
    assert (healed.title, healed.language) == ("Puces du jour", "fr")
    assert (healed.polled_at, healed.changed_at) == (NOW + HOUR, NOW)


async def test_unchanged_document_keeps_the_title(store: Store) -> None:
    """An answer without a document says nothing new of the feed but its address and validators."""
    one = await feed(store)
    await store.record_poll(one, poll(entry()), now=NOW)
    moved = "https://puces.example/atom"
    same = Poll(
        validators=Validators(etag='"v2"'), address=moved, due_at=NOW, interval=None, document=None
    )
    assert (await store.record_poll(one, same, now=NOW)).new == 0
    found = (await store.feeds())[0]
    assert (found.title, found.address, found.url) == ("Puces du jour", moved, FEED)
    assert (found.validators.etag, found.interval) == ('"v2"', None)


async def test_gone_feed_is_not_asked_again(store: Store) -> None:
    """410 ends the polling, also over a restart; a feed removed meanwhile stays removed."""
    one = await feed(store)
    await store.record_failure(one, error="410", due_at=NOW, state=FeedState.GONE, now=NOW)
    await feed(store)
    assert (await store.feeds())[0].state is FeedState.GONE
    await store.sync_feeds([], now=NOW)
    await store.record_failure(one, error="410", due_at=NOW, now=NOW)
    assert (await store.feeds())[0].state is FeedState.REMOVED


async def test_hosts(store: Store) -> None:
    """What a host asked for is stored in place of what it asked for before."""
    await store.save_hosts([])
    await store.save_hosts([Host(name="a.example", next_at=NOW), Host(name="b.example:81")])
    robots = Host(name="a.example", next_at=NOW + HOUR, robots="Disallow: /", robots_at=NOW)
    await store.save_hosts([robots])
    assert await store.hosts() == [robots, Host(name="b.example:81")]


# Entries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (entry(1), entry(1, title="Corrigé", url="https://puces.example/b"), True),
        (entry(1, guid=""), entry(2, guid="", url="https://puces.example/article-1"), True),
        (entry(1, guid="", url=""), entry(1, guid="", url=""), True),
        (entry(1, guid="", url=""), entry(2, guid="", url=""), False),
        (entry(1, guid=""), entry(2, guid=""), False),
        (entry(1), entry(2), False),
    ],
)
async def test_what_an_entry_is_known_by(
    store: Store, first: Entry, second: Entry, same: bool
) -> None:
    """By its guid; without, by its link; without, by what it says."""
    one = await feed(store)
    await store.record_poll(one, poll(first), now=NOW)
    assert (await store.record_poll(one, poll(second), now=NOW)).new == (0 if same else 1)


@given(st.lists(st.builds(entry, st.integers(1, 3), guid=st.sampled_from(["", "same", "b"]))))
def test_one_guid_for_all_hides_nothing(entries: list[Entry]) -> None:
    """However a feed abuses its guids, entries with different links stay apart, and order is kept."""
    found = list(keyed(entries).values())
    assert {one.url for one in found} == {one.url for one in entries}
    assert [entries.index(one) for one in found] == sorted(entries.index(one) for one in found)


async def test_pending_oldest_first_with_all_it_said(store: Store) -> None:
    """Entries wait in the order of publication; one without a date in that of arrival."""
    one = await feed(store)
    old = Published(at=NOW - 5 * HOUR, precision=Precision.DAY)
    dated = Entry(
        guid="d", title="Daté", content="corps", published=old, author="AFP", language="fr"
    )
    await store.record_poll(one, poll(entry(1), dated), now=NOW)
    first, second = await store.pending(NOW, limit=9)
    assert (first.entry, first.seen, first.feed.id) == (dated, NOW, one)
    assert second.entry == entry(1)
    assert len(await store.pending(NOW, limit=1)) == 1


async def test_every_host_has_its_turn(store: Store) -> None:
    """Thousands of older entries of one host keep nobody else's waiting."""
    many = [entry(n, url=f"https://archives.example/{n}") for n in range(5_000)]
    old = Published(at=NOW - 5 * HOUR, precision=Precision.DAY)
    archive = [replace(one, published=old) for one in many]
    others = [entry(9_000 + n, url=f"https://site-{n}.example/1") for n in range(20)]
    linkless = entry(9_999, url="")
    await store.record_poll(await feed(store), poll(*archive, *others, linkless), now=NOW)
    found = [one.entry for one in await store.pending(NOW, limit=64)]
    assert {*others, linkless} < {*found}
    assert found[:43] == archive[:43]


async def test_postponed_entry_waits(store: Store) -> None:
    """An entry whose page could not be had is tried again later, and counts its tries."""
    one = await waiting(store)
    await store.postpone(one.id, until=NOW + HOUR, error="503")
    assert await store.pending(NOW + HOUR - MINUTE, limit=9) == []
    assert [p.attempts for p in await store.pending(NOW + HOUR, limit=9)] == [1]


async def test_vanished_entry_is_not_new_again(store: Store) -> None:
    """A feed that drops an entry and brings it back brings nothing new."""
    one = await feed(store)
    for document in (poll(entry(1)), poll(entry(2)), poll(entry(1))):
        result = await store.record_poll(one, document, now=NOW)
    assert (result.new, result.changed) == (0, 0)


async def test_large_document(store: Store) -> None:
    """More entries than one statement may name are still compared one by one."""
    one = await feed(store)
    many = [entry(n) for n in range(2_500)]
    assert (await store.record_poll(one, poll(*many), now=NOW)).new == 2_500
    assert (await store.record_poll(one, poll(*many, entry(9_999)), now=NOW)).new == 1


async def test_edit_is_read_again_in_time(store: Store) -> None:
    """An edited entry is read again as a revision, but not within ten minutes of the last time."""
    one = await waiting(store)
    known = (await record(store, one)).article
    edited = poll(entry(1, title="Pékin referme la porte"))
    assert (await store.record_poll(one.feed.id, edited, now=NOW + MINUTE)).changed == 1
    assert await store.pending(NOW + CALM - MINUTE, limit=9) == []
    [again] = await store.pending(NOW + CALM, limit=9)
    assert (again.article, again.entry.title) == (known, "Pékin referme la porte")


async def test_edit_of_an_unread_entry_delays_nothing(store: Store) -> None:
    """An entry corrected before we came to read it is read at its hour, in its last wording."""
    one = await waiting(store)
    await store.record_poll(one.feed.id, poll(entry(1, title="Corrigé")), now=NOW + MINUTE)
    [still] = await store.pending(NOW + MINUTE, limit=9)
    assert (still.entry.title, still.article) == ("Corrigé", None)


async def test_edit_while_we_read_is_read_again(store: Store) -> None:
    """A verdict about the old wording does not close an entry that changed meanwhile."""
    one = await waiting(store)
    await store.record_poll(one.feed.id, poll(entry(1, title="Corrigé")), now=NOW)
    recorded = await record(store, one)
    [again] = await store.pending(NOW, limit=9)
    assert (again.article, again.entry.title) == (recorded.article, "Corrigé")
    await record(store, again)
    assert await store.pending(NOW + HOUR, limit=9) == []


async def test_endless_edits_end(store: Store) -> None:
    """An entry that counts its comments in its summary is not read for ever."""
    one = await feed(store)
    changed = 0
    for hour in range(REVISIONS + 5):
        document = poll(entry(1, summary=f"{hour} commentaires"))
        changed += (await store.record_poll(one, document, now=NOW + hour * HOUR)).changed
    assert changed == REVISIONS
