"""The outbox under every fate at once: a machine that tries their orders."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.newsroom import H200, MINUTE, NOW, draft, name, verdict, waiting
from watcher.model import Chat, ChatId, ChatSpec, Delivery, DeliveryId, DeliveryState
from watcher.store import Store

T = TypeVar("T")
SECOND = timedelta(seconds=1)


class Sending(RuleBasedStateMachine):
    """
    A courier that meets every fate, over a channel that counts what arrives.

    Claims end by themselves, by a crash of the process or by a lapsed lease; the request of a
    courier that died arrived before that, or never does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.articles = 0
        self.receipts = 0
        self.wanted = 0
        self.arrived: Counter[DeliveryId] = Counter()
        self.flying: dict[DeliveryId, Delivery] = {}
        self.lapse = dict.fromkeys(self.flying, NOW)
        self.asked: set[DeliveryId] = set()  # the request of the present claim has left

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one statement of the store."""
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        """Open a store with a private chat and a forum of two topics."""
        self.store = self.run(Store.open("sqlite://", now=self.now))
        specs = [ChatSpec(address="-100", thread=n) for n in (1, 2)] + [ChatSpec(address="7")]
        self.chats = self.run(self.store.sync_chats(specs, channel="telegram", now=self.now))
        self.alert({0, 1, 2})

    @rule(who=st.sets(st.integers(0, 2), min_size=1))
    def alert(self, who: set[int]) -> None:
        """An article alerts some chats; judged twice, it alerts nobody more."""
        self.articles += 1
        self.run(self._record([self.chats[n] for n in sorted(who)]))
        self.wanted += len(who)

    async def _record(self, chats: list[Chat]) -> None:
        one = await waiting(self.store, self.articles)
        for _ in range(2):
            await self.store.record(
                one,
                verdict(H200),
                aliases=[name(f"puces.example/{self.articles}")],
                drafts=[draft(chat) for chat in chats],
                sentences=[],
                host="puces.example",
                now=self.now,
            )

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        """Nothing is handed out twice, nor blindly when it may have arrived."""
        claimed = self.run(self.store.claim(self.now, limit=limit, lease=MINUTE))
        busy = {self.flying[id_].address for id_ in self.flying if self.lapse[id_] > self.now}
        assert len({d.address for d in claimed}) == len(claimed) <= limit
        assert not busy & {d.address for d in claimed}
        for delivery in claimed:
            in_doubt = delivery.id in self.flying or self.arrived[delivery.id] > 0
            assert not in_doubt or delivery.state is DeliveryState.UNSURE
            self.flying[delivery.id] = delivery
            self.asked.discard(delivery.id)
            self.lapse[delivery.id] = self.now + MINUTE

    def _pick(self, which: int) -> Delivery:
        return list(self.flying.values())[which % len(self.flying)]

    flies = precondition(lambda self: bool(self.flying))

    @flies
    @rule(which=st.integers(0, 2), confirmed=st.booleans())
    def arrives(self, which: int, confirmed: bool) -> None:
        """The channel takes the message (an unsure one is looked for first); we may not hear of it."""
        delivery = self._pick(which)
        self._send(delivery)
        if confirmed:
            self._confirm(delivery)

    def _send(self, delivery: Delivery) -> None:
        found = delivery.state is DeliveryState.UNSURE and self.arrived[delivery.id]
        if delivery.id not in self.asked and not found:
            self.arrived[delivery.id] += 1
        self.asked.add(delivery.id)

    def _confirm(self, delivery: Delivery) -> None:
        del self.flying[delivery.id]
        self.receipts += 1
        self.run(self.store.sent(delivery.id, str(self.receipts), now=self.now))

    @flies
    @rule(which=st.integers(0, 2), wait=st.integers(0, 90))
    def fails(self, which: int, wait: int) -> None:
        """Surely not sent, or no answer at all."""
        delivery = self._pick(which)
        until = self.now + wait * SECOND
        settle = self.store.unsure if self.arrived[delivery.id] else self.store.retry
        del self.flying[delivery.id]
        self.run(settle(delivery.id, until=until, error="503"))

    @rule(arrived=st.booleans())
    def crash(self, arrived: bool) -> None:
        """The process dies, with its last requests answered or not, and starts again."""
        for delivery in self.flying.values():
            if arrived:
                self._send(delivery)
        self.flying.clear()
        self.run(self.store.recover(self.now))
        self.claim(3)

    @rule(seconds=st.sampled_from([61, 1, 200]))
    def time_passes(self, seconds: int) -> None:
        """Leases lapse and pauses end; whoever looks for work then finds it."""
        self.now += seconds * SECOND
        self.claim(3)

    @rule(which=st.integers(0, 2), back=st.booleans())
    def blocks(self, which: int, back: bool) -> None:
        """A chat blocks us, or lets us in again; both of the forum's topics with it."""
        chat = self.chats[which]
        if back:
            self.run(self.store.resume_chat(chat.id))
            return
        self.run(self.store.suspend(chat.id, error="blocked", now=self.now))
        gone = {ChatId(c.id) for c in self.chats if c.spec.address == chat.spec.address}
        for id_ in [d.id for d in self.flying.values() if d.chat in gone]:
            # A claim that ends in "blocked" surely did not arrive, unless it had before.
            if self.arrived[id_]:
                self.run(self.store.sent(id_, "1", now=self.now))
            del self.flying[id_]

    @rule(which=st.integers(0, 2), wait=st.integers(0, 90))
    def slows_down(self, which: int, wait: int) -> None:
        """A chat asks for a pause."""
        until = self.now + wait * SECOND
        self.run(self.store.pause_chat(self.chats[which].id, until=until))

    @invariant()
    def nothing_is_lost(self) -> None:
        """Each alert stands in the outbox once, and none arrived twice."""
        if hasattr(self, "store"):
            counts = self.run(self.store.status(self.now)).outbox
            assert sum(counts.values()) == self.wanted
            assert counts[DeliveryState.SENT] <= len(+self.arrived)
            assert max(self.arrived.values(), default=0) <= 1

    def teardown(self) -> None:
        """Left in peace, the courier delivers everything, once."""
        if not hasattr(self, "store"):
            self.runner.close()
            return
        self.crash(arrived=True)
        for chat in self.chats:
            self.run(self.store.resume_chat(chat.id))
        while (at := self.run(self.store.next_delivery(self.now))) is not None:
            self.now = at
            self.claim(3)
            for delivery in list(self.flying.values()):
                self._send(delivery)
                self._confirm(delivery)
        counts = self.run(self.store.status(self.now)).outbox
        assert counts[DeliveryState.SENT] == self.wanted
        assert sorted(self.arrived.values()) == [1] * self.wanted
        self.run(self.store.close())
        self.runner.close()


TestSending = Sending.TestCase
TestSending.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
