"""The strict Bot API simulator takes our messages, faults included: all once, none in vain."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.corpus.made_up import made_up
from tests.newsroom import H200, NOW, placed, verdict, waiting
from tests.outbox import SENT, Outbox, Row
from tests.telegram_html import parse
from watcher import limits
from watcher.channels.telegram import TelegramChannel
from watcher.delivery import Courier
from watcher.errors import UnreachableError
from watcher.model import (
    ChatId,
    ChatSpec,
    Delivery,
    DeliveryId,
    DeliveryState,
    Draft,
    Kind,
    Message,
    StoryId,
)
from watcher.store import Store

pytestmark = pytest.mark.corpus
TOKEN = "123456:abcdefghijklmnopqrstuvwxyz_0123456789"
PATIENCE = timedelta(seconds=90)
DROPPED = dict.fromkeys((0x30A, 0x333, 0x33F))  # marks that Telegram takes out of any text


class Simulator:
    """The simulator's own door."""

    def __init__(self, url: str) -> None:
        self.base_url = f"{url}/bot"
        self._http = httpx.AsyncClient(base_url=url, timeout=120)

    async def do(self, *commands: dict[str, Any]) -> None:
        (await self._http.post("/sim/do", json=list(commands))).raise_for_status()

    async def read(self, what: str) -> Any:
        return (await self._http.get(f"/sim/{what}")).json()

    async def close(self) -> None:
        await self._http.aclose()


@asynccontextmanager
async def running(corpus: Path) -> AsyncIterator[Simulator]:
    environment = os.environ | {"PYTHONPATH": str(corpus), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "telegram_sim", "--token", TOKEN]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        ready = await asyncio.wait_for(process.stdout.readline(), 20)
        simulator = Simulator(ready.split()[-1].decode())
        try:
            yield simulator
        finally:
            await simulator.close()
    finally:
        process.terminate()
        await process.wait()


def user(number: int) -> dict[str, Any]:
    return {"do": "user", "id": number, "first_name": f"Lectrice {number}", "started": True}


def fault(kind: str, *, method: str = "sendMessage", **options: Any) -> dict[str, Any]:
    return {"do": "fault", "kind": kind, "method": method, "times": 0, **options}


async def test_faults(corpus: Path) -> None:
    """With 5 % errors, 2 % cut answers and floods, all arrive, each once, and every pause is kept."""
    people, group = range(1, 61), -1001
    queued = [Row(id=n, chat=chat) for n, chat in enumerate([*people] * 4 + [99] * 8, 1)]
    outbox = Outbox(queued, addresses={99: str(group)})
    async with running(corpus) as simulator:
        await simulator.do(
            *(user(number) for number in people),
            {"do": "chat", "id": group, "type": "supergroup", "title": "Veille"},
            fault("retry_after", chat_id=7, times=2, seconds=3),
            fault("retry_after", chat_id=8, times=1, skip=2, seconds=2),
            fault("error", status=502, description="Bad Gateway", probability=0.05),
            fault("reset", when="after", probability=0.02),
            fault("reset", when="before", probability=0.01),
            fault("truncated", when="after", probability=0.01),
        )
        channel = TelegramChannel(TOKEN, base_url=simulator.base_url)
        courier = Courier(outbox, channel, clock=lambda: datetime.now(UTC))
        stop = asyncio.Event()
        sending = asyncio.create_task(courier.run(stop))
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while courier.delivered < len(queued):
                await asyncio.wait([sending], timeout=0.2)
        stop.set()
        await sending
        await channel.close()
        stats, messages = await simulator.read("stats"), await simulator.read("messages")
    assert {row.state for row in outbox.rows} == {SENT}
    assert len(messages) == len(queued)
    assert stats["duplicates"] == 0
    assert stats["flood_ignored"] == 0
    assert stats["replies_lost"] > 0
    assert stats["statuses"]["502"] > 0


async def test_standing(corpus: Path) -> None:
    """Blocked, moved and closed: one call each tells us, and the rest is delivered."""
    outbox = Outbox(
        [Row(id=n, chat=chat) for n, chat in enumerate([1, 1, 1, 5, 6], 1)],
        addresses={5: "-5", 6: "-1006"},
        threads={6: 3},
    )
    async with running(corpus) as simulator:
        await simulator.do(
            user(1),
            {"do": "block", "user_id": 1},
            {"do": "chat", "id": -5, "type": "group", "title": "Veille"},
            {"do": "chat", "id": -1006, "type": "supergroup", "title": "Forum", "is_forum": True},
            {"do": "migrate", "chat_id": -5, "new_id": -1005},
        )
        channel = TelegramChannel(TOKEN, base_url=simulator.base_url)
        assert await Courier(outbox, channel, clock=lambda: datetime.now(UTC)).flush() == 2
        await channel.close()
        messages, calls = await simulator.read("messages"), await simulator.read("calls")
    assert [row.state.value for row in outbox.rows] == ["suspended"] * 3 + ["sent"] * 2
    assert sorted(m["message"]["chat"]["id"] for m in messages) == [-1006, -1005]
    assert [call["chat_id"] for call in calls].count("1") == 1


@dataclass
class Racing:
    """A clock on which a minute passes in a second, so that edits need not be waited for."""

    start: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return NOW + timedelta(minutes=time.monotonic() - self.start)


async def join(store: Store, number: int, story: StoryId | None, draft: Draft) -> StoryId:
    """Have an article join a story and be told."""
    recorded = await store.record(
        await waiting(store, number),
        verdict(H200),
        aliases=[],
        drafts=[draft],
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=placed(story),
    )
    assert recorded.story is not None
    return recorded.story


async def test_living_messages(corpus: Path) -> None:
    """Edits and replies under faults and crashes: each message once, each story as it last was."""
    dice, people = random.Random(5), range(1, 6)
    newest: dict[tuple[int, StoryId], str] = {}
    messages = 0
    async with running(corpus) as simulator:
        await simulator.do(
            *(user(number) for number in people),
            *(
                fault(kind, method=method, **options)
                for method in ("sendMessage", "editMessageText")
                for kind, options in (
                    ("error", {"status": 502, "description": "x", "probability": 0.05}),
                    ("reset", {"when": "after", "probability": 0.05}),
                    ("reset", {"when": "before", "probability": 0.03}),
                )
            ),
        )
        store = await Store.open("sqlite://", now=NOW)
        chats = await store.sync_chats(
            [ChatSpec(address=str(number)) for number in people], channel="telegram", now=NOW
        )
        clock, number = Racing(), 0
        for turn in range(12):
            for chat in chats:
                number += 1
                known = [story for to, story in newest if to == chat.id]
                kind = dice.choice([Kind.EDIT, Kind.EDIT, Kind.REPLY]) if turn > 1 else Kind.NEW
                message = Message(html=f"Dépêche {number}.", silent=kind is Kind.EDIT)
                one = Draft(chat=chat.id, rule_sets=(H200,), message=message, kind=kind)
                story = dice.choice(known) if turn > 1 else None
                newest[chat.id, await join(store, number, story, one)] = message.html
                messages += kind is not Kind.EDIT
            await crashed(store, simulator, clock, dice.uniform(0.1, 1.5))
        while (await store.next_delivery(clock())) is not None:
            await crashed(store, simulator, clock, 5)
        stats, there = await simulator.read("stats"), await simulator.read("messages")
        texts = {(row["message"]["chat"]["id"], row["message"]["text"]) for row in there}
        outbox = (await store.status(NOW)).outbox
        await store.close()
    assert sum(outbox.values()) == outbox[DeliveryState.SENT]
    assert {(int(chats[to - 1].spec.address), text) for (to, _), text in newest.items()} <= texts
    assert (len(there), stats["duplicates"]) == (messages, 0)
    assert stats["statuses"]["502"] > 0
    assert any(row["edits"] for row in there)
    assert any("reply_to_message" in row["message"] for row in there)


async def crashed(
    store: Store, simulator: Simulator, clock: Callable[[], datetime], seconds: float
) -> None:
    """Let a courier run for so long, then let it die as it stands, and start again."""
    channel = TelegramChannel(TOKEN, base_url=simulator.base_url)
    before = asyncio.all_tasks()
    running = asyncio.create_task(Courier(store, channel, clock=clock).run(asyncio.Event()))
    await asyncio.wait([running], timeout=seconds)
    mine = asyncio.all_tasks() - before
    for task in mine:
        task.cancel()
    await asyncio.gather(*mine, return_exceptions=True)
    await channel.close()
    await store.recover(clock())


async def test_every_message_is_accepted(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the news, the strict server takes all that we write of it, whole, and cut ones say so."""
    count, lot = (int(os.environ.get(f"WATCHER_{name}", "300")) for name in ("MESSAGES", "LOT"))
    made = made_up(count, lot)
    monkeypatch.setattr(
        limits, "OVERALL", (limits.Budget(1_000_000, limits.NONE),)
    )  # they are not what this is about
    async with running(corpus) as simulator:
        await simulator.do({"do": "flood", "enabled": False})
        await simulator.do(*(user(number) for number in range(1, len(made) + 1)))
        channel = TelegramChannel(TOKEN, base_url=simulator.base_url)
        await channel.open()
        for number, one in enumerate(made, 1):
            delivery = Delivery(
                id=DeliveryId(number),
                chat=ChatId(number),
                address=str(number),
                thread=None,
                message=one.message,
                state=DeliveryState.QUEUED,
            )
            assert await channel.send(delivery) == "1"
            assert await channel.find(delivery) == "1"
        with pytest.raises(UnreachableError):
            await channel.send(replace(delivery, address=str(len(made) + 1)))
        await channel.close()
        messages = await simulator.read("messages")
    assert len(messages) == len(made)
    assert not any(message["edits"] for message in messages)
    for one, row in zip(made, messages, strict=True):
        shown = row["message"]
        assert shown["text"] == parse(one.message.html).text.translate(DROPPED).strip()
        assert "…" in shown["text"] or not one.cut
        rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
        assert [len(row) for row in rows] == [len(row) for row in one.message.buttons]
