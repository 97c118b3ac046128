"""Where the bot stands in a chat: let in, thrown out, moved. Nothing of a chat is ever deleted here."""

from collections.abc import Mapping, Sequence
from typing import Final

from watcher.bot.desk import Desk, Handler, Visitor
from watcher.dialogue import Event, Heard, Joined, Left, Migrated, Reply


async def joined(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Send again what waited for a chat that is back; a chat we do not know introduces itself."""
    if visitor.chat is not None:
        await desk.line.store.resume_chat(visitor.chat.id)
        await desk.refresh()
        desk.line.wake()
    return []


async def left(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Keep all for a chat that cannot be reached, and call it no more."""
    if visitor.chat is not None:
        reason = "the chat blocked us, or sent us away"
        await desk.line.store.suspend(visitor.chat.id, error=reason, now=desk.line.clock())
        await desk.refresh()
    return []


async def migrated(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Follow a group to the supergroup that it became."""
    if visitor.chat is not None and isinstance(event, Migrated):
        await desk.line.store.move(visitor.chat.id, address=event.successor)
        await desk.refresh()
    return []


COMMANDS: Final[Mapping[str, Handler]] = {}
PRESSES: Final[Mapping[str, Handler]] = {}
OTHERS: Final[Mapping[type[Heard], Handler]] = {
    Joined: Handler(joined, for_strangers=True),
    Left: Handler(left, for_strangers=True),
    Migrated: Handler(migrated, for_strangers=True),
}
