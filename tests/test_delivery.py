"""Deliveries leave in time and in turn, and each ends as what it became: simulated in virtual time."""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tests.outbox import QUEUED, REFUSED, SENDING, SENT, START, SUSPENDED, UNSURE, Outbox, Row, rows
from tests.virtual_time import simulate
from watcher import delivery
from watcher.delivery import Courier
from watcher.errors import (
    CredentialError,
    DeliveryError,
    MessageGoneError,
    MovedError,
    RefusedError,
    RetryLaterError,
    ThreadGoneError,
    UnreachableError,
    UnsureError,
)
from watcher.model import Delivery, DeliveryState, Kind
from watcher.turns import Turns


def clock() -> datetime:
    """Tell virtual time."""
    return START + timedelta(seconds=asyncio.get_running_loop().time())


def later(seconds: float) -> datetime:
    """Name a moment after the start."""
    return START + timedelta(seconds=seconds)


@dataclass
class FakeChannel:
    """A channel that keeps what arrives; `script` holds what the next calls to an address do first."""

    name: str = "fake"
    script: dict[str, list[object]] = field(default_factory=dict)
    searches: list[DeliveryError] = field(default_factory=list)
    openings: list[DeliveryError] = field(default_factory=list)
    latency: float = 0.05
    echo: float = 0.0  # until the answer is back
    arrived: list[tuple[str, str, datetime]] = field(default_factory=list)
    flying: list[str] = field(default_factory=list)
    edits: list[tuple[str, str, datetime]] = field(default_factory=list)
    turns: Turns = field(default_factory=Turns)

    async def open(self) -> None:
        if self.openings:
            raise self.openings.pop(0)

    async def close(self) -> None:
        """Hold nothing."""

    async def send(self, delivery: Delivery) -> str:
        address = delivery.address
        assert address not in self.flying, "two in flight to one chat"
        self.flying.append(address)
        try:
            await self.turns.take(address)
            await asyncio.sleep(self.latency)
            step = self._step(address)
            if isinstance(step, float):
                await asyncio.sleep(step)
            elif isinstance(step, Exception) and not isinstance(step, Lost):
                raise step
            self.arrived.append((address, delivery.message.html, clock()))
            await asyncio.sleep(self.echo)
            if isinstance(step, Lost):
                raise UnsureError("no answer")
            return str(len(self.arrived))
        finally:
            self.flying.remove(address)

    async def edit(self, delivery: Delivery) -> str:
        address = delivery.address
        await self.turns.take(address)
        await asyncio.sleep(self.latency)
        step = self._step(address)
        if isinstance(step, Exception) and not isinstance(step, Lost):
            raise step
        self.edits.append((delivery.target, delivery.message.html, clock()))
        if isinstance(step, Lost):
            raise UnsureError("no answer")
        return delivery.target

    async def find(self, delivery: Delivery) -> str | None:
        await asyncio.sleep(self.latency)
        if self.searches:
            raise self.searches.pop(0)
        for number, (address, html, _) in enumerate(self.arrived, 1):
            if (address, html) == (delivery.address, delivery.message.html):
                return str(number)
        return None

    def _step(self, address: str) -> object:
        step = self.script[address].pop(0) if self.script.get(address) else None
        if isinstance(step, RetryLaterError) and step.after:
            self.turns.shut(address, step.after)
        return step

    def times(self, address: str) -> list[float]:
        """Return the seconds at which messages arrived at an address."""
        return [(at - START).total_seconds() for to, _, at in self.arrived if to == address]


class Lost(Exception):  # noqa: N818
    """The message arrives, its answer does not."""


def carried(outbox: Outbox, channel: FakeChannel, seconds: float = 600) -> Courier:
    """Let a courier run for so long in virtual time, then stop it."""

    async def scene() -> Courier:
        courier, stop = Courier(outbox, channel, clock=clock), asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        await courier.run(stop)
        return courier

    return simulate(scene())


def states(outbox: Outbox) -> list[DeliveryState]:
    return [row.state for row in outbox.rows]


def test_all_leave() -> None:
    """What is due is sent once, each chat's in order, several chats at once."""
    outbox, channel = Outbox(rows(1, 2, 1, 3, 2, 1)), FakeChannel()
    courier = carried(outbox, channel, 30)
    assert states(outbox) == [SENT] * 6
    assert courier.delivered == 6
    assert [html for to, html, _ in channel.arrived if to == "1"] == [
        "Alerte 1.",
        "Alerte 3.",
        "Alerte 6.",
    ]
    assert max(channel.times("3")) < 0.3


def test_a_wake_saves_the_wait() -> None:
    """A fresh alert leaves at once when the courier is woken."""
    outbox, channel = Outbox([]), FakeChannel(latency=0.0)

    async def scene() -> None:
        courier, stop = Courier(outbox, channel, clock=clock), asyncio.Event()
        running = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(10.5)
        outbox.rows.append(Row(id=1, chat=1, due=clock()))
        courier.wake()
        await asyncio.sleep(0.2)
        stop.set()
        await running

    simulate(scene())
    assert channel.times("1")[0] == pytest.approx(10.5, abs=0.05)


# Limits -------------------------------------------------------------------------------------------


def test_groups_get_eighteen_a_minute() -> None:
    """A group never gets more than 18 messages in a minute, and holds up nobody."""
    outbox = Outbox([*rows(*[7] * 40), Row(id=99, chat=1)], addresses={7: "-1007"})
    channel = FakeChannel(latency=0.0)
    carried(outbox, channel, 300)
    times = channel.times("-1007")
    assert len(times) == 40
    assert all(b - a >= 60 for a, b in zip(times, times[18:], strict=False))
    assert times[-1] < 150
    assert channel.times("1")[0] < 1


def test_a_thousand_subscribers() -> None:
    """One alert reaches 1,000 private chats within 40 seconds, at most 28 in any second."""
    outbox, channel = Outbox(rows(*range(1, 1001))), FakeChannel(latency=0.2)
    carried(outbox, channel, 60)
    times = sorted((at - START).total_seconds() for _, _, at in channel.arrived)
    assert len(times) == 1000
    assert times[-1] <= 40
    assert all(b - a >= 1 - 1e-6 for a, b in zip(times, times[28:], strict=False))


def test_flood_stops_that_chat() -> None:
    """A chat told to wait waits exactly so long; the others go on."""
    outbox = Outbox(rows(1, 1, 2, 2, 2))
    channel = FakeChannel(script={"1": [RetryLaterError("flood", after=timedelta(seconds=30))]})
    carried(outbox, channel, 60)
    assert states(outbox) == [SENT] * 5
    assert 30 <= channel.times("1")[0] <= 31.5
    assert channel.times("2")[-1] < 5


def test_flood_in_two_chats_stops_all() -> None:
    """Two chats told to wait within a second: the whole bot waits; nothing is sent inside."""
    flood = RetryLaterError("flood", after=timedelta(seconds=20))
    outbox = Outbox(rows(*range(1, 41)))
    channel = FakeChannel(script={"1": [flood], "2": [flood]})
    carried(outbox, channel, 60)
    assert states(outbox) == [SENT] * 40
    times = sorted((at - START).total_seconds() for _, _, at in channel.arrived)
    assert not [t for t in times if 0.5 < t < 20]
    assert len([t for t in times if t >= 20]) >= 20


def test_flood_apart_is_two_chats() -> None:
    """Chats told to wait at different moments say nothing about the others."""
    flood = RetryLaterError("flood", after=timedelta(seconds=20))
    outbox = Outbox([*rows(1, 2), Row(id=3, chat=3, due=later(5))])
    channel = FakeChannel(script={"1": [flood], "2": [2.0, flood]})
    outbox.rows[1].due = later(3)
    carried(outbox, channel, 60)
    assert channel.times("3")[0] < 7


def test_a_slow_chat_delays_no_other() -> None:
    """A chat that answers after a minute costs the others nothing."""
    outbox = Outbox(rows(1, *range(2, 40)))
    channel = FakeChannel(script={"1": [60.0]})
    carried(outbox, channel, 120)
    assert states(outbox) == [SENT] * 39
    others = [at for to, _, at in channel.arrived if to != "1"]
    assert max(others) < later(3)


def test_a_clock_that_jumps_repeats_nothing() -> None:
    """A lease that lapses under a send on its way is no reason to send again: it is still carried."""
    outbox, channel = Outbox(rows(1)), FakeChannel(script={"1": [10.0]})

    def jumping() -> datetime:
        hours = timedelta(hours=5 * (clock() > later(3)))
        return clock() + hours

    async def scene() -> None:
        courier, stop = Courier(outbox, channel, clock=jumping), asyncio.Event()
        asyncio.get_running_loop().call_later(60, stop.set)
        await courier.run(stop)

    with capture_logs() as logs:
        simulate(scene())
    assert states(outbox) == [SENT]
    assert len(channel.arrived) == 1
    assert not [entry for entry in logs if entry["log_level"] == "error"]


# Errors -------------------------------------------------------------------------------------------


def test_back_off() -> None:
    """A chat that cannot be reached is tried less and less often, at least every ten minutes."""
    tries: list[float] = []

    class Closed(FakeChannel):
        async def send(self, delivery: Delivery) -> str:
            tries.append(asyncio.get_running_loop().time())
            raise RetryLaterError(f"connection refused, attempt {delivery.attempts}")

    outbox = Outbox(rows(1))
    carried(outbox, Closed(), 3 * 3600)
    gaps = [b - a for a, b in itertools.pairwise(tries)]
    assert gaps[:4] == pytest.approx([2, 4, 8, 16], abs=1.1)
    assert gaps[-1] == pytest.approx(600, abs=1.1)
    assert outbox.rows[0].state is QUEUED
    assert "connection refused" in outbox.rows[0].error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RefusedError("can't parse entities"), [REFUSED, SENT]),
        (UnreachableError("bot was blocked by the user"), [SUSPENDED, SUSPENDED]),
        (RetryLaterError("connection refused"), [SENT, SENT]),
        (ValueError("a defect"), [SENT, SENT]),
    ],
)
def test_what_becomes_of_refused_deliveries(
    error: Exception, expected: list[DeliveryState]
) -> None:
    """Each error ends as what it means: for this text, for this chat, for now."""
    outbox, channel = Outbox(rows(1, 1)), FakeChannel(script={"1": [error]})
    with capture_logs() as logged:
        carried(outbox, channel, 900)
    assert states(outbox) == expected
    told = [line for line in logged if line.get("why") == str(error)]
    assert [line["log_level"] for line in told] == (
        ["error"] if REFUSED in expected else ["warning"] * (not isinstance(error, ValueError))
    )
    assert len(channel.arrived) == expected.count(SENT)


def test_a_moved_chat_is_followed() -> None:
    """After a migration the message goes to the new address."""
    outbox = Outbox(rows(5), addresses={5: "-5"})
    carried(
        outbox, channel := FakeChannel(script={"-5": [MovedError("moved", address="-1005")]}), 30
    )
    assert [to for to, _, _ in channel.arrived] == ["-1005"]


def test_a_closed_topic_is_left() -> None:
    """A message for a closed topic goes to the chat itself."""
    outbox = Outbox(rows(5), threads={5: 77})
    carried(outbox, channel := FakeChannel(script={"5": [ThreadGoneError("closed")]}), 30)
    assert (states(outbox), outbox.threads, len(channel.arrived)) == ([SENT], {}, 1)


def test_a_wrong_token_stops_the_courier() -> None:
    """When the channel does not know us, the courier says so; nothing is lost, nothing refused."""
    outbox = Outbox(rows(1, 2, 3))
    channel = FakeChannel(script={str(n): [CredentialError("wrong token")] for n in (1, 2, 3)})
    with pytest.raises(CredentialError, match="wrong token"):
        carried(outbox, channel)
    assert states(outbox) == [QUEUED] * 3
    with pytest.raises(CredentialError):
        carried(outbox, FakeChannel(openings=[CredentialError("wrong token")]))
    channel.script["1"] = [CredentialError("wrong token")]
    with pytest.raises(CredentialError):
        simulate(flushed(outbox, channel))


def test_opening_is_tried_again() -> None:
    """A channel that cannot be reached at the start is opened later, and then used."""
    outbox = Outbox(rows(1))
    channel = FakeChannel(openings=[RetryLaterError("no network"), UnsureError("502")])
    carried(outbox, channel, 30)
    assert channel.times("1")[0] == pytest.approx(20, abs=0.5)
    carried(outbox := Outbox(rows(1)), FakeChannel(openings=[RetryLaterError("x")] * 9), 10)
    assert states(outbox) == [QUEUED]


# Unsure sends -------------------------------------------------------------------------------------


def test_a_lost_answer_is_looked_for() -> None:
    """A message whose answer was lost is found, not sent twice; one that never arrived is sent."""
    outbox = Outbox(rows(1, 2))
    channel = FakeChannel(script={"1": [Lost()], "2": [UnsureError("502")]})
    carried(outbox, channel, 30)
    assert states(outbox) == [SENT, SENT]
    assert sorted(html for _, html, _ in channel.arrived) == ["Alerte 1.", "Alerte 2."]
    assert channel.times("2")[0] >= 2


def test_a_search_that_fails_leaves_it_unsure() -> None:
    """While the search does not work, nothing is sent; then the message is found."""
    outbox = Outbox(rows(1, 1))
    channel = FakeChannel(
        script={"1": [Lost()]},
        searches=[
            RetryLaterError("flood", after=timedelta(seconds=5)),
            RetryLaterError("no network"),
            UnsureError("cut"),
        ],
    )
    carried(outbox, channel, 120)
    assert states(outbox) == [SENT, SENT]
    assert [html for _, html, _ in channel.arrived] == ["Alerte 1.", "Alerte 2."]


def test_an_endless_send_becomes_unsure() -> None:
    """A call that never ends is given up, and looked for like any other."""
    outbox, channel = Outbox(rows(1)), FakeChannel(script={"1": [10_000.0]})
    carried(outbox, channel, 300)
    assert states(outbox) == [SENT]
    assert channel.times("1")[0] > delivery.DEADLINE.total_seconds()


def test_random_trouble_and_crashes_lose_and_double_nothing() -> None:
    """With lost answers, errors and crashes at any moment, each message arrives exactly once."""
    chance = random.Random(2026)
    outbox = Outbox(rows(*[chance.randrange(1, 9) for _ in range(120)]))
    script = [
        Lost(),
        UnsureError("502"),
        RetryLaterError("x"),
        RetryLaterError("f", after=timedelta(seconds=3)),
    ]
    channel = FakeChannel(
        script={
            str(chat): [chance.choice([*script, None, None, None]) for _ in range(40)]
            for chat in range(1, 9)
        }
    )
    channel.latency = channel.echo = 0.3

    async def scene() -> None:
        for _ in range(200):
            courier = Courier(outbox, channel, clock=clock)
            running = asyncio.create_task(courier.run(asyncio.Event()))
            await asyncio.sleep(chance.uniform(0.1, 12))
            running.cancel()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            channel.flying.clear()
            for row in outbox.rows:  # as the store recovers
                row.state = UNSURE if row.state is SENDING else row.state
            if all(row.state is SENT for row in outbox.rows):
                return

    simulate(scene())
    assert states(outbox) == [SENT] * 120
    texts = [html for _, html, _ in channel.arrived]
    assert len(texts) == len(set(texts)) == 120


# Edits and replies --------------------------------------------------------------------------------


def test_edits_take_their_turn() -> None:
    """Edits count against the limits like messages: a group gets 18 of both in a minute."""
    edits = [Row(id=n, chat=7, kind=Kind.EDIT, target="5") for n in range(1, 21)]
    outbox = Outbox([*edits, *rows(*[7] * 20)], addresses={7: "-1007"})
    for number, row in enumerate(outbox.rows, 1):
        row.id = number
    channel = FakeChannel(latency=0.0)
    carried(outbox, channel, 300)
    times = sorted([at for _, _, at in channel.edits] + [at for _, _, at in channel.arrived])
    assert len(times) == 40
    assert all(b - a >= timedelta(minutes=1) for a, b in zip(times, times[18:], strict=False))


def test_an_unsure_edit_is_repeated() -> None:
    """An edit whose answer was lost is made again, not looked for, and sends no message."""
    outbox = Outbox([Row(id=1, chat=1, kind=Kind.EDIT, target="5")])
    channel = FakeChannel(script={"1": [Lost()]})
    carried(outbox, channel, 30)
    assert states(outbox) == [SENT]
    assert [target for target, _, _ in channel.edits] == ["5", "5"]
    assert channel.arrived == []


def test_an_edit_of_a_lost_message_is_sent_anew() -> None:
    """When the subscriber has deleted the message, what it should say comes as a new one, once."""
    outbox = Outbox([Row(id=1, chat=1, kind=Kind.EDIT, target="5")])
    gone = MessageGoneError("message to edit not found")
    channel = FakeChannel(script={"1": [gone, Lost()]})
    carried(outbox, channel, 30)
    assert states(outbox) == [SENT]
    assert [html for _, html, _ in channel.arrived] == ["Alerte 1."]


# Stopping -----------------------------------------------------------------------------------------


def test_stopping_lets_flights_land() -> None:
    """What is in flight when we stop is finished and recorded; what waits stays queued."""
    outbox = Outbox([*rows(1, 1), Row(id=3, chat=3, due=later(50))])
    channel = FakeChannel(script={"1": [4.0]})
    courier = carried(outbox, channel, 1)
    assert states(outbox) == [SENT, QUEUED, QUEUED]
    assert courier.delivered == 1


def test_stopping_does_not_wait_for_ever() -> None:
    """What does not land within the grace is left as in flight: the next start looks for it."""
    outbox, channel = Outbox(rows(1)), FakeChannel(script={"1": [80.0]})

    async def scene() -> float:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(1, stop.set)
        await Courier(outbox, channel, clock=clock).run(stop)
        return asyncio.get_running_loop().time()

    assert simulate(scene()) <= 1 + delivery.GRACE.total_seconds() + 0.1
    assert states(outbox) == [SENDING]


def test_stopping_sends_what_was_claimed() -> None:
    """A claimed message that still waits for its turn gets it within the grace."""
    outbox, channel = Outbox(rows(*range(1, 91))), FakeChannel(latency=0.0)
    carried(outbox, channel, 0.2)
    assert set(states(outbox)) == {SENT, QUEUED}


# One pass -----------------------------------------------------------------------------------------


async def flushed(outbox: Outbox, channel: FakeChannel) -> tuple[int, float]:
    """Send what is due, once; return how many arrived and how long it took."""
    count = await Courier(outbox, channel, clock=clock).flush()
    return count, asyncio.get_running_loop().time()


def test_flush_waits_for_turns() -> None:
    """One pass sends all that is due, however long the limits make it."""
    outbox = Outbox(rows(*[7] * 40, *range(8, 20)), addresses={7: "-1007"})
    count, seconds = simulate(flushed(outbox, FakeChannel()))
    assert count == 52
    assert states(outbox) == [SENT] * 52
    assert 60 < seconds < 200


def test_flush_does_not_wait_for_the_absent() -> None:
    """One pass gives a failing chat a few seconds, and leaves what is due later."""
    outbox = Outbox([*rows(1, 2, 3), Row(id=4, chat=4, due=later(3600))])
    channel = FakeChannel(
        script={
            "1": [RetryLaterError("connection refused")] * 99,
            "2": [Lost()],
            "3": [RetryLaterError("flood", after=timedelta(seconds=60))],
        }
    )
    count, seconds = simulate(flushed(outbox, channel))
    assert count == 1
    assert states(outbox) == [QUEUED, SENT, QUEUED, QUEUED]
    assert seconds < 15
    assert simulate(flushed(Outbox([]), channel)) == (0, 0)


def test_flush_does_not_wait_for_a_shut_bot() -> None:
    """When the channel asks everyone to wait for long, one pass ends."""
    flood = RetryLaterError("flood", after=timedelta(seconds=60))
    outbox, channel = Outbox(rows(*range(1, 30))), FakeChannel(script={"1": [flood], "2": [flood]})
    _, seconds = simulate(flushed(outbox, channel))
    assert seconds < 10
    assert {QUEUED, SENT} == set(states(outbox))


# Trouble at home ----------------------------------------------------------------------------------


def test_a_full_disk_stops_sending_for_a_while() -> None:
    """While the store cannot be written nothing is sent; afterwards all is."""
    outbox, channel = Outbox(rows(1, 2), broken={"claim"}), FakeChannel()

    async def scene() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(20, outbox.broken.clear)
        asyncio.get_running_loop().call_later(90, stop.set)
        await Courier(outbox, channel, clock=clock).run(stop)

    simulate(scene())
    assert states(outbox) == [SENT, SENT]
    assert min(channel.times("1")) > 20


def test_what_could_not_be_recorded_is_found_later() -> None:
    """A message that was sent but not recorded is found when its claim lapses, not sent again."""
    outbox, channel = Outbox(rows(1), broken={"sent"}), FakeChannel()

    async def scene() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(60, outbox.broken.clear)
        asyncio.get_running_loop().call_later(400, stop.set)
        await Courier(outbox, channel, clock=clock).run(stop)

    simulate(scene())
    assert states(outbox) == [SENT]
    assert len(channel.arrived) == 1


def test_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A courier counts as alive until its loop has not turned for two minutes."""
    courier = Courier(Outbox([]), FakeChannel(), clock=clock)
    assert courier.alive()
    courier = carried(Outbox([]), FakeChannel(), 5)
    assert courier.alive()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 121)
    assert not courier.alive()
