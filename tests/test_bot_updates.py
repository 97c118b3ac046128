"""The bot hears and answers: every press in time, each chat in order, whatever Telegram does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.fake_telegram import BOT, TOKEN, FakeTelegram, Fault
from tests.talking import Talk, talking, until
from tests.test_bot_hearing import ANNE, CHANNEL, FORUM, PRIVATE, TOPIC, message
from watcher.bot import commands, groups, updates
from watcher.bot.rights import KEPT
from watcher.channels.telegram import TelegramChannel
from watcher.errors import CredentialError
from watcher.model import ChatId, Delivery, DeliveryId, DeliveryState, Message
from watcher.preferences import Level

NOT_FOUND = Fault(status=400, description="Bad Request: message to edit not found")


@asynccontextmanager
async def spoken(folder: Path, **options: Any) -> AsyncIterator[tuple[FakeTelegram, Talk]]:
    """Serve a bot to a fake Telegram with one person and one forum."""
    async with FakeTelegram(chats={"7": {}, "-1006": {}}) as fake:
        fake.members["-1006"] = {7: "administrator", 8: "member", BOT: "administrator"}
        async with talking(folder, fake.url, **options) as talk:
            yield fake, talk


async def reads(fake: FakeTelegram, chat: str, *wanted: str) -> None:
    """Wait until a chat reads so."""
    with suppress(TimeoutError):
        await until(lambda: fake.texts(chat) == list(wanted))
    assert fake.texts(chat) == list(wanted)


def press(data: str, number: int = 1, query: str = "1", person: int = 7) -> dict[str, Any]:
    """Press a button of a message."""
    chat = PRIVATE | {"id": person}
    carrier = message(chat, text="x") | {"message_id": number}
    who = ANNE | {"id": person}
    return {"id": query, "from": who, "chat_instance": "1", "data": data, "message": carrier}


async def started(fake: FakeTelegram) -> None:
    fake.push(message=message(text="/start"))
    await reads(fake, "7", "Le réglage est off.")


async def test_a_menu_changes_in_place(tmp_path: Path) -> None:
    """A press edits its message and is answered once; pressed again it changes nothing."""
    async with spoken(tmp_path) as (fake, _):
        await started(fake)
        fake.push(callback_query=press("v1:switch:on"))
        await reads(fake, "7", "Le réglage est on.")
        fake.push(callback_query=press("v1:switch:on", query="2"))
        await until(lambda: len(fake.named("editMessageText")) == 2)
        fake.fail("editMessageText", NOT_FOUND)
        fake.push(callback_query=press("v1:switch:off", query="3"))
        await reads(fake, "7", "Le réglage est on.", "Le réglage est off.")
    answers = fake.named("answerCallbackQuery")
    assert [one["callback_query_id"] for one in answers] == ["1", "2", "3"]
    assert answers[0]["text"] == "C’est on."


async def test_menus_go_away(tmp_path: Path) -> None:
    """A closed menu is deleted; one too old for that loses its buttons."""
    async with spoken(tmp_path) as (fake, _):
        await started(fake)
        old = Fault(status=400, description="Bad Request: message can't be deleted for everyone")
        fake.fail("deleteMessage", old)
        fake.push(callback_query=press("v1:close"))
        await until(lambda: fake.named("editMessageReplyMarkup"))
        fake.push(callback_query=press("v1:close"))
        await reads(fake, "7")


async def test_every_other_answer(tmp_path: Path) -> None:
    """What answers a command: a message in private, a new one for a change, a file."""
    async with spoken(tmp_path) as (fake, talk):
        fake.push(message=message(FORUM, text="/several", **TOPIC))
        await reads(fake, "7", "Pour vous.")
        await reads(fake, "-1006", "Sans bouton pressé.")
        await until(lambda: fake.named("sendDocument"))
        assert fake.named("sendMessage")[-1]["message_thread_id"] == "12"
        assert await talk.store.known_at("telegram", "-1006") is None


async def test_answers_come_in_order_and_in_time(tmp_path: Path) -> None:
    """A slow answer delays its own chat only; its presses are answered all the same."""
    async with spoken(tmp_path) as (fake, _):
        fake.chats["9"] = {}
        begun = time.monotonic()
        fake.push(callback_query=press("v1:slow"))
        fake.push(callback_query=press("v0:gone", query="2"))
        fake.push(message=message(text="/hello dehors"))
        fake.push(message=message(PRIVATE | {"id": 9}, text="/hello vous"))
        await reads(fake, "9", "Vous dites vous.")
        await until(lambda: len(fake.named("answerCallbackQuery")) == 2)
        assert time.monotonic() - begun < 1
        assert "text" not in fake.named("answerCallbackQuery")[0]
        await reads(fake, "7", "Enfin.", "Vous dites dehors.")


async def test_a_defect_is_told_with_a_number(tmp_path: Path) -> None:
    """A handler that fails says so, and the loop goes on; a press without a chat is answered too."""
    async with spoken(tmp_path) as (fake, _):
        with capture_logs():
            fake.push(message=message(text="/broken"))
            await until(lambda: len(fake.texts("7")) == 1)
        assert "réf." in fake.texts("7")[0]
        inline = {"id": "5", "from": ANNE, "chat_instance": "1", "data": "v1:x"}
        fake.push(callback_query=inline)
        await until(lambda: fake.named("answerCallbackQuery"))
        fake.push(message=message(text="/hello vous"))
        await until(lambda: len(fake.texts("7")) == 2)


async def test_a_chat_that_says_too_much(tmp_path: Path) -> None:
    """What one chat says beyond what it can be answered is left aside, its presses answered."""
    async with spoken(tmp_path) as (fake, _):
        fake.push(message=message(text="/slow"))
        for number in range(updates.MOST + 5):
            fake.push(callback_query=press("v0:x", query=str(number)))
        await until(lambda: len(fake.named("answerCallbackQuery")) == updates.MOST + 5)
        await reads(fake, "7", "Enfin.")


async def test_trouble_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program, a flood, a cut: each is told once, and people are heard again."""
    monkeypatch.setattr(updates, "RIVAL", timedelta(seconds=0.2))
    async with FakeTelegram(chats={"7": {}}) as fake:
        fake.fail("getMe", Fault(status=502))
        fake.fail(
            "getUpdates",
            Fault(status=409, description="Conflict: terminated by other getUpdates request"),
            Fault(status=429, description="x", parameters={"retry_after": 1}),
            Fault(cut=True),
        )
        fake.push(message=message(text="/hello vous"))
        with capture_logs() as logged:
            async with talking(tmp_path, fake.url):
                await reads(fake, "7", "Vous dites vous.")
    told = [one for one in logged if one["event"] == "nobody is heard for now"]
    assert len([one for one in told if one["log_level"] == "error"]) >= 1
    assert "RivalError" in {one["kind"] for one in told}


async def test_unsure_answers(tmp_path: Path) -> None:
    """A toast or change is repeated when its answer was lost, a message to a stranger is not."""
    async with spoken(tmp_path) as (fake, _):
        await started(fake)
        cut = Fault(cut=True)
        fake.fail("answerCallbackQuery", cut, cut, cut)
        fake.fail("editMessageText", Fault(status=502))
        fake.push(callback_query=press("v1:switch:on"))
        await reads(fake, "7", "Le réglage est on.")
        fake.chats["9"] = {}
        fake.fail("sendMessage", Fault(cut=True, stored=True))
        fake.push(message=message(PRIVATE | {"id": 9}, text="/hello vous"))
        await until(lambda: fake.texts("9"))
        await asyncio.sleep(0.5)
        assert len(fake.texts("9")) == 1
        await until(lambda: len(fake.named("answerCallbackQuery")) == 3)


@pytest.mark.parametrize(
    ("fault", "reached"),
    [
        (Fault(status=403, description="Forbidden: bot was blocked by the user"), {"1"}),
        (
            Fault(status=400, description="x", parameters={"migrate_to_chat_id": -1007}),
            {"1", "-1007"},
        ),
    ],
)
async def test_an_edit_tells_of_standing(tmp_path: Path, fault: Fault, reached: set[str]) -> None:
    """Who cannot be reached by an answer is not called by alerts either; who moved is followed."""
    async with spoken(tmp_path) as (fake, talk):
        await started(fake)
        chat = await talk.store.known_at("telegram", "7")
        assert chat is not None
        await talk.store.follow(chat, [], everything=True)
        fake.fail("editMessageText", fault)
        fake.push(callback_query=press("v1:switch:on"))

        async def noted() -> bool:
            return {one.spec.address for one in await talk.store.chats()} == reached

        await until(noted)


async def test_a_token_that_is_no_more(tmp_path: Path) -> None:
    """A token that Telegram refuses ends the loop."""
    async with FakeTelegram() as fake, talking(tmp_path, fake.url) as talk:
        fake.fail("getUpdates", Fault(status=401, description="Unauthorized"))
        fake.push(message=message(text="x"))
        with pytest.raises(CredentialError):
            await talk.tasks[1]
        talk.tasks.pop()


async def test_commands_are_listed_once(tmp_path: Path) -> None:
    """Four lists, by language and place, with what the bot knows; unchanged they are left alone."""
    async with spoken(tmp_path) as (fake, talk):
        await until(lambda: len(fake.commands) == 4)
        groups_in_french = fake.commands["all_chat_administrators"]
        here = {
            "command": "ici",
            "description": "dans un groupe\u00a0: publier dans ce sujet du forum",
        }
        assert here in groups_in_french
        in_private = [one["command"] for one in fake.commands["all_private_chats en"]]
        assert {"rules", "settings", "channel", "forget"} <= set(in_private)
        assert "here" not in in_private
        await commands.publish(talk.channel, talk.desk)
        assert len(fake.named("setMyCommands")) == 4
        fake.fail("getMyCommands", Fault(status=502))
        await commands.publish(talk.channel, talk.desk)


# Groups, topics, channels ---------------------------------------------------------------------------


def standing(fake: FakeTelegram, count: int) -> bool:
    """Tell whether so many messages stand in the private chat."""
    return len(fake.texts("7")) == count


def french(talk: Talk, *texts: str) -> list[str]:
    return [talk.desk.line.catalogues["fr"].gettext(text) for text in texts]


async def test_topics(tmp_path: Path) -> None:
    """A group moves into the first topic, any other gets alerts of its own; strangers get nothing."""
    async with spoken(tmp_path) as (fake, talk):
        store, said = talk.store, FORUM | {}

        async def say(text: str, person: int = 7, **more: Any) -> None:
            fake.push(message=message(said, text=text, **{"from": ANNE | {"id": person}}, **more))

        await say("/ici")
        await until(lambda: len(fake.texts("-1006")) == 1)
        group = await store.join("telegram", "-1006", language="fr", now=datetime.now(UTC))
        await say("/ici")
        await say("/ici", 8, **TOPIC)
        await say("/ici", **TOPIC)
        await say("/ici", **TOPIC)
        await say("/ici", **TOPIC | {"message_thread_id": 13})
        await until(lambda: len(fake.texts("-1006")) == 6)
        wanted = french(
            talk,
            "This bot is invitation only. Ask its administrator for a link.",
            groups.NO_TOPIC,
            "Only group admins can change these settings.",
            groups.NOW_HERE,
            groups.ALREADY_HERE,
            groups.TOPIC_OF_ITS_OWN,
        )
        assert fake.texts("-1006") == wanted
        moved = await store.chat(group.id)
        assert moved is not None
        assert moved.spec.thread == 12
        assert await store.chat_at("telegram", "-1006", 13) is not None
        asked = len(fake.named("getChatMember"))
        await say("/ici", **TOPIC)
        await until(lambda: len(fake.texts("-1006")) == 7)
        assert len(fake.named("getChatMember")) == asked, f"kept for {KEPT} s"


async def test_a_closed_topic_is_told_of(tmp_path: Path) -> None:
    """Administrators whom we know hear of it once, in private; else the operators do."""
    async with spoken(tmp_path, administrators=(7,)) as (fake, talk):
        now = datetime.now(UTC)
        forum = await talk.store.join("telegram", "-1006", 12, language="fr", now=now)
        await talk.store.join("telegram", "7", language="fr", now=now)
        delivery = Delivery(
            id=DeliveryId(1),
            chat=forum.id,
            address="-1006",
            thread=12,
            message=Message(html="x"),
            state=DeliveryState.QUEUED,
        )
        talk.updates.topic_gone(delivery)
        talk.updates.topic_gone(delivery)
        await until(lambda: fake.texts("7"))
        assert "« Veille »".replace(" ", "\u00a0") in fake.texts("7")[0]
        for method in ("getChatAdministrators", "getChat"):
            fake.fail(method, Fault(status=502))
        await groups.topic_gone(talk.desk, replace(delivery, id=DeliveryId(2)))
        await until(lambda: len(fake.texts("7")) == 2)
        assert "-1006" in fake.texts("7")[1]


async def test_channels(tmp_path: Path) -> None:
    """A channel is bound by who administrates it, if the bot may post; it gets what they get."""
    async with spoken(tmp_path) as (fake, talk):
        await started(fake)
        owner = await talk.store.known_at("telegram", "7")
        assert owner is not None
        await talk.store.follow(owner, [], everything=True)
        await talk.store.choose(owner, {"level": Level.ALL})
        picked = {"request_id": 1, "chat_id": -1009}
        post = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}
        fake.push(message=message(text="/canal"))
        await until(lambda: len(fake.texts("7")) == 2)
        assert '"request_chat"' in fake.named("sendMessage")[-1]["reply_markup"]
        answers: list[str] = []
        for members in ({}, {7: "administrator"}, {7: "administrator", BOT: "administrator"}):
            fake.members["-1009"] = members
            talk.desk.rights._kept.clear()  # type: ignore[attr-defined]  # five minutes pass
            fake.push(message=message(chat_shared=picked))
            wanted = 3 + len(answers)
            await until(partial(standing, fake, wanted))
            answers.append(fake.texts("7")[-1])
        assert answers == french(talk, groups.NOT_YOURS, groups.CANNOT_POST, groups.BOUND)
        bound = await talk.store.chat_at("telegram", "-1009")
        assert bound is not None
        assert (bound.everything, bound.spec.level) == (True, Level.ALL)
        fake.push(message=message(FORUM, text="/canal"))
        await until(lambda: fake.texts("-1006"))
        fake.fail("getChatMember", Fault(status=502))
        talk.desk.rights._kept.clear()  # type: ignore[attr-defined]
        event = message(text="/canal", forward_origin=post)
        fake.push(message=event)
        await until(lambda: fake.texts("7")[-1:] == french(talk, groups.NOT_TOLD))


async def test_the_bot_comes_and_goes(tmp_path: Path) -> None:
    """Sent away, a chat is suspended and all kept; let in again it gets its alerts; it may grow."""
    async with spoken(tmp_path) as (fake, talk):
        now = datetime.now(UTC)
        group = {"id": -5, "type": "group", "title": "Veille"}
        chat = await talk.store.join("telegram", "-5", language="fr", now=now)
        await talk.store.follow(chat.id, [], everything=True)

        async def standing(where: dict[str, Any], status: str) -> None:
            bot = {"user": {"id": BOT, "is_bot": True, "first_name": "x"}}
            change = {"chat": where, "from": ANNE, "date": 1}
            members = {"old_chat_member": bot | {"status": "left"}}
            fake.push(
                my_chat_member=change | members | {"new_chat_member": bot | {"status": status}}
            )

        async def shows(wanted: set[str]) -> None:
            async def reached() -> bool:
                found = {one.spec.address for one in await talk.store.chats()}
                return found - {"1"} == wanted

            await until(reached)

        await standing(group, "left")
        await shows(set())
        await standing(group, "member")
        await shows({"-5"})
        fake.push(message=message(group, migrate_to_chat_id=-1005))
        await shows({"-1005"})
        for status in ("left", "member"):
            await standing(FORUM, status)
        await until(lambda: not fake.updates[:-1])


async def test_without_reconciling_nothing_is_looked_for() -> None:
    """Switched off, an unsure message is not found, and so is sent again."""
    async with FakeTelegram() as fake:
        channel = TelegramChannel(TOKEN, base_url=fake.url, reconcile=False)
        delivery = Delivery(
            id=DeliveryId(1),
            chat=ChatId(1),
            address="1",
            thread=None,
            message=Message(html="x"),
            state=DeliveryState.UNSURE,
        )
        assert await channel.find(delivery) is None
        await channel.close()
    assert fake.named("editMessageText") == []


async def test_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop counts as alive until it has not turned for two minutes."""
    async with spoken(tmp_path) as (fake, talk):
        assert talk.updates.alive()
        await started(fake)
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 121)
        assert not talk.updates.alive()
        monkeypatch.undo()
