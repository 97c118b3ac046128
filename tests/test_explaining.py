"""Why rules hold or do not, in words an operator can act on."""

import pytest

from tests.ruling import QUESTION, article, book, one_rule, questioned
from watcher.claims import ZoneKind
from watcher.explaining import asked, explain, marked
from watcher.operators import Context

WORDS = "{interdire: [interdit], puce: [puce, H200], chine: [Chine], pas: [rumeur]}"


@pytest.mark.parametrize(
    ("when", "more", "because"),
    [
        ("{all: [interdire, puce]}", "", ""),
        ("{all: [puce, chine]}", "", "no word of `chine`"),
        ("{any: [chine, pas]}", "", "no word of `chine`; no word of `pas`"),
        ("{context: [chine], words: puce}", "", "no word of `chine`"),
        ("{words: puce, none: [interdire]}", "", "`none` forbids «interdit» (interdire)"),
        ("{words: puce, none: [{context: [interdire]}]}", "", "`none` forbids what is there"),
        ("{near: {of: [puce, chine]}}", "", "no word of `chine`"),
        (
            "{near: {of: [puce, interdire], words: 0, ordered: true}}",
            "",
            "no sentence with `puce`, `interdire` together, 0 words apart at most, in this order",
        ),
        (
            "{near: {of: [puce, interdire], in: paragraph, ordered: true}}",
            "",
            "no paragraph with `puce`, `interdire` together, in this order",
        ),
        ("{number: {min: 1000, near: puce}}", "", "no number from 1000 to inf near `puce`"),
        ("{number: {min: 5, max: 30, unit: '%'}}", "", "no number from 5 to 30%"),
        ("{regex: 'rtx ?6000'}", "", "no text like `rtx ?6000`"),
        ("puce", "    zones: [title, lead]\n", "no word of `puce`, in lead, title"),
        ("puce", "    min_score: 4\n", "score 2 is below min_score 4"),
    ],
)
def test_a_rule_says_why(when: str, more: str, because: str) -> None:
    """The first thing that a rule waited for in vain is named; nothing is when it holds."""
    text = "Pékin interdit l’entrée de 300 puces H200. La suite demain."
    [told] = explain(article(text), one_rule(WORDS, when, more))
    assert told.because == because


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("La RDC interdit l’exportation de cobalt.", ""),
        ("La RDC lève l’embargo sur le cobalt.", "the article says open, not closed"),
        ("En 2022, la RDC avait interdit le cobalt.", "it is only a reminder that says closed"),
        ("Le cobalt est un métal.", "nothing is said of the question"),
    ],
)
def test_a_rule_that_asks_says_what_was_answered(text: str, because: str) -> None:
    """Where another answer was wanted, the one that was given is told, with its claims."""
    [told, _] = explain(article(text), questioned())
    assert told.because == because
    assert (told.stance is None) is ("nothing" in because)


def test_what_is_said_may_weigh_too_little() -> None:
    """The right answer below the least weight is told with both weights."""
    compiled = questioned(QUESTION.replace("trade:", "min_weight: 9\n  trade:"))
    [told, _] = explain(article("La RDC interdit l’exportation de cobalt."), compiled)
    assert told.because == "what says closed weighs 1, below min_weight 9"


def test_only_rules_that_ask_have_a_stance() -> None:
    """The answer belongs to the rules that ask for it, however deep; the others get none."""
    more = "  - {id: deep, title: D, when: {all: [cobalt, {any: [{stance: open}]}]}}\n"
    plain = "  - {id: plain, title: P, when: cobalt}\n"
    compiled = questioned(QUESTION + more + plain)
    told = explain(article("La RDC interdit l’exportation de cobalt."), compiled)
    assert [each.stance is not None for each in told] == [True, True, True, False]
    assert compiled.sets[0].asking is not None
    assert asked(compiled.sets[0].asking.answered("closed")) == "answer `closed`"


def test_the_scope_is_left_aside() -> None:
    """A text by itself comes from no feed, and is judged all the same."""
    compiled = book(
        "scope: {feeds: ['https://a.example/*']}\nwords: {puce: [puce]}\n"
        "rules: [{id: a, title: A, when: puce}]\n"
    )
    [told] = explain(article("Une puce."), compiled)
    assert told.because == ""


def test_evidence_is_marked_in_its_sentence() -> None:
    """Each sentence with evidence is cut at it; pieces that lie over another are not cut twice."""
    compiled = one_rule("{code: [H200], puce: [puce H200, puce]}", "{all: [puce, code]}")
    page = article("Rien ici. La puce H200 arrive. Une puce !", title="La H200")
    [told] = explain(page, compiled)
    assert told.match is not None
    assert list(marked(page, told.match.evidence)) == [
        (ZoneKind.TITLE, [("La ", ""), ("H200", "code"), ("", "")]),
        (ZoneKind.BODY, [("La ", ""), ("puce H200", "puce"), (" arrive.", "")]),
        (ZoneKind.BODY, [("Une ", ""), ("puce", "puce"), (" !", "")]),
    ]


def test_a_new_kind_of_condition_has_its_name() -> None:
    """A condition that tells nothing more is named by its kind."""
    assert asked(Context([])) == "context"
