"""The sending loop: claims what is due, sends it, and stores what became of it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from watcher import errors
from watcher.model import LONG_AGO, ChatId, Delivery, DeliveryId, DeliveryState, Kind
from watcher.ports import Channel

log = structlog.get_logger(__name__)

LANES: Final = 24  # chats served at once
FREE: Final = 8  # lanes worth a look into the outbox, which is long when a thousand chats wait
DEADLINE: Final = timedelta(seconds=90)  # of a search and a send together
LEASE: Final = timedelta(minutes=5)  # longer than a delivery may take
FIRST_WAIT: Final = timedelta(seconds=2)  # a request still on the wire may arrive so much later
LONGEST_WAIT: Final = timedelta(minutes=10)
IDLE: Final = timedelta(seconds=1)  # a longest look away from the outbox
PATIENCE: Final = timedelta(seconds=5)  # of one pass, with a thing to be tried again
GRACE: Final = timedelta(seconds=8)  # to finish what is in flight when we stop
BLINK: Final = timedelta(milliseconds=50)
TROUBLE: Final = timedelta(seconds=10)  # without store or channel nothing can be sent
STALLED: Final = 120.0  # seconds


class Outbox(Protocol):
    """What the courier needs of the store."""

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]: ...
    async def sent(self, delivery: DeliveryId, receipt: str, *, now: datetime) -> None: ...
    async def retry(self, delivery: DeliveryId, *, until: datetime, error: str) -> None: ...
    async def unsure(self, delivery: DeliveryId, *, until: datetime, error: str) -> None: ...
    async def renew(self, delivery: DeliveryId, *, now: datetime) -> None: ...
    async def refuse(self, delivery: DeliveryId, *, error: str) -> None: ...
    async def pause_chat(self, chat: ChatId, *, until: datetime) -> None: ...
    async def pause_all(self, *, until: datetime) -> None: ...
    async def pace(self, now: datetime) -> list[tuple[str, datetime]]: ...
    async def suspend(self, chat: ChatId, *, error: str, now: datetime) -> None: ...
    async def move(self, chat: ChatId, *, address: str) -> None: ...
    async def drop_thread(self, chat: ChatId) -> None: ...
    async def next_delivery(self, now: datetime) -> datetime | None: ...


def backoff(attempts: int) -> timedelta:
    """
    Wait twice as long after each attempt, ten minutes at most.

    >>> [backoff(n).seconds for n in (1, 2, 3, 9, 10, 5000)]
    [2, 4, 8, 512, 600, 600]
    """
    return min(FIRST_WAIT * (1 << min(attempts - 1, 12)), LONGEST_WAIT)


class Courier:
    """
    Carries deliveries of different chats at the same time, one in flight for each chat.

    Once a send has begun, nothing is lost and nothing told twice that the channel can be asked
    about: an unanswered send is looked for before it is repeated, also after a crash. An edit is
    simply repeated: the second time it changes nothing.
    """

    def __init__(self, store: Outbox, channel: Channel, *, clock: Callable[[], datetime]) -> None:
        self.delivered = 0
        self._store, self._channel, self._clock = store, channel, clock
        self.topic_gone: Callable[[Delivery], None] = lambda _: None  # told of each
        self._flying: set[asyncio.Task[None]] = set()
        self._carried: set[DeliveryId] = set()
        self._woken = asyncio.Event()
        self._failure: errors.CredentialError | None = None
        self._turn_at = LONG_AGO  # when the last chat that used its budget up has its turn again
        self._beat: float | None = None

    def wake(self) -> None:
        """Tell that something was queued: it leaves at once."""
        self._woken.set()

    def alive(self) -> bool:
        """Tell whether the loop keeps turning (true before it starts)."""
        return self._beat is None or time.monotonic() - self._beat < STALLED

    async def run(self, stop: asyncio.Event) -> None:
        """
        Send until `stop`, then finish what is in flight within the grace.

        Raises `CredentialError` when the channel does not know us; all stays in the outbox.
        """
        stopping, opened = asyncio.create_task(stop.wait()), False
        stopping.add_done_callback(lambda _: self.wake())
        try:
            while not stop.is_set() and self._failure is None:
                self._beat = time.monotonic()
                try:
                    if not opened:
                        await self._open()
                        opened = True
                    wait = min(IDLE, await self._start())
                except (errors.StoreError, errors.RetryLaterError, errors.UnsureError) as error:
                    log.error("nothing can be sent for now", reason=str(error))
                    wait = TROUBLE
                await self._doze(wait)
        finally:
            stopping.cancel()
            await self._land(GRACE)

    async def flush(self) -> int:
        """
        Send all that is due and return how many messages arrived.

        Waits for rate limits and for a first repetition, not for chats that stay shut. Raises
        `CredentialError` and `StoreError`.
        """
        before = self.delivered
        await self._remember()
        try:
            while self._failure is None:
                wait = await self._start()
                turn = max(self._turn_at - self._clock(), timedelta())
                if not self._flying and wait > turn + PATIENCE:
                    break
                await self._doze(wait)
        finally:
            await self._land(DEADLINE)
        return self.delivered - before

    async def _open(self) -> None:
        await self._channel.open()
        await self._remember()

    async def _remember(self) -> None:
        """Have the limits go on from where they were when we stopped."""
        now = self._clock()
        for address, moment in await self._store.pace(now):
            self._channel.turns.remember(address, moment - now)

    async def _start(self) -> timedelta:
        """Send what is due on the lanes that are free; return how long until more is."""
        if room := LANES - len(self._flying):
            for delivery in await self._store.claim(self._clock(), limit=room, lease=LEASE):
                if delivery.id in self._carried:  # the clock jumped over its lease: nothing is lost
                    continue
                self._carried.add(delivery.id)
                task = asyncio.create_task(self._carry(delivery))
                self._flying.add(task)
                task.add_done_callback(partial(self._landed, delivery.id))
        if len(self._flying) == LANES:
            return IDLE
        now = self._clock()
        due = await self._store.next_delivery(now) or now + LEASE
        return max(due - now, BLINK)

    def _landed(self, delivery: DeliveryId, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._carried.discard(delivery)
        if len(self._flying) <= LANES - FREE:
            self.wake()

    async def _doze(self, wait: timedelta) -> None:
        """Look away until there may be something to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait.total_seconds()):
                await self._woken.wait()
        self._woken.clear()

    async def _land(self, grace: timedelta) -> None:
        """Let what is in flight end; what does not is found again, as unsure, at the next start."""
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    # One delivery -------------------------------------------------------------------------------

    async def _carry(self, delivery: Delivery) -> None:
        """Bring one delivery as far as it gets, and store how far that was."""
        try:
            try:
                async with asyncio.timeout(DEADLINE.total_seconds()):
                    receipt = await self._bring(delivery)
            except TimeoutError:
                await self._settle(
                    delivery, errors.UnsureError("the channel did not answer in time")
                )
            except errors.DeliveryError as error:
                await self._settle(delivery, error)
            else:
                await self._arrived(delivery, receipt)
        except errors.StoreError as error:  # the lease lapses, then the message is looked for
            log.error("store failed after a send", delivery=delivery.id, reason=str(error))
        except Exception:  # a defect of ours with one message must not stop the others
            log.exception("delivery met a defect", delivery=delivery.id)

    async def _bring(self, delivery: Delivery) -> str:
        """Find the message if it may be there already, or else send or edit it."""
        edits = delivery.kind is Kind.EDIT
        if delivery.state is DeliveryState.UNSURE and not edits:
            found = await self._channel.find(delivery)
            log.info("unsure delivery looked for", delivery=delivery.id, found=found is not None)
            if found is not None:
                return found
        return await (self._channel.edit if edits else self._channel.send)(delivery)

    async def _arrived(self, delivery: Delivery, receipt: str) -> None:
        now = self._clock()
        await self._store.sent(delivery.id, receipt, now=now)
        self.delivered += 1
        log.info("delivered", delivery=delivery.id, chat=delivery.chat, receipt=receipt)
        if pause := self._channel.turns.pause(delivery.address):
            if not self._channel.turns.pause():
                self._turn_at = max(self._turn_at, now + pause)
            await self._store.pause_chat(delivery.chat, until=now + pause)

    async def _settle(self, delivery: Delivery, error: errors.DeliveryError) -> None:
        """Store why a delivery is not sent, and what follows from it."""
        reason, kind = str(error), type(error).__name__
        tell = log.error if isinstance(error, errors.RefusedError) else log.warning
        tell("not delivered", delivery=delivery.id, chat=delivery.chat, kind=kind, why=reason)
        match error:
            case errors.UnreachableError():
                await self._store.suspend(delivery.chat, error=reason, now=self._clock())
            case errors.MovedError():
                await self._store.move(delivery.chat, address=error.address)
            case errors.ThreadGoneError():
                await self._store.drop_thread(delivery.chat)
                self.topic_gone(delivery)
            case errors.MessageGoneError():
                await self._store.renew(delivery.id, now=self._clock())
            case errors.RefusedError():
                await self._store.refuse(delivery.id, error=reason)
            case _:
                await self._again(delivery, error)

    async def _again(self, delivery: Delivery, error: errors.DeliveryError) -> None:
        wait, unsure = backoff(delivery.attempts), delivery.state is DeliveryState.UNSURE
        match error:
            case errors.UnsureError():
                unsure = True
            case errors.CredentialError():
                self._failure, wait = error, timedelta()
            case errors.RetryLaterError(after=timedelta() as wait):
                await self._hold(delivery, wait)
            case _:
                pass
        keep = self._store.unsure if unsure else self._store.retry
        await keep(delivery.id, until=self._clock() + wait, error=str(error))

    async def _hold(self, delivery: Delivery, wait: timedelta) -> None:
        """Hand out nothing for a chat that the server shut, or for any; that survives a restart."""
        now, turns = self._clock(), self._channel.turns
        pause = max(wait, turns.pause(delivery.address))
        await self._store.pause_chat(delivery.chat, until=now + pause)
        if everyone := turns.pause():
            await self._store.pause_all(until=now + everyone)
