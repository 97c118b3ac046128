"""Numbers in French news."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import figures


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("400 000 GPU", 400_000, ""),
        ("400\u202f000 GPU", 400_000, ""),
        ("400\u2009000 GPU", 400_000, ""),
        ("400.000 GPU", 400_000, ""),
        ("400,000 GPU", 400_000, ""),
        ("1 250 000 puces", 1_250_000, ""),
        ("400k GPU", 400_000, ""),
        ("0,4 million de GPU", 400_000, ""),
        ("0,400 million", 400_000, ""),
        ("1,250 milliard", 1_250_000_000, ""),
        ("1.234,56 €", 1234.56, "€"),
        ("30 000 $", 30_000, "$"),
        ("$30,000", 30_000, "$"),
        ("2 Mds d’euros", 2e9, "€"),
        ("68,1 milliards de dollars", 68.1e9, "$"),
        ("des centaines de milliards de dollars", 100e9, "$"),
        ("25 %", 25, "%"),
        ("25\u00a0%", 25, "%"),
        ("25 pour cent", 25, "%"),
        ("vingt-cinq pour cent", 25, "%"),
        ("400 M", 400e6, ""),
        ("400 m de câble", 400, ""),
        ("quatre cent mille GPU", 400_000, ""),
        ("deux cent quatre-vingt mille trois cent douze", 280_312, ""),
        ("quatre-vingt-dix-sept", 97, ""),
        ("soixante et onze", 71, ""),
        ("cent vingt puces", 120, ""),
        ("mille puces", 1000, ""),
        ("plusieurs centaines de milliers de GPU", 100_000, ""),
        ("trois dizaines de milliers", 30_000, ""),
        ("une centaine de puces", 100, ""),
        ("des milliers de cartes", 1000, ""),
        ("un demi-million de cartes", 500_000, ""),
    ],
)
def test_value_and_unit(printed: str, value: float, unit: str) -> None:
    """Digits, words, scales and units give one value, however they are set."""
    (figure,) = figures.read(printed)
    assert figure.value == pytest.approx(value)
    assert figure.unit == unit


@pytest.mark.parametrize("printed", ["une puce", "GH200", "H200", "24/12/2025", "le 3e rang", "2x"])
def test_what_is_no_number(printed: str) -> None:
    """Articles, codes and dates are no numbers."""
    assert figures.read(printed) == ()


def test_places() -> None:
    """A figure stands where its digits and unit are printed, and a year is not joined to it."""
    printed = "En 2025, entre 40 000 et 80\u202f000 unités, soit 5 % de plus"
    found = [printed[figure.start : figure.end] for figure in figures.read(printed)]
    assert found == ["2025", "40 000", "80\u202f000", "5 %"]
    joined = "40 000-80 000 puces, 10–15 %, dates 2026-01-30 et 30-01-2026"
    found = [joined[figure.start : figure.end] for figure in figures.read(joined)]
    assert found == ["40 000", "80 000", "10", "15 %", "2026", "30", "01"]


@given(st.text(st.sampled_from("0123456789 .,%$kMcentmilavug-d'’deurosqatr\u202f")))
def test_any_text_can_be_read(printed: str) -> None:
    """No arrangement of digits and number words stops the reader."""
    places = [place for figure in figures.read(printed) for place in (figure.start, figure.end)]
    assert places == sorted(places)
