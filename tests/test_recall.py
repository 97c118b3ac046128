"""A daemon that starts again goes on with the stories as it left them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.servers import Server, reply
from tests.watching import item, rss, watching
from watcher import recall
from watcher.chronicle import Chronicle
from watcher.model import ChatSpec

NEWS = (
    ("Le H200 passe la douane", "Une première livraison de H200 est arrivée à Shanghai lundi."),
    ("Shanghai reçoit ses H200", "La première livraison de H200 est entrée lundi à Shanghai."),
    ("Du tabac saisi à Calais", "La douane a trouvé deux tonnes de cigarettes dans un camion."),
)


def known(chronicle: Chronicle) -> tuple[Any, ...]:
    """Say what a chronicle has come to: places, messages with their articles, the ledger."""
    return (
        [(one.article.id, one.placement.story, one.placement.event, one.placement.decision)
         for one in chronicle.window.members],
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
            line.chronicle = again
            site.answers["/flux"] = reply(rss(*items(3)))
            watch.clock.now += timedelta(hours=7)
            await watch.work()
            stories = await watch.store.stories()
            assert sorted(story.articles for story in stories) == [1, 2]
            told = await watch.store.told_of(stories[-1].id)
            assert [one.articles for one in told] == [2]


def items(count: int) -> list[str]:
    """Write the first entries of a feed."""
    return [item(n, title=title, text=text) for n, (title, text) in enumerate(NEWS[:count], 1)]
