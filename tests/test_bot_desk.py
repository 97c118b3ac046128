"""The desk answers whoever speaks, and nobody who does not speak to it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.desks import Talk, shown, talking, toast
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Event, Heard, Joined, Place, Reply, Toast
from watcher.preferences import Preferences

UNKNOWN = "Je ne connais pas cette commande. Essayez /regles ou /aide."


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A desk, and Lina, who has come in."""
    async with talking(tmp_path) as found:
        await found.says("/start")
        yield found


async def stumble(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Have a defect."""
    raise RuntimeError(f"{desk.channel} {visitor.language} {event}")


async def agree(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Say yes."""
    del desk, event
    return [visitor.line("Yes")]


async def test_commands_nobody_knows(talk: Talk) -> None:
    """In private it is said what there is; in a group other bots may know them."""
    assert shown(await talk.says("/danse")).html == UNKNOWN
    talk.place = Place.GROUP
    assert await talk.says("/danse") == []


async def test_buttons_without_a_menu_to_show(talk: Talk) -> None:
    """A desk that has no menus still answers the button."""
    talk.desk.presses = {}
    assert toast(await talk.presses("v1:sub:h200")).startswith("Ce bouton a expiré")


async def test_a_defect_is_told_with_a_number(talk: Talk) -> None:
    """People hear that their settings are safe, and a number to ask the administrator about."""
    talk.desk.commands = {"danse": Handler(stumble)}
    talk.desk.presses = {"danse": Handler(stumble)}
    said = shown(await talk.says("/danse")).html
    assert said.startswith("Une erreur est survenue (réf. ")
    assert said.endswith("). Vos réglages sont conservés.")
    [over] = await talk.presses("v1:danse")
    assert isinstance(over, Toast)
    assert over.alert
    assert over.text.startswith("Une erreur")


async def test_operators(talk: Talk) -> None:
    """A command of operators does not exist for anybody else."""
    talk.desk.commands = {"etat": Handler(agree, for_operators=True)}
    assert shown(await talk.says("/etat")).html == UNKNOWN
    talk.desk.keys = TelegramKeys(administrators=(7,))
    assert shown(await talk.says("/etat")).html == "Yes"


async def test_other_events(talk: Talk) -> None:
    """What happens to a chat is heard if somebody wants to."""
    joined = Joined(address="7", place=Place.PRIVATE, sender=7)
    assert await talk.desk.answer(joined) == []
    talk.desk.others = {Joined: Handler(agree)}
    assert len(await talk.desk.answer(joined)) == 1


async def test_anonymous_administrators(talk: Talk) -> None:
    """Who speaks as the group itself leads it."""
    talk.desk.others = {Joined: Handler(agree, for_administrators=True, for_strangers=True)}
    for anonymous, said in ((True, "Yes"), (False, "Seuls les administrateurs")):
        event = Joined(address="-5", place=Place.GROUP, sender=9, anonymous=anonymous)
        assert shown(await talk.desk.answer(event)).html.startswith(said)


async def test_visitors(talk: Talk) -> None:
    """A stranger is spoken to in the language of their client, a chat in its own."""
    stranger = await talk.desk.visitor(Heard(address="8", language="pt-br"))
    assert (stranger.chat, stranger.language) == (None, "en")
    assert stranger.preferences == Preferences(language="en")
    chat = await talk.desk.visitor(Heard(address="7", language="en"))
    assert chat.chat
    assert chat.preferences == chat.chat.preferences
    assert (await talk.desk.visitor(Heard(address="8"))).language == "fr"
