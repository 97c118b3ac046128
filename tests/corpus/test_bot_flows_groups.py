"""Groups, channels and operators, as Telegram would show them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.corpus.stage import (
    APPROVAL,
    BOSS,
    CONDITION,
    FIRST,
    TURN,
    Message,
    Stage,
    labels,
    plain,
    staged,
)
from tests.corpus.test_telegram_sim import user
from tests.store_dump import dump
from tests.talking import until
from watcher import daemon, demo

pytestmark = pytest.mark.corpus
LINA, GUEST = 1, 2
GROUP, GROWN, FORUM, CHANNEL = -5, -1005, -1006, -1007
ADMINS_ONLY = "Seuls les administrateurs du groupe peuvent changer ces réglages."


def group(number: int, kind: str, **more: Any) -> dict[str, Any]:
    """Make a group that Lina administrates."""
    return {"do": "chat", "id": number, "type": kind, "title": "Veille", "admins": [LINA], **more}


def written(person: int, text: str, **more: Any) -> dict[str, Any]:
    """Write a message that the simulator has no command for."""
    found = {"entities": [{"type": "bot_command", "offset": 0, "length": len(text)}]}
    return {
        "message_id": 1000 + len(text),
        "date": int(time.time()),
        "chat": {"id": person, "type": "private", "first_name": "x"},
        "from": {"id": person, "is_bot": False, "first_name": "x", "language_code": "fr"},
        "text": text,
        **(found if text.startswith("/") else {}),
        **more,
    }


async def subscribed(stage: Stage, chat: int) -> None:
    """Have Lina, who may come in, set the bot up in a group."""
    hello = await stage.says(LINA, "/start@simulated_bot", chat)
    assert plain(hello["text"]).startswith("Bonjour.")
    assert await stage.press(LINA, "Tout choisir", chat) == "C’est noté."
    await stage.reads(chat, "• Tout choisir")


async def test_a_group(corpus: Path, tmp_path: Path) -> None:
    """Administrators change, everybody may ask why; it grows, the bot is sent away and let in again."""
    async with staged(corpus, tmp_path, allow=(LINA,)) as stage:
        await stage.simulator.do(user(LINA), user(GUEST), group(GROUP, "group"))
        refusal = await stage.says(GUEST, "/start@simulated_bot", GROUP)
        assert plain(refusal["text"]) == ADMINS_ONLY
        await subscribed(stage, GROUP)
        assert await stage.press(GUEST, "Puce Nvidia H200", GROUP) == ADMINS_ONLY
        assert "☑ Puce Nvidia H200" in labels((await stage.messages(GROUP))[-1])
        await stage.learn(FIRST)
        alert = await stage.reads(GROUP, "🟢 Rouvert")
        assert labels(alert) == ["Lire", "Pourquoi ?", "Fil", "Muet…"]
        why = await stage.press(GUEST, "Pourquoi ?", GROUP)
        assert why.startswith("Règle : ")
        assert await stage.press(GUEST, "Fil", GROUP)
        assert await stage.press(GUEST, "Muet…", GROUP) == ADMINS_ONLY
        assert (await stage.messages(GROUP))[-1] == alert

        await stage.do("migrate", chat_id=GROUP, new_id=GROWN)
        await stage.learn(TURN)
        turn = await stage.reads(GROWN, "🔁 Revirement", "🔴 Fermé, côté Chine")
        assert not turn["silent"]
        await stage.do("kick", chat_id=GROWN, user_id=LINA)
        await gone(stage, GROWN)
        calls = len(await stage.simulator.read("calls?method=sendMessage"))
        await stage.learn(APPROVAL)
        assert len(await stage.simulator.read("calls?method=sendMessage")) == calls
        await stage.do("join", chat_id=GROWN, user_id=LINA)
        await until(lambda: any(o.spec.address == str(GROWN) for o in stage.parts.line.chats))
        await stage.learn(CONDITION)
        await stage.reads(GROWN, "🟢 Autorisé, côté Chine, non confirmé", "Demo Agence")


async def gone(stage: Stage, chat: int) -> None:
    """Wait until a chat is none that alerts are written for."""
    await until(lambda: all(one.spec.address != str(chat) for one in stage.parts.line.chats))


async def test_a_forum_and_a_channel(corpus: Path, tmp_path: Path) -> None:
    """/ici binds the topic it is written in; /canal a channel, for who administrates it."""
    async with staged(corpus, tmp_path, allow=(LINA, GUEST)) as stage:
        forum = group(FORUM, "supergroup", is_forum=True, topics=[7, 8])
        channel = group(CHANNEL, "channel", state="administrator")
        await stage.simulator.do(user(LINA), user(GUEST), forum, channel)
        await subscribed(stage, FORUM)
        topic: dict[str, Any] = {"message_thread_id": 7, "is_topic_message": True}
        topic["chat"] = {"id": FORUM, "type": "supergroup", "title": "Veille", "is_forum": True}
        here = "/ici@simulated_bot"
        refusal = await stage.update(FORUM, message=written(GUEST, here, **topic))
        assert plain(refusal["text"]) == ADMINS_ONLY
        done = await stage.update(FORUM, message=written(LINA, here, **topic))
        assert done["text"] == "Les alertes du groupe arriveront désormais dans ce sujet du forum."
        assert done["message_thread_id"] == 7

        for person in (LINA, GUEST):
            await stage.says(person, "/start")
            await stage.press(person, "Tout choisir")
        asked = await stage.says(LINA, "/canal")
        assert plain(asked["text"]).startswith("Nommez-moi administrateur du canal")
        [[button]] = json.loads(asked["keyboard"])["keyboard"]
        assert button["text"] == "Choisir un canal"
        assert button["request_chat"]["chat_is_channel"]
        picked = {"chat_shared": {"request_id": 1, "chat_id": CHANNEL, "title": "Veille"}}
        for person, answer in (
            (GUEST, "Seul un administrateur de ce canal peut le relier."),
            (LINA, "Le canal reçoit désormais les mêmes alertes que vous."),
        ):
            message = written(person, "", **picked)
            del message["text"]
            told = await stage.update(person, message=message)
            assert told["text"].startswith(answer)

        await stage.learn(FIRST)
        alert = await stage.reads(FORUM, "🟢 Rouvert")
        assert alert["message_thread_id"] == 7
        await stage.reads(CHANNEL, "🟢 Rouvert")
        assert (await stage.press(GUEST, "Pourquoi ?", CHANNEL)).startswith("Règle : ")
        await stage.reads(GUEST, "🟢 Rouvert")


async def following(stage: Stage, told: Message, count: int) -> list[str]:
    """Wait for so many messages after one, and return what they say."""

    async def found() -> list[str]:
        later = [m for m in await stage.messages(BOSS) if m["message_id"] > told["message_id"]]
        return [plain(one["text"]) for one in later] if len(later) == count else []

    return list(await until(found))


async def test_operators(corpus: Path, tmp_path: Path) -> None:
    """A text and a link are tried and nothing comes of it; figures; a notice, and its end."""
    async with staged(corpus, tmp_path) as stage:
        await stage.simulator.do(user(BOSS), user(GUEST))
        await stage.says(BOSS, "/start")
        await stage.press(BOSS, "Tout choisir")
        await stage.reads(BOSS, "• Tout choisir")
        await stage.learn(FIRST)
        await stage.reads(BOSS, "🟢 Rouvert")
        news = len(stage.parts.line.chronicle.window.members)
        url = stage.urls[1].removesuffix("feed") + "article"
        link = {"entities": [{"type": "url", "offset": 0, "length": len(url)}]}
        for tried in (written(BOSS, demo.seed("004")[:4000]), written(BOSS, url, **link)):
            told = await stage.update(BOSS, message=tried)
            assert "🔴 Fermé, côté Chine · export-ban" in plain(told["text"])
            assert "Il rejoindrait le fil 1 : La nouvelle a été accueillie" in plain(told["text"])
            who, alert, newcomer, first = await following(stage, told, 4)
            assert who == "1 conversation : une réponse au message déjà reçu, avec son"
            assert alert.startswith("🔁 Revirement : nouveau décideur\n🔴 Fermé, côté Chine")
            assert newcomer == "un nouvel abonné : un nouveau message, avec son"
            assert first.startswith("🔴 Fermé, côté Chine")
        assert len(stage.parts.line.chronicle.window.members) == news
        assert 'INSERT INTO "articles" VALUES(2' not in await dump(stage.parts.store)

        figures = await stage.says(BOSS, "/status")
        assert "Flux interrogés : 1 ; en panne : 0 ; disparus : 0." in plain(figures["text"])
        assert "Conversations : 1 ; injoignables : 0." in plain(figures["text"])
        refusal = await stage.says(GUEST, "/status")
        assert plain(refusal["text"]).startswith("Je ne connais pas cette commande.")

        (tmp_path / "wrong").mkdir()
        (tmp_path / "wrong" / "h200.yaml").write_text("rule_set: [", encoding="utf-8")
        good = stage.parts.config
        wrong = good.model_copy(update={"rules": tmp_path / "wrong"})
        with capture_logs():
            await daemon.reloaded(stage.parts, lambda: wrong)
        notice = await stage.reads(BOSS, "⚠️ Rechargement refusé", "h200.yaml")
        assert not notice["silent"]
        await daemon.reloaded(stage.parts, lambda: good)
        over = await stage.reads(BOSS, "✅ Le rechargement a réussi")
        assert over["silent"]
