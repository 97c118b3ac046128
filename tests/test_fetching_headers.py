"""Header fields: bounded values out of anything a server sends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetching import headers

NOW = datetime(2026, 1, 28, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "value",
    ["Wed, 28 Jan 2026 10:00:00 GMT", "Wednesday, 28-Jan-26 10:00:00 GMT", "Wed Jan 28 10:00:00 2026"],
)  # fmt: skip
def test_dates_have_three_forms(value: str) -> None:
    """RFC 9110 still knows the forms of 1994."""
    assert headers.retry_after({"retry-after": value}, NOW) == HOUR


@pytest.mark.parametrize(
    ("fields", "age"),
    [
        ({}, None),
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": "public, Max-Age = 60, must-revalidate"}, 60),
        ({"cache-control": 'max-age="60"'}, 60),
        ({"cache-control": "max-age=60, no-cache"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=0060"}, 60),
        ({"cache-control": "s-maxage=5,max-age=60"}, 60),
    ],
)  # fmt: skip
def test_max_age(fields: dict[str, str], age: int | None) -> None:
    """Only a max-age that nothing takes back counts."""
    assert headers.max_age(fields) == (None if age is None else timedelta(seconds=age))


@pytest.mark.parametrize(
    ("value", "after"),
    [("", None), ("-5", None), ("bientôt", None), ("٣", None), ("0", 0), ("007", 7), ("Wed, 28 Jan 2026 08:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after(value: str, after: int | None) -> None:
    """A pause is a number of seconds or a date to come; all else is none."""
    expected = None if after is None else timedelta(seconds=after)
    assert headers.retry_after({"retry-after": value}, NOW) == expected


VALUES = st.text() | st.integers().map(str) | st.sampled_from(["9" * 5000, "Wed, 28 Jan 99999 10:00:00 GMT", "31 Dec 9999 23:59:59 -2359"])  # fmt: skip


@given(VALUES)
def test_times_are_bounded(value: str) -> None:
    """Whatever a server sends, a time is none, or between nothing and a year."""
    found = [
        headers.retry_after({"retry-after": value}, NOW),
        headers.max_age({"cache-control": f"max-age={value}"}),
        headers.max_age({"cache-control": value}),
    ]
    assert all(time is None or timedelta() <= time <= headers.LONGEST for time in found)
