"""Articles of the past through today's judgement."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ruling import QUESTION, SENSES
from tests.watching import RULES
from watcher import locales, replay, rulebook
from watcher.errors import Problem, ProblemsError
from watcher.model import ChatSpec

H200: dict[str, Any] = {
    "id": "a",
    "title": "Le H200 passe la douane",
    "published": "2026-01-28T09:00",
}


@pytest.fixture
def run(tmp_path: Path) -> replay.Replay:
    """Return a fresh run with one rule set and its built-in subscribers."""
    (tmp_path / "h200.yaml").write_text(RULES.format(name="h200", title="H200", word="H200"))
    book = rulebook.read(tmp_path)
    return replay.Replay(book, replay.built_in_chats(book), locales.catalogues())


def told(run: replay.Replay, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Replay rows as a file of them would be."""
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return list(run.run(replay.read(text, "articles.jsonl")))


def test_a_match_names_rule_evidence_and_messages(run: replay.Replay) -> None:
    """Evidence is a piece of the given text; every subscriber has a line, the built-in ones a message."""
    (found,) = told(
        run, H200 | {"text": "Une livraison de puces H200 est arrivée hier à Shenzhen."}
    )
    assert found["decision"] == "first"
    assert found["rules"] == ["h200/cite"]
    assert {piece["quote"] for piece in found["evidence"]} == {"H200"}
    sends = found["sends"]
    assert [(send["chat"], send["kind"]) for send in sends] == [("all", "new"), ("h200", "new")]
    assert "<b>H200</b>" in sends[0]["text"]


@pytest.fixture
def asking(tmp_path: Path) -> replay.Replay:
    """Return a fresh run with one rule set that asks a question."""
    (tmp_path / "cobalt.yaml").write_text(QUESTION, "utf-8")
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "sens.yaml").write_text(SENSES, "utf-8")
    book = rulebook.read(tmp_path)
    return replay.Replay(book, replay.built_in_chats(book), locales.catalogues())


def test_what_an_article_answers_is_told(asking: replay.Replay) -> None:
    """The answer stands with who, what and which way, and each claim with its place."""
    text = "Le port est calme.\nKinshasa aurait interdit l’exportation de cobalt."
    (found,) = told(asking, {"id": "a", "text": text, "published": "2026-01-28"})
    stance = found["stance"]
    [claim] = stance.pop("claims")
    quote = "interdit l’exportation de cobalt"
    start = text.index(quote)
    common = {
        "polarity": "closed",
        "detail": "imposed",
        "direction": "export",
        "issuer": "RDC",
        "object": ["cobalt"],
        "role": "primary",
        "conditional": True,
    }
    assert stance == common
    assert claim.pop("weight") > 0
    place = {"zone": claim["zone"], "start": start, "end": start + len(quote), "quote": quote}
    assert claim == common | place | {"reason": "interdit × exportation"}
    assert (
        "🔴 <b>Fermé</b>, côté RDC, non confirmé · Le cobalt du Congo" in found["sends"][0]["text"]
    )


def test_a_reminder_is_listed_and_told_to_nobody(asking: replay.Replay) -> None:
    """An article that only reminds of an answer is `background`; one that says nothing is not."""
    rows = [
        {
            "id": "1",
            "text": "En 2022, Kinshasa avait interdit le cobalt.",
            "published": "2026-01-28",
        },
        {"id": "2", "text": "Le cobalt est un métal.", "published": "2026-01-29"},
    ]
    reminder, nothing = told(asking, *rows)
    assert reminder["decision"] == "background"
    assert reminder["reason"] == "what it says of the question is only a reminder"
    assert reminder["stance"]["role"] == "background"
    assert {send["kind"] for send in reminder["sends"]} == {"none"}
    assert (nothing["decision"], nothing["stance"]) == ("no_match", None)


def test_figures_are_facts(run: replay.Replay) -> None:
    """What the text counts beside the evidence is written with its bounds, its noun and who said it."""
    text = "Le port est calme.\nNvidia a livré au moins 40 000 puces H200 à Tencent."
    (found,) = told(run, H200 | {"text": text})
    (figure,) = json.loads(json.dumps(found))["figures"]
    quote = "au moins 40 000 puces H200"
    start = text.index(quote)
    assert figure == {
        "zone": "body",
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "min": 40_000,
        "max": None,
        "value": None,
        "unit": "",
        "noun": "puces",
        "role": "",
        "who": "Nvidia",
        "vague": False,
    }
    (silent,) = told(
        run, H200 | {"id": "b", "title": "Le H20", "text": "Il en part 40 000 pièces."}
    )
    assert silent["figures"] == []


def test_the_same_address_is_a_copy(run: replay.Replay) -> None:
    """A second line under one address, tracking aside, is the same article and told to nobody."""
    url = "https://puces.example/a"
    first, second = told(
        run, H200 | {"url": url}, H200 | {"id": "b", "url": f"{url}?utm_source=rss"}
    )
    assert first["copy_of"] is None
    assert second["decision"] == "copy"
    assert second["copy_of"] == "a"
    assert all(send["kind"] == "none" for send in second["sends"])


def test_lines_are_judged_as_they_arrived(run: replay.Replay) -> None:
    """`seen` goes before `published`; a time without a zone is Paris time."""
    rows = [
        {"id": "1", "published": "2026-01-03"},
        {"id": "2", "published": "2026-01-01"},
        {"id": "3", "published": "2026-01-02", "seen": "2026-01-09T10:00+01:00"},
    ]
    assert [found["id"] for found in told(run, *rows)] == ["2", "1", "3"]
    assert replay.moment("2026-07-01T10:00") == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def test_pages_are_extracted(run: replay.Replay) -> None:
    """A line may carry a whole page; one without an article is judged by its title."""
    body = "<p>Les puces H200 sont arrivées à Shenzhen dans la nuit, selon les douanes.</p>" * 3
    page = f"<html><head><title>Puces</title></head><body><article>{body}</article></body></html>"
    full, empty = told(
        run, {"id": "1", "html": page}, {"id": "2", "html": "<p></p>", "title": "Le H200"}
    )
    assert full["rules"] == ["h200/cite"]
    assert empty["rules"] == ["h200/cite"]


def test_furniture_of_a_site_is_learned_on_the_way(run: replay.Replay) -> None:
    """From the fourth article on, what stood in three others of the site is no evidence."""
    teaser = "Tout notre dossier sur le H200 est à lire en kiosque dès mercredi."
    rows: list[dict[str, Any]] = [
        {
            "id": str(n),
            "url": f"https://puces.example/{n}",
            "title": f"Actualité {n}",
            "text": f"La journée numéro {n} commence bien à Shenzhen.\nElle finit au point {n}.\n{teaser}",
        }
        for n in range(1, 5)
    ]
    found = [one["decision"] for one in told(run, *rows)]
    assert found == ["first", "attach", "attach", "no_match"]


def test_chats_of_a_file_are_numbered(run: replay.Replay) -> None:
    """Subscribers get ids as a store would give them."""
    chats = replay.numbered([ChatSpec(address="7"), ChatSpec(address="8")])
    assert [chat.id for chat in chats] == [1, 2]


def test_every_bad_line_is_named() -> None:
    """Two mistakes are reported at once, with their lines."""
    with pytest.raises(ProblemsError) as caught:
        replay.read('{"id": 1}\n\noops\n[1]\n{"published": "hier"}', "articles.jsonl")
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5]


@given(st.text(max_size=60))
def test_reading_ends_in_lines_or_problems(text: str) -> None:
    """Whatever a file holds, it is read or refused."""
    lines: list[replay.Line] = []
    problems: tuple[Problem, ...] = ()
    try:
        lines = replay.read(text, "articles.jsonl")
    except ProblemsError as error:
        problems = error.problems
    assert not (lines and problems)
    assert lines or problems or not text.strip()
