"""What a channel takes is never exceeded, and nobody waits for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.limits import EVERYONE, OVERALL, Limiter, budgets

START = datetime(2026, 1, 30, 16, 45, tzinfo=UTC)
ADDRESSES = ("1", "2", "3", "-100123", "-45", "@depeches", "console")


def leave(limiter: Limiter, address: str, now: datetime) -> datetime:
    """Wait as told, then send."""
    now += limiter.wait(address, now)
    limiter.take(address, now)
    return now


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ADDRESSES),
            st.timedeltas(min_value=timedelta(), max_value=timedelta(seconds=5)),
        ),
        max_size=150,
    )
)
def test_no_budget_is_exceeded(wishes: list[tuple[str, timedelta]]) -> None:
    """In any stretch of a budget's period no more messages leave than it allows."""
    limiter, now = Limiter(), START
    sent: list[tuple[str, datetime]] = []
    for address, later in wishes:
        now = leave(limiter, address, now + later)
        sent.append((address, now))
    limited = [at for address, at in sent if address != "console"]
    streams = [(limited, OVERALL)]
    streams += [([at for to, at in sent if to == who], budgets(who)) for who in ADDRESSES]
    for times, kept in streams:
        for budget in kept:
            for first, over in zip(times, times[budget.most :], strict=False):
                assert over - first >= budget.period


@pytest.mark.parametrize(
    ("address", "count", "seconds"),
    [
        ("1", 3, 0),
        ("1", 60, 57),
        ("-1001", 18, 15),
        ("-1001", 36, 75),
        ("@depeches", 10, 9),
        ("console", 1000, 0),
    ],
)
def test_pace(address: str, count: int, seconds: int) -> None:
    """A private chat takes three at once and one a second, a group 18 a minute, a terminal anything."""
    limiter, now = Limiter(), START
    for _ in range(count):
        now = leave(limiter, address, now)
    assert now - START == timedelta(seconds=seconds)


def test_who_is_shut_out_waits() -> None:
    """An address told to wait waits; two of them within a second shut everyone out."""
    limiter, wait = Limiter(), timedelta(seconds=9)
    assert not limiter.shut("1", START, wait)
    assert (limiter.pause("1", START), limiter.pause("2", START)) == (wait, timedelta())
    later = START + timedelta(seconds=2)
    assert not limiter.shut("2", later, wait)
    assert limiter.wait(EVERYONE, later) == timedelta()
    assert limiter.shut("3", later, wait * 2)
    assert limiter.pause(EVERYONE, later) == limiter.wait("4", later) == wait * 2
    limiter.hold("3", later, wait)
    assert limiter.pause("3", later) == wait * 2
    assert limiter.wait("4", later + wait * 2) == timedelta()
