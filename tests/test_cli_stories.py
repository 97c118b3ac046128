"""`watcher stories`: what belongs together and why, for people and for programs."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.newsroom import NOW, placed, subscribed
from tests.test_store_stories import HELD, place
from watcher.cli.state import State
from watcher.cli.stories import app
from watcher.daemon import utcnow
from watcher.model import Decision
from watcher.store import Store
from watcher.timeline import Link

RUNNER = CliRunner()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a configuration; its database is yet to come."""
    path = tmp_path / "watcher.toml"
    path.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/watcher.db"\n')
    return path


@pytest.fixture
def told(config: Path) -> Path:
    """Store two linked stories of three articles; one of them joined in silence."""

    async def write() -> None:
        store = await Store.open(f"sqlite:///{config.parent}/watcher.db", now=NOW)
        [chat] = await subscribed(store, "7")
        first = await place(store, 1, placed(None, holdings=(HELD,)), chat, decision=Decision.FIRST)
        await place(store, 2, placed(first.story, event=2, origin=first.article))
        assert first.story is not None
        link = Link(other=first.story, reason="[the] same product")
        reversal = placed(None, links=(link,), holdings=(replace(HELD, issuer="", certain=True),))
        await place(store, 3, reversal, chat, decision=Decision.REVERSAL)
        await store.close()

    asyncio.run(write())
    return config


def ask(config: Path, *arguments: str, code: int = 0) -> str:
    """Run `watcher stories` with a wide terminal."""
    done = RUNNER.invoke(app, arguments, obj=State(path=config, console=Console(width=300)))
    assert done.exit_code == code, done.output
    return done.output


def test_list(told: Path) -> None:
    """Stories come with their span, the number of articles and the title of their head."""
    lines = ask(told, "list").splitlines()
    assert [line.split()[0] for line in lines] == ["Story", "3", "1"]
    assert "2026-01-30 to 2026-01-30  2         Pékin rouvre la porte au H200" in lines[2]
    [newest] = json.loads(ask(told, "list", "--limit", "1", "--json"))
    assert (newest["id"], newest["articles"]) == (3, 1)


def test_silent(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What joined a story without anybody being told is listed with the reason."""
    monkeypatch.setattr("watcher.daemon.utcnow", lambda: NOW)
    header, line = ask(told, "list", "--silent").splitlines()
    assert "Reason" in header
    assert "1.2    attach    nobody" in line
    assert "a sentence (as article 1)" in line
    [one] = json.loads(ask(told, "list", "--silent", "--json"))
    assert (one["decision"], one["told"], one["rule_sets"]) == ("attach", 0, ["h200"])
    assert utcnow() > NOW


def test_show(told: Path) -> None:
    """A story is its articles by date, with decisions and reasons, and the stories linked to it."""
    lines = ask(told, "show", "1").splitlines()
    assert lines[0] == "Story 1: Pékin rouvre la porte au H200"
    assert "1.1    first     chats: 1" in lines[2]
    assert "Puces du jour: Pékin rouvre la porte au H200" in lines[3]
    assert lines[4] == "see story 3: [the] same product"
    story = json.loads(ask(told, "show", "3", "--json"))
    assert [one["decision"] for one in story["chapters"]] == ["reversal"]
    assert story["links"] == [
        {
            "other": 1,
            "reason": "[the] same product",
            "title": "Pékin rouvre la porte au H200",
        }
    ]
    assert (
        ask(told, "show", "9", code=1) == "there is no story 9; watcher stories list shows them\n"
    )


def test_ledger(told: Path) -> None:
    """The ledger says who closes or opens what, since when, and whether it is sure."""
    _, anybody, named = ask(told, "ledger").splitlines()
    assert "H200     cn_import  not said  closed, imposed " in anybody
    assert "Pékin     closed, imposed (unconfirmed)  2026-01-29 16:45" in named
    rows = json.loads(ask(told, "ledger", "--json"))
    assert [row["certain"] for row in rows] == [True, False]


def test_looking_makes_no_database(config: Path) -> None:
    """Before the first start there is nothing to list, and nothing is made by looking."""
    assert json.loads(ask(config, "list", "--json")) == []
    assert json.loads(ask(config, "ledger", "--json")) == []
    assert not list(config.parent.glob("*.db"))


@pytest.mark.parametrize("command", ["list", "show", "ledger"])
def test_help(command: str) -> None:
    """Each command says what it does."""
    assert "--json" in RUNNER.invoke(app, [command, "--help"], env={"TERM": "dumb"}).output
