"""People talk to the real bot through the strict Bot API simulator, faults included."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.corpus.test_telegram_sim import Simulator, fault, running, user
from tests.newsroom import H200, draft, name, verdict, waiting
from tests.talking import Talk, talking, until
from watcher.model import Chat, ChatSpec, DeliveryState
from watcher.store import Store

pytestmark = pytest.mark.corpus

# How much slower than promised a shared machine may be; WATCHER_SLACK=1 on a quiet one.
SLACK = int(os.environ.get("WATCHER_SLACK", "4"))


@asynccontextmanager
async def conversation(
    corpus: Path, folder: Path, **options: Any
) -> AsyncIterator[tuple[Simulator, Talk]]:
    async with (
        running(corpus) as simulator,
        talking(folder, simulator.base_url, **options) as talk,
    ):
        await until(lambda: talk.desk.username)
        yield simulator, talk


async def texts(simulator: Simulator, chat: int) -> list[str]:
    """Return what the bot's messages in a chat now say."""
    rows = await simulator.read(f"messages?chat_id={chat}")
    return [row["message"].get("text", "") for row in rows if row["method"] != "user"]


async def standing(simulator: Simulator, chat: int, *wanted: str) -> list[str]:
    """Wait until a chat reads so."""

    async def found() -> list[str]:
        there = await texts(simulator, chat)
        return there if there == list(wanted) else []

    try:
        return list(await until(found))
    except TimeoutError:
        raise AssertionError((await texts(simulator, chat), wanted)) from None


async def calls(simulator: Simulator, method: str) -> list[dict[str, Any]]:
    return list(await simulator.read(f"calls?method={method}"))


async def alert(store: Store, number: int, *people: int) -> None:
    """Have an article alert these people."""
    chats = await store.sync_chats(
        [ChatSpec(address=str(one)) for one in people], channel="telegram", now=datetime.now(UTC)
    )
    wanted = [chat for chat in chats if chat.spec.address in map(str, people)]
    await follow_up(store, number, *wanted)


async def follow_up(store: Store, number: int, *wanted: Chat) -> None:
    """Have an article alert these chats."""
    await store.record(
        await waiting(store, number),
        verdict(H200),
        aliases=[name(f"puces.example/article-{number}")],
        drafts=[draft(chat) for chat in wanted],
        sentences=[],
        host="puces.example",
        now=datetime.now(UTC),
    )


async def test_a_dialogue(corpus: Path, tmp_path: Path) -> None:
    """Start, press, press again, a text: one menu that changes, and each press answered once."""
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(user(1), {"do": "say", "user_id": 1, "text": "/start"})
        await standing(simulator, 1, "Le réglage est off.")
        press = {"do": "press", "user_id": 1, "chat_id": 1, "message_id": 2}
        await simulator.do(press | {"data": "v1:switch:on"})
        await standing(simulator, 1, "Le réglage est on.")
        await simulator.do(press | {"data": "v1:switch:off"})
        await standing(simulator, 1, "Le réglage est off.")
        await simulator.do({"do": "say", "user_id": 1, "text": "bonjour"})
        await standing(simulator, 1, "Le réglage est off.", "Vous dites bonjour.")
        await simulator.do({"do": "say", "user_id": 1, "text": "/several"})
        before = ["Le réglage est off.", "Vous dites bonjour.", "Pour vous."]
        await until(lambda: calls(simulator, "sendDocument"))
        there = await texts(simulator, 1)
        assert there[:2] == before[:2]
        answers = await calls(simulator, "answerCallbackQuery")
        assert [call["status"] for call in answers] == [200, 200]
        await until(talk.store.chats)
        stats = await simulator.read("stats")
    assert stats["flood_refused"] == 0


async def test_strangers_leave_no_trace(corpus: Path, tmp_path: Path) -> None:
    """A stranger is answered directly, in their language, and nothing is stored."""
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(
            user(5) | {"language_code": "en"}, {"do": "say", "user_id": 5, "text": "hm"}
        )
        await standing(
            simulator, 5, "This bot is invitation only. Ask its administrator for a link."
        )
        await simulator.do({"do": "say", "user_id": 5, "text": "/hello you"})
        await until(lambda: calls(simulator, "sendMessage"))
        assert await talk.store.known_at("telegram", "5") is None
        assert not any((await talk.store.status(datetime.now(UTC))).outbox.values())


async def test_a_menu_that_was_deleted_comes_again(corpus: Path, tmp_path: Path) -> None:
    """A press on a message that is gone meanwhile brings its change as a new one."""
    async with conversation(corpus, tmp_path) as (simulator, _):
        await simulator.do(user(1), {"do": "say", "user_id": 1, "text": "/start"})
        await standing(simulator, 1, "Le réglage est off.")
        gone = "Bad Request: message to edit not found"
        await simulator.do(
            fault("error", method="editMessageText", status=400, description=gone) | {"times": 1},
            {"do": "press", "user_id": 1, "chat_id": 1, "message_id": 2},
        )
        await standing(simulator, 1, "Le réglage est off.", "Le réglage est on.")


async def test_slow_and_broken_handlers(corpus: Path, tmp_path: Path) -> None:
    """A press is answered within a second though its handler is slow or fails; others go on."""
    async with conversation(corpus, tmp_path) as (simulator, _):
        for person in (1, 2, 3):
            await simulator.do(user(person), {"do": "say", "user_id": person, "text": "/start"})
            await standing(simulator, person, "Le réglage est off.")
        rows = {"inline_keyboard": [[{"text": "x", "callback_data": f"v1:{v}"}] for v in VERBS]}
        begun = time.time()
        with capture_logs():  # a traceback for people takes a second to write
            for person, verb in ((1, "slow"), (1, "switch:on"), (2, "broken"), (3, "switch:on")):
                await simulator.do(pressed(person, f"v1:{verb}", rows))
            answered = await until(lambda: at_least(simulator, "answerCallbackQuery", 4))
        assert all(call["at"] - begun < SLACK for call in answered)
        await standing(simulator, 3, "Le réglage est on.")
        assert time.time() - begun < 1.5 * SLACK
        await standing(simulator, 1, "Le réglage est on.", "Enfin.")


VERBS = ("slow", "broken", "switch:on")


def pressed(person: int, data: str, rows: dict[str, Any], message: int = 2) -> dict[str, Any]:
    """Press a button of a message, whatever its buttons are."""
    here = {"id": person, "type": "private", "first_name": "x"}
    carrier = {"message_id": message, "date": int(time.time()), "chat": here, "text": "x"}
    query = {
        "id": f"{person}{data}",
        "from": {"id": person, "is_bot": False, "first_name": "x", "language_code": "fr"},
        "message": carrier | {"reply_markup": rows},
        "chat_instance": str(person),
        "data": data,
    }
    return {"do": "update", "callback_query": query}


async def at_least(simulator: Simulator, method: str, count: int) -> list[dict[str, Any]]:
    found = await calls(simulator, method)
    return found if len(found) >= count else []


async def test_blocked_and_back(corpus: Path, tmp_path: Path) -> None:
    """Who blocks us is called no more; who comes back gets what waited."""
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(user(1), {"do": "state", "chat_id": 1, "state": "blocked"})
        await alert(talk.store, 1, 1)
        talk.courier.wake()
        await until(lambda: calls(simulator, "sendMessage"))
        await asyncio.sleep(2)
        assert len(await calls(simulator, "sendMessage")) == 1
        await simulator.do({"do": "unblock", "user_id": 1})
        await until(lambda: at_least_texts(simulator, 1, 1))


async def at_least_texts(simulator: Simulator, chat: int, count: int) -> list[str]:
    found = await texts(simulator, chat)
    return found if len(found) >= count else []


async def test_groups_that_send_us_away_or_grow(corpus: Path, tmp_path: Path) -> None:
    """Kicked and let in again, then grown to a supergroup: the subscription comes along."""
    group = {"do": "chat", "id": -5, "type": "group", "title": "Veille", "admins": [1]}
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(user(1), group, {"do": "kick", "chat_id": -5, "user_id": 1})
        await alert(talk.store, 1, -5)
        await asyncio.sleep(0.3)
        await simulator.do({"do": "join", "chat_id": -5, "user_id": 1})
        talk.courier.wake()
        await until(lambda: at_least_texts(simulator, -5, 1))
        await simulator.do({"do": "migrate", "chat_id": -5, "new_id": -1005})

        async def moved() -> Any:
            return await talk.store.known_at("telegram", "-1005")

        await until(moved)
        assert await talk.store.known_at("telegram", "-5") is None


async def test_topics(corpus: Path, tmp_path: Path) -> None:
    """/here binds a topic, for administrators only; a closed one is told of in private."""
    forum = {"do": "chat", "id": -1006, "type": "supergroup", "title": "Forum", "is_forum": True}
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(user(1), user(2), forum | {"topics": [7, 8], "admins": [1]})
        now = datetime.now(UTC)
        chat = await talk.store.join("telegram", "-1006", language="fr", now=now)
        await talk.store.join("telegram", "1", language="fr", now=now)
        for person in (2, 1):
            await simulator.do(in_topic(person, "/ici@simulated_bot", 7))
        words = (
            "Only group admins can change these settings.",
            "The group’s alerts will come into this topic from now on.",
        )
        translate = talk.desk.line.catalogues["fr"].gettext
        await standing(simulator, -1006, *map(translate, words))
        moved = await talk.store.chat(chat.id)
        assert moved is not None
        assert moved.spec.thread == 7
        closed = "Bad Request: TOPIC_CLOSED"
        await simulator.do(
            fault("error", text="Alerte", status=400, description=closed) | {"times": 1}
        )
        await talk.store.follow(chat.id, [], everything=True)
        await follow_up(talk.store, 1, chat)
        talk.courier.wake()
        (told,) = await until(lambda: at_least_texts(simulator, 1, 1))
        assert told.startswith("Le sujet du forum où j’écrivais dans «\u00a0Forum\u00a0»")
        await until(lambda: at_least_texts(simulator, -1006, 3))
        rows = await simulator.read("messages?chat_id=-1006")
        threads = [row["message"].get("message_thread_id") for row in rows]
        assert threads == [7, 7, None]


def in_topic(person: int, text: str, topic: int) -> dict[str, Any]:
    """Have somebody write a command into a forum topic."""
    command = {"type": "bot_command", "offset": 0, "length": len(text)}
    message = {
        "message_id": 1000 + person,
        "date": int(time.time()),
        "chat": {"id": -1006, "type": "supergroup", "title": "Forum", "is_forum": True},
        "from": {"id": person, "is_bot": False, "first_name": "x", "language_code": "fr"},
        "message_thread_id": topic,
        "is_topic_message": True,
        "text": text,
        "entities": [command],
    }
    return {"do": "update", "message": message}


async def settled(simulator: Simulator, count: int, seconds: float) -> list[dict[str, Any]]:
    """Wait until the bot has sent so many messages."""

    async def sent() -> list[dict[str, Any]]:
        rows = [row for row in await simulator.read("messages") if row["method"] != "user"]
        return rows if len(rows) >= count else []

    return list(await until(sent, seconds))


async def test_a_thousand_subscribers(corpus: Path, tmp_path: Path) -> None:
    """One alert reaches 1,000 private chats within 40 s, presses are answered within 1 s, no 429."""
    people = range(1, 1001)
    async with conversation(corpus, tmp_path) as (simulator, talk):
        await simulator.do(*(user(number) for number in [*people, *range(2001, 2021)]))
        for person in range(2001, 2021):
            await simulator.do({"do": "say", "user_id": person, "text": "/start"})
        await settled(simulator, 20, 30)
        await alert(talk.store, 1, *people)
        begun = time.time()
        talk.courier.wake()
        pressed_at: dict[str, float] = {}
        for person in range(2001, 2021):
            await asyncio.sleep(1)
            press = {"do": "press", "user_id": person, "chat_id": person, "message_id": 2}
            pressed_at[str(person)] = time.time()
            await simulator.do(press)
        rows = await settled(simulator, 1020, 60 * SLACK)
        answers = await calls(simulator, "answerCallbackQuery")
        edits = await calls(simulator, "editMessageText")
        stats = await simulator.read("stats")
    took = max(row["at"] for row in rows) - begun
    waits = [call["at"] - at for call, at in zip(answers, pressed_at.values(), strict=True)]
    changes = [call["at"] - pressed_at[call["chat_id"]] for call in edits]
    sys.stderr.write(f"{took:.1f} s, answers {max(waits):.2f}, changes {max(changes):.2f}\n")
    assert took <= 40 * SLACK
    assert max(waits) < SLACK
    assert max(changes) < SLACK
    assert (stats["flood_refused"], stats["duplicates"]) == (0, 0)


@pytest.mark.parametrize("reconcile", [True, False])
async def test_trouble(corpus: Path, tmp_path: Path, reconcile: bool) -> None:
    """With 5 % errors, 2 % cut answers, 2 % hangs and floods, all arrive; twice only unreconciled."""
    people, rounds = range(1, 41), 4
    async with conversation(corpus, tmp_path, reconcile=reconcile) as (simulator, talk):
        await simulator.do(
            *(user(number) for number in people),
            fault("retry_after", chat_id=7, times=2, seconds=3),
            fault("retry_after", chat_id=8, times=1, skip=1, seconds=2),
            *(
                fault(kind, method=method, **options)
                for method in ("sendMessage", "editMessageText")
                for kind, options in (
                    ("error", {"status": 502, "description": "x", "probability": 0.05}),
                    ("reset", {"when": "after", "probability": 0.02}),
                    ("hang", {"when": "after", "seconds": 5, "probability": 0.02}),
                )
            ),
        )
        for number in range(rounds):
            await alert(talk.store, number + 1, *people)
            talk.courier.wake()

        async def done() -> bool:
            found = (await talk.store.status(datetime.now(UTC))).outbox
            return found[DeliveryState.SENT] == len(people) * rounds

        await until(done, 240)
        stats = await simulator.read("stats")
        lost = [row for row in await simulator.read("messages") if row["reply"] != "sent"]
    assert stats["distinct"] == len(people)
    assert stats["flood_ignored"] == 0
    expected = len(people) * rounds
    if reconcile:
        assert stats["messages"] == expected
    else:
        assert expected < stats["messages"] <= expected + len(lost)
