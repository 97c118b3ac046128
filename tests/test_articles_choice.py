"""The page or the feed."""

from datetime import UTC, datetime

import pytest

from watcher.articles import choose, from_text
from watcher.model import Article, Entry, Origin, Precision, Published, ZoneKind

SHORT = "Pékin fixe un quota de puces importées pour les centres de données du pays."
LONG = " ".join([SHORT] * 8)
DAY = Published(at=datetime(2026, 1, 14, tzinfo=UTC), precision=Precision.DAY)
TIME = Published(at=datetime(2026, 1, 14, 9, tzinfo=UTC), precision=Precision.TIME)


def page(text: str = LONG, *, title: str = "Un quota", origin: Origin = Origin.PAGE) -> Article:
    given = from_text(title, text, url="https://puces.example/quota", published=DAY)
    return Article(
        title=given.title,
        text=given.text,
        zones=given.zones,
        url=given.url,
        canonical="https://puces.example/quota",
        site="Puces",
        author="",
        language="",
        published=given.published,
        origin=origin,
    )


def entry(text: str = SHORT, *, title: str = "Le quota") -> Entry:
    return Entry(
        url="https://puces.example/r?id=1",
        title=title,
        summary=text,
        author="Nadia Exemple",
        language="fr",
        published=TIME,
    )


@pytest.mark.parametrize(
    "reason",
    [origin for origin in Origin if origin not in {Origin.PAGE, Origin.GIVEN}],
)
def test_no_page(reason: Origin) -> None:
    """Without a page, the feed's own text is judged, and the article says why."""
    article = choose(reason, entry())
    assert (article.origin, article.text, article.title) == (reason, SHORT, "Le quota")
    assert article.canonical == ""


def test_page() -> None:
    """A page is preferred; the feed fills what it lacks, and the more precise date counts."""
    article = choose(page(), entry())
    assert (article.origin, article.text, article.title) == (Origin.PAGE, LONG, "Un quota")
    assert (article.author, article.language) == ("Nadia Exemple", "fr")
    assert article.published == TIME
    assert article.canonical == article.url == "https://puces.example/quota"


def test_page_without_title() -> None:
    """The feed's title gets its zone."""
    article = choose(page(title=""), entry())
    assert article.title == "Le quota"
    assert (article.zones[0].kind, article.zones[0].end) == (ZoneKind.TITLE, 8)


def test_entry_without_title() -> None:
    """A feed that gives more text but no title takes the page's."""
    article = choose(page(SHORT), entry(LONG, title=""))
    assert (article.title, article.origin) == ("Un quota", Origin.PAYWALL)
    assert article.zones[0].kind is ZoneKind.TITLE
    assert choose(page(title=""), entry(title="")).title == ""


@pytest.mark.parametrize(
    ("shown", "fed", "origin", "chosen"),
    [
        (SHORT, LONG, Origin.PAGE, Origin.PAYWALL),
        (LONG, LONG + SHORT, Origin.PAGE, Origin.PAGE),
        (SHORT[:30], SHORT, Origin.PAGE, Origin.PAGE),
        (SHORT, SHORT + " Et plus.", Origin.PAYWALL, Origin.PAYWALL),
        (LONG, SHORT, Origin.PAYWALL, Origin.PAGE),
        (LONG, LONG, Origin.SOFT_404, Origin.SOFT_404),
    ],
)
def test_fuller(shown: str, fed: str, origin: Origin, chosen: Origin) -> None:
    """A page that shows clearly less than the feed, or says that it cuts, gives way to the feed."""
    article = choose(page(shown, origin=origin), entry(fed))
    assert article.origin is chosen
    assert article.text == (shown if chosen is Origin.PAGE else fed)
    assert article.url == (
        "https://puces.example/r?id=1"
        if chosen is Origin.SOFT_404
        else "https://puces.example/quota"
    )
