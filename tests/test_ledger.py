"""The state of things, whatever order it was told in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stories import START, says
from watcher import ledger
from watcher.claims import Claim, Detail, Evidence, Polarity, Role, Stance, ZoneKind
from watcher.ledger import Statement
from watcher.model import ArticleId, RuleSetId

CLOSED, OPEN, PENDING = Polarity.CLOSED, Polarity.OPEN, Polarity.PENDING
BACKGROUND = Role.BACKGROUND


def state(*said: Statement) -> list[tuple[str, str, str, str, bool, tuple[int, ...]]]:
    """Show a ledger in short."""
    return [
        (one.issuer, one.product, one.direction, one.polarity.value, one.confirmed, one.sources)
        for one in ledger.balance(said)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], []),
        (
            [says(CLOSED, 1), says(OPEN, 2, days=12), says(OPEN, 3, days=14)],
            [("Chine", "H200", "cn_import", "open", True, (2, 3))],
        ),
        (  # what is only recalled, studied or doubted changes no decision
            [says(CLOSED, 1), says(OPEN, 2, days=1, role=BACKGROUND), says(PENDING, 3, days=2)],
            [("Chine", "H200", "cn_import", "closed", True, (1,))],
        ),
        (  # but stands where there is nothing else
            [says(CLOSED, 1, product="B200", role=BACKGROUND), says(PENDING, 2)],
            [
                ("Chine", "B200", "cn_import", "closed", True, (1,)),
                ("Chine", "H200", "cn_import", "pending", True, (2,)),
            ],
        ),
        (  # another issuer is another key
            [says(CLOSED, 1), says(OPEN, 2, issuer="États-Unis", direction="us_export")],
            [
                ("Chine", "H200", "cn_import", "closed", True, (1,)),
                ("États-Unis", "H200", "us_export", "open", True, (2,)),
            ],
        ),
        (  # a gap is filled where only one can be meant
            [
                says(CLOSED, 1),
                says(OPEN, 2, issuer="", days=1),
                says(OPEN, 3, issuer="", direction=""),
            ],
            [
                ("", "H200", "", "open", True, (3,)),
                ("Chine", "H200", "cn_import", "open", True, (2,)),
            ],
        ),
    ],
)
def test_balance(said: list[Statement], expected: list[object]) -> None:
    """The last decided news of a key stands; issuers, products and directions are kept apart."""
    assert state(*said) == expected


@pytest.mark.parametrize(
    ("second", "confirmed"),
    [
        (says(OPEN, 2, conditional=True), True),
        (says(OPEN, 2, conditional=True, host="site1.example"), False),
        (replace(says(OPEN, 2, conditional=True), origin=ArticleId(1)), False),
        (replace(says(OPEN, 2, conditional=True), credits=frozenset({"AFP"})), True),
        (replace(says(OPEN, 2, conditional=True), credits=frozenset({"Reuters"})), False),
        (says(CLOSED, 2, days=-1, conditional=True), False),
        (says(OPEN, 2, host="site1.example"), True),
    ],
)
def test_two_doubts_make_certain(second: Statement, confirmed: bool) -> None:
    """What is told with a doubt is confirmed by a second site with a source of its own, or told without one."""
    first = replace(says(OPEN, 1, conditional=True), credits=frozenset({"Reuters"}))
    assert [one[4] for one in state(first)] == [False]
    assert [one[4] for one in state(first, second)] == [confirmed]


def test_what_names_no_model_gives_way() -> None:
    """An article that says the same of a model has no line in general; one that only says so has."""
    vague = says(OPEN, 1, product="puces d’IA", general=True)
    assert [one[1] for one in state(vague, says(OPEN, 1))] == ["H200"]
    assert [one[1] for one in state(vague, says(CLOSED, 1))] == ["H200", "puces d’IA"]
    other = replace(vague, article=ArticleId(2), origin=ArticleId(2))
    assert state(vague, other, says(OPEN, 3))[1][1:] == (
        *("puces d’IA", "cn_import", "open", True),
        (1, 2),
    )


def test_since() -> None:
    """A state lasts since the first article that tells it, whenever that one arrives."""
    (entry,) = ledger.balance([says(OPEN, 1, days=5), says(OPEN, 2, days=2), says(CLOSED, 3)])
    assert entry.since == says(OPEN, days=2).at


SAID = st.builds(
    says,
    st.sampled_from(Polarity),
    st.integers(1, 4),
    days=st.integers(0, 3),
    issuer=st.sampled_from(["", "Chine", "États-Unis"]),
    product=st.sampled_from(["H200", "h200", "B200"]),
    direction=st.sampled_from(["", "cn_import", "us_export"]),
    role=st.sampled_from(Role),
    conditional=st.booleans(),
)


@given(
    st.lists(SAID, max_size=8).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said)))
)
def test_order_changes_nothing(orders: tuple[list[Statement], list[Statement]]) -> None:
    """Any order of arrival leaves one ledger."""
    one, other = orders
    assert ledger.balance(one) == ledger.balance(other)


def claim(polarity: Polarity, weight: float, *products: str, conditional: bool = False) -> Claim:
    """A claim as the rules find it."""
    piece = Evidence(zone=ZoneKind.BODY, start=0, end=1, words="", quote="")
    return Claim(
        polarity=polarity,
        detail=Detail.EASED,
        objects=products,
        held_as=products,
        general=False,
        direction="cn_import",
        issuer="Chine",
        role=Role.PRIMARY,
        conditional=conditional,
        weight=weight,
        reason="",
        evidence=piece,
    )


def test_statements_of_an_article() -> None:
    """Its stance's claims are its news, each product apart; the rest, and what weighs little, recalls."""
    claims = (
        claim(OPEN, 3, "H200", "B200"),
        claim(OPEN, 0.5, "A100"),
        claim(OPEN, 2, "H200", conditional=True),
        claim(CLOSED, 1, "H20"),
    )
    stance = Stance(
        polarity=OPEN,
        detail=Detail.EASED,
        objects=("H200",),
        direction="",
        issuer="Chine",
        role=Role.PRIMARY,
        conditional=True,
        claims=claims,
    )
    sets = {RuleSetId("export"): stance}
    told = [RuleSetId("export"), RuleSetId("h200")]
    found = ledger.statements(sets, told, at=START, article=ArticleId(1), host="a.example")
    assert {(one.product, one.role.value, one.conditional) for one in found} == {
        ("H200", "primary", True),
        ("B200", "primary", True),
        ("A100", "background", False),
        ("H20", "background", False),
    }
    assert ledger.statements(sets, [], at=START, article=ArticleId(1), host="") == ()


@pytest.mark.parametrize(
    ("issuer", "weight", "role"),
    [("Chine", 1.0, "primary"), ("", 2.0, "primary"), ("", 1.0, "background")],
)
def test_what_is_said_once_of_nobody_is_no_news(issuer: str, weight: float, role: str) -> None:
    """One claim in the body that names nobody who decides turns no story."""
    one = replace(claim(OPEN, weight, "H200"), issuer=issuer)
    stance = Stance(
        polarity=OPEN,
        detail=Detail.EASED,
        objects=("H200",),
        direction="",
        issuer=issuer,
        role=Role.PRIMARY,
        conditional=False,
        claims=(one,),
    )
    name = RuleSetId("export")
    (said,) = ledger.statements(
        {name: stance}, [name], at=START, article=ArticleId(1), host="a.example"
    )
    assert said.role.value == role
