"""What waits for its time: one digest a chat and hour, written once; nothing lost when it moves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.newsroom import (
    H200,
    HOUR,
    MINUTE,
    NOW,
    name,
    placed,
    subscribed,
    verdict,
    waiting,
)
from watcher.model import (
    ArticleId,
    Chat,
    ChatSpec,
    Decision,
    DeliveryState,
    Draft,
    Kind,
    Message,
    StoryId,
)
from watcher.store import Recorded, Store
from watcher.timeline import Held, Page

SLOT = NOW + 2 * HOUR
HELD, QUEUED, EXPIRED = DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.EXPIRED


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def tell(
    store: Store,
    number: int,
    *chats: Chat,
    kind: Kind = Kind.NEW,
    slot: datetime | None = SLOT,
    held: datetime | None = None,
    story: int | None = None,
    text: str = "Une alerte",
) -> Recorded:
    """Have an article be told in a digest, or when it is no longer held."""
    letters = [
        Draft(
            chat=chat.id,
            rule_sets=(H200,),
            message=Message(html="" if slot else text),
            kind=kind,
            digest=slot is not None,
            due_at=slot or held,
        )
        for chat in chats
    ]
    return await store.record(
        await waiting(store, number),
        verdict(H200, decision=Decision.DEVELOPMENT),
        aliases=[name(f"puces.example/{number}")],
        drafts=letters,
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=placed(None if story is None else StoryId(story), event=number),
    )


def ids(*numbers: int) -> frozenset[ArticleId]:
    """Number articles."""
    return frozenset(map(ArticleId, numbers))


def page(text: str, *told: int, silent: bool = False) -> Page:
    """Write a page of a digest."""
    return Page(message=Message(html=text, silent=silent), articles=ids(*told))


async def sent(store: Store, now: datetime) -> list[str]:
    """Send what is due; return what arrived."""
    found = []
    while claimed := await store.claim(now, limit=9, lease=MINUTE):
        for one in claimed:
            await store.sent(one.id, str(one.id), now=now)
            found.append(one.message.html)
    return found


async def states(store: Store) -> dict[DeliveryState, int]:
    """Count deliveries by their state, those that there are."""
    outbox = (await store.status(NOW)).outbox
    return {state: count for state, count in outbox.items() if count}


async def test_a_digest_is_gathered_then_written_once(store: Store) -> None:
    """Alerts of one chat and hour are one row; it leaves at its hour, as what it says."""
    chat, other = await subscribed(store, "7", "8")
    await tell(store, 1, chat, other)
    await tell(store, 2, chat)
    await tell(store, 3, chat, slot=SLOT + HOUR)
    assert await states(store) == {HELD: 3}
    assert await store.due_digests(SLOT - MINUTE) == []
    assert await sent(store, SLOT) == []
    mine, theirs = await store.due_digests(SLOT)
    assert mine == Held(
        id=mine.id,
        chat=chat.id,
        kind=Kind.DIGEST,
        due_at=SLOT,
        silent=False,
        rule_sets=frozenset({H200}),
        articles=ids(1, 2),
    )
    assert (theirs.chat, theirs.articles) == (other.id, ids(1))
    assert await store.write_digest(mine.id, [page("Revue", 1, 2)], now=SLOT)
    assert not await store.write_digest(mine.id, [page("Revue", 1, 2)], now=SLOT)
    assert await sent(store, SLOT) == ["Revue"]
    assert not await store.write_digest(mine.id, [page("Revue", 1, 2)], now=SLOT)
    assert await states(store) == {HELD: 2, DeliveryState.SENT: 1}
    assert await store.told(ArticleId(1)) == {(chat.id, H200), (other.id, H200)}


async def test_an_empty_digest_is_not_sent(store: Store) -> None:
    """A digest without pages ends; its alerts count as told."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, chat)
    [held] = await store.due_digests(SLOT)
    assert not await store.write_digest(held.id, [], now=SLOT)
    assert await states(store) == {EXPIRED: 1}
    assert await store.due_digests(SLOT) == []


async def test_pages_are_messages_in_order(store: Store) -> None:
    """Each page is a delivery that tells its own articles, and carries their stories on."""
    [chat] = await subscribed(store, "7")
    for number in (1, 2, 3):
        await tell(store, number, chat)
    [held] = await store.due_digests(SLOT)
    both = [page("1/2", 1, 2), page("2/2", 3, silent=True)]
    assert await store.write_digest(held.id, both, now=SLOT)
    assert await sent(store, SLOT) == ["1/2", "2/2"]
    [first], [last] = await store.told_of(StoryId(1)), await store.told_of(StoryId(3))
    assert (first.receipt, last.receipt) == (str(held.id), str(held.id + 1))
    assert [one.told[chat.id].slot for one in await store.remembered(NOW - HOUR)] == [
        datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    ] * 3


async def test_a_story_goes_on_in_its_digest(store: Store) -> None:
    """What joins a story joins its digest; a turn that comes before it answers nothing."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, chat)
    await tell(store, 2, chat, kind=Kind.EDIT, story=1)
    [told] = await store.told_of(StoryId(1))
    assert (told.state, told.articles) == (HELD, 2)
    kinds = [one.told[chat.id] for one in await store.remembered(NOW - HOUR)]
    assert [(one.kind, one.slot) for one in kinds] == [(Kind.NEW, SLOT), (Kind.EDIT, SLOT)]
    await tell(store, 3, chat, kind=Kind.REPLY, slot=None, story=1)
    [turn] = await store.claim(NOW, limit=9, lease=MINUTE)
    assert (turn.kind, turn.target) == (Kind.REPLY, "")
    [held] = await store.due_digests(SLOT)
    assert held.articles == {1, 2}


async def test_who_cannot_be_reached_gets_it_later(store: Store) -> None:
    """The digest of a suspended chat is written when the chat is back."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, chat)
    [held] = await store.due_digests(SLOT)
    await store.suspend(chat.id, error="blocked", now=SLOT)
    assert await store.due_digests(SLOT) == []
    assert await store.write_digest(held.id, [page("Revue", 1)], now=SLOT)
    assert await states(store) == {DeliveryState.SUSPENDED: 1}
    await store.resume_chat(chat.id)
    assert await sent(store, SLOT) == ["Revue"]


async def test_what_waits_moves(store: Store) -> None:
    """Digests and held alerts go to the times chosen anew; two digests of one time become one."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, chat)
    await tell(store, 2, chat, slot=SLOT + HOUR)
    await tell(store, 3, chat, slot=None, held=SLOT)
    await tell(store, 4, chat, slot=None, held=NOW)
    held = await store.held(chat.id, NOW)
    assert [(one.kind, one.due_at) for one in held] == [
        (Kind.DIGEST, SLOT),
        (Kind.DIGEST, SLOT + HOUR),
        (Kind.NEW, SLOT),
    ]
    status = await store.status(NOW + MINUTE)
    assert status.oldest_queued == MINUTE  # what waits for its time is not late
    later = SLOT + 5 * HOUR
    await store.replan({one.id: later for one in held}, now=NOW)
    assert await store.due_digests(later - MINUTE) == []
    [digest] = await store.due_digests(later)
    assert digest.articles == {1, 2}
    [told] = await store.told_of(StoryId(1))
    assert told.state is HELD
    assert len(await sent(store, SLOT)) == 1
    assert await store.write_digest(digest.id, [page("Revue", 1, 2)], now=later)
    await store.replan({digest.id: later + HOUR}, now=later)  # too late for that: it is on its way
    assert (await sent(store, later))[-1:] == ["Revue"]
    assert await store.held(chat.id, later) == []


async def test_a_chat_that_moves_takes_its_digest_along(store: Store) -> None:
    """Onto another chat, too: what that one has already is not told again."""
    [chat, other] = await store.sync_chats(
        [ChatSpec(address="7"), ChatSpec(address="8")], channel="telegram", now=NOW
    )
    await tell(store, 1, chat, other)
    await tell(store, 2, chat)
    await store.say(chat.id, Message(html="Réponse"), now=NOW)
    await store.move(chat.id, address="8")
    assert sorted(len(one.articles) for one in await store.due_digests(SLOT)) == [1, 1]
    assert {one.chat for one in await store.due_digests(SLOT)} == {other.id}
    assert await sent(store, NOW) == ["Réponse"]


async def test_a_digest_that_has_nothing_of_its_own_is_dropped(store: Store) -> None:
    """Where the other chat is told all of it already, one digest is enough."""
    [chat, other] = await subscribed(store, "7", "8")
    await tell(store, 1, chat, other)
    await store.move(chat.id, address="8")
    [digest] = await store.due_digests(SLOT)
    assert (digest.chat, digest.articles) == (other.id, ids(1))
    assert await states(store) == {HELD: 1, EXPIRED: 1}


async def test_a_wrong_clock_holds_nothing_for_years(tmp_path: object) -> None:
    """A digest may wait for a week; one that is planned farther ahead is due at once."""
    url = f"sqlite:///{tmp_path}/watcher.db"
    store = await Store.open(url, now=NOW)
    [chat] = await subscribed(store, "7")
    week, years = NOW + timedelta(days=7, hours=9), NOW + timedelta(days=900)
    await tell(store, 1, chat, slot=week)
    await tell(store, 2, chat, slot=years)
    await store.close()
    store = await Store.open(url, now=NOW)
    assert [one.articles for one in await store.due_digests(NOW)] == [{2}]
    await store.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("digest"), st.integers(1, 6)),  # an article for the digest in n hours
        st.tuples(st.just("night"), st.integers(1, 6)),  # one that is held for n hours
        st.tuples(st.just("choose"), st.integers(0, 9)),  # all that waits moves to n hours from now
        st.tuples(st.just("write"), st.integers(1, 3)),  # n hours pass; due digests are written
        st.tuples(st.just("block"), st.integers(1, 3)),  # ... while the chat is blocked
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_whatever_is_chosen_all_is_told_once(steps: list[tuple[str, int]]) -> None:
    """Articles, new choices, hours and blocks in any order: each article is told exactly once."""
    asyncio.run(lives(steps))


async def lives(steps: list[tuple[str, int]]) -> None:
    """Live through the steps, then through a day; compare what was told with what came."""
    store, now, came = await Store.open("sqlite://", now=NOW), NOW, 0
    [chat] = await subscribed(store, "7")
    told: list[str] = []
    for what, hours in [*steps, ("write", 24)]:
        if what in ("digest", "night"):
            came += 1
            at = now.replace(minute=0) + hours * HOUR
            slot, held = (at, None) if what == "digest" else (None, at)
            await tell(store, came, chat, slot=slot, held=held, text=f"{came}")
        elif what == "choose":
            waits = await store.held(chat.id, now)
            await store.replan({one.id: now + hours * HOUR for one in waits}, now=now)
        else:
            now += hours * HOUR
            if what == "block":
                await store.suspend(chat.id, error="blocked", now=now)
            for one in await store.due_digests(now):
                pages = [page(f"{article}", article) for article in sorted(one.articles)]
                assert await store.write_digest(one.id, pages, now=now)
            told += await sent(store, now)
            await store.resume_chat(chat.id)
    assert sorted(told, key=int) == [f"{number}" for number in range(1, came + 1)]
    assert await states(store) == ({DeliveryState.SENT: came} if came else {})
    await store.close()
