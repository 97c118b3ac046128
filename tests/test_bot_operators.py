"""Operators ask what becomes of a text, and nothing comes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from tests.chatting import desked, said, texts
from tests.seeds import seed
from tests.servers import Server, reply
from tests.store_dump import dump
from tests.telegram_html import parse
from tests.watching import PROSE, Watch, item, page, rss
from watcher import rulebook
from watcher.bot.desk import Desk
from watcher.chronicle import Chronicle
from watcher.dialogue import Say
from watcher.preferences import Level

BOSS = 42
NEWS = "Le H200 passe la douane\nUne première livraison de H200 est arrivée à Shanghai lundi."


@asynccontextmanager
async def operated(folder: Path, site: Server) -> AsyncIterator[tuple[Desk, Watch]]:
    """Have a desk whose line has read one article of a story."""
    site.answers |= {
        "/flux": reply(rss(item(1, title="Le H200 passe la douane", text=NEWS))),
        "/article": page("Puces, épisode 2 : le H200 passe la douane"),
        "/image": reply(b"GIF89a", content_type="image/gif"),
    }
    async with desked(folder, site.url("/flux"), administrators=(BOSS,)) as (desk, watch):
        await watch.work()
        yield desk, watch


async def ask(desk: Desk, text: str, *, link: str = "", sender: int = BOSS) -> list[str]:
    """Send a text in private; return what is read, tags away."""
    replies = await desk.answer(said(text=text, link=link, sender=sender, language="fr"))
    assert all(isinstance(one, Say) for one in replies)
    return [parse(one).text for one in texts(*replies)]


async def test_a_text_is_judged_placed_and_rendered(tmp_path: Path) -> None:
    """Zones, verdicts, story and messages; and the database is as it was."""
    async with Server() as site, operated(tmp_path, site) as (desk, watch):
        before, known = await dump(watch.store), len(desk.line.chronicle.window.members)
        told, who, message, *rest = await ask(desk, NEWS)
        assert told.startswith("Le H200 passe la douane\nLu, en signes\u00a0: titre 23, corps 60.")
        assert "✓ h200/cite\u00a0: s’applique, " in told
        assert "✓ douane/cite\u00a0: s’applique, 3" in told
        assert "Il rejoindrait le fil 1\u00a0: Le H200 passe la douane" in told
        assert "copy. Il reprend le texte" in told
        assert who == "un nouvel abonné\u00a0: un nouveau message, avec son"
        assert message.startswith("🔔 Alerte")
        assert await dump(watch.store) == before
        assert len(desk.line.chronicle.window.members) == known
        assert all(chat.spec.address == "1" for chat in watch.line.chats)
        assert rest == ["1 conversation ne recevrait rien."], "that one has had it from this site"


async def test_the_message_that_each_would_get(tmp_path: Path) -> None:
    """One that follows everything, a newcomer, and one who would get nothing."""
    async with Server() as site, operated(tmp_path, site) as (desk, watch):
        quiet = await watch.store.join("telegram", "77", language="fr", now=watch.clock())
        await watch.store.follow(quiet.id, [watch.line.book.sets[0].id], everything=False)
        await desk.refresh()
        watch.clock.now += timedelta(days=60)  # too late to be of the story
        told, *messages = await ask(
            desk,
            "Un musée de Lyon expose un H200\nLes visiteurs pourront voir la carte jusqu’à dimanche soir.",
        )
        assert "✗ douane/cite\u00a0: ne s’applique pas (no word of `mot`)" in told
        assert "Il ouvrirait un fil." in told
        assert messages[0] == "1 conversation, un nouvel abonné\u00a0: un nouveau message, avec son"
        assert "Un musée de Lyon" in messages[1]
        assert messages[-1] == "1 conversation ne recevrait rien."
        assert watch.line.chats[0].spec.level is Level.ALL


async def test_what_no_rule_holds_for(tmp_path: Path) -> None:
    """It says why not, and that nobody is told."""
    async with Server() as site, operated(tmp_path, site) as (desk, _):
        [told] = await ask(desk, "Il pleut sur Nantes.")
        assert told.startswith("Sans titre\nLu, en signes\u00a0: ")
        assert told.endswith("Aucune règle ne s’applique\u00a0: personne n’est prévenu.")


async def test_a_link_is_fetched(tmp_path: Path) -> None:
    """Through the line's own guard; a page that gives nothing leaves the text beside it."""
    async with Server() as site, operated(tmp_path, site) as (desk, _):
        url = site.url("/article")
        told, *_ = await ask(desk, url, link=url)
        assert told.startswith("Puces, épisode 2 : le H200 passe la douane")
        url = site.url("/image")
        [told] = await ask(desk, url, link=url)
        assert told == f"{url} is no page: give the address of an article"
        told, *_ = await ask(desk, f"{' '.join(PROSE)}\n{url}", link=url)
        assert "✓ h200/cite" in told
        [told] = await ask(desk, "http://10.0.0.1/", link="http://10.0.0.1/")
        assert "10.0.0.1" in told


async def test_only_operators_and_only_in_private(tmp_path: Path) -> None:
    """What others write is left alone."""
    async with Server() as site, operated(tmp_path, site) as (desk, _):
        assert await ask(desk, NEWS, sender=7) == []
        assert await desk.answer(said(text=NEWS, sender=BOSS, address="-1001")) == []
        assert [one.startswith("There is nothing") for one in await ask(desk, " ")] == [True]
        answer = texts(*await desk.answer(said("status", sender=7, language="fr")))
        assert answer == ["Je ne connais pas cette commande. Essayez /regles ou /aide."]


async def test_the_status_in_words(tmp_path: Path) -> None:
    """The figures of `watcher status`."""
    async with Server() as site, operated(tmp_path, site) as (desk, _):
        [told] = texts(*await desk.answer(said("status", sender=BOSS, language="fr")))
        assert told == (
            "Flux interrogés\u00a0: 1\u202f; en panne\u00a0: 0\u202f; disparus\u00a0: 0.\n"
            "Articles lus\u00a0: 1\u202f; correspondances\u00a0: 2\u202f; alertes\u00a0: 2.\n"
            "Conversations\u00a0: 1\u202f; injoignables\u00a0: 0.\n"
            "À lire\u00a0: 0\u202f; à envoyer\u00a0: 1."
        )


async def test_what_the_shipped_rules_read(tmp_path: Path) -> None:
    """A seed, as the operator of the shipped rules sees it: what it answers, of whom, and the alert."""
    async with desked(tmp_path, administrators=(BOSS,)) as (desk, watch):
        watch.line.book = rulebook.read(rulebook.SHIPPED)
        watch.line.chronicle = Chronicle(
            watch.line.book, watch.line.catalogues, watch.line.chronicle.known
        )
        told, who, message, *_ = await ask(desk, seed("004"))
        assert "\n🔴 Fermé, côté Chine · export-ban\n" in told
        assert "✓ h200/" in told
        assert "(no word of `" in told
        assert "Il ouvrirait un fil.\nfirst. C’est le premier article" in told
        assert who == "1 conversation, un nouvel abonné\u00a0: un nouveau message, avec son"
        assert message.startswith("🔴 Fermé, côté Chine")
