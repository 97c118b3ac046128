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
    assert headers.http_date(value) == NOW + HOUR
    assert headers.retry_after({"retry-after": value}, NOW) == HOUR


@pytest.mark.parametrize(
    ("fields", "age"),
    [
        ({}, None),
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": "public, Max-Age = 60, must-revalidate"}, 60),
        ({"cache-control": 'max-age="60"'}, 60),
        ({"cache-control": "max-age=60", "age": "45"}, 15),
        ({"cache-control": "max-age=60", "age": "90"}, 0),
        ({"cache-control": "max-age=60, no-cache"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=0060"}, 60),
        ({"cache-control": "max-age=60", "expires": "Wed, 28 Jan 2026 10:00:00 GMT"}, 60),
        ({"expires": "Wed, 28 Jan 2026 10:00:00 GMT"}, 3600),
        ({"expires": "Wed, 28 Jan 2026 10:00:00 GMT", "date": "Wed, 28 Jan 2026 09:50:00 GMT"}, 600),
        ({"expires": "Wed, 28 Jan 2026 08:00:00 GMT"}, 0),
        ({"expires": "0"}, 0),
    ],
)  # fmt: skip
def test_max_age(fields: dict[str, str], age: int | None) -> None:
    """Cache-Control goes before Expires, and time spent in caches counts."""
    assert headers.max_age(fields, NOW) == (None if age is None else timedelta(seconds=age))


@pytest.mark.parametrize(
    ("value", "after"),
    [("", None), ("-5", None), ("bientôt", None), ("٣", None), ("0", 0), ("007", 7), ("Wed, 28 Jan 2026 08:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after(value: str, after: int | None) -> None:
    """A pause is a number of seconds or a date to come; all else is none."""
    expected = None if after is None else timedelta(seconds=after)
    assert headers.retry_after({"retry-after": value}, NOW) == expected


def test_repeated_fields() -> None:
    """Lists are joined, of other fields the first counts, and no byte is lost."""
    fields = [(b"ETag", b'"\xe9"'), (b"etag", b"2"), (b"Cache-Control", b"public"), (b"cache-control", b"max-age=1")]  # fmt: skip
    assert headers.fold(fields) == {"etag": '"é"', "cache-control": "public, max-age=1"}


VALUES = st.text() | st.integers().map(str) | st.sampled_from(["9" * 5000, "Wed, 28 Jan 99999 10:00:00 GMT", "31 Dec 9999 23:59:59 -2359"])  # fmt: skip


@given(VALUES, VALUES, VALUES)
def test_times_are_bounded(one: str, two: str, three: str) -> None:
    """Whatever a server sends, a time is none, or between nothing and a year."""
    fields = {"retry-after": one, "expires": one, "date": two, "age": two}
    found = [
        headers.retry_after(fields, NOW),
        headers.max_age(fields, NOW),
        headers.max_age({"cache-control": f"max-age={three}", "age": two}, NOW),
        headers.max_age({"cache-control": three}, NOW),
    ]
    assert all(time is None or timedelta() <= time <= headers.LONGEST for time in found)
