"""What an article says of a trade: who decides, how sure it is, whether it is meant."""

import sys
import unicodedata
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import stating
from watcher.claims import Claim, Role, ZoneKind
from watcher.statements import Statements

if TYPE_CHECKING:
    from _typeshed import TraceFunction


def said(text: str, title: str = "") -> list[str]:
    """Return the polarity of each claim of a text."""
    return [str(claim.polarity) for claim in stating.claims(text, title=title)]


@pytest.mark.parametrize(
    ("text", "polarities"),
    [
        ("Pékin va-t-il interdire la H200 ?", []),
        ("Si Washington interdisait la H200, la Chine perdrait beaucoup.", []),
        ("Nvidia souffrirait si Pékin laissait bloquer la H200.", []),
        ("On ignore si Pékin laissera entrer la H200.", ["pending"]),
        ("Pékin dément avoir interdit la H200.", []),
        ("Rumeur : la H200 serait interdite en Chine.", []),
        ("Le Sénat américain vote l'interdiction de la H200.", ["pending"]),
        ("Le Sénat américain interdit la H200 à la Chine.", ["pending"]),
        ("Le Sénat américain interdit la H200 ; la loi est promulguée.", ["closed"]),
        ("Malgré le Sénat, Washington interdit la H20.", ["closed"]),
        ("Les élus veulent, mais Washington interdit la H20.", ["closed"]),
        ("Sous l'œil du Sénat, Washington interdit la H20.", ["closed"]),
        ("La France interdit la H20.", []),
        ("Washington interdit la H20 aux Émirats.", []),
        ("Washington interdit la H20 aux Émirats et à la Chine.", ["closed"]),
        ("Les H20 sont autorisées à dépasser 700 W en Chine.", []),
        ("Les H20 sont autorisées à être vendues en Chine.", ["open"]),
        ("Pékin a autorisé la H20 à entrer.", ["open"]),
        ("Les droits de douane sur la H20 augmentent en Chine.", []),
        ("Nvidia bloque la H20 dans ses jeux.", []),
        ("La H20 est interdite.", []),
        ("La H20 est visée par l'embargo.", ["closed"]),
        ("Nvidia obtient une licence pour la H20.", ["open"]),
        ("Washington étudie la H20 pour la Chine.", ["pending"]),
        ("Nvidia étudie la H20 pour la Chine.", []),
        ("Washington étudie la H20.", []),
    ],
)
def test_meant(text: str, polarities: list[str]) -> None:
    """Questions, hypotheses, denials, bills, other countries and other acts are no news of it."""
    assert said(text) == polarities


@pytest.mark.parametrize(
    ("text", "issuer", "direction"),
    [
        ("Pékin interdit la H200.", "Chine", "cn_import"),
        ("La H20 est interdite par Pékin.", "Chine", "cn_import"),
        ("L'aval de Washington pour la H20 est acquis.", "États-Unis", "us_export"),
        ("L'interdiction américaine de la H20 demeure.", "États-Unis", "us_export"),
        ("L'interdiction chinoise visant la H20 demeure.", "Chine", "cn_import"),
        ("Nvidia ne peut plus vendre la H20 vers la Chine.", "", "us_export"),
        ("La H20 ne peut plus être importée.", "", "cn_import"),
        ("La H20, vendue à Alibaba, est interdite en Chine.", "", "us_export"),
        ("La H20 est interdite en Chine.", "", ""),
        ("Vers la Chine, Washington interdit la H20.", "États-Unis", "us_export"),
        ("Washington autorise Pékin à acheter la H20.", "États-Unis", "us_export"),
    ],
)
def test_issuer(text: str, issuer: str, direction: str) -> None:
    """Who decides is subject, agent or adjective; the direction is his, else that of the trade."""
    (claim,) = stating.claims(text)
    assert (claim.issuer, claim.direction) == (issuer, direction)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Pékin interdit la H20.", 1.0),
        ("La H20 perd ; Pékin bloque ses ventes.", 0.7),
        ("La H20 est vieille. Elle est bannie par Pékin.", 0.5),
        ("Nvidia écoule en Chine des puces H20 interdites.", 0.5),
        ("Le régulateur chinois, qui autorise la H200, surveille Nvidia.", 0.5),
        ("Les restrictions sur la H20 pèsent sur la Chine.", 0.5),
        ("Pékin permet ces ventes de H20.", 0.5),
        ("Pékin n'a pas encore autorisé la H200.", 0.5),
        ("Auparavant, Pékin interdisait la H200.", 0.5),
        ("Nvidia conçoit la H20 pour échapper à l'embargo américain.", 0.3),
    ],
)
def test_weight(text: str, weight: float) -> None:
    """A verb with its product in one clause is sure; what is said otherwise is less so."""
    claim = stating.claims(text)[-1]
    assert claim.evidence.zone is ZoneKind.BODY
    assert claim.weight == pytest.approx(weight)


@pytest.mark.parametrize(
    ("title", "text", "weights"),
    [
        ("Pékin interdit la H20", "", {ZoneKind.TITLE: 3.0}),
        ("Pékin va-t-il interdire la H20 ?", "", {ZoneKind.TITLE: 1.5}),
        ("La H20 interdite en Chine", "", {ZoneKind.TITLE: 3.0}),
        ("Interdiction de la H20 en Chine", "", {ZoneKind.TITLE: 3.0}),
        (
            "",
            "Pékin interdit la H20. « Pékin interdit la H20 dès demain matin », dit-on.",
            {ZoneKind.LEAD: 2.0, ZoneKind.QUOTE: 1.0},
        ),
    ],
)
def test_zones(title: str, text: str, weights: dict[ZoneKind, float]) -> None:
    """A title weighs most, and needs no verb; its question is half a claim, and pending."""
    found = stating.claims(text, title=title)
    assert {claim.evidence.zone: claim.weight for claim in found} == weights
    assert all((claim.polarity == "pending") is ("?" in title) for claim in found)


def test_a_lead_speaks_of_the_topic() -> None:
    """In the first paragraph no pronoun is needed; further on one is."""
    lead = "L'embargo est levé par Washington, et Nvidia, qui n'attendait que cela, respire enfin."
    text = f"{lead}\nPékin, lui, ne commente pas.\nL'embargo est levé par Washington."
    found = stating.claims(text, title="La H20 en Chine")
    assert [(claim.objects, claim.evidence.zone) for claim in found] == [(("H20",), ZoneKind.LEAD)]


def test_a_claim_tells_everything() -> None:
    """What was read, where, of what, how sure."""
    text = "La levée de l'interdiction de la H20 aurait été refusée par Pékin."
    (claim,) = stating.claims(text)
    assert claim.reason == "levée × interdiction × refusée"
    assert (claim.evidence.quote, claim.evidence.words) == (text[3:55], "closed")
    assert (claim.objects, claim.conditional) == (("H20",), True)
    (denied,) = stating.claims("L'interdiction de la H20 n'est pas levée.")
    assert denied.reason == "interdiction × non levée"


# Any text at all ----------------------------------------------------------------------------------

SMALL = """
le la les l' un une des du de d' au aux à ce ces son ne n' pas plus que qu' qui dont sans aucun ni si
s' mais sauf pour par est sont a été aurait avait serait il elle en y même et ou encore toujours
malgré contrairement vers en 2022 mars 3 dernier mardi
""".split()
MARKS = [",", ".", " ;", " :", " ?", " (", ")", "\n", " « ", " »", " – ", "…"]
CHIPS = ["H20", "H200", "B200", "puces", "puces d'IA", "GH200", "gallium", "H-20", "Huawei"]


def listed() -> Sequence[str]:
    """Return a form of every word list that the question looks at."""
    question = stating.asking().question
    lists = question.lists
    terms = {
        *(term for table in (lists.verbs, lists.nouns, lists.ways) for t in table.values() for term in t),
        *(term for party in question.parties for term in (party.words, party.adjective)),
        *lists.idle, *question.bills, *question.enacted, *question.denied, *question.elsewhere,
    }  # fmt: skip
    forms = stating.book().forms
    assert terms
    return sorted({form for found in forms.values() for form in sorted(found)[:2]})


WORDS = (
    st.sampled_from(listed())
    | st.sampled_from(SMALL)
    | st.sampled_from(MARKS)
    | st.sampled_from(CHIPS)
)
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["", "2026-01-30"]))
def test_no_text_is_too_strange(title: str, text: str, date: str) -> None:
    """Whatever a text says, its claims stand where they say, and weigh something."""
    title = title.replace("\n", " ")
    for claim in stating.claims(text, title=title, date=date):
        piece = claim.evidence
        source = title if piece.zone is ZoneKind.TITLE else text
        assert piece.quote == source[piece.start : piece.end] != ""
        assert claim.weight > 0
        assert claim.role in set(Role)


def seen(claim: Claim) -> tuple[object, ...]:
    """Return what must not depend on typography."""
    names = tuple(unicodedata.normalize("NFC", name).translate(PLAIN) for name in claim.objects)
    return (
        claim.polarity, claim.detail, names, claim.direction, claim.issuer, claim.role,
        claim.conditional, claim.weight,
    )  # fmt: skip


PLAIN = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_typography_says_nothing(text: str) -> None:
    """Apostrophes, no-break spaces and accents apart read as the plain ones do."""
    plain = [seen(claim) for claim in stating.claims(text)]
    for printed in (
        text.replace("'", "’"),
        text.replace(" ", "\u00a0"),
        text.replace(" ", "\u202f"),
        unicodedata.normalize("NFD", text),
    ):
        assert [seen(claim) for claim in stating.claims(printed)] == plain


def work(text: str) -> int:
    """Count the steps of the interpreter while the claims of a text are found."""
    reading = stating.reading(text)
    _ = reading.sentences, reading.zones, reading.keys
    steps = 0

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction":
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        list(Statements(reading, stating.asking().question).claims())
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize(
    "piece",
    [
        "Pékin interdit la H20. ",
        "La H20, une puce, est autorisée en Chine malgré l'embargo américain.\n",
        "H20, ",
        "Pékin ",
        "interdit ",
        "interdit H20 ",
        "vente interdite ",
        "ne ",
        "aucun ",
        "si ",
        ", ",
        "Sénat américain vote ",
        "a été ",
    ],
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    """No text costs more than its length, not even a single endless sentence."""
    work(piece)  # what is made once is made now
    one, two = (work(piece * times) for times in (400, 800))
    assert two <= 2.2 * one + 100


@pytest.mark.parametrize(
    ("text", "held_as", "general"),
    [
        ("Pékin interdit l’achat des puces de Nvidia.", ("puces d’IA",), True),
        (
            "Washington interdit la vente de GPU et de processeurs IA à la Chine.",
            ("puces d’IA",),
            True,
        ),
        ("Washington interdit la vente des H100 et A100 à la Chine.", ("H100", "A100"), False),
        ("Washington interdit la vente de Blackwell à la Chine.", ("Blackwell",), False),
    ],
)
def test_what_names_no_model_is_held_under_one_name(
    text: str, held_as: tuple[str, ...], general: bool
) -> None:
    """Models are held under their names; chips in general under the rule set’s word, however written."""
    (claim,) = stating.claims(text)
    assert (claim.held_as, claim.general) == (held_as, general)
