"""What is looked for, and the words around it as they were printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ruling import article
from watcher import searching
from watcher.searching import Term, terms
from watcher.spans import Span

LONG = "Un mot après l’autre, la douane attend. " * 12


def shown(spans: list[Span]) -> tuple[str, list[str]]:
    """Return the text of an excerpt, and what is bold in it."""
    return "".join(span.text for span in spans), [span.text for span in spans if span.bold]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("Pékin H200", ["pekin", "h200"]),
        ("« feu vert » autoris*", ['"feu vert"', "autoris*"]),
        ('"feu vert', ['"feu vert"']),
        ("l’export* l'export*", ['"l export"*']),
        ("H-200", ['"h 200"']),
        ("* \" ' « » … -", []),
        ("", []),
    ],
)
def test_terms(written: str, understood: list[str]) -> None:
    """Words, words together and beginnings are understood; the rest is nothing."""
    assert [str(term) for term in terms(written)] == understood


@pytest.mark.parametrize(
    ("term", "spellings"),
    [
        (Term(("h200",)), {("h200",), ("h", "200")}),
        (Term(("h", "200")), {("h200",), ("h", "200")}),
        (Term(("feu", "vert")), {("feu", "vert")}),
        (Term(("pekin",)), {("pekin",)}),
        (Term(("2026",)), {("2026",)}),
    ],
)
def test_spellings(term: Term, spellings: set[tuple[str, ...]]) -> None:
    """A code is one in one word or two, as in rules."""
    assert set(term.spellings) == spellings


@given(st.text())
def test_anything_may_be_typed(written: str) -> None:
    """Terms hold words only, and once typed as they were read they stay the same."""
    found = terms(written)
    assert all(key and key == key.strip() for term in found for key in term.keys)
    again = terms(" ".join(map(str, found)))
    assert terms(" ".join(map(str, again))) == again


def test_an_excerpt_keeps_its_typography() -> None:
    """The words are marked as they were printed, apostrophes and spaces included."""
    given_ = article("Le feu\u00a0vert de Pékin : l’H‑200 entre.")
    assert shown(searching.excerpt(given_, terms('"FEU VERT" h200 pek*'))) == (
        "Le feu\u00a0vert de Pékin : l’H‑200 entre.",
        ["feu\u00a0vert", "Pékin", "H‑200"],
    )


def test_an_excerpt_of_a_long_text() -> None:
    """It stands around the place that says most of what was asked for, cut at words and marked."""
    text, bold = shown(
        searching.excerpt(
            article(f"Le H200. {LONG}Le quota du H200 monte. {LONG}"), terms("h200 quota")
        )
    )
    assert bold == ["quota", "H200"]
    assert text.startswith("… ")
    assert text.endswith("…")
    assert len(text) <= 3 * searching.AROUND + 10
    assert text.strip(" …") in f"{LONG}Le quota du H200 monte. {LONG}"


def test_the_rarer_word_is_shown() -> None:
    """Where the words stand apart, the one that the text has less often is shown."""
    given_ = article(f"Le H200. Le H200. {LONG}Une licence manque. {LONG}")
    assert shown(searching.excerpt(given_, terms("h200 licence")))[1] == ["licence"]


def test_what_only_the_title_has() -> None:
    """Then the text is quoted from its beginning; page furniture never is."""
    given_ = article("La douane attend.", title="Le H200", chrome="À lire : le H200")
    assert shown(searching.excerpt(given_, terms("h200"))) == ("La douane attend.", [])
    empty = article("", title="Le H200")
    assert shown(searching.excerpt(empty, terms("h200"))) == ("", [])


def test_endless_words() -> None:
    """A word without an end is cut where it must be."""
    text, bold = shown(
        searching.excerpt(article("x" * 2000 + " H200 " + "y" * 2000), terms("h200"))
    )
    assert bold == ["H200"]
    assert len(text) <= 3 * searching.AROUND + 10


@given(st.text(max_size=400), st.text(max_size=20))
def test_any_excerpt(text: str, written: str) -> None:
    """Whatever is looked for in whatever, the excerpt is the article's."""
    told, bold = shown(searching.excerpt(article(text), terms(written)))
    assert len(told) <= len(text) + 3
    assert all(piece in told for piece in bold)
