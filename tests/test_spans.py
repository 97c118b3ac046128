"""Spans become markup that Telegram takes, whatever the text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.telegram_html import parse
from watcher.spans import Part, Span, clean, clip, fit, html, is_link, measure

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&\"'/ \n\t\u202e\u2066\u200b\u200d🚀é\u0301\U0001f469\ud800\x00"),
    ),
    max_size=200,
)
SPANS = st.lists(
    st.builds(
        Span,
        HOSTILE.map(clean),
        bold=st.booleans(),
        italic=st.booleans(),
        link=st.sampled_from(["", "https://exemple.fr/a?b=1&c=2"]),
        quote=st.integers(0, 2),
    ),
    max_size=12,
)


@given(SPANS)
def test_html_says_what_the_spans_say(spans: list[Span]) -> None:
    """The markup parses to the very text, and counts as measured."""
    parsed = parse(html(spans))
    assert parsed.text == "".join(span.text for span in spans)
    assert (parsed.units, len(parsed.entities)) == measure(spans)


def test_html_nests_and_escapes() -> None:
    """A link inside a quote holds its bold words; foreign markup is shown, not obeyed."""
    spans = [
        Span("Selon "),
        Span("<b>Le Fil</b>", link="https://exemple.fr/?a=1&b=\u00e9"),
        Span("Puces ", quote=1),
        Span("H200 & Cie", bold=True, italic=True, quote=1),
        Span("Quotas", quote=2),
    ]
    assert html(spans) == (
        'Selon <a href="https://exemple.fr/?a=1&amp;b=é">&lt;b&gt;Le Fil&lt;/b&gt;</a>'
        "<blockquote>Puces <b><i>H200 &amp; Cie</i></b></blockquote><blockquote>Quotas</blockquote>"
    )


@given(HOSTILE)
def test_clean_leaves_nothing_that_hides_or_turns(text: str) -> None:
    """No control, bidi, zero-width or broken character passes, and a second cleaning changes nothing."""
    cleaned = clean(text)
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200b\ud800-\udfff]", cleaned
    )
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_clean_keeps_typography() -> None:
    """Apostrophes, no-break spaces, accents and composed emoji stay as the source has them."""
    text = "« L’accès n'est pas gratuit\u00a0: 25\u202f% » 👩‍💻"
    assert clean(text) == text


@given(HOSTILE, st.integers(8, 40))
@example("x" * 1_000_000, 20)
@example("🚀" * 30, 20)
@example(" " * 100, 8)
def test_clip_fits(text: str, most: int) -> None:
    """A clipped text fits, is one line, and is a marked beginning of the text when it was cut."""
    clipped = clip(text, most)
    assert len(clipped) <= most
    assert "\n" not in clipped
    whole = re.sub(" {2,}", " ", clean(text)).strip()
    assert (
        clipped == whole
        or (clipped.endswith("…") and whole.startswith(clipped[:-1]))
        or not clipped
    )


@pytest.mark.parametrize(
    ("text", "clipped"),
    [
        ("Nvidia livre ses puces", "Nvidia livre ses puces"),
        ("Nvidia livre ses puces à Pékin", "Nvidia livre ses puces…"),
        ("Nvidia livre des\npuces,\tdit-on", "Nvidia livre des puces…"),
        ("Anticonstitutionnellement-vôtre", "Anticonstitutionnelleme…"),
        ("Le prix de 400\u202f000 GPU monte encore", "Le prix de 400\u202f000 GPU…"),
    ],
)
def test_clip_cuts_at_words(text: str, clipped: str) -> None:
    """A cut falls between words; inside a word only where it must."""
    assert clip(text, 24) == clipped


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://exemple.fr/puces?p=1#haut", True),
        ("http://127.0.0.1:8080/article", True),
        ("https://éditeur.fr", True),
        ("https://exemple.fr:0/", False),
        ("https://exemple.fr:70000/", False),
        ("https://localhost/puces", False),
        ("https://lecteur@exemple.fr/", False),
        ("https://[::1]/", False),
        ("javascript:alert(1)", False),
        ("ftp://exemple.fr/", False),
        ("/puces", False),
        ("https://exemple.fr/a b", False),
        ('https://exemple.fr/"><b>', False),
        ("https://exemple.fr/\u202efdp.exe", False),
        ("https://exemple.fr/" + "a" * 3000, False),
        ("", False),
    ],
)
def test_is_link(url: str, shown: bool) -> None:
    """Only http and https with a dotted host make links; all else would be dropped or refused."""
    assert is_link(url) is shown


def test_fit_drops_whole_parts_in_order() -> None:
    """The highest rank goes first, gaps go with their part, and rank 0 stays at any price."""
    parts = [
        Part((Span("Titre"),)),
        Part((Span("Première citation", quote=1),), rank=1, gap="\n\n"),
        Part((Span("Seconde citation", quote=2),), rank=2),
        Part(()),
        Part((Span("Règle", italic=True),), gap="\n\n"),
    ]
    texts = ["".join(s.text for s in fit(parts, most=most)) for most in (100, 40, 20, 1)]
    assert texts == [
        "Titre\n\nPremière citation\nSeconde citation\n\nRègle",
        "Titre\n\nPremière citation\n\nRègle",
        "Titre\n\nRègle",
        "Titre\n\nRègle",
    ]
    assert measure(fit(parts, entities=2))[1] == 2
    assert fit([]) == []
