"""Where chats are: known by address, placed in topics, like another, paused together."""

from collections.abc import AsyncIterator

import pytest

from tests.newsroom import H200, MINUTE, NOW, QUOTA, subscribed, told
from watcher.model import Message
from watcher.preferences import Level
from watcher.store import Store

SECOND = MINUTE / 60


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def test_the_pace_survives_a_restart(store: Store) -> None:
    """What left in the last minute and who waits is remembered, older things are not."""
    one, other = await subscribed(store, "1", "2")
    await told(store, one, other)
    for delivery in await store.claim(NOW, limit=9, lease=MINUTE):
        await store.sent(delivery.id, "5", now=NOW + SECOND * delivery.chat)
    await store.pause_chat(one.id, until=NOW + MINUTE)
    later = NOW + SECOND * 10
    left = {("1", NOW + SECOND * one.id), ("2", NOW + SECOND * other.id)}
    assert set(await store.pace(later)) == left | {("1", NOW + MINUTE)}
    assert await store.pace(NOW + MINUTE * 2) == []


async def test_all_pause_together(store: Store) -> None:
    """When everyone has to wait nobody is handed out; who has to wait longer still does."""
    one, other = await subscribed(store, "1", "2")
    await told(store, one, other)
    await store.pause_chat(one.id, until=NOW + MINUTE * 3)
    await store.pause_all(until=NOW + MINUTE)
    assert await store.claim(NOW, limit=9, lease=MINUTE) == []
    due = await store.claim(NOW + MINUTE, limit=9, lease=MINUTE)
    assert [delivery.address for delivery in due] == ["2"]


async def test_a_group_settles_in_a_topic(store: Store) -> None:
    """A group that came by itself moves into a topic with all it has; a configured one does not."""
    joined = await store.join("telegram", "-1001", language="fr", now=NOW)
    await store.follow(joined.id, [H200], everything=False)
    assert await store.settle_in(joined.id, 7)
    assert not await store.settle_in(joined.id, 8)
    moved = await store.chat_at("telegram", "-1001", 7)
    assert moved is not None
    assert (moved.id, moved.spec.rule_sets) == (joined.id, (H200,))
    *_, configured = await subscribed(store, "-1002")
    assert not await store.settle_in(configured.id, 7)
    assert await store.known_at("telegram", "-1001") == joined.id
    assert await store.known_at("console", "-1001") is None


async def test_a_channel_is_like_its_owner(store: Store) -> None:
    """It follows what they follow and hears as they chose; what it had is forgotten."""
    owner = await store.join("telegram", "1", language="fr", now=NOW)
    channel = await store.join("telegram", "-1001", language="fr", now=NOW)
    await store.follow(channel.id, [QUOTA], everything=False)
    await store.follow(owner.id, [H200], everything=False)
    await store.choose(owner.id, {"level": Level.ALL, "min_score": 3})
    await store.choose(owner.id, {"rhythm": "hourly"}, H200)
    await store.adopt(channel.id, owner.id)
    like = await store.chat(channel.id)
    assert like is not None
    assert like.spec.rule_sets == (H200,)
    assert (like.spec.level, like.choices) == (Level.ALL, {"min_score": 3})
    assert like.by_rule_set == {H200: {"rhythm": "hourly"}}


async def test_an_answer_goes_where_it_was_asked(store: Store) -> None:
    """To the chat's own topic, or to the one named."""
    chat = await store.join("telegram", "-1001", 7, language="fr", now=NOW)
    for thread in (None, 9, 0):
        await store.say(chat.id, Message(html="Oui."), now=NOW, thread=thread)
    threads = []
    for number in range(3):
        (delivery,) = await store.claim(NOW, limit=9, lease=MINUTE)
        threads.append(delivery.thread)
        await store.sent(delivery.id, str(number + 1), now=NOW)
    assert threads == [7, 9, None]
