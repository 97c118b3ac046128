"""Whether a statement is news or a reminder, by when it was told to happen."""

import pytest

from tests import stating
from tests.ruling import article
from watcher import reading, times
from watcher.claims import Role

TODAY = "2026-01-30"


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("auparavant", True),
        ("l'an dernier", True),
        ("depuis des mois", True),
        ("la semaine dernière", False),
        ("le dernier mot", False),
        ("il y a trois ans", True),
        ("il y va", False),
        ("depuis un an, mais rouvert mardi", False),
        ("le 28 janvier", False),
        ("le 3 janvier", True),
        ("le 28 janvier 2025", True),
        ("en janvier", False),
        ("en décembre", True),
        ("en sept. 2025", True),
        ("en mars", False),
        ("en avril", True),
        ("le 31 février", False),
        ("le 0 janvier", True),
        ("en 2022", True),
        ("2022", True),
        ("fin 2025", True),
        ("en 2026", False),
        ("en 2027", False),
        ("les 2022 puces livrées", False),
        ("aucune date", False),
    ],
)
def test_past(text: str, past: bool) -> None:
    """Dates are read against the day of the article; a day of the week makes it news."""
    told = reading.read(article(text))
    assert times.is_past(told, 0, len(told.keys), stating.day(TODAY)) is past


def test_without_a_day_only_words_tell() -> None:
    """An article without a date may be as old as what it tells."""
    told = reading.read(article("en 2022, comme auparavant"))
    assert not times.is_past(told, 0, 2, None)
    assert times.is_past(told, 0, 4, None)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Washington interdit la H20 à la Chine.", Role.PRIMARY),
        ("En décembre dernier, Washington a interdit la H20 à la Chine.", Role.BACKGROUND),
        ("Octobre 2022 : Washington interdit la A100 à la Chine.", Role.BACKGROUND),
        ("Réunis au sommet de Madrid en 2022 : Washington interdit la A100.", Role.PRIMARY),
        ("Washington interdit la H20, sortie en 2023, à la Chine.", Role.PRIMARY),
        ("Washington interdit la A100 à la Chine le 3 janvier 2025.", Role.BACKGROUND),
        ("Washington interdit mardi la H20 à la Chine, comme en avril 2025.", Role.PRIMARY),
        ("Washington avait interdit la H20 à la Chine.", Role.BACKGROUND),
        ("La décision avait déplu, de rouvrir la Chine à la H20.", Role.BACKGROUND),
        ("Malgré l'interdiction américaine, la H20 circule en Chine.", Role.BACKGROUND),
    ],
)
def test_role(text: str, role: Role) -> None:
    """A reminder is told as such: by its date, its tense or its "malgré"."""
    (claim,) = stating.claims(text, date=TODAY)
    assert claim.role is role
