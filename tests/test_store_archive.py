"""The archive: every article is found by its words, whoever wrote them how, as long as its text is kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.newsroom import H200, NOW, name, subscribed, verdict, waiting
from watcher.claims import Aside, Why, Zone, ZoneKind
from watcher.model import Article, ArticleId, Decision, Pending
from watcher.searching import terms
from watcher.store import Store


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


def article(title: str, text: str, chrome: str = "") -> Article:
    """Write an article with a line of page furniture."""
    zones = [Zone(kind=ZoneKind.BODY, start=0, end=len(text))]
    if chrome:
        end = len(text) + 1 + len(chrome)
        zones.append(Zone(kind=ZoneKind.CHROME, start=len(text) + 1, end=end))
    return Article(title=title, text=f"{text}\n{chrome}", zones=tuple(zones))


async def keep(
    store: Store, number: int, told: Article, known: ArticleId | None = None
) -> ArticleId:
    """Have an article read."""
    pending: Pending = replace(await waiting(store, number), article=known)
    judged = verdict(H200, decision=Decision.REVISION if known else Decision.FIRST)
    asides = (Aside("GH200", Why.OTHER),)
    recorded = await store.record(
        pending,
        replace(judged, article=told, asides=asides),
        aliases=[name(f"puces.example/{number}")],
        drafts=[],
        sentences=[],
        host="puces.example",
        now=NOW,
    )
    return recorded.article


async def found(store: Store, written: str, *, limit: int = 9, offset: int = 0) -> list[int]:
    """Search for what somebody typed."""
    rows = await store.search(terms(written), limit=limit, offset=offset)
    return [id_ for id_, _ in rows]


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("h200", [1, 2]),
        ("H-200", [1, 2]),
        ("h 200", [2]),
        ("PEKIN", [1]),
        ("Pékin douane", [1]),
        ("“feu vert”", [2]),
        ('"vert feu"', []),
        ("autoris*", [2]),
        ("autoris", []),
        ("l'importation", [1]),
        ("œuvre", [2]),
        ("oeuvre", [2]),
        ("mobile", []),  # page furniture
        ("H200 -pekin OR NEAR(", []),
        ("", []),
    ],
)
async def test_words_are_compared_as_rules_do(store: Store, written: str, ids: list[int]) -> None:
    """Case, accents, apostrophes and ligatures make no difference; phrases and beginnings may be asked."""
    await keep(store, 1, article("Le H200 à Pékin", "La douane bloque l’importation.", "Mobile"))
    await keep(store, 2, article("Feu vert", "Le H‑200 est autorisé, une œuvre. Le feu\u00a0vert."))
    assert sorted(await found(store, written)) == ids


async def test_the_best_come_first_page_by_page(store: Store) -> None:
    """A title says more than a text; of two alike the newer comes first."""
    for number, title in enumerate(("Rien", "Le quota", "Rien"), 1):
        await keep(store, number, article(title, "Un quota est fixé."))
    assert await found(store, "quota") == [2, 3, 1]
    assert await found(store, "quota", limit=2) == [2, 3]
    assert await found(store, "quota", limit=2, offset=2) == [1]
    [(_, first)] = await store.search(terms("quota"), limit=1)
    assert (first.title, first.text) == ("Le quota", "Un quota est fixé.\n")


async def test_an_edited_article_is_found_by_its_new_words(store: Store) -> None:
    """What it no longer says finds it no longer."""
    id_ = await keep(store, 1, article("Le H20", "Interdit."))
    await keep(store, 2, article("Le H200", "Permis."), known=id_)
    assert (await found(store, "interdit"), await found(store, "permis")) == ([], [1])


async def test_what_is_pruned_is_found_no_more(store: Store) -> None:
    """The words go with the text."""
    await keep(store, 1, article("Le H200", "Permis."))
    await store.prune(NOW + timedelta(days=89))
    assert await found(store, "permis") == [1]
    await store.prune(NOW + timedelta(days=91))
    assert await found(store, "permis") == []


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
async def test_anything_may_be_stored_and_typed(text: str, written: str) -> None:
    """No text and no question is an error; what was typed as it stands is found."""
    store = await Store.open("sqlite://", now=NOW)
    await keep(store, 1, article("Le H200", text))
    assert set(await found(store, written)) <= {1}
    assert await found(store, "h200 le") == [1]
    await store.close()


async def test_why(store: Store) -> None:
    """What was decided and set aside is kept as it was; a chat's opinion may change."""
    [chat, other] = await subscribed(store, "7", "8")
    assert await store.judged(ArticleId(1), chat.id) is None
    id_ = await keep(store, 1, article("Le H200", "Permis."))
    judged = await store.judged(id_, chat.id)
    assert judged is not None
    assert (judged.decision, judged.story, judged.useful) == (Decision.FIRST, None, None)
    assert judged.matches == verdict(H200).matches
    assert judged.asides == (Aside("GH200", Why.OTHER),)
    for useful in (True, False, False):
        await store.rate(chat.id, id_, useful=useful, now=NOW)
        again = await store.judged(id_, chat.id)
        assert again is not None
        assert again.useful is useful
    unasked = await store.judged(id_, other.id)
    assert unasked == judged
