"""A daemon that starts again goes on with the stories as it left them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from tests.newsroom import NOW, placed, waiting
from tests.seeds import seed
from tests.servers import Server, reply
from tests.watching import item, rss, watching
from watcher import articles, pipeline, recall, rulebook
from watcher.chronicle import Chronicle
from watcher.model import ChatSpec, Verdict
from watcher.store import Remembered, Store
from watcher.store.opening import WRITE
from watcher.store.schema import articles as table

NEWS = (
    ("Le H200 passe la douane", "Une première livraison de H200 est arrivée à Shanghai lundi."),
    ("Shanghai reçoit ses H200", "La première livraison de H200 est entrée lundi à Shanghai."),
    ("Du tabac saisi à Calais", "La douane a trouvé deux tonnes de cigarettes dans un camion."),
)


def known(chronicle: Chronicle) -> tuple[Any, ...]:
    """Say what a chronicle has come to: places, weights, messages with their articles, the ledger."""
    return (
        [(one.article, one.placement.story, one.placement.event, one.placement.decision)
         for one in chronicle.window.members],
        chronicle.window.words,
        {
            key: (*([piece.id for piece in some] for some in (living.pieces, living.past)),
                  living.rule_sets, living.kind, living.slot, living.sent_at)
            for key, living in chronicle.told.items()
        },
        chronicle.under,
        chronicle.ledger(),
    )  # fmt: skip


async def test_stories_survive_a_restart(tmp_path: Path) -> None:
    """What is put together from the store is what the line had in memory; the next article joins it."""
    async with Server() as site:
        site.answers = {"/flux": reply(rss(*items(2)))}
        async with watching(tmp_path, site.url("/flux"), pages=False) as watch:
            line = watch.line
            line.chats = await watch.store.sync_chats(
                [ChatSpec(address="2")], channel="console", now=watch.clock()
            )
            await watch.work()
            again = await recall.chronicle(
                watch.store, line.book, line.catalogues, now=watch.clock()
            )
            assert known(again) == known(line.chronicle)
            assert [len(living.pieces) for living in again.told.values()] == [2]
            first = line.chronicle.window.members[0].article.published
            for one in (again, line.chronicle):
                one.forget(first + timedelta(minutes=1))
                assert len(one.window.members) == 1
            assert known(again) == known(line.chronicle)
            again = await recall.chronicle(
                watch.store, line.book, line.catalogues, now=watch.clock()
            )
            line.chronicle = again
            site.answers["/flux"] = reply(rss(*items(3)))
            watch.clock.now += timedelta(hours=7)
            await watch.work()
            stories = await watch.store.stories()
            assert sorted(story.articles for story in stories) == [1, 2]
            told = await watch.store.told_of(stories[-1].id)
            assert [one.articles for one in told] == [2]


async def remembered(store: Store, verdict: Verdict) -> Remembered:
    """Store an article of a story, and read it again."""
    await store.record(
        await waiting(store),
        verdict,
        aliases=[],
        drafts=[],
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=placed(None),
    )
    (one,) = await store.remembered(NOW)
    assert not await store.remembered(NOW, one.member.article)
    return one


async def test_what_was_judged_is_not_judged_again() -> None:
    """The claims of an article come from the store; from its text where the rules are others now."""
    book = rulebook.read(rulebook.SHIPPED)
    judged = pipeline.judge(articles.from_text("", seed("002")), book)
    store = await Store.open("sqlite:///:memory:", now=NOW)
    try:
        one = await remembered(store, judged)
        assert one.stances == judged.stances
        await store._run(WRITE, lambda db: db.execute(update(table).values(text="", title="")))
        (bare,) = await store.remembered(NOW)
        assert recall.verdict(bare, book).stances == judged.stances
        assert not recall.verdict(bare, replace(book, hash="other")).stances
        await store._run(WRITE, lambda db: db.execute(update(table).values(stances={"h200": {}})))
        (old,) = await store.remembered(NOW)
        assert old.stances is None
    finally:
        await store.close()


async def test_texts_stay_while_stories_want_them() -> None:
    """What is remembered can be read again for 200 days, not its title alone."""
    store = await Store.open("sqlite:///:memory:", now=NOW)
    try:
        book = rulebook.read(rulebook.SHIPPED)
        judged = pipeline.judge(articles.from_text("", seed("002")), book)
        one = await remembered(store, judged)
        await store.prune(NOW + timedelta(days=199))
        assert await store.remembered(NOW) == [one]
        await store.prune(NOW + timedelta(days=201))
        (bare,) = await store.remembered(NOW)
        assert bare.article.text == ""
    finally:
        await store.close()


def items(count: int) -> list[str]:
    """Write the first entries of a feed."""
    return [item(n, title=title, text=text) for n, (title, text) in enumerate(NEWS[:count], 1)]
