"""`watcher rules explain`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watcher.cli.rules import app
from watcher.cli.state import State

RULES = """schema: 1
rule_set: essai
title: Essai
words: {puce: [puce], quota: [quota]}
rules:
  - {id: a, title: Une puce, when: puce}
  - {id: b, title: Un quota, when: quota}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two rules."""
    (tmp_path / "essai.yaml").write_text(RULES, "utf-8")
    return tmp_path


def run(*arguments: str | Path, given: str = "") -> Result:
    """Run `watcher rules explain ...` on a wide terminal."""
    words = ["explain", *map(str, arguments)]
    return CliRunner().invoke(app, words, obj=State(), input=given, env={"COLUMNS": "200"})


def test_a_sentence_is_explained(folder: Path) -> None:
    """Evidence stands between brackets in its sentence; a rule that fails says what it missed."""
    result = run("Deux puces [sic] arrivent. Rien d’autre.", "--rules", folder)
    assert result.exit_code == 0
    assert result.output == (
        "✓ essai/a  Une puce\n"
        "    body  Deux [puces] [sic] arrivent.\n"
        "✗ essai/b  Un quota\n"
        "    no word of `quota`\n"
    )


def test_a_file_or_standard_input_is_explained_for_one_rule(folder: Path) -> None:
    """A file, also of a name with a space, and `-` are read; --rule leaves one rule."""
    text = folder / "un texte.txt"
    text.write_text("Des quotas.", "utf-8")
    for source, given in ((text, ""), ("-", "Des quotas.")):
        options = ("--rules", folder, "--rule", "essai/b", "--json")
        [told] = json.loads(run(source, *options, given=given).output)
        [piece] = told.pop("evidence")
        assert told == {
            "rule": "essai/b",
            "title": "Un quota",
            "holds": True,
            "because": "",
            "score": 1.0,
        }
        assert (piece["start"], piece["end"], piece["quote"]) == (4, 10, "quotas")
    assert run("nulle-part.txt", "--rules", folder).exit_code == 2


def test_a_rule_that_is_not_there(folder: Path) -> None:
    """An unknown rule is a mistake of the command, told with the one that was meant."""
    result = run("Une puce", "--rules", folder, "--rule", "essai/aa")
    assert result.exit_code == 2
    assert "did you mean `essai/a`?" in result.output
    assert "essai/b" in run("Une puce", "--rules", folder, "--rule", "x").output
