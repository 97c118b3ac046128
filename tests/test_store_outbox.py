"""The outbox: every alert arrives, one at a time, whatever happens in between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.newsroom import H200, HOUR, MINUTE, NOW, QUOTA, draft, subscribed, told
from watcher.model import ChatSpec, Delivery, DeliveryState
from watcher.preferences import Level
from watcher.store import Store

SECOND = timedelta(seconds=1)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def claim(store: Store, minutes: int = 0, limit: int = 99) -> list[Delivery]:
    """Claim for a minute."""
    return await store.claim(NOW + minutes * MINUTE, limit=limit, lease=MINUTE)


async def states(store: Store) -> dict[DeliveryState, int]:
    """Return the states that occur."""
    return {state: n for state, n in (await store.status(NOW)).outbox.items() if n}


# Chats ------------------------------------------------------------------------------------------


async def test_chats_follow_the_configuration(store: Store) -> None:
    """Chats keep their identity over restarts; those that are no longer named fall silent."""
    spec = ChatSpec(
        address="-100",
        thread=5,
        rule_sets=(H200, QUOTA),
        level=Level.ALL,
        language="en",
        name="Rédac",
    )
    plain = ChatSpec(address="7")
    first = await store.sync_chats([spec, plain], channel="telegram", now=NOW)
    assert [chat.spec for chat in first] == [spec, plain]
    await told(store, *first)
    assert [c.id for c in await store.sync_chats([plain], channel="telegram", now=NOW)] == [
        first[1].id
    ]
    assert [d.address for d in await claim(store)] == ["7"]
    again = await store.sync_chats([plain, spec], channel="telegram", now=NOW)
    assert again == await store.chats() == first
    assert [d.thread for d in await claim(store)] == [5]
    [console] = await store.sync_chats([plain], channel="console", now=NOW)
    assert console.id not in {chat.id for chat in first}


async def test_unreachable_chat_stays_suspended(store: Store) -> None:
    """A restart does not call a chat that blocked us; when it is back, it gets what waited."""
    one, two = await subscribed(store, "7", "8")
    await told(store, one, two)
    await told(store, one, number=2)
    [sending] = await claim(store, limit=1)
    assert sending.chat == one.id
    await store.suspend(one.id, error="bot was blocked by the user", now=NOW)
    await store.retry(sending.id, until=NOW, error="too late to matter")
    assert await subscribed(store, "7", "8") == [two]
    assert await states(store) == {DeliveryState.SUSPENDED: 2, DeliveryState.QUEUED: 1}
    await told(store, one, number=3)  # judged with the list of chats of before
    assert {d.chat for d in await claim(store)} == {two.id}
    await store.resume_chat(one.id)
    assert await store.chats() == [one, two]
    assert [d.id for d in await claim(store)] == [sending.id]
    assert (await states(store))[DeliveryState.QUEUED] == 2


async def test_suspended_in_doubt_comes_back_in_doubt(store: Store) -> None:
    """What may have arrived before the chat blocked us is looked for, not sent again."""
    [one] = await subscribed(store, "7")
    await told(store, one)
    [sending] = await claim(store)
    await store.unsure(sending.id, until=NOW, error="no answer")
    await store.suspend(one.id, error="blocked", now=NOW)
    await store.resume_chat(one.id)
    assert [d.state for d in await claim(store)] == [DeliveryState.UNSURE]


async def test_paused_address(store: Store) -> None:
    """An address that asks us to slow down gets nothing until then, in none of its topics."""
    specs = [ChatSpec(address="-100", thread=n) for n in (1, 2)]
    one, two = await store.sync_chats(specs, channel="telegram", now=NOW)
    await told(store, one, two)
    await store.pause_chat(one.id, until=NOW + 5 * MINUTE)
    assert await claim(store, 4) == []
    assert await store.next_delivery(NOW) == NOW + 5 * MINUTE
    assert len(await claim(store, 5)) == 1


async def test_moved_chat_is_followed(store: Store) -> None:
    """A group that became a supergroup gets what waits, and the next alerts, at its new address."""
    [one] = await subscribed(store, "-5")
    await told(store, one)
    await told(store, one, number=2)
    [sending] = await claim(store)
    await store.sent(sending.id, "41", now=NOW)
    [second] = await claim(store)
    assert second.last_receipt == "41"
    await store.move(one.id, address="-1005")
    [again] = await claim(store)
    assert (again.id, again.address, again.last_receipt) == (second.id, "-1005", "")
    assert again.state is DeliveryState.QUEUED
    for address in ("-5", "-1005"):  # before and after the administrator corrects the file
        [chat] = await subscribed(store, address)
        assert (chat.id, chat.spec.address) == (one.id, "-1005")


async def test_moved_onto_another_chat(store: Store) -> None:
    """Two configured chats that turn out to be one hear everything once, also after a restart."""
    old, new, other = await subscribed(store, "-5", "-1005", "9")
    await told(store, old, new)
    await told(store, old, number=2)
    await store.move(old.id, address="-1005")
    assert await store.chats() == [new, other]
    recorded = await told(store, old, new, other, number=3)
    assert recorded.deliveries == 2
    assert await states(store) == {DeliveryState.QUEUED: 4, DeliveryState.EXPIRED: 1}
    assert await subscribed(store, "-5", "-1005", "9") == [new, other]
    assert await subscribed(store, "-1005", "-5", "9") == [new, other]
    assert [chat.id for chat in await subscribed(store, "-5")] == [new.id]
    for _ in range(3):
        [delivery] = await claim(store)
        assert delivery.address == "-1005"
        await store.sent(delivery.id, "1", now=NOW)
    await store.suspend(old.id, error="blocked", now=NOW)  # a report about the old chat
    await store.move(new.id, address="-7")
    assert [chat.id for chat in await subscribed(store, "-5", "9")] == [other.id]


async def test_moved_onto_a_forgotten_chat(store: Store) -> None:
    """A chat may move to an address that was configured once: that memory is taken up again."""
    [forgotten] = await subscribed(store, "-1005")
    [one] = await subscribed(store, "-5")
    await told(store, one)
    await store.move(one.id, address="-1005")
    assert [chat.id for chat in await store.chats()] == [forgotten.id]
    assert [d.chat for d in await claim(store)] == [forgotten.id]


async def test_a_silent_chat_may_move(store: Store) -> None:
    """A chat that is no longer configured wakes nobody when the channel tells its new address."""
    one, _ = await subscribed(store, "-5", "-1005")
    assert await subscribed(store) == []
    await store.move(one.id, address="-1005")
    assert await store.chats() == []


async def test_closed_topic(store: Store) -> None:
    """What waits for a closed topic goes to the group as a whole; later alerts try the topic."""
    [one] = await subscribed(store, "-100", thread=5)
    await told(store, one)
    assert [d.thread for d in await claim(store)] == [5]
    await store.drop_thread(one.id)
    await told(store, one, number=2)
    [first] = await claim(store)
    assert (first.thread, first.attempts) == (None, 2)
    await store.sent(first.id, "1", now=NOW)
    assert [d.thread for d in await claim(store)] == [5]


# Deliveries -------------------------------------------------------------------------------------


async def test_claimed_as_written(store: Store) -> None:
    """A delivery carries its message unchanged, and the time of the next one is known."""
    [one] = await subscribed(store, "7")
    assert await store.next_delivery(NOW) is None
    await told(store, one)
    assert await store.next_delivery(NOW) == NOW
    [delivery] = await claim(store)
    assert delivery == Delivery(
        id=delivery.id,
        chat=one.id,
        address="7",
        thread=None,
        message=draft(one).message,
        state=DeliveryState.QUEUED,
        attempts=1,
    )
    assert await claim(store) == []
    assert await store.next_delivery(NOW) == NOW + MINUTE
    await store.sent(delivery.id, "1", now=NOW)
    assert await store.next_delivery(NOW) is None


async def test_one_at_a_time_to_one_address(store: Store) -> None:
    """The topics of a group share its message numbers, so they share its one place in flight."""
    specs = [ChatSpec(address="-100", thread=n) for n in (1, 2)] + [ChatSpec(address="7")]
    chats = await store.sync_chats(specs, channel="telegram", now=NOW)
    await told(store, *chats)
    group, private = await claim(store)
    assert (group.address, private.address) == ("-100", "7")
    await store.sent(group.id, "9", now=NOW)
    [second] = await claim(store)
    assert (second.thread, second.last_receipt) == (2, "9")
    await store.sent(second.id, "10", now=NOW)
    await told(store, chats[0], number=2)
    assert [d.last_receipt for d in await claim(store)] == ["10"]


async def test_oldest_first_and_limit(store: Store) -> None:
    """The longest waiting goes first; one that failed goes behind those that did not."""
    one, two = await subscribed(store, "7", "8")
    await told(store, two, number=1, now=NOW)
    await told(store, one, number=2, now=NOW + SECOND)
    await told(store, two, number=3, now=NOW + SECOND)
    [first] = await claim(store, 1, limit=1)
    assert first.chat == two.id
    await store.retry(first.id, until=NOW + 2 * MINUTE, error="503")
    claimed = await claim(store, 2)
    assert [d.chat for d in claimed] == [one.id, two.id]
    assert first.id not in {d.id for d in claimed}


async def test_unsure_blocks_its_chat(store: Store) -> None:
    """Until it is known whether a message arrived, its chat gets nothing else."""
    [one] = await subscribed(store, "7")
    await told(store, one)
    await told(store, one, number=2)
    [first] = await claim(store)
    await store.unsure(first.id, until=NOW + 2 * SECOND, error="no answer in 20 s")
    assert await claim(store) == []
    assert await store.next_delivery(NOW) == NOW + 2 * SECOND
    [again] = await claim(store, 1)
    assert (again.id, again.state, again.attempts) == (first.id, DeliveryState.UNSURE, 2)
    await store.retry(again.id, until=NOW + HOUR, error="it did not arrive")
    [other] = await claim(store, 1)
    assert (other.state, other.id != first.id) == (DeliveryState.QUEUED, True)


async def test_crash_leaves_doubt(store: Store) -> None:
    """What was on its way when the process died may have arrived; so may what took too long."""
    one, two = await subscribed(store, "7", "8")
    await told(store, one, two)
    assert len(await claim(store)) == 2
    assert await store.recover(NOW) == 2
    assert [d.state for d in await claim(store)] == [DeliveryState.UNSURE] * 2
    assert [d.state for d in await claim(store, 1)] == [DeliveryState.UNSURE] * 2
    assert await store.recover(NOW) == 2
    assert await store.recover(NOW) == 0


async def test_sent_is_final(store: Store) -> None:
    """A confirmation that comes after the lease ended counts, and nothing undoes it."""
    [one] = await subscribed(store, "7")
    await told(store, one)
    [first] = await claim(store)
    [again] = await claim(store, 2)
    await store.sent(first.id, "12", now=NOW)
    await store.unsure(again.id, until=NOW, error="no answer")
    await store.retry(again.id, until=NOW, error="no answer")
    await store.refuse(again.id, error="no")
    await store.sent(again.id, "13", now=NOW)
    assert await states(store) == {DeliveryState.SENT: 1}
    await told(store, one, number=2)
    assert [d.last_receipt for d in await claim(store)] == ["12"]


async def test_older_receipt_does_not_count(store: Store) -> None:
    """The last receipt is the highest, also when an older message is found later."""
    [one] = await subscribed(store, "7")
    for number, receipt in enumerate(("9", "100", "11", "99"), start=1):
        await told(store, one, number=number)
        [delivery] = await claim(store)
        await store.sent(delivery.id, receipt, now=NOW)
    await told(store, one, number=9)
    assert [d.last_receipt for d in await claim(store)] == ["100"]


async def test_refused_is_given_up(store: Store) -> None:
    """A message that the channel will never take makes way for the next."""
    [one] = await subscribed(store, "7")
    await told(store, one)
    await told(store, one, number=2)
    [first] = await claim(store)
    await store.refuse(first.id, error="message is too long")
    [second] = await claim(store)
    assert second.id != first.id
    assert (await states(store))[DeliveryState.REFUSED] == 1


async def test_restart_between_claim_and_sent(tmp_path: Path) -> None:
    """A claim is on the disk before it is handed out: another process finds it."""
    store = await Store.open(f"sqlite:///{tmp_path}/watcher.db", now=NOW)
    await told(store, *await subscribed(store, "7"))
    [delivery] = await claim(store)
    other = await Store.open(f"sqlite:///{tmp_path}/watcher.db", now=NOW)
    assert await other.recover(NOW) == 1
    [again] = await claim(other)
    assert (again.id, again.state) == (delivery.id, DeliveryState.UNSURE)
    await store.close()
    await other.close()
