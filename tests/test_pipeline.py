"""The straight line on a real store, a real HTTP client and real workers: only the sites are made up."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fetching import NOW
from tests.servers import Answer, Server, hang_up, redirect, reply, validated
from tests.watching import PROSE, RULES, item, page, rss, watching
from watcher import articles, locales, pipeline, rulebook
from watcher.chronicle import Chronicle
from watcher.errors import (
    ExtractError,
    FetchError,
    ForbiddenAddressError,
    RobotsError,
    WorkerError,
)
from watcher.model import Chat, ChatId, ChatSpec, Decision, Origin, RuleSetId


async def test_an_article_goes_from_feed_to_outbox(tmp_path: Path) -> None:
    """One article that two rule sets match is one message, which quotes the page and names the rules."""
    async with Server() as site:
        site.answers = {
            "/flux": reply(rss(item(1, link=site.url("/a?utm_source=rss")))),
            "/a": page("Le H200 passe la douane"),
        }
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            (delivery,) = await watch.sent()
            assert "<b>H200</b>" in delivery.message.html
            assert "Les <b>douanes</b> chinoises" in delivery.message.html
            assert watch.line.tally.alerts == 1


async def test_an_unchanged_feed_costs_one_request_and_no_parse(tmp_path: Path) -> None:
    """The second poll asks conditionally, starts no worker and tells nothing."""
    async with Server() as site:
        site.answers = {"/flux": validated(rss(item(1)), '"v1"')}
        async with watching(tmp_path, site.url("/flux"), pages=False) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1
            watch.clock.now += timedelta(hours=7)
            await watch.work()
            assert await watch.sent() == []
            assert site.asked == ["/flux", "/flux"]
            assert watch.line.tally.unchanged == 1
            assert "parse" in watch.line.tally.seconds


async def test_two_feeds_one_article_one_alert(tmp_path: Path) -> None:
    """Another id and a tracked link in another feed make no second article."""
    async with Server() as site:
        site.answers = {
            "/une": reply(rss(item(1, link=site.url("/a")))),
            "/tech": reply(rss(item(2, guid="autre", link=site.url("/a?xtor=RSS-16")))),
            "/a": page("Le H200 passe la douane"),
        }
        async with watching(tmp_path, site.url("/une"), site.url("/tech")) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1
            assert site.asked.count("/a") == 1


async def test_ids_count_within_their_feed(tmp_path: Path) -> None:
    """Two feeds of one site that both number their entries from one tell two articles."""
    async with Server() as site:
        site.answers = {
            "/une": reply(rss(item(1, guid="1", link=site.url("/a"), title="Le H200 arrive"))),
            "/tech": reply(rss(item(2, guid="1", link=site.url("/b"), title="Un H200 perdu"))),
        }
        async with watching(tmp_path, site.url("/une"), site.url("/tech"), pages=False) as watch:
            await watch.work()
            assert len(await watch.sent()) == 2


async def test_a_used_id_on_another_article_is_no_edit(tmp_path: Path) -> None:
    """A feed that gives its id away again loses no alert."""
    async with Server() as site:
        first = item(1, guid="une", link=site.url("/a"), title="Le H200 arrive")
        second = item(2, guid="une", link=site.url("/b"), title="Pékin bloque toute livraison")
        site.answers = {"/flux": reply(rss(first))}
        async with watching(tmp_path, site.url("/flux"), pages=False) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1
            site.answers["/flux"] = reply(rss(second.replace("Une première", "Le H200 : une")))
            for _ in range(2):
                watch.clock.now += timedelta(hours=7)
                await watch.work()
            assert len(await watch.sent()) == 1


async def test_a_link_in_disguise_is_recognised_after_its_redirect(tmp_path: Path) -> None:
    """A short link that leads to a known page adds a name, not an alert."""
    async with Server() as site:
        site.answers = {
            "/flux": reply(rss(item(1, link=site.url("/a")), item(2, link=site.url("/x9")))),
            "/a": page("Le H200 passe la douane"),
            "/x9": redirect("/a"),
        }
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1


async def test_dead_links_that_lead_to_one_page_stay_apart(tmp_path: Path) -> None:
    """Two entries sent to the same section page are two articles, each judged by its feed's text."""
    async with Server() as site:
        section = page("Toute l’actualité", *["Un résumé du jour sans rapport avec le sujet."] * 9)
        site.answers = {
            "/flux": reply(
                rss(
                    item(1, link=site.url("/mort1"), title="Pékin bloque le H200"),
                    item(2, link=site.url("/mort2"), title="Tokyo commande mille H200"),
                )
            ),
            "/mort1": redirect("/actu"),
            "/mort2": redirect("/actu"),
            "/actu": section,
        }
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            assert len(await watch.sent()) == 2


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (reply(b"", status=404), "la page n’existe plus"),
        (reply(b"", status=403), "n’a pas pu être ouverte"),
        (reply(b"%PDF-1.7", content_type="application/pdf"), "mène à un fichier"),
        (
            reply(b"<html><body></body></html>", content_type="text/html"),
            "aucun article n’a été trouvé",
        ),
    ],
)
async def test_without_its_page_the_feed_speaks(tmp_path: Path, answer: Answer, note: str) -> None:
    """Whatever is wrong with the page, the alert comes, and says where its text is from."""
    async with Server() as site:
        site.answers = {"/flux": reply(rss(item(1, link=site.url("/a")))), "/a": answer}
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            (delivery,) = await watch.sent()
            assert note in delivery.message.html


async def test_robots_are_obeyed(tmp_path: Path) -> None:
    """A page that robots.txt closes is not fetched."""
    async with Server() as site:
        site.answers = {
            "/flux": reply(rss(item(1, link=site.url("/a")))),
            "/robots.txt": reply(b"User-agent: *\nDisallow: /a\n", content_type="text/plain"),
            "/a": page("Le H200 passe la douane"),
        }
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1
            assert "/a" not in site.asked


async def test_a_page_that_fails_for_now_is_tried_again(tmp_path: Path) -> None:
    """Two more tries within minutes; then the feed's own text must do."""
    async with Server() as site:
        site.answers = {"/flux": reply(rss(item(1, link=site.url("/a")))), "/a": hang_up}
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            assert await watch.sent() == []
            for minutes in (2, 6):
                watch.clock.now += timedelta(minutes=minutes)
                await watch.work()
            watch.clock.now += timedelta(minutes=10)
            await watch.work()
            assert len(await watch.sent()) == 1


async def test_an_edited_article_is_told_only_where_it_is_new(tmp_path: Path) -> None:
    """A corrected text alerts nobody again; a rule set that now matches does."""
    async with Server() as site:
        first = item(1, title="Le H200 arrive", text="Une livraison est arrivée.")
        second = item(1, title="Le H200 arrive", text="La douane a laissé passer la livraison.")
        third = item(1, title="Le H200 arrive", text="La douane a laissé passer une livraison.")
        site.answers = {"/flux": reply(rss(first))}
        async with watching(tmp_path, site.url("/flux"), pages=False) as watch:
            await watch.work()
            assert len(await watch.sent()) == 1
            for edited, alerts in ((second, 1), (third, 0)):
                site.answers["/flux"] = reply(rss(edited))
                for _ in range(2):
                    watch.clock.now += timedelta(hours=7)
                    await watch.work()
                assert len(await watch.sent()) == alerts


async def test_a_sentence_common_on_its_site_is_no_evidence(tmp_path: Path) -> None:
    """What stood in three articles of a site is furniture in the fourth."""
    teaser = "Notre dossier complet sur le H200 est à retrouver en kiosque dès ce mercredi matin."
    async with Server() as site:
        items = [item(n, link=site.url(f"/{n}"), title=f"Actualité {n}") for n in range(1, 5)]
        site.answers = {"/flux": reply(rss(*items))}
        for n in range(1, 5):
            lines = [line.replace(".", f", au point numéro {n} du jour.") for line in PROSE[1:]]
            site.answers[f"/{n}"] = page(f"Actualité {n}", *lines, teaser)
        async with watching(tmp_path, site.url("/flux")) as watch:
            await watch.work()
            assert watch.line.tally.matches == 3


async def test_a_feed_that_fails_is_asked_later_and_says_why(tmp_path: Path) -> None:
    """An error page, a dead server and a 410 end in a sentence and a later date, nothing else stops."""
    async with Server() as site:
        site.answers = {
            "/html": reply(b"<html><body>Bonjour</body></html>", content_type="text/html"),
            "/mort": hang_up,
            "/fini": reply(b"", status=410),
            "/lent": reply(b"", status=429, retry_after="7200"),
        }
        urls = [site.url(path) for path in site.answers]
        async with watching(tmp_path, *urls) as watch:
            await watch.work()
            feeds = {feed.url: feed for feed in await watch.store.feeds()}
            assert all(feed.error and feed.failures == 1 for feed in feeds.values())
            assert feeds[site.url("/fini")].state == "gone"
            pause = feeds[site.url("/lent")].due_at - watch.clock()
            assert pause >= timedelta(hours=2)
            assert [failure["url"] for failure in watch.line.tally.failed] == urls


def test_judge_and_drafts_are_pure(tmp_path: Path) -> None:
    """A verdict needs no store; a subscriber gets only the rule sets that are new to them."""
    (tmp_path / "a.yaml").write_text(RULES.format(name="a", title="A", word="H200"), "utf-8")
    (tmp_path / "b.yaml").write_text(RULES.format(name="b", title="B", word="puce"), "utf-8")
    book = rulebook.read(tmp_path)
    article = articles.from_text("", "Les puces H200 arrivent à bon port, selon la douane.")
    verdict = pipeline.judge(article, book)
    assert verdict.decision is Decision.FIRST
    assert verdict.rule_sets == ("a", "b")
    chats = [
        Chat(id=ChatId(1), spec=ChatSpec(address="1")),
        Chat(id=ChatId(2), spec=ChatSpec(address="2", rule_sets=(RuleSetId("b"),))),
        Chat(id=ChatId(3), spec=ChatSpec(address="3", rule_sets=(RuleSetId("c"),))),
    ]
    told = frozenset({(ChatId(1), RuleSetId("a"))})
    chronicle = Chronicle(book, locales.catalogues(), locales.frequencies())
    found = pipeline.drafts(verdict, chats, chronicle, told, host="puces.example", now=NOW)
    assert [(draft.chat, draft.rule_sets) for draft in found] == [(1, ("b",)), (2, ("b",))]
    assert {draft.due_at for draft in found} == {NOW}


@pytest.mark.parametrize(
    ("error", "origin"),
    [
        (RobotsError("non"), Origin.ROBOTS),
        (ForbiddenAddressError("privée"), Origin.UNAVAILABLE),
        (ExtractError("vide"), Origin.EMPTY),
        (FetchError("absent", status=404), Origin.MISSING),
        (FetchError("payant", status=402), Origin.UNAVAILABLE),
        (FetchError("panne", status=503), None),
        (FetchError("coupure"), None),
        (WorkerError("trop lent"), None),
    ],
)
def test_settled(error: FetchError | ExtractError | WorkerError, origin: Origin | None) -> None:
    """Only what may pass by itself is worth another try."""
    assert pipeline.settled(error) is origin
