"""What subscribers do not want to hear of, chosen by a button and taken back by another."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.newsroom import waiting
from tests.reception import (
    DATES,
    GROUP,
    ME,
    Reception,
    buttons,
    given,
    labelled,
    reception,
    shown,
    toast,
)
from tests.telegram_html import parse
from watcher.actions import DAY
from watcher.bot.desk import NOT_ADMINISTRATOR
from watcher.bot.reading import GONE
from watcher.dialogue import Change, Say
from watcher.locales import catalogues
from watcher.model import Message
from watcher.preferences import Mute, Muted


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Reception]:
    """Have the five given texts read, in the order in which they came."""
    async with reception(tmp_path, *DATES) as opened:
        yield opened


def text(message: Message) -> str:
    """Read a message with plain spaces."""
    return parse(message.html).text.replace("\u00a0", " ").replace("\u202f", " ")


async def mutes(desk: Reception, address: str = ME) -> tuple[Mute, ...]:
    """Return what a chat does not hear of, as the next article finds it."""
    (chat,) = [chat for chat in desk.desk.line.chats if chat.spec.address == address]
    return chat.mutes


async def test_the_menu(desk: Reception) -> None:
    """It names the story, its site and its topics, each for three lengths of time."""
    replies = await desk.press("v1:mute:2")
    assert isinstance(replies[-1], Say)
    menu = shown(replies)
    assert text(menu).split("\n")[1:5] == [
        "• Fil : Après plusieurs mois d’incertitude, la Chine vient d’approuver une première vague d’importations des puces graphiques…",
        "• Site : site003.example",
        "• Sujet A : Commerce des puces d’IA entre les États-Unis et la Chine",
        "• Sujet B : Puce Nvidia H200",
    ]
    labels = [button.text.replace("\u00a0", " ") for button in buttons(menu)]
    assert labels[:3] == ["Fil : 24 h", "Fil : 7 jours", "Fil : toujours"]
    assert labels[-3:] == ["Sujet B : toujours", "☑ Sauf un revirement", "Fermer"]
    replies = await desk.press(labelled(menu, "☑ Sauf un revirement").data)
    assert isinstance(replies[-1], Change)
    assert shown(await desk.press(labelled(shown(replies), "☐ Sauf un revirement").data)) == menu


async def test_one_topic_needs_no_letter(desk: Reception) -> None:
    """A chat that follows one of the story's topics is offered that one."""
    chat = await desk.store.chat_at("telegram", ME)
    assert chat is not None
    await desk.store.follow(chat.id, ["h200"], everything=False)  # type: ignore[list-item]
    assert "• Sujet : Puce Nvidia H200" in text(shown(await desk.press("v1:mute:2")))


@pytest.mark.parametrize(
    ("row", "kind", "key"),
    [
        (0, Muted.STORY, "2"),
        (1, Muted.SITE, "site003.example"),
        (2, Muted.RULE_SET, "export-ban"),
        (3, Muted.RULE_SET, "h200"),
    ],
)
async def test_every_button_of_the_menu(desk: Reception, row: int, kind: Muted, key: str) -> None:
    """Pressed, and pressed again, each mutes its thing for its time; undone, nothing is muted."""
    menu = shown(await desk.press("v1:mute:2"))
    now = desk.clock()
    for button, until in zip(menu.buttons[row], (now + DAY, now + 7 * DAY, None), strict=True):
        for _ in range(2):
            replies = await desk.press(button.data)
            assert toast(replies).text == "Mis en sourdine"
            assert await mutes(desk) == (Mute(kind=kind, key=key, until=until, turns=True),)
        told = text(shown(replies)).split("\n")
        assert told[0] == "Mis en sourdine"
        assert ("Un revirement viendra quand même." in told) is (kind is Muted.STORY)
        when = "Pour toujours." if until is None else "Jusqu’au "
        assert told[2].startswith(when)
        undone = await desk.press(labelled(shown(replies), "Annuler").data)
        assert toast(undone).text == "Sourdine levée"
        assert labelled(shown(undone), "Muet…").data == "v1:mute:2"
        assert await mutes(desk) == ()


async def test_the_hour_is_the_chats_own(desk: Reception) -> None:
    """The end of a mute is told in the chat's zone, and a reversal may be refused."""
    chat = await desk.store.chat_at("telegram", ME)
    assert chat is not None
    await desk.store.choose(chat.id, {"zone": "America/Montreal"})
    menu = shown(await desk.press("v1:mute:2:all"))
    told = text(shown(await desk.press(buttons(menu)[0].data)))
    assert "Jusqu’au 31 janv. 2026 à 11:45." in told
    assert "revirement" not in told
    [mute] = await mutes(desk)
    assert not mute.turns
    assert mute.holds(desk.clock() + timedelta(hours=23))


@pytest.mark.parametrize("host", ["puces.example:8080", ""])
async def test_sites(desk: Reception, host: str) -> None:
    """A colon in a site's name does not end it; who has no site is muted by story and topic only."""
    feed = f"http://{host}/flux" if host else "flux"
    told = replace(given("003"), url=f"http://{host}/a" if host else "", text="Le H200 arrive.")
    pending = await waiting(desk.store, 6)
    other = replace(pending, feed=replace(pending.feed, url=feed))
    await desk.desk.line._conclude(other, replace(told, zones=()), ())
    menu = shown(await desk.press("v1:mute:6"))
    sites = [button for button in buttons(menu) if button.text.startswith("Site")]
    assert len(sites) == 3 * bool(host)
    for button in sites:
        undo = labelled(shown(await desk.press(button.data)), "Annuler")
        assert [mute.key for mute in await mutes(desk)] == [host]
        await desk.press(undo.data)
        assert await mutes(desk) == ()


async def test_in_a_group_administrators_decide(desk: Reception) -> None:
    """Others are told so, and nothing changes."""
    refused = catalogues()["fr"].gettext(NOT_ADMINISTRATOR)
    for data in ("v1:mute:2", "v1:hush:2:story:24h:turns:2", "v1:unhush:2:story:2"):
        assert toast(await desk.press(data, address=GROUP)).text == refused
    desk.rights.everywhere.add(1)
    await desk.press("v1:hush:2:story:24h:turns:2", address=GROUP)
    assert [mute.key for mute in await mutes(desk, GROUP)] == ["2"]
    assert await mutes(desk) == ()


@pytest.mark.parametrize(
    "data",
    ["v1:mute", "v1:mute:zz", "v1:hush:2", "v1:hush:2:story:1h:turns:2", "v1:hush:2:word:24h:turns:2",
     "v1:hush:2:story:24h:turns:1", "v1:hush:2:rule_set:24h:turns:none", "v1:unhush:zz:story:2",
     "v1:unhush:2:story:1"],
)  # fmt: skip
async def test_old_buttons(desk: Reception, data: str) -> None:
    """What names nothing that there is mutes nothing."""
    (said,) = await desk.press(data)
    assert toast([said]).text == catalogues()["fr"].gettext(GONE)
    assert await mutes(desk) == ()
