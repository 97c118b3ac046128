"""The commands that look after rule files."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watcher import rulebook
from watcher.cli.rules import app
from watcher.cli.state import State

RULES = """schema: 1
rule_set: essai
title: Essai
words: {puce: [puce]}
rules:
  - id: a
    title: A
    when: puce
    must_match: [Une puce]
  - id: b
    title: B
    when: puce
"""


def run(*arguments: str | Path, state: State | None = None) -> Result:
    """Run `watcher rules ...` on a wide terminal."""
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(app, words, obj=state or State(), env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one rule set and no lock."""
    (tmp_path / "essai.yaml").write_text(RULES, "utf-8")
    return tmp_path


def test_check_of_sound_rules(folder: Path) -> None:
    """Sound rules are counted and end with 0."""
    result = run("check", folder)
    assert result.exit_code == 0
    assert "rule sets 1, rules 2, no mistakes" in result.output
    assert json.loads(run("check", folder, "--format", "json").output) == []


def test_check_of_broken_rules(folder: Path) -> None:
    """Each mistake is shown with place, code, cure, line and caret, and the command ends with 1."""
    (folder / "essai.yaml").write_text(RULES.replace("when: puce", "when: puces"), "utf-8")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "essai.yaml:8:11 R124 there is no word list `puces`" in result.output
    assert "did you mean `puce`?" in result.output
    assert "    when: puces\n            ^" in result.output
    told = json.loads(run("check", folder, "--format", "json").output)
    assert [(each["line"], each["column"], each["code"]) for each in told] == [
        (8, 11, "R124"),
        (12, 11, "R124"),
    ]
    assert run("test", folder).exit_code == 1


def test_check_for_other_programs(folder: Path) -> None:
    """The same mistakes go to SARIF and to GitHub; a program is told of sound rules too."""
    assert run("check", folder, "--format", "github").output == ""
    assert json.loads(run("check", folder, "--format", "sarif").output)["runs"][0]["results"] == []
    (folder / "essai.yaml").write_text(RULES.replace("when: puce", "when: puces"), "utf-8")
    result = run("check", folder, "--format", "github")
    assert result.exit_code == 1
    first, second = result.output.splitlines()
    assert first.startswith(f"::error file={folder}/essai.yaml,line=8,col=11,title=R124::there is")
    assert "did you mean `puce`?" in second
    assert run("check", folder, "--format", "xml").exit_code == 2


def test_lint(folder: Path) -> None:
    """Remarks end with 3, mistakes with 1, nothing to remark with 0."""
    result = run("lint", folder)
    assert result.exit_code == 3
    assert "essai.yaml:6:5 L401 `essai/a` has no example under must_not_match" in result.output
    (folder / "essai.yaml").write_text(RULES.replace("[puce]", "[inter*]"), "utf-8")
    assert run("lint", folder).exit_code == 1
    whole = RULES.partition("  - id: b")[0] + "    must_not_match: [Rien]\n"
    (folder / "essai.yaml").write_text(whole, "utf-8")
    result = run("lint", folder)
    assert result.exit_code == 0
    assert "nothing to remark" in result.output
    wide = whole.replace("[puce]", "[inter*]").replace("Une puce", "Internet")
    (folder / "essai.yaml").write_text(wide, "utf-8")
    [told] = json.loads(run("lint", folder, "--format", "json").output)
    assert told["code"] == "L406"


def test_schemas_are_shown_and_written(folder: Path) -> None:
    """The schema of each kind can be had, and a folder can be brought up to date."""
    assert json.loads(run("schema").output)["title"] == "Un jeu de règles"
    assert "rules" not in json.loads(run("schema", "vocabulary").output)["properties"]
    assert run("schema", "--write", folder).exit_code == 0
    assert (folder / "rule-set.schema.json").read_text("utf-8") == run("schema").output
    page = folder / "README.md"
    page.write_text("Lisez.\n<!-- table codes -->\nvieux\n<!-- fin -->\nFin.\n", "utf-8")
    assert run("schema", "--write", folder).exit_code == 0
    assert "vieux" not in page.read_text("utf-8")
    assert page.read_text("utf-8").startswith("Lisez.\n<!-- table codes -->\n| code | sens |\n")


def test_examples_are_run(folder: Path) -> None:
    """Each rule has a mark; wrong examples are shown and end the command with 1."""
    result = run("test", folder)
    assert result.exit_code == 0
    assert "✓ essai/a: 1 must match, 0 must not" in result.output
    assert "– essai/b: 0 must match" in result.output
    assert "1 of 1 examples are right" in result.output
    (folder / "essai.yaml").write_text(RULES.replace("Une puce", "Rien"), "utf-8")
    result = run("test", folder)
    assert result.exit_code == 1
    assert "✗ essai/a: 1 must match, 0 must not, 1 wrong" in result.output
    assert "R200" in result.output


def test_forms_are_listed(folder: Path) -> None:
    """The forms are the lock's where there is one, else all that there are."""
    assert run("forms", "puce", folder).output == "puce\npuces\n"
    (folder / rulebook.LOCK).write_text("puce: puce\n", "utf-8")
    assert run("forms", "puce", folder).output == "puce\n"


def test_the_lock_is_written_and_checked(folder: Path) -> None:
    """A missing or old lock is told by --check and written without it."""
    assert run("lock", folder, "--check").exit_code == 1
    assert not (folder / rulebook.LOCK).exists()
    assert run("lock", folder).exit_code == 0
    assert "puce: puce puces" in (folder / rulebook.LOCK).read_text("utf-8")
    assert "current" in run("lock", folder, "--check").output


def test_the_configured_folder_is_the_default(folder: Path) -> None:
    """Without a folder the commands look at the one that the configuration names."""
    file = folder / "watcher.toml"
    file.write_text(f'rules = "{folder}"\n', "utf-8")
    assert "rules 2" in run("check", state=State(path=file)).output
