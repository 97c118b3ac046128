"""What operators are told of rule files: one source for editors, for the page and for reports."""

import json
import re
import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from tests.ruling import SENSES, plural, questioned
from watcher import rulebook, rules
from watcher.claims import Polarity
from watcher.cli.rules import app
from watcher.cli.state import State
from watcher.errors import RuleError
from watcher.operators import Shape
from watcher.rules import reference
from watcher.rules.document import parse
from watcher.signals import Sense

FOLDER = Path(__file__).parents[1] / "rules"
SCHEMA: dict[str, Any] = json.loads(reference.schema("rule-set"))
VOCABULARY: dict[str, Any] = json.loads(reference.schema("vocabulary"))
FILE = """
schema: 1
rule_set: essai
title: Essai
words: {puce: [puce, "=GPU"], économie: [marché]}
rules:
  - id: regle
    title: Règle
    when: puce
"""


def refusals(schema: dict[str, Any], content: str) -> list[str]:
    """Return what an editor would underline in a file."""
    return [
        error.message for error in Draft7Validator(schema).iter_errors(parse("", content).value)
    ]


def test_every_key_is_explained_once() -> None:
    """A key of a rule file stands in the table of its shape, and no other does."""
    shapes = {shape for shape in Shape.__subclasses__() if shape.__module__.startswith("watcher.")}
    assert set(reference.KEYS) == shapes
    for shape, keys in reference.KEYS.items():
        assert set(keys) == {each.alias or name for name, each in shape.model_fields.items()}


@pytest.mark.parametrize("kind", reference.SCHEMAS)
def test_the_committed_schema_is_current(kind: str) -> None:
    """Editors read what the code accepts: else run `watcher rules schema --write rules`."""
    made = reference.schema(kind)
    Draft7Validator.check_schema(json.loads(made))
    assert (FOLDER / f"{kind}.schema.json").read_text("utf-8") == made
    assert "$defs" not in made
    assert "null" not in made


def test_the_page_is_current() -> None:
    """The tables of the operators' page say what the code does, and no mark has been lost."""
    page = (FOLDER / "README.md").read_text("utf-8")
    assert reference.filled(page) == page
    assert page.count("<!-- table ") == page.count("<!-- fin -->") == 13
    assert "| R124 | aucune liste de ce nom |\n" in page
    assert '| `unit: "%"` |' in page


@pytest.mark.parametrize("schema", [SCHEMA, VOCABULARY], ids=list(reference.SCHEMAS))
def test_examples_are_right(schema: dict[str, Any]) -> None:
    """What an editor offers for a key is a value that the key takes."""
    every = schema.get("definitions", {})
    for shape in (schema, *every.values()):
        for key, value in shape.get("properties", {}).items():
            assert value["description"]
            for example in value.get("examples", ()):
                errors = [*Draft7Validator({**value, "definitions": every}).iter_errors(example)]
                assert errors == [], key


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_files_name_their_schema_and_keep_to_it(path: Path) -> None:
    """The first line of a shipped file leads an editor to a schema that accepts the file."""
    content = path.read_text("utf-8")
    first = content.partition("\n")[0]
    file = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert refusals(json.loads(file.read_text("utf-8")), content) == []


@pytest.mark.parametrize(
    "when",
    [
        "puce",
        "{words: puce}",
        "{any: [puce, {regex: 'h ?20'}], none: [économie]}",
        "{near: {of: [puce, économie], words: 0, in: paragraph, ordered: true}}",
        "{context: [{all: [puce]}], number: {min: 1.5, max: 9e9, unit: €, near: puce, words: 2}}",
    ],
)
def test_what_loads_is_in_the_schema(when: str) -> None:
    """Short forms and long ones are no mistakes for an editor."""
    more = (
        "    must_match: [Une puce., {title: Puces}]\n    weights: {title: 5}\n    zones: [lead]\n"
    )
    content = FILE.replace("when: puce\n", f"when: {when}\n{more}")
    assert rules.load({"essai.yaml": content}, plural).placed
    assert refusals(SCHEMA, content) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("schema: 1", "schema: 2"),
        ("schema: 1", "version: 1"),
        ("rule_set: essai", "rule_set: Mon Essai"),
        ("words:", "word:"),
        ('"=GPU"', "308"),
        ("[marché]", "marché"),
        ("title: Règle", "title: Règle\n    sevrity: high"),
        ("title: Règle", "title: Règle\n    severity: hihg"),
        ("title: Règle", "title: Règle\n    must_match: [3]"),
        ("schema: 1", "schema: 1\ndefaults: {at: 7h30}"),
        ("schema: 1", "schema: 1\ndefaults: {days: [lundi]}"),
        ("when: puce", "when: [puce]"),
        ("when: puce", "when: {near: {of: [puce]}}"),
        ("when: puce", "when: {near: {of: [puce, économie], in: phrase}}"),
        ("when: puce", "when: {any: [{nere: {of: [puce, économie]}}]}"),
        ("when: puce", "when: {number: {unit: kg}}"),
        ("rule_set: essai", ""),
    ],
)
def test_mistakes_are_underlined(right: str, wrong: str) -> None:
    """What cannot be loaded for its shape is refused in the editor too."""
    content = FILE.replace(right, wrong, 1)
    with pytest.raises(RuleError):
        rules.load({"essai.yaml": content}, plural)
    assert refusals(SCHEMA, content)


def test_senses_are_named_and_told() -> None:
    """An editor completes each sense that has words of its own, with what it does."""
    told = VOCABULARY["definitions"]["SensesShape"]["properties"]
    for kind in ("verbs", "nouns"):
        assert set(told[kind]["properties"]) == set(reference.SENSES)
        assert all(each["description"] for each in told[kind]["properties"].values())
        assert told[kind]["additionalProperties"] is False
    for sense in Sense:
        senses = SENSES.replace("closes: fermer,", f"{sense}: fermer,")
        senses = senses.replace("opens: [ouvrir], ends: lever, weighs: peser", "")
        with nullcontext() if sense in reference.SENSES else pytest.raises(RuleError, match="R112"):
            questioned(senses=senses)
    [answers] = [SCHEMA["definitions"]["When"]["properties"]["stance"]["oneOf"]]
    assert {each["const"] for each in answers} == set(Polarity)


def test_the_worked_example_of_the_page_runs(tmp_path: Path) -> None:
    """The rule set that the page shows keeps its schema, has no mistakes, and does what it says."""
    page = (FOLDER / "README.md").read_text("utf-8")
    section = page.partition("## Prendre position")[2]
    [example, shown] = re.findall(r"```(?:yaml|console)\n(.*?)```", section, re.DOTALL)[:2]
    assert refusals(SCHEMA, example) == []
    assert example.count("\n") <= 40
    (tmp_path / "cobalt.yaml").write_text(example, "utf-8")
    (tmp_path / "vocabulary").mkdir()
    for file in ("forms.lock", "vocabulary/prises-de-position.yaml"):
        (tmp_path / file).write_text((FOLDER / file).read_text("utf-8"), "utf-8")
    assert len(rulebook.read(tmp_path).placed) == 3
    command, _, printed = shown.removeprefix("$ watcher rules ").partition("\n")
    run = CliRunner().invoke(app, [*shlex.split(command), "--rules", str(tmp_path)], obj=State())
    assert run.output == printed


def test_a_vocabulary_has_no_rules() -> None:
    """The two kinds of file have a schema each."""
    assert refusals(VOCABULARY, "schema: 1\ntitle: Mots\nwords: {puce: [puce]}\n") == []
    assert len(refusals(VOCABULARY, FILE)) == 1


LEAVES = [
    *("puce", {"words": "puce"}, {"regex": "h ?20"}, {"near": {"of": ["puce", "économie"]}}),
    *({"number": {"min": 1, "unit": "%"}}, {"number": {"unit": "kg"}}, {"word": "puce"}, 3),
    *({"near": {"of": ["puce"]}}, {"near": {"of": ["puce", "puce"], "in": "phrase"}}),
]
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.dictionaries(
        st.sampled_from(["all", "any", "none", "context", "alll"]),
        st.lists(inner, max_size=2),
        min_size=1,
        max_size=2,
    ),
    max_leaves=5,
)


@given(CONDITIONS)
def test_editors_and_check_agree(when: object) -> None:
    """A condition is underlined exactly when its shape is refused."""
    content = FILE.replace("when: puce", f"when: {json.dumps(when, ensure_ascii=False)}")
    codes = set()
    try:
        rules.load({"essai.yaml": content}, plural)
    except RuleError as error:
        codes = {problem.code for problem in error.problems}
    assert bool(refusals(SCHEMA, content)) == bool(codes & {"R110", "R111", "R112", "R113", "R114"})
