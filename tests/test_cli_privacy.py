"""`watcher invite` and `watcher privacy`."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.fake_telegram import TOKEN, FakeTelegram
from tests.newsroom import NOW, subscribed
from tests.test_store_privacy import GROUP, live
from watcher import access
from watcher.cli.app import app
from watcher.cli.invite import NoNameError
from watcher.errors import CredentialError
from watcher.model import RuleSetId
from watcher.store import Store


def configured(folder: Path, *lines: str, token: str = TOKEN) -> Path:
    """Write a configuration."""
    path = folder / "watcher.toml"
    keys = [f'token = "{token}"'] if token else []
    text = "\n".join(["[telegram]", *keys, *lines])
    path.write_text(f'{text}\n[store]\nurl = "sqlite:///watcher.db"\n')
    path.chmod(0o600)
    return path


def run(path: Path, *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["--config", str(path), *arguments], input=answer)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """Store a group that has done all it can."""

    async def write() -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/watcher.db", now=NOW)
        [group] = await subscribed(store, GROUP)
        await live(store, group)
        await store.close()

    asyncio.run(write())
    return configured(tmp_path)


def test_export_and_erase(chat: Path) -> None:
    """A negative number is no option; erasing asks first; afterwards there is nothing."""
    done = run(chat, "privacy", "export", GROUP)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["chats"][0]["address"] == GROUP
    assert run(chat, "privacy", "erase", GROUP, answer="n\n").exit_code == 1
    assert run(chat, "privacy", "export", GROUP).exit_code == 0
    erased = run(chat, "privacy", "erase", GROUP, answer="y\n")
    assert "Erased. Reload the daemon if it runs." in erased.output
    for command in (["export", GROUP], ["erase", GROUP, "--yes"]):
        again = run(chat, "privacy", *command)
        assert again.exit_code == 1
        assert f"nothing is stored of {GROUP}" in again.output
    assert "SIGHUP" in run(chat, "privacy", "erase", "--help").output
    assert json.loads(run(chat, "privacy", "schema").stdout)["title"] == "Dossier"


class Served:
    """The fake Telegram in a thread of its own: the command runs its own loop."""

    def __enter__(self) -> FakeTelegram:
        self.loop = asyncio.new_event_loop()
        self.fake = FakeTelegram()
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.fake.__aenter__(), self.loop).result(5)
        return self.fake

    def __exit__(self, *_: Any) -> None:
        asyncio.run_coroutine_threadsafe(self.fake.__aexit__(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


def test_a_link_that_lets_in(tmp_path: Path) -> None:
    """It names the bot, is signed with its token, and says until when it is good."""
    with Served() as fake:
        path = configured(tmp_path, f'base_url = "{fake.url}"')
        done = run(path, "invite", "--for", "h200", "--days", "2", "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        start, payload = told["link"].split("?start=")
        assert start == "https://t.me/veille_bot"
        found = access.invitation(payload, TOKEN, [RuleSetId("quota"), RuleSetId("h200")])
        assert found is not None
        assert (found.rule_set, told["rule_set"]) == ("h200", "h200")
        assert found.expires_at.isoformat() == told["expires_at"].replace("Z", "+00:00")
        assert 1 < (found.expires_at - datetime.now(UTC)).total_seconds() / 86400 < 2
        assert TOKEN not in done.output
        words = run(path, "invite")
        assert words.stdout.splitlines()[0].startswith("https://t.me/veille_bot?start=i_")
        assert "Good once, until" in words.stderr
        path = configured(tmp_path, f'base_url = "{fake.url}"', 'access = "open"')
        assert "nobody needs this link" in run(path, "invite").stderr


def test_what_an_invitation_lacks(tmp_path: Path) -> None:
    """A token, Telegram, a rule set that there is: each is said, with its exit code."""
    from watcher.__main__ import EXITS

    def code(error: BaseException | None) -> int:
        return next(number for number, kinds in EXITS if isinstance(error, kinds))

    away = configured(tmp_path, 'base_url = "http://127.0.0.1:9/bot"')
    lost = run(away, "invite").exception
    assert isinstance(lost, NoNameError)
    assert code(lost) == 69
    assert "Telegram cannot be reached" in str(lost)
    unknown = run(away, "invite", "--for", "h20")
    assert unknown.exit_code == 2
    assert "there is no rule set `h20`" in unknown.output
    none = run(configured(tmp_path, token=""), "invite").exception
    assert isinstance(none, CredentialError)
    with Served() as fake:
        path = configured(tmp_path, f'base_url = "{fake.url}"', token="1:wrong")
        wrong = run(path, "invite").exception
    assert isinstance(wrong, CredentialError)
    assert code(wrong) == 78
