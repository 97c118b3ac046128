"""Dates that machines wrote."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import dates
from watcher.model import Precision

NOW = datetime(2026, 1, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("Tue, 20 Jan 2026 10:00:00 +0100", "2026-01-20T09:00", Precision.TIME),
        ("Tue, 20 Jan 2026 10:00:00 GMT", "2026-01-20T10:00", Precision.TIME),
        ("2026-01-20T10:00:00Z", "2026-01-20T10:00", Precision.TIME),
        ("2026-01-20T10:00:00.123+01:00", "2026-01-20T09:00", Precision.TIME),
        ("2026-01-20 10:00:00 +0100", "2026-01-20T09:00", Precision.TIME),
        ("2026-01-20 10:00:00 UTC", "2026-01-20T10:00", Precision.TIME),
        ("2026-01-20CET10:00:00+0100", "2026-01-20T09:00", Precision.TIME),
        ("2026-01-20T10:00", "2026-01-20T09:00", Precision.ASSUMED_ZONE),
        ("2025-07-20 9:05", "2025-07-20T07:05", Precision.ASSUMED_ZONE),
        ("Tue, 20 Jan 2026 10:00:00", "2026-01-20T09:00", Precision.ASSUMED_ZONE),
        ("Tue, 20 Jan 2026 10:00:00 CET", "2026-01-20T09:00", Precision.ASSUMED_ZONE),
        ("2026-01-20", "2026-01-19T23:00", Precision.DAY),
        ("2026-01-20T00:00:00", "2026-01-19T23:00", Precision.DAY),
    ],
)
def test_published(text: str, at: str, precision: Precision) -> None:
    """A date says no more than it says: a lacking zone is Paris, a lacking hour is a day."""
    told = dates.published(text, now=NOW)
    assert told is not None
    assert (told.at.isoformat()[:16], told.precision) == (at, precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hier",
        "1970-01-01T00:00:00Z",
        "2026-02-30",
        "2026-01-20T25:00:00Z",
        "2031-01-01",
        "0000-00-00",
        "0001-01-01T00:00:00+14:00",
        "Mon, 99 Foo 2026 10:00:00 +0000",
    ],
)
def test_no_date(text: str) -> None:
    """The epoch, a far future and nonsense are no dates."""
    assert dates.published(text, now=NOW) is None


def test_without_a_clock() -> None:
    """Nobody can call a date too late without knowing the time."""
    assert dates.of_day(date(2126, 1, 1)) is not None
    assert dates.of_day(date(2026, 1, 31), now=NOW) is not None
    assert dates.of_moment(NOW + timedelta(hours=25), now=NOW) is None


@given(st.text())
def test_total(text: str) -> None:
    """Whatever a feed writes as its date, reading it does not fail."""
    told = dates.published(text, now=NOW)
    assert told is None or dates.EARLIEST <= told.at <= NOW + dates.AHEAD
