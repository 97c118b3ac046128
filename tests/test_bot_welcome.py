"""Who comes in by which door, and what the others hear."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chatting import GROUP, TOKEN, desked, pressed, said, texts
from watcher import access
from watcher.bot import welcome
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.dialogue import Event, Reply, Said, Toast
from watcher.model import RuleSetId

DAY = timedelta(days=1)
LINK = b"12345678"


async def start(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Let in or turn away, as /start does."""
    assert isinstance(event, Said)
    chat = await welcome.admit(desk, visitor, event, event.text)
    if chat is None:
        return welcome.turned_away(desk, visitor, event, event.text)
    followed = ", ".join(chat.spec.rule_sets)
    return [visitor.line(f"in {followed}".strip())]


START = {"start": Handler(start, for_strangers=True)}


def link(desk: Desk, *, nonce: bytes = LINK, days: int = 7, rule_set: str = "") -> str:
    """Sign an invitation."""
    until = desk.line.clock() + days * DAY
    name = RuleSetId(rule_set) if rule_set else None
    return access.signed(TOKEN, nonce=nonce, expires_at=until, rule_set=name)


async def hear(desk: Desk, event: Event) -> str:
    """Say something and return the answer in one line."""
    return " | ".join(texts(*await desk.answer(event)))


@pytest.mark.parametrize(
    ("keys", "sender", "comes_in"),
    [
        ({"access": "open"}, 7, True),
        ({"access": "invite"}, 7, False),
        ({"access": "invite", "allow": (7,)}, 7, True),
        ({"access": "invite", "administrators": (7,)}, 7, True),
        ({"access": "allowlist", "allow": (7,)}, 7, True),
        ({"access": "allowlist", "allow": (8,)}, 7, False),
    ],
)
async def test_who_comes_in(
    tmp_path: Path, keys: dict[str, Any], sender: int, comes_in: bool
) -> None:
    """The configuration decides; of who stays out, nothing is stored."""
    async with desked(tmp_path, commands=START, **keys) as (desk, watch):
        answer = await hear(desk, said("start", sender=sender, language="fr"))
        chat = await watch.store.chat_at("telegram", str(sender))
        assert (chat is not None) is comes_in
        assert answer == (
            "in"
            if comes_in
            else "Ce bot est sur invitation. Demandez un lien à son administrateur."
        )
        if comes_in:
            assert await hear(desk, said("start", sender=sender)) == "in", "again, as it was"


async def test_an_invitation_lets_one_person_in(tmp_path: Path) -> None:
    """Who comes first; the others are told kindly, also when it has ended or is forged."""
    async with desked(tmp_path, commands=START) as (desk, watch):
        payload = link(desk, rule_set="h200")
        used = "This invitation no longer works: it was used, or has ended."
        assert await hear(desk, said("start", payload, language="en")) == "in h200"
        assert [chat.spec.address for chat in desk.line.chats if chat.spec.rule_sets] == ["7"]
        assert (await hear(desk, said("start", payload, sender=8, language="en"))).startswith(used)
        old = link(desk, nonce=b"abcdefgh", days=-1)
        for text in (old, "i_forged", payload[:-5] + "AAAAA"):
            watch.clock.now += access.WINDOW
            assert (await hear(desk, said("start", text, sender=8, language="en"))).startswith(used)
        assert await watch.store.chat_at("telegram", "8") is None


async def test_a_list_takes_no_invitation(tmp_path: Path) -> None:
    """`allowlist` means that list."""
    async with desked(tmp_path, commands=START, access="allowlist") as (desk, watch):
        await hear(desk, said("start", link(desk)))
        assert await watch.store.chat_at("telegram", "7") is None


async def test_who_lets_a_group_in(tmp_path: Path) -> None:
    """An administrator of the group who has access, or brings an invitation; nobody else."""
    async with desked(tmp_path, commands=START) as (desk, watch):

        async def asks(sender: int, text: str = "", **more: Any) -> bool:
            await desk.answer(said("start", text, sender=sender, address=GROUP, **more))
            return await watch.store.chat_at("telegram", GROUP) is not None

        await watch.store.join("telegram", "9", language="fr", now=watch.clock())
        assert not await asks(5), "administrates the group, has no access"
        assert not await asks(9), "has access, does not administrate the group"
        assert not await asks(9, link(desk)), "nor does an invitation help"
        assert not await asks(0, anonymous=True), "nobody knows who this is"
        assert await asks(0, link(desk), anonymous=True)
        await watch.store.erase("telegram", GROUP, salt=b"0" * 16, now=watch.clock())
        await watch.store.join("telegram", "5", language="fr", now=watch.clock())
        assert await asks(5)


async def test_strangers_are_refused_with_patience(tmp_path: Path) -> None:
    """Three times the reason, once the wait, then nothing; a minute later again."""
    async with desked(tmp_path, commands=START) as (desk, watch):
        answers = [await hear(desk, said("export", language="fr")) for _ in range(3)]
        assert set(answers) == {"Ce bot est sur invitation. Demandez un lien à son administrateur."}
        watch.clock.now += timedelta(seconds=48)
        wait = "Doucement\u00a0: réessayez dans 12 secondes."
        assert await hear(desk, said("start", language="fr")) == wait
        assert await hear(desk, said("start", language="fr")) == ""
        assert await hear(desk, said("export", sender=8, language="fr")) in answers
        watch.clock.now += timedelta(seconds=12)
        assert await hear(desk, said("export", language="fr")) in answers


async def test_a_stranger_who_presses_is_told_over_the_chat(tmp_path: Path) -> None:
    """A button is always answered."""
    async with desked(tmp_path) as (desk, _):
        desk.presses = {"x": Handler(start)}
        [toast] = await desk.answer(pressed("x"))
        assert isinstance(toast, Toast)
        assert toast.alert


async def test_without_a_token_nobody_is_invited(tmp_path: Path) -> None:
    """There is nothing to check a link with."""
    async with desked(tmp_path, commands=START) as (desk, watch):
        payload = link(desk)
        desk.keys = desk.keys.model_copy(update={"token": None})
        await hear(desk, said("start", payload))
        assert await watch.store.chat_at("telegram", "7") is None
