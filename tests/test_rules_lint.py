"""What sound rule files hardly mean."""

import pytest

from tests.ruling import plural
from watcher import rules

HEAD = "schema: 1\nrule_set: essai\ntitle: Essai\n"
EXAMPLES = "    must_match: [a]\n    must_not_match: [b]\n"


def remarks(words: str, when: str, examples: str = EXAMPLES, **vocabularies: str) -> list[str]:
    """Return `file:line:col CODE message` for one rule, whose condition is on line 8."""
    vocabulary = ", ".join(f"vocabulary/{name}.yaml" for name in vocabularies)
    files = {
        "0.yaml": f"{HEAD}vocabulary: [{vocabulary}]\nwords: {words}\nrules:\n"
        f"  - {{id: a, title: A,\n     when: {when},\n{examples.replace(chr(10), ',' + chr(10))}  }}\n"
    }
    for name, more in vocabularies.items():
        files[f"vocabulary/{name}.yaml"] = f"schema: 1\ntitle: Mots\nwords: {more}\n"
    return [
        f"{each.file}:{each.line}:{each.column} {each.code} {each.message}"
        for each in rules.lint(files, rules.load(files, plural), lambda start: 900 // len(start))
    ]


@pytest.mark.parametrize(
    ("words", "when", "expected"),
    [
        ("{a: [puce], b: [gpu]}", "a", "5:20 L402 no condition uses the list `b`"),
        (
            "{a: [autoriser, puce], b: [=autorisers, GPU]}",
            "{any: [{near: {of: [a, b]}}]}",
            "8:26 L403 in `near`, `a` and `b` have forms in common: autorisers",
        ),
        ("{a: [feu vert]}", "{near: {of: [a, a]}}", "8:19 L403 in `near`, `a` and `a` have"),
        (
            "{a: [autor*], b: [autorise]}",
            "{near: {of: [b, a]}}",
            "8:19 L403 in `near`, `b` and `a`",
        ),
        (
            "{a: [h20, puce], b: [puce]}",
            "{number: {near: a}, none: [{any: [b]}]}",
            "8:12 L404 `none` of `b` forbids what `a` looks for: puce, puces",
        ),
        (
            "{a: [a1, a2, a3, a4, a5, a6]}",
            "{all: [a, {any: [{none: [a]}]}]}",
            "8:12 L404 `none` of `a` forbids what `a` looks for: a1, a1s, a2, a2s, a3, a3s, a4, "
            "a4s, a5, a5s and 2 more",
        ),
        ("{}", "{regex: h20}", "8:12 L405 `essai/a` needs no word of a list"),
        ("{}", "{number: {min: 3, near: }}", "8:12 L405 `essai/a` needs no word of a list"),
        ("{a: [puce, int* puce]}", "a", "5:19 L406 `int* puce` finds 300 words"),
        ("{a: [puce], b: [gpu]}", "{near: {of: [a, b], words: 16}}", "8:19 L407 `near` spans 16"),
    ],
)
def test_a_remark_has_its_place(words: str, when: str, expected: str) -> None:
    """What runs but is hardly meant is told with line, column and code, alone."""
    [told] = remarks(words, when)
    assert told.startswith(f"0.yaml:{expected}")


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("{a: [puce], b: [gpu, puce de silicium]}", "{near: {of: [a, b], words: 15}}"),
        ("{a: [puce], b: [gpu]}", "{near: {of: [a, b], words: 40, in: paragraph}}"),
        ("{a: [puce], b: [gpu]}", "{near: {of: [a, b]}, none: , context: [a], words: }"),
        ("{a: [puce], b: [puce]}", "{all: [a], none: [{all: [a, b]}, {near: {of: [a, a]}}]}"),
        ("{a: [puce], b: [gpu]}", "{all: [a], none: [b]}"),
        ("{a: [interd*]}", "a"),
        ("{a: [puce]}", "{all: [a], regex: h20, number: {}}"),
    ],
)
def test_what_is_meant_is_left_alone(words: str, when: str) -> None:
    """Distances within reason, other words and anchored patterns need no remark."""
    assert remarks(words, when) == []


def test_a_rule_is_kept_by_examples_of_both_kinds() -> None:
    """A rule without a text that it must match, or must not, is told of."""
    told = remarks("{a: [puce]}", "a", "")
    assert [line.split(" ", 1)[1] for line in told] == [
        "L401 `essai/a` has no example under must_match",
        "L401 `essai/a` has no example under must_not_match",
    ]


def test_a_shared_list_is_used_wherever_it_is_shared() -> None:
    """A list of a vocabulary that some rule set speaks of is in use; the others are not."""
    assert remarks("{}", "{near: {of: [a, b]}}", mots="{a: [puce], b: [puces], c: [gpu]}") == [
        "0.yaml:8:19 L403 in `near`, `a` and `b` have forms in common: puces",
        "vocabulary/mots.yaml:3:32 L402 no condition uses the list `c`",
    ]


def test_a_word_does_not_mean_two_things() -> None:
    """A form in lists of opposite senses is told of; senses that agree may share it."""
    words = "{a: [bannir], b: [bannirs, ouvrir], c: [lever]}"
    senses = "senses: {verbs: {closes: a, hampers: a, opens: [b], ends: c}, nouns: {}}"
    told = remarks("{p: [puce]}", "p", mots=f"{words}\n{senses}")
    assert told == [
        f"vocabulary/mots.yaml:4:48 L408 `{one}` of `a` and `opens` of `b` both have: bannirs"
        for one in ("closes", "hampers")
    ]
