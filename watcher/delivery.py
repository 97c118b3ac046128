"""The sending loop: claims what is due, sends it, and stores what became of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from watcher.errors import (
    CredentialError,
    DeliveryError,
    MovedError,
    RefusedError,
    RetryLaterError,
    StoreError,
    ThreadGoneError,
    UnreachableError,
    UnsureError,
)
from watcher.limits import Limiter
from watcher.model import LONG_AGO, ChatId, Delivery, DeliveryId, DeliveryState
from watcher.ports import Channel

log = structlog.get_logger(__name__)

LANES: Final = 16  # chats served at once
DEADLINE: Final = timedelta(seconds=90)  # of one call to the channel
LEASE: Final = timedelta(minutes=5)  # longer than a search and a send together may take
SETTLE: Final = timedelta(seconds=2)  # a request still on the wire may arrive so much later
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)
TOGETHER: Final = timedelta(seconds=1)  # two chats shut within it: the whole bot is
IDLE: Final = timedelta(seconds=1)  # a longest look away from the outbox
PATIENCE: Final = timedelta(seconds=5)  # with a turn that comes, or a thing to be tried again
GRACE: Final = timedelta(seconds=8)  # to finish what is in flight when we stop
BLINK: Final = timedelta(milliseconds=50)
STORE_PAUSE: Final = timedelta(seconds=15)
STALLED: Final = 120.0  # seconds


class Outbox(Protocol):
    """What the courier needs of the store."""

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]: ...
    async def sent(self, delivery: DeliveryId, receipt: str, *, now: datetime) -> None: ...
    async def retry(self, delivery: DeliveryId, *, until: datetime, error: str) -> None: ...
    async def unsure(self, delivery: DeliveryId, *, until: datetime, error: str) -> None: ...
    async def refuse(self, delivery: DeliveryId, *, error: str) -> None: ...
    async def pause_chat(self, chat: ChatId, *, until: datetime) -> None: ...
    async def suspend(self, chat: ChatId, *, error: str, now: datetime) -> None: ...
    async def move(self, chat: ChatId, *, address: str) -> None: ...
    async def drop_thread(self, chat: ChatId) -> None: ...
    async def next_delivery(self, now: datetime) -> datetime | None: ...


def backoff(attempts: int) -> timedelta:
    """
    Wait twice as long after each attempt, ten minutes at most.

    >>> [int(backoff(n).total_seconds()) for n in (0, 1, 2, 3, 9, 10, 5000)]
    [2, 2, 4, 8, 512, 600, 600]
    """
    return min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), 12)), LONGEST_WAIT)


class Courier:
    """
    Carries deliveries of different chats at the same time, one in flight for each chat.

    Once a send has begun, nothing is lost and nothing told twice that the channel can be asked
    about: an unanswered send is looked for before it is repeated, also after a crash.
    """

    def __init__(
        self,
        store: Outbox,
        channel: Channel,
        *,
        clock: Callable[[], datetime],
        limiter: Limiter | None = None,
        lanes: int = LANES,
    ) -> None:
        self.delivered = 0
        self._store, self._channel, self._clock = store, channel, clock
        self._limiter = limiter or Limiter()
        self._lanes = lanes
        self._flying: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stop = asyncio.Event()
        self._failure: CredentialError | None = None
        self._shut: dict[ChatId, datetime] = {}  # when each chat was last told to wait
        self._closed_until = LONG_AGO  # for all chats
        self._turn = LONG_AGO  # when the last chat that used its budget up has its turn again
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
        self._stop = stop
        try:
            await self._open()
            while not stop.is_set() and self._failure is None:
                self._beat = time.monotonic()
                await self._doze(await self._turn_once())
        finally:
            await self._land(GRACE)
        if self._failure is not None:
            raise self._failure

    async def flush(self) -> int:
        """
        Send all that is due and return how many messages arrived.

        Waits for rate limits and for a first repetition, not for chats that stay shut. Raises
        `CredentialError` and `StoreError`.
        """
        before = self.delivered
        try:
            while self._failure is None:
                if await self._start() or self._flying:
                    await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                elif (wait := await self._patience()) is None:
                    break
                else:
                    await asyncio.sleep(wait.total_seconds())
        finally:
            await self._land(DEADLINE)
        if self._failure is not None:
            raise self._failure
        return self.delivered - before

    async def _patience(self) -> timedelta | None:
        """Return how long `flush` waits for what is next; `None`: not at all."""
        now = self._clock()
        due = await self._store.next_delivery(now)
        shut = self._closed_until - _ticks()
        if due is None or due > max(now + PATIENCE, self._turn) or shut > PATIENCE:
            return None
        return max(due - now, shut, BLINK)

    # The loop -----------------------------------------------------------------------------------

    async def _open(self) -> None:
        attempts = 0
        while not self._stop.is_set():
            self._beat = time.monotonic()
            try:
                return await self._channel.open()
            except (RetryLaterError, UnsureError) as error:
                attempts += 1
                wait = min(backoff(attempts), timedelta(minutes=1))
                log.warning("channel cannot be opened", reason=str(error), again_in=str(wait))
                await self._stopped_within(wait)
        return None

    async def _turn_once(self) -> timedelta:
        """Start what is due; return how long to look away."""
        try:
            if await self._start():
                return timedelta()
            now = self._clock()
            due = await self._store.next_delivery(now) or now + IDLE
        except StoreError as error:
            log.error("store failed, nothing is sent", reason=str(error))
            return STORE_PAUSE
        return min(IDLE, max(due - now, self._closed_until - _ticks(), BLINK))

    async def _start(self) -> int:
        """Claim as much as there are free lanes, and send it."""
        room = self._lanes - len(self._flying)
        if room <= 0 or self._closed_until > _ticks():
            return 0
        claimed = await self._store.claim(self._clock(), limit=room, lease=LEASE)
        for delivery in claimed:
            task = asyncio.create_task(self._carry(delivery))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return len(claimed)

    async def _doze(self, wait: timedelta) -> None:
        """Look away until there may be something to do."""
        signals = [asyncio.create_task(event.wait()) for event in (self._stop, self._woken)]
        full = len(self._flying) >= self._lanes
        await asyncio.wait(
            [*signals, *self._flying],
            timeout=IDLE.total_seconds() if full else wait.total_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        for signal in signals:
            signal.cancel()
        self._woken.clear()

    async def _land(self, grace: timedelta) -> None:
        """Let what is in flight end; what does not is found again, as unsure, at the next start."""
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _stopped_within(self, wait: timedelta) -> bool:
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    # One delivery -------------------------------------------------------------------------------

    async def _carry(self, delivery: Delivery) -> None:
        """Bring one delivery as far as it gets, and store how far that was."""
        try:
            try:
                await self._deliver(delivery)
            except DeliveryError as error:
                await self._settle(delivery, error)
        except StoreError as error:  # the lease lapses, then the message is looked for
            log.error("store failed after a send", delivery=delivery.id, reason=str(error))
        except Exception:  # a defect of ours with one message must not stop the others
            log.exception("delivery met a defect", delivery=delivery.id)

    async def _deliver(self, delivery: Delivery) -> None:
        receipt = None
        if delivery.state is DeliveryState.UNSURE:
            receipt = await self._find(delivery)
            log.info("unsure delivery looked for", delivery=delivery.id, found=receipt is not None)
        if receipt is None:
            receipt = await self._send(delivery)
        now = self._clock()
        await self._store.sent(delivery.id, receipt, now=now)
        self.delivered += 1
        log.info("delivered", delivery=delivery.id, chat=delivery.chat, receipt=receipt)
        if pause := self._limiter.pause(delivery.address, _ticks()):
            self._turn = max(self._turn, now + pause)
            await self._store.pause_chat(delivery.chat, until=now + pause)

    async def _find(self, delivery: Delivery) -> str | None:
        """Look for an unsure message; while that does not work, it stays unsure."""
        try:
            async with _deadline():
                return await self._channel.find(delivery)
        except RetryLaterError as error:
            if error.after:
                await self._hold(delivery.chat, error.after)
            raise UnsureError(str(error)) from error

    async def _send(self, delivery: Delivery) -> str:
        while wait := self._wait(delivery.address):
            if wait > PATIENCE:  # longer than a claim should be held
                raise RetryLaterError("the channel asked everyone to wait")
            if await self._stopped_within(wait):
                raise RetryLaterError("stopped before its turn")
        self._limiter.take(delivery.address, _ticks())
        async with _deadline():
            return await self._channel.send(delivery)

    def _wait(self, address: str) -> timedelta:
        now = _ticks()
        return max(self._limiter.wait(address, now), self._closed_until - now, timedelta())

    async def _settle(self, delivery: Delivery, error: DeliveryError) -> None:
        """Store why a delivery is not sent, and what follows from it."""
        now, reason = self._clock(), str(error)
        kind = type(error).__name__
        log.warning(
            "not delivered", delivery=delivery.id, chat=delivery.chat, kind=kind, why=reason
        )
        match error:
            case UnreachableError():
                await self._store.suspend(delivery.chat, error=reason, now=now)
            case MovedError():
                await self._store.move(delivery.chat, address=error.address)
            case ThreadGoneError():
                await self._store.drop_thread(delivery.chat)
            case RefusedError():
                await self._store.refuse(delivery.id, error=reason)
            case _:
                await self._again(delivery, error, now)

    async def _again(self, delivery: Delivery, error: DeliveryError, now: datetime) -> None:
        wait = backoff(delivery.attempts)
        if isinstance(error, UnsureError):
            until = now + max(wait, SETTLE)
            await self._store.unsure(delivery.id, until=until, error=str(error))
            return
        if isinstance(error, CredentialError):
            self._failure, wait = error, timedelta()
            self._woken.set()
        elif isinstance(error, RetryLaterError) and error.after:
            wait = error.after
            await self._hold(delivery.chat, wait)
        keep = self._store.unsure if delivery.state is DeliveryState.UNSURE else self._store.retry
        await keep(delivery.id, until=now + wait, error=str(error))

    async def _hold(self, chat: ChatId, wait: timedelta) -> None:
        """Shut a chat for as long as the server asks; all of them when two are shut together."""
        now = _ticks()
        self._shut = {c: at for c, at in self._shut.items() if now - at < TOGETHER} | {chat: now}
        if len(self._shut) > 1:
            self._closed_until = max(self._closed_until, now + wait)
            log.warning("the channel asks everyone to wait", wait=str(wait))
        await self._store.pause_chat(chat, until=self._clock() + wait)


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """End a call that takes too long: what it did is then unknown."""
    try:
        async with asyncio.timeout(DEADLINE.total_seconds()):
            yield
    except TimeoutError as error:
        raise UnsureError(f"no answer within {DEADLINE.total_seconds():.0f} seconds") from error


def _ticks() -> datetime:
    """Read the clock that nobody sets: rate limits must not care when the wall clock jumps."""
    return LONG_AGO + timedelta(seconds=asyncio.get_running_loop().time())
