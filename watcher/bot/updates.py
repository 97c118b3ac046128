"""
Hears what people say to the bot: our own loop over `getUpdates`.

The library's own confirms updates before they are handled: a crash loses them. Here they are
confirmed once handled, or after a moment: then a slow one goes on by itself, and delays no other
chat. What one chat says is answered in its order.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
import telegram

from watcher import errors
from watcher.bot import commands, groups
from watcher.bot.desk import Desk
from watcher.bot.hearing import heard
from watcher.bot.replying import Replier
from watcher.channels.telegram import TelegramChannel
from watcher.delivery import STALLED, backoff
from watcher.dialogue import Event, Pressed, Toast
from watcher.model import ChatId, Delivery

log = structlog.get_logger(__name__)

LONG_POLL: Final = timedelta(seconds=25)
CONFIRM: Final = 0.3  # seconds that handling may delay the next question
IN_TIME: Final = 0.3  # seconds after which a press is answered, whatever its handler does
LONGEST: Final = 300.0  # seconds that one answer may take
MOST: Final = 30  # things that one chat may have said and not been answered
DAY: Final = 86_400.0  # seconds
RIVAL: Final = timedelta(seconds=10)  # before we ask again while another program does
GRACE: Final = 7.0  # seconds to finish what is being answered when we stop


class Updates:
    """The loop; the answers are the desk's."""

    def __init__(self, channel: TelegramChannel, desk: Desk) -> None:
        self.desk = desk
        self._channel, self._replier = channel, Replier(channel, desk.line)
        self._offset, self._failures = 0, 0
        self._last: dict[str, asyncio.Task[None]] = {}  # what each chat said last
        self._waiting: Counter[str] = Counter()  # how much each chat waits for
        self._busy: set[asyncio.Task[None]] = set()
        self._told: dict[ChatId, float] = {}  # whose topic is gone, and when that was said
        self._beat: float | None = None

    def alive(self) -> bool:
        """Tell whether the loop keeps turning (true before it starts)."""
        return self._beat is None or time.monotonic() - self._beat < STALLED

    async def run(self, stop: asyncio.Event) -> None:
        """Hear and answer until `stop`, then finish what was begun; raises `CredentialError`."""
        stopping, opened = asyncio.create_task(stop.wait()), False
        try:
            while not stop.is_set():
                self._beat = time.monotonic()
                try:
                    if not opened:
                        await self._open()
                        opened = True
                    await self._hear(stopping)
                    self._failures = 0
                except errors.CredentialError:
                    raise
                except errors.DeliveryError as error:
                    await asyncio.wait({stopping}, timeout=self._trouble(error).total_seconds())
        finally:
            stopping.cancel()
            await self._close()

    def topic_gone(self, delivery: Delivery) -> None:
        """Have the administrators told that a topic takes no messages, once a day."""
        now = time.monotonic()
        if now - self._told.get(delivery.chat, -DAY) >= DAY:
            self._told[delivery.chat] = now
            self._spawn(self._tell(delivery))

    async def _tell(self, delivery: Delivery) -> None:
        try:
            await groups.topic_gone(self.desk, delivery)
        except errors.WatcherError as error:
            log.error("nobody was told of a closed topic", reason=str(error))

    async def _open(self) -> None:
        await self._channel.open()
        self.desk.username = self._channel.bot.username
        self._spawn(commands.publish(self._channel, self.desk))

    async def _hear(self, stopping: asyncio.Task[bool]) -> None:
        """Ask once what was said, and answer it."""
        asking = asyncio.create_task(self._channel.updates(self._offset, LONG_POLL))
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done() and (begun := self._begin(await asking)):
                await asyncio.wait(begun, timeout=CONFIRM)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def _begin(self, updates: Sequence[telegram.Update]) -> list[asyncio.Task[None]]:
        begun = []
        for update in updates:
            self._offset = update.update_id + 1
            event = heard(update, self._channel.bot.bot)
            if message := update.effective_message:
                self._channel.noticed(str(message.chat.id), message.message_id)
            query = update.callback_query.id if update.callback_query else None
            if event is None or self._waiting[event.address] >= MOST:
                log.info("update left aside", update=update.update_id, understood=event is not None)
                begun += [self._spawn(self._toast(query, None))] if query else []
                continue
            begun.append(self._line_up(event, query))
        return begun

    def _line_up(self, event: Event, query: str | None) -> asyncio.Task[None]:
        """Answer after what the same chat said before."""
        chat = event.address
        task = self._spawn(self._answer(event, query, self._last.get(chat)))
        self._last[chat] = task
        self._waiting[chat] += 1

        def done(_: asyncio.Task[None]) -> None:
            self._waiting[chat] -= 1
            if self._last.get(chat) is task:
                del self._last[chat], self._waiting[chat]

        task.add_done_callback(done)
        return task

    async def _answer(
        self, event: Event, query: str | None, before: asyncio.Task[None] | None
    ) -> None:
        toast: asyncio.Future[Toast] = asyncio.get_running_loop().create_future()
        if query:
            self._spawn(self._toast(query, toast))
        try:
            if before:
                await asyncio.wait({before})
            async with asyncio.timeout(LONGEST):
                replies = await self.desk.answer(event)
                said = next((one for one in replies if isinstance(one, Toast)), Toast())
                if not toast.done():
                    toast.set_result(said)
                await self._replier.carry(event, replies)
        except errors.WatcherError as error:
            log.error("a chat got no answer", reason=str(error))
        except Exception:  # a defect of ours with one chat must not stop the others
            log.exception("an answer met a defect", pressed=isinstance(event, Pressed))

    async def _toast(self, query: str, toast: asyncio.Future[Toast] | None) -> None:
        """Answer a press once, in time: with the toast if it is there by then."""
        said = Toast()
        if toast is not None:
            await asyncio.wait({toast}, timeout=IN_TIME)
            said = toast.result() if toast.done() else said
            toast.cancel()
        try:
            await self._replier.toast(query, said)
        except errors.DeliveryError as error:  # an old press, after a pause of ours
            log.info("press not answered", why=str(error))

    def _trouble(self, error: errors.DeliveryError) -> timedelta:
        """Say once what is wrong, and return how long to wait."""
        self._failures += 1
        tell = log.error if self._failures == 1 else log.debug
        tell("nobody is heard for now", kind=type(error).__name__, reason=str(error))
        if isinstance(error, errors.RivalError):
            return RIVAL
        asked = error.after if isinstance(error, errors.RetryLaterError) else None
        return asked or min(backoff(self._failures) / 4, LONG_POLL)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        return task

    async def _close(self) -> None:
        """Finish what is being answered, and confirm what was."""
        if self._busy:
            _, late = await asyncio.wait(self._busy, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._offset:
            try:
                async with asyncio.timeout(1):
                    await self._channel.updates(self._offset, timedelta())
            except (TimeoutError, errors.DeliveryError) as error:
                log.info("the last updates will be heard again", why=str(error))
