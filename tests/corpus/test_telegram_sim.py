"""The strict Bot API simulator takes our messages, faults included: all once, none in vain."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from tests.outbox import SENT, Outbox, Row
from tests.test_messages import articles_and_matches, tell
from watcher.channels.telegram import TelegramChannel
from watcher.delivery import Courier
from watcher.errors import UnreachableError
from watcher.model import Article, ChatId, Delivery, DeliveryId, DeliveryState, Match

pytestmark = pytest.mark.corpus
TOKEN = "123456:abcdefghijklmnopqrstuvwxyz_0123456789"
PATIENCE = timedelta(seconds=90)


class Simulator:
    """The simulator's own door."""

    def __init__(self, url: str) -> None:
        self.base_url = f"{url}/bot"
        self._http = httpx.AsyncClient(base_url=url)

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
        yield simulator
        await simulator.close()
    finally:
        process.terminate()
        await process.wait()


def user(number: int) -> dict[str, Any]:
    return {"do": "user", "id": number, "first_name": f"Lectrice {number}", "started": True}


def fault(kind: str, **options: Any) -> dict[str, Any]:
    return {"do": "fault", "kind": kind, "method": "sendMessage", "times": 0, **options}


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


async def test_every_message_is_accepted(corpus: Path) -> None:
    """Whatever the article, the strict server takes the message as it is, link and button included."""
    found: list[tuple[Article, list[Match]]] = []

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(articles_and_matches())
    def gather(given: tuple[Article, list[Match]]) -> None:
        found.append(given)

    gather()
    async with running(corpus) as simulator:
        await simulator.do(user(1), user(2), {"do": "flood", "enabled": False})
        channel = TelegramChannel(TOKEN, base_url=simulator.base_url)
        await channel.open()
        for number, (article, matches) in enumerate(found, 1):
            delivery = Delivery(
                id=DeliveryId(number),
                chat=ChatId(1),
                address="1",
                thread=None,
                message=tell(article, *matches),
                state=DeliveryState.QUEUED,
                last_receipt=str(number - 1),
            )
            assert await channel.send(delivery) == str(number)
            assert await channel.find(delivery) == str(number)
        with pytest.raises(UnreachableError):
            await channel.send(replace(delivery, address="404"))
        await channel.close()
        messages = await simulator.read("messages")
    assert len(messages) == len(found) >= 300
    assert not any(message["edits"] for message in messages)
