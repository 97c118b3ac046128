"""The labelled stream of news, through the same judgement as the daemon's."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from watcher import replay, rulebook

pytestmark = pytest.mark.corpus
Row = tuple[dict[str, str], dict[str, Any]]  # what its readers say of an article; what we say
POLARITY = {
    "imposed": "closed",
    "in_force": "closed",
    "eased": "open",
    "lifted": "open",
    "pending": "pending",
}


@pytest.fixture(scope="module")
def judged(corpus: Path) -> list[Row]:
    """Return every article of the stream with its labels."""
    stream = corpus / "data" / "stream"
    with (stream / "labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        labels = {row["id"]: row for row in rows}
    lines = replay.read((stream / "articles.jsonl").read_text("utf-8"), "articles.jsonl")
    run = replay.Replay(rulebook.read(rulebook.SHIPPED), (), {})
    return [(labels[found["id"]], found) for found in run.run(lines)]


def f1(judged: list[Row], column: str, fires: Callable[[dict[str, Any]], bool]) -> float:
    """Return how well what fires agrees with a column; what its readers left open counts for nothing."""
    counts = Counter(
        (fires(found), label[column] == "yes")
        for label, found in judged
        if label[column] != "unsure"
    )
    right, wrong = counts[True, True], counts[True, False] + counts[False, True]
    return 2 * right / (2 * right + wrong)


@pytest.mark.parametrize(
    ("rule_set", "column"),
    [("h200", "h200"), ("export-ban", "export_ban"), ("quota", "quota_sense")],
)
def test_sets_agree_with_readers(judged: list[Row], rule_set: str, column: str) -> None:
    """A set fires on what its readers would hear of, and on hardly anything else."""
    assert f1(judged, column, lambda found: rule_set in found["rule_sets"]) >= 0.95


def test_the_word_quota(judged: list[Row]) -> None:
    """Two rules tell a limit that is called a quota or a ceiling from one that is only described."""
    word = {"quota/quota", "quota/plafond"}
    assert f1(judged, "quota", lambda found: not word.isdisjoint(found["rules"])) >= 0.95


def test_stance_agrees_with_readers(judged: list[Row]) -> None:
    """Closed, open or pending is right nine times in ten, silence counted; the opposite is never said."""
    said = [
        (
            found["stance"]["polarity"] if "export-ban" in found["rule_sets"] else "",
            POLARITY[label["stance"]],
        )
        for label, found in judged
        if label["export_ban"] == "yes"
    ]
    assert sum(ours == theirs for ours, theirs in said) >= 0.9 * len(said)
    assert not [pair for pair in said if set(pair) == {"open", "closed"}]
