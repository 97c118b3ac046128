"""What is kept is said, handed out and erased on demand."""

import json
from pathlib import Path

import pytest

from tests.chatting import GROUP, desked, pressed, said, texts
from tests.telegram_html import parse
from watcher.bot.desk import Desk
from watcher.dialogue import Attach, Change, Close, Event, Say, Toast
from watcher.model import RuleSetId


async def hear(desk: Desk, event: Event) -> list[str]:
    """Say something and return what is read."""
    return [parse(one).text if "<" in one else one for one in texts(*await desk.answer(event))]


async def test_what_is_kept_in_six_lines(tmp_path: Path) -> None:
    """Strangers may ask too, in both languages."""
    async with desked(tmp_path) as (desk, watch):
        [french] = await hear(desk, said("confidentialite", language="fr"))
        [english] = await hear(desk, said("privacy", language="en"))
        assert len(french.splitlines()) == len(english.splitlines()) == 1 + 6
        assert french.startswith("Ce que je sais de vous\n• Je garde le numéro")
        assert "/oublier" in french
        assert "/forget" in english
        assert await watch.store.chat_at("telegram", "7") is None


async def test_everything_in_a_file(tmp_path: Path) -> None:
    """A chat gets what is stored of it, as a file."""
    async with desked(tmp_path, administrators=(8,)) as (desk, watch):
        await watch.store.join("telegram", "7", language="fr", now=watch.clock())
        [file] = await desk.answer(said("export"))
        assert isinstance(file, Attach)
        assert json.loads(file.content)["chats"][0]["address"] == "7"
        assert file.caption == "Tout ce que je conserve sur cette conversation."
        visitor = await desk.visitor(said("export"))
        await watch.store.erase("telegram", "7", salt=b"0" * 16, now=watch.clock())
        [nothing] = await desk.commands["export"].run(desk, visitor, said("export"))
        assert texts(nothing) == ["Je ne conserve rien sur cette conversation."]


async def test_forgotten_after_a_second_thought(tmp_path: Path) -> None:
    """The question of mock M8; no keeps all; yes erases all, and pressed again does no harm."""
    async with desked(tmp_path) as (desk, watch):
        chat = await watch.store.join("telegram", "7", language="fr", now=watch.clock())
        await watch.store.follow(chat.id, [RuleSetId("h200")], everything=False)
        await desk.refresh()
        [asked] = await desk.answer(said("oublier"))
        assert isinstance(asked, Say)
        text = parse(asked.message.html).text
        assert text == (
            "Tout effacer\u202f?\nJe supprime vos abonnements (1), vos réglages et l’historique de "
            "ce que je vous ai envoyé. Les messages déjà reçus restent dans cette "
            "conversation\u00a0: Telegram ne me laisse pas les retirer tous.\n\n"
            "Pour garder une copie\u00a0: /export"
        )
        [[yes], [no]] = asked.message.buttons
        assert (yes.text, yes.data, yes.danger) == ("Oui, tout effacer", "v1:forget:yes", True)
        assert (no.text, no.data, no.danger) == ("Non, garder", "v1:forget:no", False)
        kept = await desk.answer(pressed("forget", "no"))
        assert isinstance(kept[-1], Close)
        again = await desk.answer(pressed("forget"))
        assert isinstance(again[-1], Change)
        assert [one.spec.address for one in desk.line.chats] == ["1", "7"]
        done = await desk.answer(pressed("forget", "yes"))
        assert isinstance(done[0], Toast)
        assert texts(*done)[-1].startswith("Tout est effacé.")
        assert [one.spec.address for one in desk.line.chats] == ["1"]
        assert await watch.store.dossier("telegram", "7", now=watch.clock()) is None
        twice = await hear(desk, pressed("forget", "yes"))
        assert twice[-1] == "Je ne conserve rien sur cette conversation."


@pytest.mark.parametrize(("sender", "erased"), [(5, True), (6, False)])
async def test_a_group_is_erased_by_its_administrators(
    tmp_path: Path, sender: int, erased: bool
) -> None:
    """Others are told why not; the question says that all topics go."""
    async with desked(tmp_path) as (desk, watch):
        for thread in (None, 3):
            await watch.store.join("telegram", GROUP, thread, language="fr", now=watch.clock())
        [question] = await hear(desk, said("forget", sender=sender, address=GROUP))
        assert ("avec tous ses sujets" in question) is erased
        await desk.answer(pressed("forget", "yes", sender=sender, address=GROUP))
        left = await watch.store.dossier("telegram", GROUP, now=watch.clock())
        assert (left is None) is erased
