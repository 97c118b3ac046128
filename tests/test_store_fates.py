"""The outbox under every fate at once: a machine that tries their orders."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.newsroom import H200, MINUTE, NOW, draft, name, placed, verdict, waiting
from watcher.model import (
    Chat,
    ChatId,
    ChatSpec,
    Delivery,
    DeliveryId,
    DeliveryState,
    Draft,
    Kind,
    Message,
    StoryId,
)
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


class Telling(RuleBasedStateMachine):
    """
    Two stories told to two chats in living messages, over a channel that keeps what is read there.

    Any step may be the last before a crash; subscribers delete messages; a chat may move.
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.articles = 0
        self.boards: dict[str, dict[str, str]] = {}  # what stands in each chat
        self.numbers: Counter[str] = Counter()
        self.posted: dict[DeliveryId, str] = {}  # receipts of what became a message
        self.shown: set[tuple[ChatId, str]] = set()  # what could be read at some time
        self.flying: dict[DeliveryId, Delivery] = {}
        self.newest: dict[tuple[ChatId, StoryId], str] = {}
        self.stories: list[StoryId] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one statement of the store."""
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        """Open a store with two chats, and begin two stories."""
        self.store = self.run(Store.open("sqlite://", now=self.now))
        specs = [ChatSpec(address="7"), ChatSpec(address="8")]
        self.chats = self.run(self.store.sync_chats(specs, channel="telegram", now=self.now))
        for _ in range(2):
            self._tell(None, Kind.NEW, {0, 1})

    @rule(
        story=st.integers(0, 1),
        kind=st.sampled_from([Kind.EDIT, Kind.EDIT, Kind.REPLY, Kind.NEW]),
        who=st.sets(st.integers(0, 1), min_size=1),
    )
    def tell(self, story: int, kind: Kind, who: set[int]) -> None:
        """An article joins a story."""
        self._tell(self.stories[story], kind, who)

    def _tell(self, story: StoryId | None, kind: Kind, who: set[int]) -> None:
        self.articles += 1
        text = f"Dépêche {self.articles}."
        told = [
            replace(draft(self.chats[n]), kind=kind, message=Message(html=text))
            for n in sorted(who)
        ]
        joined = self.run(self._record(story, told))
        assert joined is not None
        if story is None:
            self.stories.append(joined)
        self.newest |= {(one.chat, joined): text for one in told}

    async def _record(self, story: StoryId | None, told: list[Draft]) -> StoryId | None:
        one, found = await waiting(self.store, self.articles), None
        for _ in range(2):  # judged twice, it is told once
            recorded = await self.store.record(
                one,
                verdict(H200),
                aliases=[name(f"puces.example/{self.articles}")],
                drafts=told,
                sentences=[],
                host="puces.example",
                now=self.now,
                placed=placed(story),
            )
            found = found or recorded.story
        return found

    @rule(limit=st.integers(1, 2))
    def claim(self, limit: int) -> None:
        """Nothing that became a message is handed out as if it had not."""
        for delivery in self.run(self.store.claim(self.now, limit=limit, lease=MINUTE)):
            settled = delivery.kind is Kind.EDIT or delivery.state is DeliveryState.UNSURE
            assert settled or delivery.id not in self.posted
            assert delivery.kind is not Kind.EDIT or delivery.target
            self.flying[delivery.id] = delivery

    flies = precondition(lambda self: bool(self.flying))

    def _pick(self, which: int) -> Delivery:
        return list(self.flying.values())[which % len(self.flying)]

    @flies
    @rule(which=st.integers(0, 1), confirmed=st.booleans())
    def arrives(self, which: int, confirmed: bool) -> None:
        """The channel does what it is asked; we may not hear of it."""
        delivery = self._pick(which)
        receipt = self._carry(delivery)
        del self.flying[delivery.id]
        if receipt is None:
            self.run(self.store.renew(delivery.id, now=self.now))
        elif confirmed:
            self.run(self.store.sent(delivery.id, receipt, now=self.now))
        else:
            self.run(self.store.unsure(delivery.id, until=self.now, error="no answer"))

    def _carry(self, delivery: Delivery) -> str | None:
        """Do what the channel does; `None`: there is nothing to edit."""
        board, text = self.boards.setdefault(delivery.address, {}), delivery.message.html
        if delivery.kind is not Kind.EDIT and delivery.id in self.posted:
            return self.posted[delivery.id]  # found
        receipt = delivery.target
        if delivery.kind is Kind.EDIT and receipt not in board:
            return None
        if delivery.kind is not Kind.EDIT:
            self.numbers[delivery.address] += 1
            receipt = self.posted[delivery.id] = str(self.numbers[delivery.address])
        board[receipt] = text
        self.shown.add((delivery.chat, text))
        return receipt

    @flies
    @rule(which=st.integers(0, 1), wait=st.integers(0, 90), sure=st.booleans())
    def fails(self, which: int, wait: int, sure: bool) -> None:
        """Not sent, and we may not know it."""
        delivery = self._pick(which)
        doubted = delivery.state is DeliveryState.UNSURE or not sure
        settle = self.store.unsure if doubted else self.store.retry
        del self.flying[delivery.id]
        self.run(settle(delivery.id, until=self.now + wait * SECOND, error="503"))

    @rule(arrived=st.booleans())
    def crash(self, arrived: bool) -> None:
        """The process dies before or after its last requests were carried out."""
        for delivery in self.flying.values():
            if arrived:
                self._carry(delivery)
        self.flying.clear()
        self.run(self.store.recover(self.now))

    @rule(seconds=st.sampled_from([61, 1, 20]))
    def time_passes(self, seconds: int) -> None:
        """Edits become due; a claim that lapses is handed out again."""
        self.now += seconds * SECOND
        self.claim(2)

    @rule(which=st.integers(0, 5))
    def delete(self, which: int) -> None:
        """A subscriber deletes a message."""
        there = [(board, number) for board in self.boards.values() for number in board]
        if there:
            board, number = there[which % len(there)]
            del board[number]

    @rule(which=st.integers(0, 1))
    def move(self, which: int) -> None:
        """A chat gets another address, where messages are numbered anew."""
        chat = self.chats[which].id
        if not any(d.chat == chat for d in self.flying.values()) and not self._in_doubt():
            self.run(self.store.move(chat, address=f"-{self.articles}{which}"))

    def _in_doubt(self) -> int:
        return self.run(self.store.status(self.now)).outbox[DeliveryState.UNSURE]

    def teardown(self) -> None:
        """Left in peace, each chat reads the newest of each story, and nothing came twice."""
        try:
            if hasattr(self, "store"):
                self._finish()
                self._check()
                self.run(self.store.close())
        finally:
            self.runner.close()

    def _finish(self) -> None:
        self.crash(arrived=True)
        while (at := self.run(self.store.next_delivery(self.now))) is not None:
            self.now = at
            self.claim(2)
            while self.flying:
                self.arrives(0, confirmed=True)

    def _check(self) -> None:
        counts = self.run(self.store.status(self.now)).outbox
        assert sum(counts.values()) == counts[DeliveryState.SENT]
        assert {(chat, text) for (chat, _), text in self.newest.items()} <= self.shown
        for story in self.stories:
            for told in self.run(self.store.told_of(story)):
                board = self.boards.get(self._address(told.chat), {})
                assert board.get(told.receipt) in (None, self.newest[told.chat, story])

    def _address(self, chat: ChatId) -> str:
        return next(c.spec.address for c in self.run(self.store.chats()) if c.id == chat)


TestSending, TestTelling = Sending.TestCase, Telling.TestCase
TestSending.settings = TestTelling.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
