"""The watch finds out by itself what is wrong with it, and tells its administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations
from pathlib import Path

import pytest

from tests.servers import Server, reply
from tests.telegram_html import parse
from tests.watching import Watch, item, rss, watching
from watcher import notices, rulebook, selfcheck
from watcher.config.keys import Config, StoreKeys, TelegramKeys
from watcher.errors import StoreError
from watcher.model import FeedState
from watcher.notices import Trouble
from watcher.selfcheck import SelfCheck
from watcher.store import Store

BOSS = 42
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@asynccontextmanager
async def checking(folder: Path, *feeds: str) -> AsyncIterator[tuple[SelfCheck, Watch]]:
    """Set up a watch with two administrators, of whom one has written to the bot."""
    async with watching(folder, *feeds, pages=False) as watch:
        await watch.store.join("console", str(BOSS), language="fr", now=watch.clock())
        config = Config(
            store=StoreKeys(url=f"sqlite:///{folder}/watcher.db"),
            telegram=TelegramKeys(administrators=(BOSS, 43)),
        )
        yield SelfCheck(line=watch.line, config=config), watch


async def told(check: SelfCheck, watch: Watch) -> list[str]:
    """Look once; return the first lines of what the administrators then read."""
    await check.run()
    letters = [one for one in await watch.sent() if one.address == str(BOSS)]
    return [parse(one.message.html).text.split("\n")[0] for one in letters]


async def test_all_is_well(tmp_path: Path) -> None:
    """Nobody hears of it; the rules' own examples went through the line."""
    async with (
        Server({"/flux": reply(rss(item(1)))}) as site,
        checking(tmp_path, site.url("/flux")) as (check, watch),
    ):
        await watch.work()
        await watch.sent()
        assert await told(check, watch) == []
        assert check.canary_at == watch.clock()
        assert check.canary == ""


async def test_a_feed_that_dies_and_comes_back(tmp_path: Path) -> None:
    """410 is told at once; the end of it too, when it answers again."""
    async with (
        Server({"/flux": reply(status=410)}) as site,
        checking(tmp_path, site.url("/flux")) as (check, watch),
    ):
        await watch.work()
        assert await told(check, watch) == ["⚠️ Flux disparus"]
        assert await told(check, watch) == []
        [feed] = await watch.store.feeds()
        await watch.store.record_failure(
            feed.id, error="", due_at=watch.clock(), state=FeedState.ACTIVE, now=watch.clock()
        )
        assert await told(check, watch) == ["✅ Ces flux sont revenus."]


async def test_a_feed_that_fails_and_one_that_is_silent(tmp_path: Path) -> None:
    """A day of failures; and a habit that ended."""
    daily = [item(n, guid=f"d{n}", link=f"https://puces.example/{n}") for n in range(1, 10)]
    async with (
        Server({"/flux": reply(rss(*daily)), "/panne": reply(status=500)}) as site,
        checking(tmp_path, site.url("/flux"), site.url("/panne")) as (check, watch),
    ):
        await watch.work()
        await watch.sent()
        assert await told(check, watch) == []
        watch.clock.now += timedelta(days=4)
        heard = await told(check, watch)
        assert heard == ["⚠️ Flux devenus muets", "⚠️ Flux en panne"]
        watch.clock.now += timedelta(minutes=5)
        assert await told(check, watch) == []
        found = {one.trouble for one in await check.facts(watch.clock())}
        assert found == {Trouble.FAILING, Trouble.SILENT}


async def test_a_reload_that_was_refused(tmp_path: Path) -> None:
    """With the first of its problems, until one succeeds."""
    async with checking(tmp_path) as (check, watch):
        check.refused = [f"rules/h200.yaml:{n}:1 R114 is not a name" for n in range(1, 9)]
        await check.run()
        [letter] = await watch.sent()
        text = parse(letter.message.html).text
        assert text.startswith("⚠️ Rechargement refusé\nLes fichiers contiennent une erreur")
        assert text.count("\n• rules/h200.yaml") == selfcheck.PROBLEMS
        check.refused = ()
        assert await told(check, watch) == [
            "✅ Le rechargement a réussi\u00a0: les nouveaux fichiers sont en vigueur."
        ]


async def test_messages_that_do_not_leave(tmp_path: Path) -> None:
    """Ten minutes after they were due; what is held back for later is not late."""
    async with (
        Server({"/flux": reply(rss(item(1)))}) as site,
        checking(tmp_path, site.url("/flux")) as (check, watch),
    ):
        await watch.work()
        assert await watch.store.overdue(watch.clock()) == timedelta()
        watch.clock.now += timedelta(minutes=15)
        assert [one.number for one in await check.facts(watch.clock())] == [15]
        await check.run()
        watch.clock.now += timedelta(minutes=5)
        await check.run()
        heard = [parse(one.message.html).text for one in await watch.sent()]
        assert any("devait partir il y a 20 minutes" in one for one in heard)
        assert await told(check, watch) == ["✅ Les messages partent de nouveau, sans retard."]
        held = await watch.store.chat_at("console", "1")
        assert held is not None


class Torn(NullTranslations):
    """A catalogue that cannot be read."""

    def gettext(self, message: str) -> str:
        raise ValueError("a torn catalogue")


async def test_the_canary_falls(tmp_path: Path) -> None:
    """A rule that lost its example, a rendering that fails; what no rule asks of a text is well."""
    async with checking(tmp_path) as (check, watch):
        line, book = watch.line, watch.line.book
        text = (tmp_path / "rules" / "h200.yaml").read_text("utf-8")
        (tmp_path / "rules" / "h200.yaml").write_text(text.replace("H200 ici", "H100 ici"), "utf-8")
        line.book = rulebook.compile_folder(tmp_path / "rules")
        assert "under must_match" in await selfcheck.canary(line)
        assert await told(check, watch) == ["⚠️ Le contrôle quotidien a échoué"]
        line.book = book
        assert await selfcheck.canary(line) == ""
        line.catalogues = {"fr": Torn()}
        assert (await selfcheck.canary(line)).endswith("ValueError: a torn catalogue")
        example = replace(book.placed[0][1].examples[0], text="Il pleut.")
        assert selfcheck._tried(line, book.sets[0].id, example) == ""


async def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less room than we ask for."""
    monkeypatch.setattr(notices, "ROOM", 1 << 40)
    async with checking(tmp_path) as (check, watch):
        assert await told(check, watch) == ["⚠️ Le disque est presque plein"]


async def test_a_store_that_fails_is_no_defect(tmp_path: Path) -> None:
    """The log says it."""
    async with checking(tmp_path) as (check, watch):
        store = await Store.open("sqlite://", now=watch.clock())
        await store._run((), lambda db: db.exec_driver_sql("DROP TABLE notices"))
        check.line.store = store
        await check.run()
        with pytest.raises(StoreError):
            await check._run()
        await store.close()
