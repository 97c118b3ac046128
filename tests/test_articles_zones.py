"""Lines by their form, and the zones they make."""

import pytest

from watcher.articles.lines import Line, lines
from watcher.articles.zones import language, zones
from watcher.claims import ZoneKind

PROSE = (
    "Le fabricant de puces a confirmé lundi que ses livraisons vers la Chine reprendraient en mars."
)


def only(text: str) -> Line:
    (line,) = lines(text)
    return line


def test_lines() -> None:
    """Lines know their place without the space around them; blank ones are none."""
    found = lines("\n  Un \n\u00a0\n\tdeux")
    assert [(line.text, line.start, line.end) for line in found] == [("Un", 3, 5), ("deux", 10, 14)]


@pytest.mark.parametrize(
    ("text", "prose", "headline"),
    [
        (PROSE, True, False),
        (PROSE.rstrip("."), False, True),
        ("mot " * 40, True, False),
        ("- " + PROSE, False, False),
        ("Un titre de cinq mots", False, True),
        ("Trop court", False, False),
        ("Il se tait.", False, False),
        ("Prix | 12 €", False, False),
        (PROSE[:-1] + ".[12]", True, False),
    ],
)
def test_forms(text: str, prose: bool, headline: bool) -> None:
    """Length, final stop and bullets tell paragraphs from headlines."""
    line = only(text)
    assert (line.prose, line.headline) == (prose, headline)


@pytest.mark.parametrize(
    ("end", "teaser"),
    [("...", True), (" […]", True), ("… »", True), ("… non.", False)],
)
def test_teaser(end: str, teaser: bool) -> None:
    """A paragraph that breaks off is a teaser."""
    assert only(PROSE + end).told is not teaser


def kinds(text: str, chrome: tuple[int, ...] = (), title: str = "") -> list[tuple[ZoneKind, str]]:
    named = zones(lines(text), chrome, title)
    return [(z.kind, (title if z.kind is ZoneKind.TITLE else text)[z.start : z.end]) for z in named]


def test_zones() -> None:
    """Title, heading, lead, quote, body and chrome are told apart."""
    text = "\n".join(
        [
            "Un plafond à l'étude",
            PROSE,
            "56",
            "Publicité",
            'Il ajoute : « rien ne changera cette année » et parle de puces "dégonflées".',
            "“Nous sommes prêts à livrer”, dit-il",
        ]
    )
    assert kinds(text, (2, 3), "Des puces") == [
        (ZoneKind.TITLE, "Des puces"),
        (ZoneKind.HEADING, "Un plafond à l'étude"),
        (ZoneKind.LEAD, PROSE),
        (ZoneKind.CHROME, "56\nPublicité"),
        (ZoneKind.BODY, "Il ajoute : "),
        (ZoneKind.QUOTE, "« rien ne changera cette année »"),
        (ZoneKind.BODY, ' et parle de puces "dégonflées".'),
        (ZoneKind.QUOTE, "“Nous sommes prêts à livrer”"),
        (ZoneKind.BODY, ", dit-il"),
    ]


def test_last_line_heads_nothing() -> None:
    """A short line with nothing below it is body."""
    assert kinds("Un mot de la fin") == [(ZoneKind.BODY, "Un mot de la fin")]
    assert kinds("Un mot\n56", (1,))[0][0] is ZoneKind.BODY


def test_whole_quote() -> None:
    """A paragraph that is a quote leaves no empty zone."""
    assert kinds("« Nous ne livrerons plus rien »") == [
        (ZoneKind.QUOTE, "« Nous ne livrerons plus rien »")
    ]


FRENCH = (
    "Les douanes ont reçu la consigne de laisser passer les cartes commandées avant l'hiver. " * 3
)
ENGLISH = (
    "Customs officers were told to let the boards pass that had been ordered before the winter. "
    * 3
)


@pytest.mark.parametrize(
    ("told", "text", "code"),
    [
        ("", FRENCH, "fr"),
        ("", ENGLISH, "en"),
        ("", "Nvidia : quota H200", ""),
        ("de", FRENCH, "de"),
        ("fr", "", "fr"),
    ],
)
def test_language(told: str, text: str, code: str) -> None:
    """What the page tells counts; a text of some length speaks for itself; a headline does not."""
    assert language(told, text) == code
