"""`watcher rules explain`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.ruling import QUESTION, SENSES
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
            "stance": None,
        }
        assert (piece["start"], piece["end"], piece["quote"]) == (4, 10, "quotas")
    assert run("nulle-part.txt", "--rules", folder).exit_code == 2


def test_a_rule_that_is_not_there(folder: Path) -> None:
    """An unknown rule is a mistake of the command, told with the one that was meant."""
    result = run("Une puce", "--rules", folder, "--rule", "essai/aa")
    assert result.exit_code == 2
    assert "did you mean `essai/a`?" in result.output
    assert "essai/b" in run("Une puce", "--rules", folder, "--rule", "x").output


def test_each_claim_is_shown(folder: Path) -> None:
    """A claim shows what it says, who, of what, its weight and the words read, in its sentence."""
    (folder / "cobalt.yaml").write_text(QUESTION, "utf-8")
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "sens.yaml").write_text(SENSES, "utf-8")
    text = "Kinshasa aurait interdit le cobalt. En 2022, Kinshasa avait interdit le cobalt."
    shown = (
        "  • closed/imposed; not confirmed; by RDC; export; of cobalt; weight 2; interdit\n"
        "    lead  Kinshasa aurait [interdit le cobalt].\n"
        "  · closed/imposed; background; by RDC; export; of cobalt; weight 2; interdit\n"
        "    lead  En 2022, Kinshasa avait [interdit le cobalt].\n"
    )
    result = run(text, "--rules", folder, "--rule", "cobalt/closed")
    assert result.output == f"✓ cobalt/closed  Fermé\n{shown}"
    result = run(text, "--rules", folder, "--rule", "cobalt/open")
    assert result.output == f"✗ cobalt/open  Ouvert\n    the article says closed, not open\n{shown}"
    options = ("--rules", folder, "--rule", "cobalt/closed", "--json")
    [told] = json.loads(run(text, *options).output)
    assert told["stance"]["polarity"] == "closed"
    assert [claim["role"] for claim in told["stance"]["claims"]] == ["primary", "background"]
    undecided = run("Kinshasa envisage de vendre ce cobalt.", *options[:-2], "cobalt/open")
    assert "• pending; by RDC; export; of cobalt; weight 1; envisage × vendre" in undecided.output
