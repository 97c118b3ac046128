"""Digests and quiet hours as a chat lives them: the real line and store, and a clock that is moved."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.newsroom import MINUTE
from tests.servers import Server, reply
from tests.telegram_html import parse
from tests.watching import Watch, item, rss, watching
from watcher import recall, reviews
from watcher.model import Chat, ChatSpec, Kind
from watcher.preferences import Choices
from watcher.store import Store

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWS = (
    "Une première livraison de H200 arrive au port de Shanghai.",
    "Le fabricant relève le prix de la H200 pour les écoles.",
    "Un supercalculateur breton reçoit deux mille H200 neuves.",
    "La H200 manque dans les entrepôts de Rotterdam.",
    "Des H200 de contrebande sont saisies à Busan.",
    "Un assureur refuse de couvrir les H200 d’occasion.",
    "La chaleur des H200 chauffera une piscine à Lyon.",
)
NIGHT: Choices = {
    "quiet": {"start": "22:00", "end": "07:00", "days": [*range(7)], "silently": False}
}


def paris(spelled: str) -> datetime:
    """Read a time of Paris."""
    return datetime.fromisoformat(spelled).replace(tzinfo=PARIS).astimezone(UTC)


class Life:
    """A chat's days: articles come, digests are written, messages arrive."""

    def __init__(self, watch: Watch, site: Server, folder: Path) -> None:
        self.watch, self.site, self.folder = watch, site, folder
        self.read = 0
        self.lived: list[tuple[str, Kind, str]] = []

    @property
    def chat(self) -> Chat:
        """The only chat."""
        return self.watch.line.chats[0]

    async def choose(self, choices: Choices) -> None:
        """Choose anew, as a subscriber does."""
        line = self.watch.line
        await self.watch.store.choose(self.chat.id, choices)
        line.chats = await self.watch.store.chats()
        await reviews.replan(line, self.chat)

    async def hear(self, at: str) -> None:
        """Have an article come."""
        self.watch.clock.now = paris(at)
        self.read += 1
        items = [item(n, text=text, title=text) for n, text in enumerate(NEWS[: self.read], 1)]
        self.site.answers["/flux"] = reply(rss(*items))
        for feed in await self.watch.store.feeds():
            await self.watch.line.poll(feed)
        for pending in await self.watch.store.pending(self.watch.clock(), limit=9):
            await self.watch.line.read(pending)
        await self.look()

    async def wait(self, until: str, step: timedelta = 20 * MINUTE) -> None:
        """Let time pass."""
        while self.watch.clock.now < paris(until):
            self.watch.clock.now += step
            await self.look()

    async def look(self) -> None:
        """Do what the daemon does again and again."""
        await reviews.write_due(self.watch.line)
        at = f"{self.watch.clock.now.astimezone(PARIS):%d %H:%M}"
        for delivery in await self.watch.sent():
            self.lived.append((at, delivery.kind, parse(delivery.message.html).text))

    async def restart(self) -> None:
        """Stop, and start again from what is stored."""
        watch = self.watch
        await watch.store.close()
        watch.store = watch.line.store = await Store.open(
            f"sqlite:///{self.folder}/watcher.db", now=watch.clock()
        )
        watch.line.chronicle = await recall.chronicle(
            watch.store, watch.line.book, watch.line.catalogues, now=watch.clock()
        )

    def heard(self) -> list[str]:
        """Return when which kind of message came."""
        return [f"{at} {kind}" for at, kind, _ in self.lived]


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A chat that follows everything, in French."""
    async with Server() as site:
        site.answers = {"/flux": reply(rss())}
        async with watching(tmp_path, site.url("/flux"), pages=False) as watch:
            yield Life(watch, site, tmp_path)


@pytest.mark.parametrize(
    ("days", "slots"),
    [
        (("2026-03-28", "2026-03-29", "2026-03-30"), ["28 02:30", "29 03:00", "30 02:30"]),
        (("2026-10-24", "2026-10-25", "2026-10-26"), ["24 02:30", "25 02:30", "26 02:30"]),
    ],
)
async def test_the_nights_when_clocks_are_moved(
    life: Life, days: tuple[str, str, str], slots: list[str]
) -> None:
    """One digest a day at the hour that is skipped or comes twice, whenever we were restarted."""
    await life.hear(f"{days[0]}T00:10")
    await life.choose({"rhythm": "daily", "at": "02:30"})
    assert life.heard() == [f"{slots[0][:2]} 00:10 new"]
    for day in days:
        await life.hear(f"{day}T00:40")
        await life.restart()
        await life.hear(f"{day}T01:00")
        await life.wait(f"{day}T01:40")
        await life.restart()
        await life.wait(f"{day}T06:00", step=10 * MINUTE)
        await life.restart()
        await life.wait(f"{day}T23:50", step=HOUR)
    assert life.heard()[1:] == [f"{slot} digest" for slot in slots]
    texts = [text for _, _, text in life.lived[1:]]
    assert all("2 articles." in text for text in texts)
    for number, title in enumerate(NEWS[1:7]):
        assert [title.rstrip(".") in text for text in texts].index(True) == number // 2
        assert sum(title.rstrip(".") in text for text in texts) == 1


async def test_a_digest_that_comes_late_says_so(life: Life) -> None:
    """The daemon stood still over the hour of a digest: it is sent once, marked, and only then."""
    await life.choose({"rhythm": "daily", "at": "18:30"})
    await life.hear("2026-01-30T16:45")
    await life.hear("2026-01-30T18:30")  # on the stroke: in the next one
    await life.restart()
    life.watch.clock.now = paris("2026-01-31T09:00")
    await life.look()
    await life.wait("2026-01-31T18:20")
    life.watch.clock.now = paris("2026-02-01T09:00")
    await life.look()
    await life.wait("2026-02-05T12:00", step=HOUR)
    assert life.heard() == ["30 18:30 digest", "01 09:00 digest"]
    first, late = (text for _, _, text in life.lived)
    assert first.startswith("Votre revue du 30 janvier, 18:30\n")
    assert late.startswith("Votre revue du 31 janvier, 18:30 (retardée)\n")


async def test_a_quiet_night(life: Life) -> None:
    """What comes in the night is there in the morning; without quiet hours it comes at once."""
    await life.choose(NIGHT)
    await life.hear("2026-01-30T23:00")
    await life.hear("2026-01-31T06:59")
    await life.restart()
    await life.wait("2026-01-31T12:00")
    assert life.heard() == ["31 07:19 new", "31 07:19 new"]
    await life.hear("2026-01-31T23:00")
    await life.choose({"quiet": None})
    await life.look()
    assert life.heard()[2:] == ["31 23:00 new"]


async def test_who_chooses_anew_loses_nothing(life: Life) -> None:
    """A digest that is being gathered comes at the new hour, or at once."""
    await life.choose({"rhythm": "daily", "at": "18:30"})
    await life.hear("2026-01-30T12:00")
    await life.choose({"at": "13:30"})
    await life.hear("2026-01-30T12:30")
    await life.restart()
    await life.wait("2026-01-30T16:00", step=10 * MINUTE)
    await life.hear("2026-01-30T16:10")
    await life.choose({"rhythm": "instant"})
    await life.look()
    await life.hear("2026-01-30T16:20")
    assert life.heard() == ["30 13:30 digest", "30 16:10 digest", "30 16:20 new"]
    assert "2 articles." in life.lived[0][2]
    assert "Prochaine revue" not in life.lived[1][2]


async def test_a_digest_follows_a_chat_that_moved(life: Life) -> None:
    """A group that became another chat gets what was gathered for it there."""
    await life.choose({"rhythm": "daily", "at": "18:30"})
    await life.hear("2026-01-30T12:00")
    chats = await life.watch.store.sync_chats(
        [ChatSpec(address="1"), ChatSpec(address="2")], channel="console", now=life.watch.clock()
    )
    await life.watch.store.move(chats[0].id, address="2")
    await life.wait("2026-01-31T12:00")
    assert life.heard() == ["30 18:40 digest"]


async def test_who_follows_nothing_more_gets_no_digest(life: Life) -> None:
    """A digest of what nobody wants any more is not sent."""
    await life.choose({"rhythm": "daily", "at": "18:30"})
    await life.hear("2026-01-30T12:00")
    await life.watch.store.follow(life.chat.id, [], everything=False)
    await life.wait("2026-01-31T12:00")
    assert life.lived == []
    assert await life.watch.store.due_digests(life.watch.clock()) == []
