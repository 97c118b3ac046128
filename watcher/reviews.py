"""Digests at their hour: written when they are due, moved when a chat chooses another time."""

from collections.abc import Collection
from datetime import datetime

import structlog

from watcher import digests, hours, recall
from watcher.model import Chat, Kind, RuleSetId
from watcher.pipeline import Line

log = structlog.get_logger(__name__)


async def write_due(line: Line) -> int:
    """Write the digests that are due; return how many have something to tell."""
    now, written = line.clock(), 0
    async with line.placing:  # what comes meanwhile is in the next one
        due = await line.store.due_digests(now)
        chats = {chat.id: chat for chat in await line.store.chats()} if due else {}
        stories = digests.places(line.chronicle)
        if any(digests.missing(line.chronicle, held, stories) for held in due):
            # such as when a group moved onto a chat that was told other things
            line.chronicle = await recall.chronicle(line.store, line.book, line.catalogues, now=now)
            stories = digests.places(line.chronicle)
        for held in due:
            chat = chats.get(held.chat)
            pages = digests.pages(line.chronicle, chat, held, stories, now=now) if chat else []
            written += await line.store.write_digest(held.id, pages, now=now)
            log.info("digest", delivery=held.id, chat=held.chat, pages=len(pages), due=held.due_at)
    if written:
        line.wake()
    return written


async def replan(line: Line, chat: Chat) -> None:
    """Move what waits for a chat to the times that it chose now; none of it is lost."""
    now = line.clock()
    async with line.placing:
        held = await line.store.held(chat.id, now)
        times = {one.id: _time(line, chat, one.rule_sets, now) for one in held}
        await line.store.replan(times, now=now)
        gathered = [one for one in held if one.kind is Kind.DIGEST]
        line.chronicle.moved(chat.id, {one.due_at: times[one.id] for one in gathered})
    line.wake()


def _time(line: Line, chat: Chat, rule_sets: Collection[RuleSetId], now: datetime) -> datetime:
    defaults = {one.id: one.defaults for one in line.book.sets}
    wishes = [chat.preferences_for(name, defaults.get(name, {})) for name in sorted(rule_sets)]
    return hours.soonest(wishes or [chat.preferences], now, turn=False).at
