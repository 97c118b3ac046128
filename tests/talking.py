"""A bot that people can speak to: real loops on a real store, with a few handlers of its own."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fake_telegram import TOKEN
from tests.watching import watching
from watcher.bot import tables
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.bot.rights import ChatRights
from watcher.bot.updates import Updates
from watcher.buttons import Button, Press
from watcher.channels.telegram import TelegramChannel
from watcher.config.keys import TelegramKeys
from watcher.delivery import Courier
from watcher.dialogue import Attach, Change, Close, Event, Pressed, Reply, Said, Say, Toast
from watcher.model import Message
from watcher.store import Store


def menu(on: str) -> Message:
    """Write a menu with one switch."""
    other = "off" if on == "on" else "on"
    button = Button(text=other, data=Press("switch", other).data)
    return Message(html=f"Le réglage est {on}.", buttons=((button,),))


async def start(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Let a chat in."""
    now = desk.line.clock()
    await desk.line.store.join(desk.channel, event.address, event.thread, language="fr", now=now)
    return [Say(menu("off"))]


async def switch(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Change the menu."""
    assert isinstance(event, Pressed)
    assert event.press is not None
    (on,) = event.press.args
    return [Change(menu(on)), Toast(f"C’est {on}.")]


async def slow(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Take two seconds to say something."""
    await asyncio.sleep(2)
    return [Say(Message(html="Enfin.")), Toast("trop tard")]


async def broken(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Be a defect of ours."""
    raise ValueError("a defect")


async def several(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Answer a command in every other way there is."""
    return [
        Say(Message(html="Pour vous."), in_private=True),
        Change(Message(html="Sans bouton pressé.")),
        Close(),
        Toast("en l’air"),
        Attach("export.json", b"{}", caption="Vos données"),
    ]


async def close(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Take the menu away."""
    return [Close()]


async def echo(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Say what was said."""
    assert isinstance(event, Said)
    return [Say(Message(html=f"Vous dites {event.text}."))]


HANDLERS: Mapping[str, Handler] = {
    "start": Handler(start, for_strangers=True),
    "switch": Handler(switch, for_administrators=True),
    "slow": Handler(slow, for_strangers=True),
    "broken": Handler(broken, for_strangers=True),
    "several": Handler(several, for_strangers=True),
    "close": Handler(close),
    "hello": Handler(echo, for_strangers=True),
}


async def until(found: Callable[[], Any], seconds: float = 10) -> Any:
    """Ask, or have asked, until something is there; return it."""
    async with asyncio.timeout(seconds):
        while True:
            there = found()
            if inspect.isawaitable(there):
                there = await there
            if there:
                return there
            await asyncio.sleep(0.02)


@dataclass
class Talk:
    """All that talks, and what it stands on."""

    store: Store
    channel: TelegramChannel
    courier: Courier
    desk: Desk
    updates: Updates
    stop: asyncio.Event
    tasks: list[asyncio.Task[None]]

    async def end(self) -> None:
        """Stop both loops."""
        self.stop.set()
        await asyncio.gather(*self.tasks)


@asynccontextmanager
async def talking(
    folder: Path, base_url: str, *, administrators: tuple[int, ...] = (), reconcile: bool = True
) -> AsyncIterator[Talk]:
    """Start both loops; they are stopped, and must end well, when the block is left."""
    async with watching(folder) as watch:
        line = watch.line
        line.clock = lambda: datetime.now(UTC)
        channel = TelegramChannel(TOKEN, base_url=base_url, read_timeout=3, reconcile=reconcile)
        courier = Courier(watch.store, channel, clock=line.clock)
        line.wake = courier.wake
        desk = Desk(
            line=line,
            channel=channel.name,
            keys=TelegramKeys(administrators=administrators),
            rights=ChatRights(channel),
            commands={**tables.COMMANDS, **HANDLERS},
            presses={**tables.PRESSES, **HANDLERS},
            others=tables.OTHERS,
            text=Handler(echo),
        )
        updates = Updates(channel, desk)
        courier.topic_gone = updates.topic_gone
        stop = asyncio.Event()
        tasks = [asyncio.create_task(loop.run(stop)) for loop in (courier, updates)]
        talk = Talk(watch.store, channel, courier, desk, updates, stop, tasks)
        try:
            yield talk
            await talk.end()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await channel.close()
