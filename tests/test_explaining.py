"""Why rules hold or do not, in words an operator can act on."""

import pytest

from tests.ruling import article, book, one_rule
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
