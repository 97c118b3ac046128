"""What is stored of a chat is handed out whole, and erased without a trace."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.newsroom import H200, HOUR, MINUTE, NOW, QUOTA, draft, subscribed, told
from tests.store_dump import dump
from watcher.access import Invitation
from watcher.dossier import written
from watcher.model import ArticleId, Chat, ChatId, ChatSpec, Message
from watcher.preferences import Mute, Muted
from watcher.store import Store
from watcher.store.opening import READ, WRITE
from watcher.store.schema import feedback, forgotten, metadata

SALT = b"0123456789abcdef"
GROUP, MOVED, OTHER = "-4711081504", "-1004711081599", "815047110000"
DAY = timedelta(days=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Open a store on a file."""
    store = await Store.open(f"sqlite:///{tmp_path}/watcher.db", now=NOW)
    yield store
    await store.close()


async def rate(store: Store, chat: ChatId, article: ArticleId) -> None:
    """Say that an article was of use."""
    row = {"chat_id": chat, "article_id": article, "useful": True, "at": NOW}
    await store._run(WRITE, lambda db: db.execute(insert(feedback), row))


async def live(store: Store, chat: Chat, *, number: int = 1) -> None:
    """Let a chat do all that leaves a trace."""
    await store.choose(chat.id, {"zone": "Europe/Paris"})
    await store.choose(chat.id, {"min_score": 5.0}, QUOTA)
    await store.follow(chat.id, [H200], everything=False)
    await store.mute(chat.id, Mute(kind=Muted.STORY, key="3", until=NOW + DAY))
    recorded = await told(store, chat, number=number)
    await rate(store, chat.id, recorded.article)
    await store.say(chat.id, Message(html="Réglages"), now=NOW)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["live", "topic", "move", "merge", "suspend", "send"]), max_size=6))
def test_nothing_is_left_of_who_was_erased(steps: list[str]) -> None:
    """Whatever a chat has lived through: its old and new address are in no table, others stay whole."""

    async def play() -> None:
        store = await Store.open("sqlite://", now=NOW)
        other = await store.join("telegram", OTHER, language="fr", now=NOW)
        chat = await store.join("telegram", GROUP, language="fr", now=NOW)
        await live(store, other, number=90)
        for number, step in enumerate(steps, 1):
            await step_of(store, chat, step, number)
        before = await store.dossier("telegram", OTHER, now=NOW)
        assert await store.dossier("telegram", GROUP, now=NOW) is not None
        assert await store.erase("telegram", GROUP, salt=SALT, now=NOW)
        text = await dump(store)
        assert GROUP not in text
        assert MOVED not in text
        assert OTHER in text
        assert await store.dossier("telegram", OTHER, now=NOW) == before
        assert await store.dossier("telegram", GROUP, now=NOW) is None
        assert await store.dossier("telegram", MOVED, now=NOW) is None
        assert not await store.erase("telegram", GROUP, salt=SALT, now=NOW)
        await store.close()

    asyncio.run(play())


async def step_of(store: Store, chat: Chat, step: str, number: int) -> None:
    """Let something happen to a chat."""
    match step:
        case "live":
            await live(store, chat, number=number)
        case "topic":
            topic = await store.join("telegram", GROUP, number, language="fr", now=NOW)
            await live(store, topic, number=number)
        case "move":
            await store.move(chat.id, address=MOVED)
        case "merge":
            await store.join("telegram", MOVED, language="fr", now=NOW)
            await store.move(chat.id, address=MOVED)
        case "suspend":
            await store.suspend(chat.id, error=f"Forbidden: {GROUP}", now=NOW)
        case _:
            for claimed in await store.claim(NOW, limit=9, lease=MINUTE):
                await store.sent(claimed.id, "12", now=NOW)


async def test_the_file_itself_forgets(tmp_path: Path, store: Store) -> None:
    """Neither the database nor its log hold the address any more: what was deleted is overwritten."""
    chat = await store.join("telegram", GROUP, language="fr", now=NOW)
    await live(store, chat)
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    found = await asyncio.to_thread(lambda: [one.read_bytes() for one in tmp_path.iterdir()])
    assert found
    assert not [content for content in found if GROUP.encode() in content]


async def test_every_table_that_names_a_chat_is_emptied(store: Store) -> None:
    """A table that comes later is known by its column."""
    chat = await store.join("telegram", GROUP, language="fr", now=NOW)
    await live(store, chat)
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    text = await dump(store)
    assert 'INSERT INTO "articles"' in text
    for table in metadata.sorted_tables:
        if "chat_id" in table.c or table.name == "chats":
            assert f'INSERT INTO "{table.name}"' not in text


async def test_the_dossier_holds_everything(store: Store) -> None:
    """Choices, mutes, opinions and messages of each topic."""
    [chat] = await subscribed(store, GROUP)
    await live(store, chat)
    topic = await store.join("telegram", GROUP, 4, language="en", now=NOW)
    found = await store.dossier("telegram", GROUP, now=NOW)
    assert found is not None
    first, second = found.chats
    assert (first.thread, second.thread, second.language) == (None, 4, "en")
    assert first.choices == {"zone": "Europe/Paris"}
    assert first.choices_by_rule_set["quota"] == {"min_score": 5.0}
    assert first.rule_sets == ("h200",)
    assert [one.key for one in first.mutes] == ["3"]
    assert [one.useful for one in first.feedback] == [True]
    assert [one.kind for one in first.messages] == ["new", "answer"]
    assert GROUP.encode() in written(found)
    assert topic.id != chat.id


async def test_who_was_forgotten_is_left_alone(store: Store) -> None:
    """The configuration brings a chat back after 30 days, not before; its own /start does at once."""
    spec = ChatSpec(address=GROUP)

    async def sync(now: Any) -> list[str]:
        chats = await store.sync_chats([spec], channel="telegram", now=now)
        return [chat.spec.address for chat in chats]

    assert await sync(NOW) == [GROUP]
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    await store.expire(NOW + 29 * DAY)
    assert await sync(NOW) == []
    await store.join("telegram", GROUP, language="fr", now=NOW)
    assert await sync(NOW) == [GROUP]
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    await store.expire(NOW + 31 * DAY)
    assert await sync(NOW) == [GROUP]


async def test_who_comes_back_is_told_nothing_twice(store: Store) -> None:
    """An alert that was decided before a chat left is none for it when it is back."""
    chat = await store.join("telegram", GROUP, language="fr", now=NOW)
    assert (await told(store, chat)).deliveries == 1
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    back = await store.join("telegram", GROUP, language="fr", now=NOW)
    assert back.id != chat.id
    newest = await store._run(
        READ, lambda db: db.execute(select(metadata.tables["chats"])).one().told_before
    )
    assert newest == 1
    assert (await told(store, back, number=2)).deliveries == 1


async def test_what_comes_too_late_is_dropped(store: Store) -> None:
    """Nothing that was on its way to an erased chat is a mistake, and no number is used again."""
    chat = await store.join("telegram", GROUP, language="fr", now=NOW)
    await told(store, chat)
    [flying] = await store.claim(NOW, limit=1, lease=MINUTE)
    await store.erase("telegram", GROUP, salt=SALT, now=NOW)
    assert (await told(store, chat, number=2)).deliveries == 0
    await store.say(chat.id, Message(html="Trop tard"), now=NOW)
    await store.choose(chat.id, {"zone": "Europe/Paris"})
    other = await store.join("telegram", OTHER, language="fr", now=NOW)
    await told(store, other, number=3)
    await store.sent(flying.id, "77", now=NOW)
    [next_] = await store.claim(NOW, limit=9, lease=MINUTE)
    assert (next_.address, next_.id != flying.id) == (OTHER, True)
    assert draft(other).chat == other.id


async def test_what_has_served_its_time_goes(store: Store) -> None:
    """A chat of its own accord that is gone for 30 days, receipts after 90, answers after one."""
    [configured] = await subscribed(store, OTHER)
    gone = await store.join("telegram", GROUP, language="fr", now=NOW)
    await told(store, configured, gone)
    await store.say(configured.id, Message(html="Réglages"), now=NOW)
    for receipt in ("12", "13"):  # one at a time is on its way to a chat
        for claimed in await store.claim(NOW, limit=9, lease=MINUTE):
            await store.sent(claimed.id, receipt, now=NOW)
    for chat in (configured, gone):
        await store.suspend(chat.id, error="blocked", now=NOW)
    assert await store.expire(NOW + HOUR) == 0
    assert await store.expire(NOW + 2 * DAY) == 1  # the answer
    assert await store.expire(NOW + 31 * DAY) > 0
    assert await store.dossier("telegram", GROUP, now=NOW) is None
    kept = await store.dossier("telegram", OTHER, now=NOW)
    assert kept is not None
    assert [one.message_id for one in kept.chats[0].messages] == ["13"]
    await store.expire(NOW + 91 * DAY)
    kept = await store.dossier("telegram", OTHER, now=NOW)
    assert kept is not None
    assert [one.message_id for one in kept.chats[0].messages] == [""]
    rows = await store._run(READ, lambda db: db.execute(select(forgotten)).all())
    assert rows == [], "nobody asked to be forgotten"


async def test_an_invitation_is_good_once(store: Store) -> None:
    """It lets one chat in and has it follow what it names; used, ended and pruned."""
    until = NOW + DAY
    given = Invitation(nonce="a1", expires_at=until, rule_set=H200)

    async def come(address: str, one: Invitation = given, now: Any = NOW) -> Chat | None:
        return await store.redeem(one, "telegram", address, language="fr", now=now)

    chat = await come(OTHER)
    assert chat is not None
    assert chat.follows(H200)
    assert not chat.follows(QUOTA)
    assert await come(GROUP) is None
    assert await come(GROUP, Invitation(nonce="b2", expires_at=until), until) is None
    plain = await come(GROUP, Invitation(nonce="b2", expires_at=until))
    assert plain is not None
    assert not plain.follows(H200)
    assert await store.expire(until + MINUTE) == 2
