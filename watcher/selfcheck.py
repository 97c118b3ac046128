"""The watch looks at itself: gathers what is wrong, and has its administrators told."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from watcher import articles, matching, notices, pipeline, telling
from watcher.chronicle import Chronicle
from watcher.config import Config
from watcher.errors import StoreError
from watcher.model import (
    LONG_AGO,
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    FeedState,
    Message,
    RuleSetId,
)
from watcher.notices import Fact, Trouble
from watcher.pipeline import Line
from watcher.rules import Example
from watcher.spans import clip

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=5)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
PROBLEMS: Final = 5  # of a refused reload that are told
MIB: Final = 1 << 20


@dataclass(slots=True, kw_only=True)
class SelfCheck:
    """What was found the last time, and what of it is told to whom."""

    line: Line
    config: Config
    refused: Sequence[str] = ()  # why the last reload was
    canary: str = ""  # why the last daily check failed
    canary_at: datetime = LONG_AGO
    silent: list[Fact] = field(default_factory=list)
    silent_at: datetime = LONG_AGO
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # a reload asks too

    async def run(self) -> None:
        """Look at everything once, and tell what is new; a store that fails is told by its log."""
        try:
            async with self.turn:
                await self._run()
        except StoreError as error:
            log.error("administrators cannot be told", reason=str(error))

    async def _run(self) -> None:
        store, now = self.line.store, self.line.clock()
        facts = await self.facts(now)
        watched = {one.url for one in await store.feeds() if one.state is not FeedState.REMOVED}
        standing, told = notices.decide(await store.standing(), facts, now, watched)
        for notice in told:
            trouble = notice.facts[0].trouble.value
            log.warning("notice", trouble=trouble, over=notice.over, about=len(notice.facts))
        letters = [
            (chat.id, notices.message(notice, self.line.catalogues[chat.spec.language]))
            for chat in await self._told()
            for notice in told
        ]
        await store.announce(standing, letters, now=now)
        if letters:
            self.line.wake()

    async def facts(self, now: datetime) -> list[Fact]:
        """Gather what is wrong now."""
        line = self.line
        if now - self.canary_at >= DAY:
            self.canary, self.canary_at = await canary(line), now
        feeds = await line.store.feeds()
        arrivals = {}
        if hourly := now - self.silent_at >= HOUR:  # it reads every entry there is
            arrivals = await line.store.arrivals(most=notices.HABIT)
        found = notices.of_feeds(feeds, arrivals, now)
        if hourly:
            self.silent = [one for one in found if one.trouble is Trouble.SILENT]
            self.silent_at = now
        else:
            known = {one.about for one in found}
            found += [one for one in self.silent if one.about not in known]
        late = await line.store.overdue(now)
        if late > notices.LATE:
            found.append(Fact(trouble=Trouble.OUTBOX, number=late // timedelta(minutes=1)))
        if self.refused:
            problems = [clip(one, notices.DETAIL) for one in self.refused[:PROBLEMS]]
            found.append(Fact(trouble=Trouble.RELOAD, detail="\n• ".join(problems)))
        if self.canary:
            found.append(Fact(trouble=Trouble.CANARY, detail=clip(self.canary, notices.DETAIL)))
        place = self.config.store.path
        free = shutil.disk_usage(place.parent).free // MIB if place else notices.ROOM
        if free < notices.ROOM:
            found.append(Fact(trouble=Trouble.DISK, number=free))
        return found

    async def _told(self) -> list[Chat]:
        """Find the administrators' private chats: a person who never wrote to us has none."""
        config, chat_at = self.config, self.line.store.chat_at
        people = config.telegram.administrators
        asked = [await chat_at(config.channel, str(person)) for person in people]
        return [chat for chat in asked if chat is not None]


async def canary(line: Line) -> str:
    """
    Send the rules' own examples through the whole line; return what went wrong, or nothing.

    Each is judged, placed in an empty chronicle and rendered for a chat that follows everything.
    """
    for problem in matching.failures(line.book):
        return str(problem)
    for rule_set, example in _examples(line):
        await asyncio.sleep(0)  # alerts do not wait for this
        try:
            wrong = _tried(line, rule_set, example)
        except Exception as error:  # whatever it is, an alert would have met it
            log.exception("the daily check met a defect")
            wrong = f"{type(error).__name__}: {error}"
        if wrong:
            return f"{rule_set}, {example.text[:80]!r}: {wrong}"
    return ""


def _examples(line: Line) -> Iterator[tuple[RuleSetId, Example]]:
    for rule_set, rule in line.book.placed:
        yield from ((rule_set.id, example) for example in rule.examples if example.matches)


def _tried(line: Line, rule_set: RuleSetId, example: Example) -> str:
    now = line.clock()
    article = articles.from_text(example.title, example.text, now=now)
    verdict = pipeline.judge(article, line.book)
    if rule_set not in verdict.rule_sets:
        return ""  # its rule looks at places, or at feeds, that a bare text has not
    empty = Chronicle(line.book, line.catalogues, line.chronicle.known)
    piece = empty.place(verdict, ArticleId(1), now, "example.org")
    if piece.placement.decision in telling.UNTOLD:
        return ""
    chats = [
        Chat(id=ChatId(number), spec=ChatSpec(address="canary", language=language))
        for number, language in enumerate(line.catalogues, 1)
    ]
    told: list[Message] = [answer.message for answer in empty.answers(chats, piece, now)]
    return "" if len(told) == len(chats) and all(one.html for one in told) else "nobody is told"
