"""How a rule file asks a question, what is refused, and what its rules then answer."""

import pytest

from tests.ruling import QUESTION, SENSES, article, questioned
from watcher import matching
from watcher.errors import RuleError
from watcher.model import RuleSetId

SET = RuleSetId("cobalt")


def mistakes(question: str, senses: str = SENSES) -> list[str]:
    """Return `file:line:col CODE message (cure)` of each mistake."""
    with pytest.raises(RuleError) as refused:
        questioned(question, senses)
    return [
        f"{each.file}:{each.line}:{each.column} {each.code} {each.message} ({each.hint})"
        for each in refused.value.problems
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("  question: Le cobalt sort-il ?\n", "", "10:3 R111 `question` is missing here"),
        ("Le cobalt sort-il ?", "''", "10:13 R114"),
        ("about: [cobalt]", "about: cobalt", "11:10 R113 `about` is a list"),
        ("about: [cobalt]", "about: []", "11:10 R114"),
        (
            "about: [cobalt]",
            "about: [cobal]",
            "11:11 R124 there is no word list `cobal` (did you mean `cobalt`?)",
        ),
        (
            "about: [cobalt]",
            "about: [cobalt]\n  rival: cobalt",
            "12:3 R110 `rival` is not known here (did you mean `rivals`?)",
        ),
        (
            "about: [cobalt]",
            "about: [cobalt]\n  rivals: or",
            "12:11 R124 there is no word list `or`",
        ),
        ("about: [cobalt]", "about: [cobalt]\n  min_weight: beaucoup", "12:15 R113"),
        ("words: rdc", "words: [rdc]", "13:26 R124"),
        ("adjective: congolais, ", "", "13:7 R111 `adjective` is missing here"),
        ("name: RDC", "name: ''", "13:14 R114"),
        ("trade: {export: vendre}", "trade: {export: sortir}", "14:19 R124"),
        ("trade: {export: vendre}", "trade: vendre", "14:10 R113"),
        (
            "when: {stance: closed}",
            "when: {stance: clozed}",
            "16:47 R112 `stance` is one of 'closed', 'open' or 'pending' (did you mean `closed`?)",
        ),
        ("when: {stance: closed}", "when: {stance: [closed]}", "16:47 R112"),
    ],
)
def test_a_question_asked_wrongly(right: str, wrong: str, expected: str) -> None:
    """A mistake in a `stance` block is told alone, with its line, column, code and cure."""
    [told] = mistakes(QUESTION.replace(right, wrong, 1))
    assert told.startswith(f"0.yaml:{expected}")


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("closes: fermer", "clozes: fermer", "11:11 R112 `clozes` is none of aims, allows,"),
        ("closes: fermer", "trades: fermer", "11:11 R112 `trades` is none of"),
        ("closes: fermer", "closes: ferme", "11:19 R124 there is no word list `ferme`"),
        ("opens: [ouvrir]", "opens: [ouvrir, 3]", "11:43 R124"),
        ("  nouns: {closes: fermeture}\n", "", "11:3 R111 `nouns` is missing here"),
        ("  nouns: {closes: fermeture}\n", "  nouns: {}\n  deny: lever\n", "13:3 R110 `deny`"),
    ],
)
def test_senses_given_wrongly(right: str, wrong: str, expected: str) -> None:
    """A sense that does not exist, or a list that does not, is told where it stands."""
    told = mistakes(QUESTION, SENSES.replace(right, wrong, 1))
    assert any(each.startswith(f"vocabulary/sens.yaml:{expected}") for each in told), told


def test_some_vocabulary_has_to_tell_the_senses() -> None:
    """Word lists alone do not say which of them close and open."""
    [told] = mistakes(QUESTION, SENSES[: SENSES.index("senses:\n")])
    assert told == (
        "0.yaml:10:3 R128 no vocabulary says which words close and open "
        "(add a file with `senses` under `vocabulary`)"
    )


def test_a_rule_may_only_ask_what_its_set_asks() -> None:
    """Without a `stance` block there is nothing to answer."""
    begin, end = QUESTION.index("stance:\n"), QUESTION.index("rules:\n")
    told = mistakes(QUESTION[:begin] + QUESTION[end:])
    assert [each.partition(" (")[0] for each in told] == [
        f"0.yaml:{line} R127 this rule set asks no question" for line in ("10:47", "11:46")
    ]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("La RDC interdit l’exportation de cobalt.", ["cobalt/closed"]),
        ("La RDC lève l’embargo sur le cobalt.", ["cobalt/open"]),
        ("Kinshasa envisage un embargo sur le cobalt.", []),
        ("En 2022, Kinshasa avait interdit l’exportation de cobalt.", []),
        ("Le cobalt est un métal.", []),
    ],
)
def test_rules_hold_for_the_answer_of_the_news(text: str, rules: list[str]) -> None:
    """A rule holds for its answer; what is undecided, a reminder or said in passing is none."""
    assert [match.rule for match in matching.match(article(text), questioned())] == rules


def test_the_weight_that_is_asked_for() -> None:
    """`min_weight` silences what is not said often, or loud, enough."""
    said = article("La RDC interdit l’exportation de cobalt.")
    higher = QUESTION.replace("trade:", "min_weight: 9\n  trade:")
    assert matching.match(said, questioned())
    assert not matching.match(said, questioned(higher))


@pytest.mark.parametrize(
    ("text", "parties", "side"),
    [
        ("Kinshasa interdit l’exportation de cobalt.", "", "RDC"),
        ("Le cobalt est interdit d’exportation.", "", "RDC"),
        ("Le cobalt est interdit d’exportation.", "Zambie", ""),
    ],
)
def test_whose_side_it_is(text: str, parties: str, side: str) -> None:
    """Who decides is named; else who alone holds the direction that is told."""
    line = "    - {name: RDC, words: rdc, adjective: congolais, direction: export}\n"
    more = line.replace("RDC", parties) if parties else ""
    compiled = questioned(QUESTION.replace(line, line + more))
    asking = compiled.sets[0].asking
    assert asking is not None
    assert asking.side(matching.verdict(article(text), compiled)[1][SET]) == side
