"""What an article says on the whole."""

from dataclasses import replace

import pytest

from tests import stating
from watcher import stance
from watcher.claims import Claim, Detail, Evidence, Polarity, Role, ZoneKind

TOLD = Claim(
    polarity=Polarity.CLOSED,
    detail=Detail.IMPOSED,
    objects=("H20",),
    held_as=("H20",),
    general=False,
    direction="",
    issuer="",
    role=Role.PRIMARY,
    conditional=False,
    weight=1.0,
    reason="interdit",
    evidence=Evidence(zone=ZoneKind.BODY, start=0, end=1, words="closed", quote="P"),
)
TITLE = replace(TOLD.evidence, zone=ZoneKind.TITLE)
OPENED = replace(TOLD, polarity=Polarity.OPEN, detail=Detail.EASED)


def test_nothing_said() -> None:
    """An article without a claim has no stance."""
    assert stance.weigh([]) is None
    assert stating.stance("Nvidia présente la H200 à Taipei.") is None


def test_the_heaviest_leads() -> None:
    """Weights of one polarity add up; who decides and where it goes is said by any that leads."""
    found = stance.weigh(
        [
            replace(OPENED, weight=1.5, issuer="Chine"),
            TOLD,
            replace(TOLD, weight=0.7, objects=("B200",), direction="us_export", conditional=True),
            replace(TOLD, weight=0.1, issuer="États-Unis", objects=()),
        ]
    )
    assert found is not None
    assert (found.polarity, found.objects) == (Polarity.CLOSED, ("H20", "B200"))
    assert (found.issuer, found.direction) == ("États-Unis", "us_export")
    assert (found.conditional, found.role, len(found.claims)) == (True, Role.PRIMARY, 4)
    assert [claim.leads(found) for claim in found.claims] == [False, True, True, True]


def test_news_before_reminders() -> None:
    """A heavy reminder does not turn light news; alone it leads."""
    reminder = replace(OPENED, weight=9.0, role=Role.BACKGROUND)
    both, alone = stance.weigh([reminder, TOLD]), stance.weigh([reminder])
    assert both is not None
    assert both.polarity is Polarity.CLOSED
    assert alone is not None
    assert (alone.polarity, alone.role) == (Polarity.OPEN, Role.BACKGROUND)


@pytest.mark.parametrize(
    ("one", "other", "leads"),
    [
        (Detail.EASED, Detail.LIFTED, Detail.LIFTED),
        (Detail.LIFTED, Detail.EASED, Detail.LIFTED),
    ],
)
def test_of_two_details_the_one_that_says_more(one: Detail, other: Detail, leads: Detail) -> None:
    """Lifted says more than eased."""
    found = stance.weigh([replace(OPENED, detail=one), replace(OPENED, detail=other)])
    assert found is not None
    assert found.detail is leads


def test_the_head_sets_the_focus() -> None:
    """What the text says of other products than the head speaks of is in the background, and stands."""
    head = replace(OPENED, evidence=TITLE, objects=("H200",))
    same = replace(OPENED, objects=("H-200",))
    known = replace(TOLD, detail=Detail.IN_FORCE, objects=("H200",))
    found = stance.weigh([head, same, TOLD, known])
    assert found is not None
    assert [(claim.role, claim.detail) for claim in found.claims] == [
        (Role.PRIMARY, Detail.EASED),
        (Role.PRIMARY, Detail.EASED),
        (Role.BACKGROUND, Detail.IN_FORCE),
        (Role.BACKGROUND, Detail.IN_FORCE),
    ]


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        (
            "Pékin autorise la H200",
            "Nvidia, qui attendait cette décision depuis des mois, a aussitôt relevé ses prévisions.\n"
            "Washington interdit la B200. Nvidia ne peut plus vendre la B300 en Chine. Pas de répit.",
            "open eased H200 cn_import Chine",
        ),
        ("Washington interdit la H20 à la Chine", "", "closed imposed H20 us_export États-Unis"),
        (
            "",
            "L'interdiction américaine de la H20 demeure.",
            "closed in_force H20 us_export États-Unis",
        ),
        ("", "Washington lève l'embargo sur la H20.", "open lifted H20 us_export États-Unis"),
        ("La H20 interdite en Chine ?", "", "pending pending H20  "),
    ],
)
def test_articles(title: str, text: str, told: str) -> None:
    """What, how, of which product, which way, by whom."""
    found = stating.stance(text, title=title)
    assert found is not None
    (name,) = found.objects
    assert told == f"{found.polarity} {found.detail} {name} {found.direction} {found.issuer}"


@pytest.mark.parametrize(
    ("title", "text", "closed"),
    [
        (
            "Pékin autorise la H200",
            "La Blackwell B200 reste interdite d’exportation.",
            "Blackwell B200",
        ),
        ("Pékin autorise la H200", "La H20 et la B30A restent interdites en Chine.", "H20, B30A"),
        (
            "Pékin autorise la H200",
            "Pékin autorise l’achat de la H200.\nLa B200 reste interdite d’exportation.\nLa B200 reste interdite en Chine.",
            "B200",
        ),
        ("Pékin autorise la H200", "La B200 resterait interdite d’exportation.", ""),
        ("Pékin autorise la H200", "Washington avait interdit la B200.", ""),
        ("Pékin autorise la H200", "Les autres puces de Nvidia restent interdites.", ""),
        ("Pékin autorise la H200", "La H200 reste interdite aux administrations.", ""),
        ("Pékin interdit la H200", "La B200 reste interdite d’exportation.", ""),
    ],
)
def test_what_stays_closed(title: str, text: str, closed: str) -> None:
    """Where one model opens, those count that are surely said to stay closed; reminders do not."""
    found = stating.stance(text, title=title)
    assert found is not None
    assert ", ".join(found.still_closed) == closed
