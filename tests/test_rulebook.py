"""Folders of rule files."""

from pathlib import Path

import pytest

from watcher import rulebook
from watcher.errors import RuleError

RULES = """schema: 1
rule_set: essai
title: Essai
words: {interdire: [interdire]}
rules:
  - id: ban
    title: Interdiction
    when: interdire
    must_match: [Ils interdisent tout.]
    must_not_match: [Un interligne.]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one rule set and no lock."""
    (tmp_path / "essai.yaml").write_text(RULES, "utf-8")
    return tmp_path


def codes(folder: Path) -> list[tuple[str, str]]:
    """Return file and code of each mistake in a folder."""
    with pytest.raises(RuleError) as caught:
        rulebook.read(folder)
    return [(Path(problem.file).name, problem.code) for problem in caught.value.problems]


def test_a_folder_without_lock_uses_the_dictionary(folder: Path) -> None:
    """An operator's own folder needs no lock."""
    assert "interdisent" in rulebook.read(folder).forms["interdire"]


def test_the_lock_decides_the_forms(folder: Path) -> None:
    """A form that was taken out of the lock is no longer recognised."""
    assert rulebook.lock(folder).splitlines()[-1].startswith("interdire: interdira ")
    (folder / rulebook.LOCK).write_text("interdire: interdire interdit\n", "utf-8")
    assert codes(folder) == [("essai.yaml", "R200")]
    assert set(rulebook.forms_in(folder, "interdire")) == {"interdire", "interdit"}
    assert "interdisent" in rulebook.lock(folder)


def test_a_failing_example_is_refused(folder: Path) -> None:
    """Rules that fail their own examples never come into force."""
    (folder / "essai.yaml").write_text(RULES.replace("Un interligne", "Interdit"), "utf-8")
    assert codes(folder) == [("essai.yaml", "R201")]
    assert rulebook.compile_folder(folder).sets


def test_sound_files_are_tried_beside_broken_ones(folder: Path) -> None:
    """An operator hears of a failing example and of another file's mistake in one round."""
    broken = RULES.replace("essai", "autre").replace("title: Essai", "titel: Autre")
    (folder / "autre.yaml").write_text(broken, "utf-8")
    (folder / "essai.yaml").write_text(RULES.replace("Un interligne", "Interdit"), "utf-8")
    assert codes(folder) == [
        ("autre.yaml", "R111"),
        ("autre.yaml", "R110"),
        ("essai.yaml", "R201"),
    ]


def test_mistakes_outside_of_the_rules(folder: Path) -> None:
    """Bytes that are no text, files that cannot be read and broken locks are told together."""
    (folder / "latin.yaml").write_bytes("title: É".encode("latin-1"))
    (folder / "dossier.yaml").mkdir()
    (folder / "faux.yml").write_text("schema: 2", "utf-8")
    (folder / rulebook.LOCK).write_text("interdire interdit\n", "utf-8")
    assert set(codes(folder)) >= {
        ("latin.yaml", "R302"),
        ("dossier.yaml", "R300"),
        ("faux.yml", "R112"),
        ("forms.lock", "R310"),
    }


def test_a_broken_lock_is_refused_beside_sound_rules(folder: Path) -> None:
    """A line that names no forms is not passed over in silence."""
    (folder / rulebook.LOCK).write_text("interdire interdit\n", "utf-8")
    assert codes(folder) == [("forms.lock", "R310")]


def test_folders_that_hold_no_rules(tmp_path: Path) -> None:
    """A missing folder and an empty one are refused, each with its cure."""
    assert codes(tmp_path / "rien") == [("rien", "R300")]
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "a.yaml").write_text(
        "schema: 1\ntitle: A\nwords: {a: [b]}\n", "utf-8"
    )
    assert codes(tmp_path) == [(tmp_path.name, "R301")]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("autoriser", "autorisées"),
        ("ouvrir", "ouvert"),
        ("accélérateur", "accélérateurs"),
        ("chinois", "chinoise"),
        ("Chine", "Chine"),
        ("Licence", "licences"),
        ("inventé", "inventés"),
    ],
)
def test_forms_of_the_dictionary(word: str, form: str) -> None:
    """Regular and irregular words, capitals and unknown words have their forms."""
    assert form in rulebook.forms(word)


def test_importing_is_not_important() -> None:
    """The adjective that looks like a participle is another word."""
    assert "important" not in rulebook.forms("importer")
    assert "importance" not in rulebook.forms("importation")
