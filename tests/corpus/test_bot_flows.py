"""What a subscriber does with the bot, from the invitation to the end, as Telegram would show it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from tests.corpus.stage import (
    APPROVAL,
    CONDITION,
    FIRST,
    LAST,
    TURN,
    Stage,
    labels,
    plain,
    staged,
)
from tests.corpus.test_telegram_sim import user
from tests.store_dump import dump
from tests.talking import until
from watcher.channels.telegram import TelegramChannel

pytestmark = pytest.mark.corpus
LINA, NOBODY = 7350912, 9


async def let_in(stage: Stage) -> None:
    """Have Lina come in, and follow everything."""
    await stage.simulator.do(user(LINA))
    await stage.says(LINA, stage.invitation(LINA))
    assert await stage.press(LINA, "Tout choisir") == "C’est noté."
    await stage.reads(LINA, "• Tout choisir")


async def test_from_the_invitation_to_a_reversal(corpus: Path, tmp_path: Path) -> None:
    """Come in, choose, be told, ask why, rate, look at the story, mute it, undo; a turn rings."""
    async with staged(corpus, tmp_path) as stage:
        await stage.simulator.do(user(LINA), user(NOBODY))
        hello = await stage.says(LINA, stage.invitation(LINA))
        assert plain(hello["text"]).startswith("Bonjour. Je surveille les sites d’actualité tech")
        assert "☐ Puce Nvidia H200" in labels(hello)
        assert await stage.press(LINA, "Puce Nvidia H200") == "C’est noté."
        await stage.reads(LINA, "☑ Puce Nvidia H200", "☐ Quotas sur les puces d’IA")
        assert await stage.press(LINA, "Tout choisir") == "C’est noté."
        menu = await stage.reads(LINA, "☑ Quotas sur les puces d’IA", "• Tout choisir")
        assert menu["message_id"] == hello["message_id"]
        used = await stage.says(NOBODY, stage.invitation(LINA))
        assert plain(used["text"]).startswith("Cette invitation n’est plus valable : elle a déjà")

        await stage.learn(FIRST)
        alert = await stage.reads(LINA, "🟢 Rouvert", "Demo Auto · 24 déc. 2025 à 09:00")
        assert labels(alert) == ["Lire", "Pourquoi ?", "Fil", "Muet…"]
        assert not alert["silent"]
        assert await stage.press(LINA, "Pourquoi ?") == ""
        await stage.reads(
            LINA, "Pourquoi cette alerte ?", "« déblocage des puces NVIDIA H200 » (dit : ouvert)"
        )
        assert await stage.press(LINA, "Utile") == "Merci, c’est noté."
        await stage.reads(LINA, "Pourquoi cette alerte ?", "• Utile")
        assert await stage.press(LINA, "Fermer") == ""
        await stage.reads(LINA, "🟢 Rouvert")
        assert await stage.press(LINA, "Fil") == ""
        await stage.reads(LINA, "🧵 La nouvelle a été accueillie", "1 article, le 24 décembre 2025")
        assert await stage.press(LINA, "Muet…") == ""
        await stage.reads(LINA, "De quoi ne plus vous parler ?", "Sauf un revirement")
        assert await stage.press(LINA, "Fil : 24 h") == "Mis en sourdine"
        ends = "Jusqu’au 25 déc. 2025 à 11:00."
        await stage.reads(LINA, "Mis en sourdine", ends, "Un revirement viendra quand même.")
        await stage.says(LINA, "/reglages")
        await stage.press(LINA, "En sourdine")
        await stage.reads(LINA, "En sourdine", "La nouvelle a été accueillie")
        assert await stage.press(LINA, "Annuler") == "Sourdine levée"

        await stage.learn(TURN)
        turn = await stage.reads(LINA, "🔁 Revirement", "🔴 Fermé, côté Chine", "Fil (2)")
        assert turn["reply_to_message"]["message_id"] == alert["message_id"]
        assert not turn["silent"]
        stats = await stage.simulator.read("stats")
    assert (stats["flood_refused"], stats["duplicates"]) == (0, 0)


async def test_settings_and_a_digest(corpus: Path, tmp_path: Path) -> None:
    """Rhythm, zone, a typed hour, quiet hours, level, length, language; the digest at its hour; a pause."""
    async with staged(corpus, tmp_path) as stage:
        await let_in(stage)
        await stage.says(LINA, "/reglages")
        await stage.press(LINA, "Quand ?")
        await stage.reads(LINA, "Rythme : tout de suite")
        assert await stage.press(LINA, "Chaque jour") == "Dans quel fuseau horaire ?"
        await stage.reads(LINA, "Fuseau horaire", "• Paris")
        assert await stage.press(LINA, "Montréal") == "C’est noté."
        await stage.reads(LINA, "Rythme : chaque jour à 18:30", "America/Toronto")
        await stage.press(LINA, "Fuseau horaire")
        await stage.reads(LINA, "• Montréal")
        await stage.press(LINA, "Paris")
        await stage.reads(LINA, "Europe/Paris")
        assert await stage.press(LINA, "Une autre heure…") == ""
        await stage.reads(LINA, "À quelle heure ? Écrivez par exemple 07:30.")
        wrong = await stage.says(LINA, "25h")
        assert wrong["text"] == "«\u00a025h\u00a0» n’est pas une heure. Écrivez par exemple 07:30."
        when = await stage.says(LINA, "07:30")
        assert "Rythme : chaque jour à 07:30" in plain(when["text"])
        await choose(stage, "Heures calmes", "De 22:00 à 07:00", "Heures calmes : de 22:00 à 07:00")
        await choose(stage, "Niveau", "Tous les articles", "• Tous les articles")
        await choose(stage, "Détail", "Long", "• Long")
        await choose(stage, "Langue", "English", "Language", "Articles are quoted")
        await stage.press(LINA, "Back")
        await stage.reads(LINA, "Rhythm: every day at 07:30", "Quiet hours: 22:00 to 07:00")
        await choose(stage, "Language", "Français", "Les articles sont cités dans leur langue.")

        await stage.learn(FIRST)
        await stage.reads(LINA, "Les articles sont cités")
        await stage.wait(FIRST + timedelta(hours=20))
        await stage.reads(LINA, "Les articles sont cités")
        await stage.wait(FIRST + timedelta(hours=20, minutes=31))
        await stage.reads(
            LINA, "Votre revue du 25 décembre, 07:30", "1 sujet, 1 article.", "Changer l’heure"
        )
        assert await stage.press(LINA, "Changer l’heure") == ""
        await stage.reads(LINA, "Rythme : chaque jour à 07:30")
        await stage.press(LINA, "Tout de suite")
        await stage.reads(LINA, "Rythme : tout de suite")

        await stage.wait(TURN - timedelta(minutes=10))
        await stage.says(LINA, "/pause")
        await stage.press(LINA, "1 heure")
        await stage.reads(LINA, "En pause jusqu’au 14 janvier à 13:50.")
        await stage.learn(TURN)
        await stage.reads(LINA, "En pause jusqu’au 14 janvier à 13:50.")
        await stage.press(LINA, "Reprendre")
        await stage.reads(LINA, "Pendant combien de temps")
        await stage.learn(APPROVAL)
        await stage.reads(LINA, "🟢 Autorisé, côté Chine", "Demo Composants")


async def choose(stage: Stage, door: str, value: str, *shown: str) -> None:
    """Choose a value in a menu of the settings; it then reads so."""
    if "Retour" in labels((await stage.messages(LINA))[-1]):
        await stage.press(LINA, "Retour")
    await stage.reads(LINA, door)
    await stage.press(LINA, door)
    await stage.reads(LINA, value)
    await stage.press(LINA, value)
    await stage.reads(LINA, *shown)


async def test_questions_and_farewell(corpus: Path, tmp_path: Path) -> None:
    """Search, state, stories, a copy of all that is kept, and its end: then nothing comes any more."""
    async with staged(corpus, tmp_path) as stage:
        await let_in(stage)
        for day in (FIRST, TURN, APPROVAL, CONDITION):
            await stage.learn(day)
        asked = await stage.says(LINA, "/recherche quota de puces")
        assert plain(asked["text"]).startswith("Recherche : quota de puces\n\nLa Chine autorise")
        asked = await stage.says(LINA, "/recherche girafe")
        assert plain(asked["text"]).startswith("Rien trouvé pour « girafe ».")
        asked = await stage.says(LINA, "/etat")
        assert "H200\n🟢 Chine (importations) : autorisé depuis le" in plain(asked["text"])
        asked = await stage.says(LINA, "/fil")
        assert plain(asked["text"]).startswith("Vos derniers fils")
        asked = await stage.says(LINA, "/fil 1")
        assert "🟢 24 décembre 2025 · Rouvert" in plain(asked["text"])
        asked = await stage.says(LINA, "/fil 99")
        assert plain(asked["text"]) == "Ce fil n’existe pas. /fil donne la liste des vôtres."

        await stage.do("say", user_id=LINA, text="/export")
        document = await sent_file(stage)
        [chat] = document["chats"]
        assert (chat["address"], chat["follows_everything"]) == (str(LINA), True)
        assert [one["kind"] for one in chat["messages"]].count("answer") == 7
        assert {"🟢 <b>Rouvert</b>", "🔁 <b>Revirement</b>"} <= {
            one["html"].split(" · ")[0].split("\n")[0] for one in chat["messages"]
        }

        await stage.says(LINA, "/oublier")
        await stage.reads(LINA, "Tout effacer ?", "Je supprime vos abonnements (3)")
        await stage.press(LINA, "Oui, tout effacer")
        await stage.reads(LINA, "Tout est effacé.")
        left = await dump(stage.parts.store)
        assert str(LINA) not in left
        assert not re.search('INSERT INTO "(chats|outbox|outbox_alerts|mutes)"', left)
        before = len(await stage.messages(LINA))
        await stage.learn(LAST)
        assert len(await stage.messages(LINA)) == before
        refusal = "Ce bot est sur invitation. Demandez un lien à son administrateur."
        assert await stage.press(LINA, "Pourquoi ?") == refusal


async def sent_file(stage: Stage) -> Any:
    """Wait for a file, and read it."""
    (body,) = await until(lambda: stage.wire.files)
    return json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])


async def test_strangers_and_old_buttons(corpus: Path, tmp_path: Path) -> None:
    """Who is not invited leaves no row; a button of an earlier version brings today's menu."""
    async with staged(corpus, tmp_path) as stage:
        await stage.simulator.do(user(NOBODY) | {"language_code": "en"})
        before = await dump(stage.parts.store)
        for text in ("/start", "bonjour", "/reglages"):
            refusal = await stage.says(NOBODY, text)
            assert refusal["text"].startswith("This bot is invitation only.")
        slow = await stage.says(NOBODY, "/start i_forged")
        assert slow["text"].startswith("Slow down: try again in ")
        assert await dump(stage.parts.store) == before

        await let_in(stage)
        assert isinstance(stage.parts.channel, TelegramChannel)
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ancien", callback_data="v0:x")]])
        await stage.parts.channel.bot.send_message(LINA, "Jadis", reply_markup=markup)
        assert await stage.press(LINA, "Ancien") == "Ce bouton a expiré, voici le menu à jour."
        await stage.reads(LINA, "Réglages", "Rythme : tout de suite")
