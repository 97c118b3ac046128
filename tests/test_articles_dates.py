"""Dates printed for people."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.articles.dates import best, printed, visible
from watcher.model import Precision, Published

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def told(published: Published | None) -> tuple[str, Precision] | None:
    return None if published is None else (published.at.isoformat()[:16], published.precision)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("30 Jan. 2026 • 16:45", "2026-01-30T15:45", Precision.ASSUMED_ZONE),
        ("Publié le 1er août 2025 à 9h05", "2025-08-01T07:05", Precision.ASSUMED_ZONE),
        ("vendredi 5 décembre 2025", "2025-12-04T23:00", Precision.DAY),
        ("12 février 2025, 18:00", "2025-02-12T17:00", Precision.ASSUMED_ZONE),
        ("June 3, 2025", "2025-06-02T22:00", Precision.DAY),
        ("3 juillet 2025", "2025-07-02T22:00", Precision.DAY),
        ("14/01/2026 à 8h30", "2026-01-14T07:30", Precision.ASSUMED_ZONE),
        ("2026-01-14", "2026-01-13T23:00", Precision.DAY),
        ("14 janvier 2026 à 25h99", "2026-01-13T23:00", Precision.DAY),
        ("14 janvier 2026, lu par 12:45 personnes", "2026-01-13T23:00", Precision.DAY),
    ],
)
def test_printed(text: str, at: str, precision: Precision) -> None:
    """French and English dates are read, with the time that stands behind them."""
    assert told(printed(text, now=NOW)) == (at, precision)


@pytest.mark.parametrize(
    "text",
    ["", "hier", "31 février 2026", "99/99/2026", "12 puces 2026", "3 mai 2031", "3 mai 1980"],
)
def test_nothing_printed(text: str) -> None:
    """No date, an impossible one, the future and the far past are none."""
    assert printed(text, now=NOW) is None


@pytest.mark.parametrize(
    ("lines", "at", "precision"),
    [
        (["Thursday, 29 January 2026", "3 days ago"], "2026-01-25T23:00", Precision.DERIVED),
        (["29 janvier 2026", "il y a 2 semaines"], "2026-01-14T23:00", Precision.DERIVED),
        (["il y a 5 heures", "29 janvier 2026"], "2026-01-28T23:00", Precision.DERIVED),
        (["29 janvier 2026", "hier"], "2026-01-27T23:00", Precision.DERIVED),
        (["29 janvier 2026", "il y a 1 mois"], "2025-12-29T23:00", Precision.DERIVED),
        (["29 janvier 2026", "1 year ago"], "2025-01-28T23:00", Precision.DERIVED),
        (["Menu", "29 janvier 2026", "28 janvier 2026"], "2026-01-28T23:00", Precision.DAY),
    ],
)
def test_visible(lines: list[str], at: str, precision: Precision) -> None:
    """A relative date counts from the day that the page names."""
    assert told(visible(lines, now=NOW)) == (at, precision)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["3 days ago"],
        ["Le quota vaut depuis le 12 janvier 2026 pour tous les importateurs"],
        ["29 janvier 2026 " + "et puis " * 30],
    ],
)
def test_nothing_visible(lines: list[str]) -> None:
    """A relative date alone, and a date in a sentence, do not date an article."""
    assert visible(lines, now=NOW) is None


def test_best() -> None:
    """The more precise date counts, of equals the first."""
    day = Published(at=NOW, precision=Precision.DAY)
    time = Published(at=NOW, precision=Precision.TIME)
    later = Published(at=datetime(2026, 3, 1, tzinfo=UTC), precision=Precision.TIME)
    assert best(None, None) is None
    assert best(day, None, time) is time
    assert best(time, later) is time


@given(st.text())
def test_total(text: str) -> None:
    """Any text has a date or none."""
    assert printed(text) is None or printed(text, now=NOW) in {None, printed(text)}
    assert visible([text]) == visible([text, ""])
