"""Turns come in time: people's first, nobody's budget exceeded, what was shut stays shut."""

import asyncio
from datetime import timedelta

import pytest

from tests.virtual_time import simulate
from watcher.errors import RetryLaterError
from watcher.turns import PATIENCE, Turns


def test_people_go_first() -> None:
    """While a hundred alerts wait, what a person asked for leaves with the next turn."""
    left: list[tuple[str, float]] = []

    async def leave(turns: Turns, address: str, *, asked: bool) -> None:
        await turns.take(address, asked=asked)
        left.append((address, asyncio.get_running_loop().time()))

    async def scene() -> float:
        turns = Turns()
        alerts = [asyncio.create_task(leave(turns, str(n), asked=False)) for n in range(1, 101)]
        await asyncio.sleep(1)
        begun = asyncio.get_running_loop().time()
        people = [asyncio.create_task(leave(turns, str(n), asked=True)) for n in range(501, 505)]
        await asyncio.gather(*people)
        taken = asyncio.get_running_loop().time() - begun
        await asyncio.gather(*alerts)
        return taken

    assert simulate(scene()) < 0.2
    moments = sorted(at for _, at in left)
    assert all(b - a >= 1 - 1e-6 for a, b in zip(moments, moments[28:], strict=False))


def test_a_person_in_a_shut_chat_keeps_nobody() -> None:
    """What a person asked for in a chat that has to wait does not delay the others."""

    async def scene() -> float:
        turns = Turns()
        turns.shut("1", timedelta(seconds=3))
        asked = asyncio.create_task(turns.take("1", asked=True))
        for number in range(2, 30):
            await turns.take(str(number))
        taken = asyncio.get_running_loop().time()
        await asked
        assert asyncio.get_running_loop().time() >= 3
        return taken

    assert simulate(scene()) < 1.1


def test_a_long_wait_is_refused() -> None:
    """A turn that is far away is not waited for: it is said how far."""

    async def scene() -> None:
        turns = Turns()
        turns.shut("1", timedelta(seconds=30))
        with pytest.raises(RetryLaterError) as caught:
            await turns.take("1")
        assert caught.value.after == timedelta(seconds=30)
        await turns.take("2")
        turns.shut("2", timedelta(seconds=20))
        assert turns.pause() == timedelta(seconds=20)
        assert turns.pause("1") == timedelta(seconds=30)
        await asyncio.sleep(30)
        assert turns.pause("1") == turns.pause() == timedelta()
        turns.shut("3", timedelta(seconds=1))

    simulate(scene())


def test_a_start_remembers() -> None:
    """What left before a restart counts, and so does an unfinished wait."""

    async def scene() -> None:
        await asyncio.sleep(100)
        turns = Turns()
        for ago in range(18, 0, -1):
            turns.remember("-1001", -timedelta(seconds=ago))
        assert turns.pause("-1001") == timedelta(seconds=42)
        turns.remember("7", timedelta(seconds=9))
        assert turns.pause("7") == timedelta(seconds=9) > PATIENCE
        assert turns.pause("8") == timedelta()

    simulate(scene())
