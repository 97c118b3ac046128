"""What a rule may ask, and the evidence that answers."""

import json

import pytest
import re2

from tests.ruling import article, one_rule
from watcher import matching, operators
from watcher.claims import Zone, ZoneKind
from watcher.model import Article
from watcher.rules import RuleBook

WORDS = "{chip: [puce, GPU], ban: [interdit], who: [Pékin, Chine], other: [licence]}"


def quotes(book: RuleBook, told: Article) -> list[str] | None:
    """Return the quotes of the one rule's evidence, None when it does not hold."""
    found = matching.match(told, book)
    return [piece.quote for piece in found[0].evidence] if found else None


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("chip", "La puce et les GPUs.", ["puce", "GPUs"]),
        ("chip", "Le pucier.", None),
        ("{all: [chip, ban]}", "Puce. Interdit.", ["Puce", "Interdit"]),
        ("{all: [chip, ban]}", "Puce. Permis.", None),
        ("{any: [chip, ban]}", "Interdit.", ["Interdit"]),
        ("{any: [chip, ban]}", "Rien.", None),
        ("{any: [chip, {regex: rien}]}", "Rien.", ["Rien"]),
        ("{any: [chip, {near: {of: [chip, ban]}}]}", "Une puce.", ["puce"]),
        ("{any: [ban, {all: [ban]}]}", "Interdit.", ["Interdit"]),
        ("{any: [chip, {number: {near: ban}}]}", "Une puce.", ["puce"]),
        ("{all: [chip], none: [ban]}", "Puce.", ["Puce"]),
        ("{all: [chip], none: [ban]}", "Puce interdite, interdit.", None),
        ("{all: [chip, {any: [ban, who]}]}", "Une puce à Pékin.", ["puce", "Pékin"]),
        ("{context: [who], all: [chip]}", "Une puce à Pékin.", ["puce"]),
        ("{context: [who], all: [chip]}", "Une puce à Rome.", None),
        ("{none: [{none: [who]}], words: chip}", "Une puce à Pékin.", ["puce"]),
    ],
)
def test_logic(when: str, text: str, expected: list[str] | None) -> None:
    """All, any and none nest; a context must hold and is not quoted."""
    assert quotes(one_rule(WORDS, when), article(text)) == expected


@pytest.mark.parametrize(
    ("near", "text", "expected"),
    [
        ("{of: [chip, ban]}", "La puce est interdit ici.", ["puce", "interdit"]),
        ("{of: [chip, ban]}", "La puce. Interdit ici.", None),
        ("{of: [chip, ban], in: paragraph}", "La puce. Interdit ici.", ["puce", "Interdit"]),
        ("{of: [chip, ban], in: paragraph}", "La puce.\nInterdit ici.", None),
        ("{of: [chip, ban], words: 1}", "La puce est interdit.", ["puce", "interdit"]),
        ("{of: [chip, ban], words: 0}", "La puce est interdit.", None),
        ("{of: [chip, ban], words: 0}", "Interdit puce.", ["Interdit", "puce"]),
        ("{of: [chip, ban], words: 0}", "Puce, oui, interdit puce.", ["interdit", "puce"]),
        ("{of: [chip, ban]}", "Interdit un, puce, interdit.", ["puce", "interdit"]),
        ("{of: [chip, ban]}", "Interdit puce, un, interdit.", ["Interdit", "puce"]),
        ("{of: [chip, ban, who]}", "Pékin interdit la puce.", ["Pékin", "interdit", "puce"]),
        ("{of: [chip, ban, who]}", "Pékin interdit tout.", None),
        ("{of: [chip, chip]}", "Une puce.", None),
        ("{of: [chip, chip]}", "Une puce, une puce.", ["puce", "puce"]),
        ("{of: [who, ban], ordered: true}", "Pékin interdit.", ["Pékin", "interdit"]),
        ("{of: [who, ban], ordered: true}", "Interdit à Pékin.", None),
        (
            "{of: [who, ban, chip], ordered: true, words: 1}",
            "Pékin interdit, interdit une puce.",
            ["Pékin", "interdit", "puce"],
        ),
        ("{of: [who, ban, chip], ordered: true, words: 0}", "Pékin interdit la puce.", None),
    ],
)
def test_near(near: str, text: str, expected: list[str] | None) -> None:
    """Words count between pieces, in the sentence or paragraph, in any order unless ordered."""
    assert quotes(one_rule(WORDS, f"{{near: {near}}}"), article(text)) == expected


def test_near_does_not_join_a_phrase_with_its_own_words() -> None:
    """A piece that lies inside the anchor is not beside it."""
    book = one_rule("{phrase: [carte graphique], piece: [carte]}", "{near: {of: [phrase, piece]}}")
    assert quotes(book, article("Une carte graphique.")) is None
    swapped = one_rule("{phrase: [carte neuve], piece: [neuve]}", "{near: {of: [piece, phrase]}}")
    assert quotes(swapped, article("Une carte neuve.")) is None
    found = quotes(book, article("Carte : une carte graphique."))
    assert found == ["Carte", "carte graphique"]


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        ("{min: 1000}", "Il y a 400 000 puces.", ["400 000"]),
        ("{min: 1000}", "Il y a 80 puces.", None),
        ("{max: 100}", "Il y a 80 puces.", ["80"]),
        ("{unit: '%', min: 20}", "Une taxe de 25\u00a0%.", ["25\u00a0%"]),
        ("{unit: '%'}", "Une taxe de 25.", None),
        ("{min: 1000, near: chip}", "Il y a 400 000 puces.", ["400 000", "puces"]),
        ("{min: 1000, near: chip, words: 0}", "Il y a 400 000 jolies puces.", None),
        ("{min: 1000, near: chip}", "Vu 400 000. Puces à part.", None),
        ("{min: 1000, near: chip}", "Puces : 400 000. Puce.", ["Puces", "400 000"]),
        ("{min: 1000, near: chip}", "Rien que 400 000.", None),
        ("{min: 1000, near: chip}", "400\u2009000 puces", ["400\u2009000", "puces"]),
        ("{min: 1000, near: chip}", "400.000 puces", ["400.000", "puces"]),
        ("{min: 1000, near: chip}", "400,000 puces", ["400,000", "puces"]),
        ("{min: 1000, near: chip}", "400k puces", ["400k", "puces"]),
        ("{min: 1000, near: chip}", "４００ ０００ puces", ["４００ ０００", "puces"]),
        ("{min: 1000, near: chip}", "quatre cent mille puces", ["quatre cent mille", "puces"]),
        (
            "{min: 1000, near: chip}",
            "entre 40 000 et 80 000 puces",
            ["40 000", "80 000", "puces"],
        ),
        ("{min: 1000, near: chip}", "40 000-80 000 puces", ["40 000", "80 000", "puces"]),
        ("{unit: '%', min: 25}", "un droit de 25 pour cent", ["25 pour cent"]),
    ],
)
def test_number(number: str, text: str, expected: list[str] | None) -> None:
    """A number has bounds and a unit, and may have to stand near a word of its sentence."""
    assert quotes(one_rule(WORDS, f"{{number: {number}}}"), article(text)) == expected


def test_a_number_is_not_near_itself() -> None:
    """A word inside the number does not count as its company."""
    book = one_rule("{many: [mille]}", "{number: {min: 1000, near: many}}")
    assert quotes(book, article("Quatre cent mille.")) is None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"rtx\s+\d{4}d", "La RTX\u00a05090D.", ["RTX\u00a05090D"]),
        ("l'été", "L’ÉTE, puis lʼété.", ["L’ÉTE", "lʼété"]),
        ("x*", "Aucune.", None),
        ("abonnez", "Rien.", None),
        ("a|!$", "Non !", ["!"]),
    ],
)
def test_regex(pattern: str, text: str, expected: list[str] | None) -> None:
    """A pattern is read without case, accents or typography, and never in the chrome."""
    book = one_rule("{}", f"{{regex: {json.dumps(pattern)}}}")
    assert quotes(book, article(text, chrome="Abonnez-vous")) == expected


def test_regex_looks_where_the_rule_looks() -> None:
    """A pattern sees the zones of its rule, the whole text where an article has none."""
    book = one_rule("{}", "{regex: puce}", "    zones: [title]\n")
    assert quotes(book, article("La puce.", title="Une puce")) == ["puce"]
    assert quotes(book, article("La puce.", title="Rien")) is None
    body = one_rule("{}", "{regex: puce}", "    zones: [body]\n")
    assert quotes(body, Article(title="Une puce", text="La puce \ud800", zones=())) == ["puce"]


def test_a_pattern_can_not_blow_up() -> None:
    """RE2 takes time linear in the text where a backtracking engine would never return."""
    pattern = operators.pattern(r"(?:\w+\s?)+!$")
    assert pattern.search("a" * 50_000) is None
    with pytest.raises(re2.error):
        operators.pattern("(?=puce)")


@pytest.mark.parametrize(
    ("when", "needed"),
    [
        ("chip", 1),
        ("{all: [chip, ban]}", 2),
        ("{any: [chip, ban]}", 1),
        ("{any: [chip, {regex: x}]}", 0),
        ("{near: {of: [chip, ban, who]}}", 3),
        ("{number: {near: chip}}", 1),
        ("{number: {min: 3}}", 0),
        ("{all: [chip], none: [ban]}", 1),
        ("{context: [chip, who], regex: x}", 2),
    ],
)
def test_needs(when: str, needed: int) -> None:
    """What a condition cannot hold without decides whether a rule is looked at."""
    ((_, rule),) = one_rule(WORDS, when).placed
    assert len(rule.needs) == needed


def test_the_longest_of_two_entries_counts() -> None:
    """A word inside a longer entry of the same list is one piece of evidence, not two."""
    book = one_rule("{card: [carte, carte graphique]}", "card")
    assert quotes(book, article("Une carte graphique, une carte.")) == ["carte graphique", "carte"]
    book = one_rule("{card: [graphique, carte graphique]}", "card")
    assert quotes(book, article("Une carte graphique.")) == ["carte graphique"]


def test_a_rule_of_some_zones_sees_no_word_elsewhere() -> None:
    """An alternative that only holds outside the zones of the rule does not hold."""
    when = "{any: [{near: {of: [chip, ban]}}, {all: [chip]}]}"
    book = one_rule(WORDS, when, "    zones: [title]\n")
    assert quotes(book, article("Interdit.", title="Une puce")) == ["puce"]
    assert quotes(book, article("Puce interdit.", title="Rien")) is None


def test_evidence_of_quotes_and_leads_keeps_its_zone() -> None:
    """A piece of evidence says in which zone it stands."""
    zones = (
        Zone(kind=ZoneKind.LEAD, start=0, end=8),
        Zone(kind=ZoneKind.QUOTE, start=9, end=17),
    )
    told = Article(title="Puce", text="La puce. «La puce»", zones=zones)
    (found,) = matching.match(told, one_rule(WORDS, "chip"))
    assert [piece.zone for piece in found.evidence] == ["title", "lead", "quote"]
