"""What subscribers ask of what they were told, from the button to the store and back."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reception import (
    CHANNEL,
    DATES,
    GROUP,
    ME,
    Reception,
    buttons,
    closed,
    given,
    labelled,
    reception,
    shown,
    toast,
)
from tests.telegram_html import parse
from watcher.bot.desk import Visitor
from watcher.bot.reading import GONE, known
from watcher.dialogue import Change
from watcher.locales import catalogues
from watcher.model import ArticleId, Message

ALL = tuple(DATES)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Reception]:
    """Have the five given texts read, in the order in which they came."""
    async with reception(tmp_path, *ALL) as opened:
        yield opened


def text(message: Message) -> str:
    """Read a message with plain spaces."""
    return parse(message.html).text.replace("\u00a0", " ").replace("\u202f", " ")


async def test_every_alert_can_be_asked_about(desk: Reception) -> None:
    """Each button of each alert is answered; in private by a message, and the button is let go."""
    alerts = await desk.alerts()
    assert len(alerts) == 4
    for button in (button for alert in alerts for button in buttons(alert) if button.data):
        replies = await desk.press(button.data)
        assert toast(replies).text == ""
        assert parse(shown(replies).html).units <= 3900


async def test_a_channel_only_reads(desk: Reception) -> None:
    """Nobody can be answered there."""
    found = [button for alert in await desk.alerts(CHANNEL) for button in buttons(alert)]
    assert {button.text for button in found} == {"Lire"}


async def test_why_in_private(desk: Reception) -> None:
    """What decided is told zone by zone, then what was set aside, as it was when it was judged."""
    told = text(shown(await desk.press("v1:why:5")))
    assert "Puce Nvidia H200 (La puce H200 est citée), score 8." in told
    assert "• début : « donné son feu vert au géant local DeepSeek" in told
    assert "• « La Chine bannit les puces de Nvidia » : hors du texte" in told
    assert "• « GH200 » : concerne un autre produit" in told
    english = text(shown(await desk.press("v1:why:5", address="8")))
    assert "• “GH200”: about another product" in english


async def test_why_in_a_group(desk: Reception) -> None:
    """Anybody may ask, and only who asks is answered."""
    (said,) = await desk.press("v1:why:5", address=GROUP)
    assert toast([said]).alert
    assert "Trouvé\u00a0: «\u00a0H200\u00a0»" in toast([said]).text
    assert len(toast([said]).text) <= 200


async def test_only_what_a_chat_follows_is_explained(desk: Reception) -> None:
    """A chat that follows one rule set is told of that one; one that follows none any more, of all."""
    chat = await desk.store.chat_at("telegram", ME)
    assert chat is not None
    for rule_sets, rules in ((["h200"], 1), ([], 4)):
        await desk.store.follow(chat.id, rule_sets, everything=False)  # type: ignore[arg-type]
        told = text(shown(await desk.press("v1:why:4")))
        assert told.count("Règle : ") == rules


async def test_opinions(desk: Reception) -> None:
    """One opinion a chat and article, which may change; the message then shows it."""
    chat = await desk.store.chat_at("telegram", ME)
    assert chat is not None
    why = shown(await desk.press("v1:why:5"))
    for label, useful in (("Utile", True), ("Pas pertinent", False), ("Pas pertinent", False)):
        replies = await desk.press(labelled(why, label).data)
        assert toast(replies).text == "Merci, c’est noté."
        assert f"• {label}" in [button.text for button in buttons(shown(replies))]
        judged = await desk.store.judged(ArticleId(5), chat.id)
        assert judged is not None
        assert judged.useful is useful
    assert (await desk.press("v1:fb:5:yes", address=GROUP))[0] != toast(replies)
    desk.rights.everywhere.add(1)
    assert toast(await desk.press("v1:fb:5:yes", address=GROUP)).text == "Merci, c’est noté."


async def test_a_story_and_those_it_has_to_do_with(desk: Reception) -> None:
    """The timeline follows publication; what it goes on from is part of it, in private and in groups."""
    latest = shown(await desk.say("/fil"))
    assert text(latest).startswith("Vos derniers fils\n\n1. ")
    one = shown(await desk.press(buttons(latest)[0].data))
    days = [line for line in text(one).split("\n") if re.search(r"202[56] · ", line)]
    assert [day[2:].partition(" · ")[0] for day in days] == [
        "24 décembre 2025",
        "14 janvier 2026",
        "28 janvier 2026",
        "29 janvier 2026",
        "30 janvier 2026",
    ]
    assert days[1].startswith("🔴 ")
    assert days[2].endswith("Autorisé, côté Chine, revirement")
    assert "La nouvelle a été accueillie" in text(one)
    other = text(shown(await desk.say("/story 1")))
    assert other.split("\n")[1:] == text(one).split("\n")[1:]
    (said,) = await desk.press("v1:story:2", address=GROUP)
    assert toast([said]).text.startswith("5 articles, du 24 décembre 2025")
    assert text(shown(await desk.say("/fil 2", address=GROUP))) == text(one)


@pytest.mark.parametrize("number", ["999", "abc", "-1", "²", "9" * 40])
async def test_no_such_story(desk: Reception, number: str) -> None:
    """It is said so, with the way to those that there are."""
    assert text(shown(await desk.say(f"/fil {number}"))).startswith("Ce fil n’existe pas.")


async def test_nothing_was_told_yet(tmp_path: Path) -> None:
    """A new chat has no stories, an empty ledger nothing to say."""
    async with reception(tmp_path) as desk:
        assert "Aucun fil" in text(shown(await desk.say("/fil")))
        assert "Rien n’est encore connu" in text(shown(await desk.say("/etat")))


async def test_the_state(desk: Reception) -> None:
    """The ledger is told in words, what most sources tell first."""
    lines = text(shown(await desk.say("/etat"))).split("\n")
    assert lines[2:4] == [
        "H200",
        "🟢 Chine (importations) : autorisé depuis le 28 janvier 2026, 3 sources.",
    ]
    english = text(shown(await desk.say("/state", address="8")))
    assert "🟢 Chine (imports): allowed since 28 January 2026, 3 sources." in english


async def test_search(desk: Reception) -> None:
    """Words are found in the source's own typography, page by page."""
    message = shown(await desk.say("/recherche « FEU VERT »"))
    assert text(message).count("site002.example") == 1
    assert "feu vert" in parse(message.html).all("b")
    for number in range(6, 9):
        other = replace(given("000"), url=f"https://site00{number}.example/a")
        await desk.news(number, other)
    first = shown(await desk.say("/search H-200"))
    replies = await desk.press(labelled(first, "Suite").data)
    assert toast(replies).text == ""
    second = shown(replies)
    assert isinstance(replies[-1], Change)
    assert text(second).count("\nsite0") == 3
    back = shown(await desk.press(labelled(second, "Précédents").data))
    assert back == first
    assert "par exemple" in text(shown(await desk.say("/recherche")))
    assert "Rien trouvé" in text(shown(await desk.say("/recherche zzz")))
    assert "Rien trouvé" in text(shown(await desk.press("v1:more:zzzzzzzzz:h200")))


@pytest.mark.parametrize(
    "data",
    ["v1:why", "v1:why:0", "v1:why:%", "v1:why:zzzzzzz", "v1:story:0", "v1:fb:5", "v1:fb:0:yes",
     "v1:fb:5:perhaps"],
)  # fmt: skip
async def test_old_buttons(desk: Reception, data: str) -> None:
    """What names nothing that there is, is answered kindly."""
    (said,) = await desk.press(data)
    assert toast([said]).text == catalogues()["fr"].gettext(GONE)


async def test_closing(desk: Reception) -> None:
    """A message goes away; in a group only administrators take it from the others."""
    assert closed(await desk.press("v1:x"))
    assert not closed(await desk.press("v1:x", address=GROUP))
    desk.rights.everywhere.add(1)
    assert closed(await desk.press("v1:x", address=GROUP))


async def test_strangers(desk: Reception) -> None:
    """Who has no access is told nothing of the news, and no handler takes a stranger for a chat."""
    for command in ("/fil", "/etat", "/recherche h200"):
        assert "sur invitation" in text(shown(await desk.say(command, address="99")))
    assert "sur invitation" in toast(await desk.press("v1:why:5", address="99")).text
    with pytest.raises(RuntimeError):
        known(Visitor(chat=None, language="fr", translations=catalogues()["fr"]))
