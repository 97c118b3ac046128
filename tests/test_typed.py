"""Times and hours are read as people write them, in French and English."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import typed


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("07:30", time(7, 30)),
        ("7h30", time(7, 30)),
        (" 7 H 30 ", time(7, 30)),
        ("7.30", time(7, 30)),
        ("19h", time(19)),
        ("7", time(7)),
        ("00:00", time(0)),
        ("12 am", time(0)),
        ("12:15pm", time(12, 15)),
        ("7 pm", time(19)),
        ("25h", None),
        ("24:00", None),
        ("07:60", None),
        ("13 pm", None),
        ("0 am", None),
        ("midi", None),
        ("", None),
    ],
)
def test_clock(text: str, at: time | None) -> None:
    """A time of the day, or none."""
    assert typed.clock(text) == at


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-07:00", (time(22), time(7))),
        ("22:00 – 07:00", (time(22), time(7))),
        ("de 22h à 7h", (time(22), time(7))),
        ("22h30 a 6h", (time(22, 30), time(6))),
        ("from 10pm to 7am", (time(22), time(7))),
        ("22h", None),
        ("22h-22h", None),
        ("22h-25h", None),
        ("1-2-3", None),
        ("", None),
    ],
)
def test_hours(text: str, hours: tuple[time, time] | None) -> None:
    """Hours from and to, or none."""
    assert typed.hours(text) == hours


@given(st.text())
def test_anything_may_be_typed(text: str) -> None:
    """Whatever is typed is read or refused."""
    assert typed.clock(text) is None or typed.hours(text) is None


@given(st.times(), st.times())
def test_what_we_show_can_be_typed(start: time, end: time) -> None:
    """Hours as the menus write them are read back."""
    shown = f"{start:%H:%M}-{end:%H:%M}"
    read = typed.hours(shown)
    same = (start.hour, start.minute) == (end.hour, end.minute)
    assert read == (None if same else (time(start.hour, start.minute), time(end.hour, end.minute)))
