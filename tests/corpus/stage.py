"""The whole watch but its timer, on stage with the Bot API simulator: people talk, the seeds are news."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from tests.corpus.test_telegram_sim import TOKEN, Simulator, running
from tests.talking import until
from watcher import daemon, demo, limits, reviews
from watcher.access import signed
from watcher.bot import updates
from watcher.channels.telegram import TelegramChannel
from watcher.config import Config
from watcher.config.keys import FeedKeys, FetchKeys, StoreKeys, TelegramKeys
from watcher.model import DeliveryState
from watcher.rounds import Rounds

DAY = timedelta(days=1)
FIRST = datetime(2025, 12, 24, 10, tzinfo=UTC)  # when seed 000 is news, and so on:
TURN = datetime(2026, 1, 14, 12, tzinfo=UTC)
APPROVAL = datetime(2026, 1, 28, 12, tzinfo=UTC)
CONDITION = datetime(2026, 1, 29, 9, tzinfo=UTC)
LAST = datetime(2026, 1, 30, 16, tzinfo=UTC)
OUT = {FIRST: (0,), TURN: (0, 1), APPROVAL: (0, 1, 3), CONDITION: (0, 1, 2, 3), LAST: range(5)}
BOSS = 42  # operates the watch
PLAIN = str.maketrans("\u00a0\u202f", "  ")

Message = dict[str, Any]  # as the Bot API returns it


def plain(text: str) -> str:
    """Spell every space alike."""
    return text.translate(PLAIN)


def labels(message: Message) -> list[str]:
    """Return what the buttons under a message say."""
    return [plain(button["text"]) for button in _buttons(message)]


def _buttons(message: Message) -> list[dict[str, str]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


@dataclass
class Passing:
    """A clock that goes on from where it is set."""

    start: datetime
    set_at: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self.set_at)

    def set(self, at: datetime) -> None:
        self.start, self.set_at = at, time.monotonic()


@dataclass
class Wire:
    """What the simulator forgets of the bot's requests: words over a chat, and files."""

    toasts: dict[str, dict[str, str]] = field(default_factory=dict)  # by press
    files: list[bytes] = field(default_factory=list)

    async def saw(self, request: httpx.Request) -> None:
        body = await request.aread()
        if request.url.path.endswith("/answerCallbackQuery"):
            said = {name: words[0] for name, words in parse_qs(body.decode()).items()}
            self.toasts[said["callback_query_id"]] = said
        elif request.url.path.endswith("/sendDocument"):
            self.files.append(body)


@dataclass
class Stage:
    """People, the bot, and what happens meanwhile."""

    simulator: Simulator
    parts: daemon.Parts
    clock: Passing
    urls: list[str]
    wire: Wire

    async def do(self, what: str, **about: Any) -> Any:
        """Have the simulator do something; raises for a button that is not there."""
        return await self.simulator.do({"do": what, **about})

    def invitation(self, number: int) -> str:
        """Write the command that a link of `watcher invite` sends."""
        nonce = number.to_bytes(8, "big")
        return f"/start {signed(TOKEN, nonce=nonce, expires_at=self.clock() + DAY)}"

    async def messages(self, chat: int) -> list[Message]:
        """Return what the bot's messages in a chat now are."""
        rows = await self.simulator.read(f"messages?chat_id={chat}")
        return [
            row["message"]
            | {
                "silent": row["request"].get("disable_notification") == "true",
                "keyboard": row["request"].get("reply_markup", ""),
            }
            for row in rows
            if row["method"] != "user" and not row["deleted"] and "text" in row["message"]
        ]

    async def says(self, who: int, text: str, chat: int = 0) -> Message:
        """Have somebody say something; return the bot's next message there."""
        chat = chat or who
        known = {one["message_id"] for one in await self.messages(chat)}
        about = {"user_id": who, "text": text} | ({"chat_id": chat} if chat != who else {})
        await self.do("say", **about)
        return await self.next(chat, known)

    async def next(self, chat: int, known: set[int]) -> Message:
        """Wait for a message that is not known."""

        async def found() -> list[Message]:
            return [one for one in await self.messages(chat) if one["message_id"] not in known]

        return (await until(found))[0]  # type: ignore[no-any-return]

    async def update(self, chat: int, **update: Any) -> Message:
        """Have Telegram tell something that the simulator has no command for; return the answer."""
        known = {one["message_id"] for one in await self.messages(chat)}
        await self.do("update", **update)
        return await self.next(chat, known)

    async def reads(self, chat: int, *words: str, old: int = 0) -> Message:
        """Wait until the last message of a chat, or an old one, reads so; return it."""

        async def found() -> Message | None:
            there = [m for m in await self.messages(chat) if not old or m["message_id"] == old]
            shown = "\n".join([plain(there[-1]["text"]), *labels(there[-1])]) if there else ""
            return there[-1] if there and all(plain(word) in shown for word in words) else None

        try:
            return await until(found)  # type: ignore[no-any-return]
        except TimeoutError:
            there = [(plain(m["text"]), labels(m)) for m in await self.messages(chat)]
            raise AssertionError((words, there[-3:])) from None

    async def press(self, who: int, label: str, chat: int = 0) -> str:
        """Press a button of the newest message that has it; return what is then shown over the chat."""
        chat = chat or who
        try:
            found = await until(lambda: self._button(chat, label))
        except TimeoutError:
            there = [labels(one) for one in await self.messages(chat)]
            raise AssertionError((label, there)) from None
        known = set(self.wire.toasts)
        await self.do("press", user_id=who, chat_id=chat, **found)
        (press, *_) = await until(lambda: [one for one in self.wire.toasts if one not in known])
        return plain(self.wire.toasts[press].get("text", ""))

    async def _button(self, chat: int, label: str) -> dict[str, Any] | None:
        return next(
            (
                {"message_id": message["message_id"], "data": button["callback_data"]}
                for message in reversed(await self.messages(chat))
                for button in _buttons(message)
                if label in plain(button["text"]) and "callback_data" in button
            ),
            None,
        )

    async def learn(self, day: datetime) -> None:
        """Let the sites publish what is out by a day, and the watch read and tell it."""
        self.clock.set(day)
        feeds = tuple(FeedKeys(url=self.urls[one]) for one in OUT[day])
        await self.parts.reload(self.parts.config.model_copy(update={"feeds": feeds}))
        rounds = Rounds(self.parts.line, polls=len(feeds))
        await rounds.run_dry(everything=True, watch=lambda _: None)
        await self.told()

    async def wait(self, until: datetime) -> None:
        """Let time pass, and what is due be told."""
        self.clock.set(until)
        await self.told()

    async def told(self) -> None:
        """Have digests written, and wait until nothing more is to be sent now."""
        await reviews.write_due(self.parts.line)
        self.parts.courier.wake()

        async def quiet() -> bool:
            due = await self.parts.store.next_delivery(self.clock())
            found = (await self.parts.store.status(self.clock())).outbox
            idle = not found[DeliveryState.SENDING] + found[DeliveryState.UNSURE]
            return idle and (due is None or due > self.clock())

        await until(quiet)


@contextmanager
def hurried() -> Iterator[None]:
    """Let people press buttons faster than Telegram would let us answer them, and wait for words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "CHAT", (limits.Budget(60, timedelta(seconds=3)),))
        patch.setattr(limits, "GROUP", limits.GROUP[1:])
        patch.setattr(updates, "IN_TIME", 10.0)  # a busy machine may need more than a moment
        yield


@asynccontextmanager
async def staged(corpus: Path, folder: Path, **keys: Any) -> AsyncIterator[Stage]:
    """Set the stage; `keys` are those of the table [telegram]."""
    async with running(corpus) as simulator:
        await simulator.do({"do": "flood", "chat_per_second": 20, "chat_burst": 60})
        with demo.served(folder) as urls, hurried():
            channel, wire = TelegramChannel(TOKEN, base_url=simulator.base_url), Wire()
            channel._request._client.event_hooks["request"].append(wire.saw)
            config = Config(
                store=StoreKeys(url=f"sqlite:///{folder}/watcher.db"),
                fetch=FetchKeys(
                    allow_addresses=(ip_network("127.0.0.0/8"),), host_delay=timedelta(0)
                ),
                telegram=TelegramKeys(token=SecretStr(TOKEN), administrators=(BOSS,), **keys),
            )
            clock, stop = Passing(FIRST), asyncio.Event()
            async with daemon.assembled(config, channel, clock=clock) as parts:
                loops = [parts.courier, *daemon.hearing(parts).values()]
                tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
                try:
                    await until(lambda: parts.desk and parts.desk.username)
                    yield Stage(simulator, parts, clock, urls, wire)
                    stop.set()
                    await asyncio.gather(*tasks)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
