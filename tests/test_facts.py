"""What the numbers of an article say, and which of them an alert tells."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.ruling import article
from tests.test_shipped_rules import CHANGES, book, seed
from watcher import facts, matching
from watcher.claims import Evidence, Zone, ZoneKind
from watcher.facts import Fact
from watcher.model import Article, Match, RuleId, RuleSetId, Severity

Amounts = tuple[float | None, float | None, float | None]


def amounts(fact: Fact) -> Amounts:
    """Return the least, the most and the exact value."""
    return fact.min, fact.max, fact.value


def match(told: Article, *words: str) -> Match:
    """A match that rests on the first place of each word, in the title or else in the text."""
    evidence = []
    for word in words:
        zone = ZoneKind.TITLE if word in told.title else ZoneKind.BODY
        start = (told.title if zone is ZoneKind.TITLE else told.text).index(word)
        evidence.append(
            Evidence(zone=zone, start=start, end=start + len(word), words="w", quote=word)
        )
    return Match(
        rule=RuleId("essai/regle"),
        rule_set=RuleSetId("essai"),
        title="",
        severity=Severity.NORMAL,
        score=1.0,
        evidence=tuple(evidence),
        rules_hash="",
    )


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("Il part 400 000 puces.", "400 000 puces", (None, None, 400_000)),
        ("Il part 400,000 puces.", "400,000 puces", (None, None, 400_000)),
        ("Il part 400.000 puces.", "400.000 puces", (None, None, 400_000)),
        ("Il part 400k puces.", "400k puces", (None, None, 400_000)),
        ("Il part ４００\u3000０００ GPU.", "４００\u3000０００ GPU", (None, None, 400_000)),
        ("Il part 400\u2009000\u00a0puces.", "400\u2009000\u00a0puces", (None, None, 400_000)),
        ("Il part quatre cent mille puces.", "quatre cent mille puces", (None, None, 400_000)),
        ("0,4 million de nouvelles puces", "0,4 million de nouvelles puces", (None, None, 4e5)),
        ("Jusqu’à 400 000 sont partis.", "Jusqu’à 400 000", (None, 400_000, None)),
        ("jusqu'aux 400 000 puces", "jusqu'aux 400 000 puces", (None, 400_000, None)),
        ("pas plus de 12 cartes", "pas plus de 12 cartes", (None, 12, None)),
        ("moins d’un million d’euros", "moins d’un million d’euros", (None, 1e6, None)),
        ("un maximum de 30 %", "maximum de 30 %", (None, 30, None)),
        ("une limite de 50 000 puces", "limite de 50 000 puces", (None, 50_000, None)),
        ("un quota fixé à 5 000 puces", "quota fixé à 5 000 puces", (None, 5_000, None)),
        ("30 000 puces au plus.", "30 000 puces au plus", (None, 30_000, None)),
        ("30 000 puces au plus tard lundi", "30 000 puces", (None, None, 30_000)),
        ("30 000 puces chacun au moins", "30 000 puces chacun au moins", (30_000, None, None)),
        ("ne recevra plus de 5 %", "ne recevra plus de 5 %", (None, 5, None)),
        ("n’a jamais dépassé 5 %", "n’a jamais dépassé 5 %", (None, 5, None)),
        ("n’a pas moins de 5 %", "n’a pas moins de 5 %", (5, None, None)),
        ("plus d’un million de puces", "plus d’un million de puces", (1e6, None, None)),
        ("au moins six puces", "au moins six puces", (6, None, None)),
        ("à partir de 900 €", "à partir de 900 €", (900, None, None)),
        ("pas moins de 12 puces", "pas moins de 12 puces", (12, None, None)),
        ("entre 40 000 et 80 000 puces", "entre 40 000 et 80 000 puces", (4e4, 8e4, None)),
        ("entre 25 et 15 %", "entre 25 et 15 %", (15, 25, None)),
        ("de 40 000 à 80 000 puces", "de 40 000 à 80 000 puces", (4e4, 8e4, None)),
        ("de 2000 à 3000 puces", "de 2000 à 3000 puces", (2000, 3000, None)),
        ("40 000 à 80 000 puces", "40 000 à 80 000 puces", (4e4, 8e4, None)),
        ("40 000-80 000 puces", "40 000-80 000 puces", (4e4, 8e4, None)),
        ("10 – 15 % de pertes", "10 – 15 % de pertes", (10, 15, None)),
        ("2 à 3 millions de puces", "2 à 3 millions de puces", (2e6, 3e6, None)),
        ("deux à trois milliards d’euros", "deux à trois milliards d’euros", (2e9, 3e9, None)),
        ("900 000 à 1,2 million de puces", "900 000 à 1,2 million de puces", (9e5, 12e5, None)),
        ("deux mille à trois mille puces", "deux mille à trois mille puces", (2e3, 3e3, None)),
        ("passe de 10 à 25 %", "25 %", (None, None, 25)),
        ("Il y en avait en 2025 à 400 000 puces", "400 000 puces", (None, None, 4e5)),
        ("entre Paris, 10 % et 15 puces", "10 %", (None, None, 10)),
        ("de 15 000 puces et 10 000 cartes", "15 000 puces", (None, None, 15_000)),
    ],
)
def test_bounds(text: str, quote: str, expected: Amounts) -> None:
    """A number is quoted with its bound and its noun, and counts as no more than is said."""
    found = {fact.quote: amounts(fact) for fact in facts.read(text)}
    assert found[quote] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "quote", "least"),
    [
        ("plusieurs centaines de milliers de GPU", "plusieurs centaines de milliers de GPU", 1e5),
        ("des milliers de cartes", "des milliers de cartes", 1e3),
        ("plus de quelques milliers de cartes", "plus de quelques milliers de cartes", 1e3),
        ("jusqu’à des milliers de cartes", "jusqu’à des milliers de cartes", None),
    ],
)
def test_vague_quantities(text: str, quote: str, least: float | None) -> None:
    """What is not counted has no exact value, and no most."""
    (fact,) = facts.read(text)
    assert (fact.quote, fact.vague, amounts(fact)) == (quote, True, (least, None, None))


@pytest.mark.parametrize(
    "text",
    ["près de 30 000 puces", "environ 25 %", "une centaine de puces", "quelque 1 000 puces"],
)
def test_about(text: str) -> None:
    """A number that is only about right says so."""
    (fact,) = facts.read(text)
    assert (fact.quote, fact.vague, fact.value is not None) == (text, True, True)
    (exact,) = facts.read("des 30 000 puces")
    assert (exact.quote, exact.vague) == ("30 000 puces", False)


@pytest.mark.parametrize(
    "text",
    [
        "En 2025, la Chine. En 2026 ventes et achats.",
        "le 14 janvier 2026, à 16 h 45, puis 16:45 et 18h",
        "entre 2022 et 2025, jusqu’à 2026, de 2020 à 2025",
        "La RTX 5090 puis la RTX 5090 arrive, Windows 11 coûts",
        "Appelez le 01 23 45 67 89 ou le 01 23 45 67 89 heures pleines.",
        "page 12, version 3.2.1, CUDA 12.4, p. 30",
        "six fois, 12 mois, plus de 2 000 jours, 3 days ago",
        "les deux groupes, trois sources, 3 sources",
        "les 400 seront là, 12 de la liste, 400 des cartes",
        "le numéro 4000000000000000000 clients",
        "56\nunités",
        "plus de 30",
    ],
)
def test_what_is_no_fact(text: str) -> None:
    """Dates, times, models, versions, telephone numbers and bare numbers count nothing."""
    assert [fact.quote for fact in facts.read(text)] == []


@pytest.mark.parametrize(
    ("text", "noun", "role", "who"),
    [
        ("Alibaba a commandé 40 000 GPU H200 hier.", "GPU", "commande", "Alibaba"),
        ("Alibaba, ByteDance et Tencent auront 40 000 puces", "puces", "", "Alibaba, ByteDance et Tencent"),
        ("Selon Reuters, la Chine impose une taxe de 25 %.", "", "taxe", "Chine"),
        ("Oui, Washington exige 30 % du marché.", "marché", "", "Washington"),
        ("Une commande de 40 000 puces pour Tencent", "puces", "commande", "Tencent"),
        ("Pékin a dit non, et il en reste 40 000 puces", "puces", "", ""),
        ("Il a 40 000 puces", "puces", "", ""),
        ("40 000 puces seront livrées", "puces", "livraison", ""),
        ("Nvidia veut 200 000 puces malgré le quota", "puces", "", "Nvidia"),
        ("un quota de 200 000 puces", "puces", "quota", ""),
        ("D’une part, 40 000 puces", "puces", "", ""),
        ("une part de marché de 30 %", "", "part", ""),
        ("30 % de la Chine et 25 % d’ici lundi", "", "", ""),
        (f"Nvidia a dit {'que non ' * 50} et 40 000 puces", "puces", "", ""),
    ],
)  # fmt: skip
def test_noun_role_and_actor(text: str, noun: str, role: str, who: str) -> None:
    """What is counted, in which role and by whom is told where it is clear, else left empty."""
    fact = facts.read(text)[0]
    assert (fact.noun, fact.role, fact.who) == (noun, role, who)


# The seeds ----------------------------------------------------------------------------------------

SEEDS: dict[str, list[tuple[str, Amounts, str, str, str, str]]] = {
    "000": [("entre 40 000 et 80 000 unités", (4e4, 8e4, None), "", "unités", "livraison", "NVIDIA")],
    "001": [("plus de 200 000 unités H200 chacune", (2e5, None, None), "", "unités", "demande", "Alibaba et ByteDance")],
    "002": [
        ("jusqu’à 400 000 GPU", (None, 4e5, None), "", "GPU", "autorisation", ""),
        ("tarif douanier de 25 %", (None, None, 25), "%", "", "tarif", "Washington"),
    ],
    "003": [("plusieurs centaines de milliers de GPU H200", (1e5, None, None), "", "GPU", "autorisation", "")],
    "004": [],
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDS)
def test_facts_of_the_seeds(name: str) -> None:
    """Each seed has the figures that its readers found, with bounds, noun, role and actor, and no other."""
    told = seed(name)
    found = facts.select(told, matching.match(told, book()))
    assert [
        (one.quote, amounts(one), one.unit, one.noun, one.role, one.who) for one in found
    ] == SEEDS[name]
    assert [one.vague for one in found] == [name == "003"] * len(found)
    for one in found:
        assert told.text[one.start : one.end] == one.quote


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", SEEDS)
def test_facts_of_the_seeds_in_every_typography(name: str, change: str) -> None:
    """Apostrophes, spaces, accents and case change neither values nor what is quoted."""
    told = seed(name, CHANGES[change])
    found = facts.select(told, matching.match(told, book()))
    assert [(one.quote, amounts(one)) for one in found] == [
        (CHANGES[change](quote), value) for quote, value, *_ in SEEDS[name]
    ]


# Which facts are told -----------------------------------------------------------------------------


def test_facts_stand_with_the_evidence() -> None:
    """Those of the paragraphs with evidence are told, its sentences first, in order and once."""
    told = article(
        "Vu 11 000 puces. Vu 12 000 puces. La H200 : 13 000 puces, vu 11 000 puces.\nVu 14 000 puces.",
        title="Vu 15 000 puces",
    )
    found = [fact.quote for fact in facts.select(told, [match(told, "H200")])]
    assert found == ["11 000 puces", "12 000 puces", "13 000 puces"]
    shown = [fact.quote for fact in facts.select(told, [match(told, "H200")], most=2)]
    assert shown == ["11 000 puces", "13 000 puces"]
    titled = facts.select(told, [match(told, "Vu 15", "H200")])
    assert (titled[0].quote, titled[0].zone) == ("15 000 puces", ZoneKind.TITLE)
    assert facts.select(told, []) == ()


def test_facts_of_the_same_product() -> None:
    """A sentence elsewhere counts when it names a product of a sentence with evidence, last of all."""
    told = article(
        "Elle a 11 000 H200 et 12 000 H20.\nRien.\nLa H200 est interdite, sauf 5 000 €.\n13 000 H100"
    )
    banned = [match(told, "interdite")]
    assert [fact.quote for fact in facts.select(told, banned)] == [
        "11 000 H200",
        "12 000 H20",
        "5 000 €",
    ]
    assert [fact.quote for fact in facts.select(told, banned, most=1)] == ["5 000 €"]


def test_the_volume_of_an_order_is_no_quota() -> None:
    """Who follows only quotas is not told 200 000 beside a quota whose value is not known."""
    told = seed("001")
    found = [one for one in matching.match(told, book()) if one.rule_set == "quota"]
    assert found
    assert facts.select(told, found) == ()


def test_zones_of_facts() -> None:
    """A fact has the zone it stands in; one that touches the page's chrome is none."""
    text = "H200 : 11 000 puces, 12 000 puces, 13 000 puces, 14 000 puces"
    cut = text.index("000 puces", text.index("12"))
    zones = (
        Zone(kind=ZoneKind.TITLE, start=0, end=60),
        Zone(kind=ZoneKind.LEAD, start=0, end=cut),
        Zone(kind=ZoneKind.CHROME, start=cut, end=text.index("14") - 3),
    )
    told = Article(title="", text=text, zones=zones)
    found = facts.select(told, [match(told, "H200")])
    assert [(one.quote, one.zone) for one in found] == [
        ("11 000 puces", ZoneKind.LEAD),
        ("14 000 puces", ZoneKind.BODY),
    ]


PIECES = st.sampled_from(
    "jusqu’à|entre|et|de|à|40 000|80 000|2,5|25 %|GPU|puces|H200|Alibaba|a|ne|plus de|au plus|-|quota|"
    "des milliers|million|$|€|,|. |\n|\u0301|\u00ad|d’|une|ｋ|2026|mille|İ|ﬁ|passe de|chacune| |\u202f".split(
        "|"
    )
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map(" ".join) | st.text())
@example("９" * 400)
@example("40 000 tarifs de 25 %")
def test_any_text_has_facts(text: str) -> None:
    """Whatever is printed, facts are pieces of it, apart and in order, and their bounds are in order."""
    end = 0
    for fact in facts.read(text):
        assert fact.quote == text[fact.start : fact.end]
        assert end <= fact.start < fact.end
        assert fact.quote == fact.quote.strip()
        assert fact.min is None or fact.max is None or fact.min <= fact.max
        assert fact.noun == "" or re.search(r"\w", fact.noun)
        end = fact.end
