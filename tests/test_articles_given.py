"""Articles made of given text: seeds, feeds' own text; the page or the feed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seeds import BODY, seed
from watcher.articles import choose, from_text
from watcher.claims import ZoneKind
from watcher.model import Article, Entry, Origin, Precision, Published

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def pieces(article: Article, *kinds: ZoneKind) -> list[str]:
    return [article.text[z.start : z.end] for z in article.zones if z.kind in kinds]


def covered(article: Article, kind: ZoneKind) -> set[int]:
    return {n for zone in article.zones if zone.kind is kind for n in range(zone.start, zone.end)}


def inked(text: str, start: int, end: int) -> set[int]:
    return {n for n in range(start, end) if not text[n].isspace()}


@pytest.mark.parametrize(
    ("number", "at", "precision"),
    [
        ("000", "2025-12-23T23:00", Precision.DAY),
        ("001", "2026-01-25T23:00", Precision.DERIVED),
        ("002", "2026-01-30T15:45", Precision.ASSUMED_ZONE),
        ("003", "2026-01-27T23:00", Precision.DAY),
        ("004", "2026-01-13T23:00", Precision.DAY),
    ],
)
def test_dates_of_the_seeds(number: str, at: str, precision: Precision) -> None:
    """The date is the prefix, the printed one, or "3 days ago" counted from the page's own day."""
    published = from_text("", seed(number), now=NOW).published
    assert published is not None
    assert (published.at.isoformat()[:16], published.precision) == (at, precision)


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_text_stays_as_given(number: str) -> None:
    """Offsets are places of the given text; zones are in order and leave out nothing but space."""
    text = seed(number)
    article = from_text("", text)
    assert article.text == text
    ends = [0]
    for zone in article.zones:
        assert ends[-1] <= zone.start < zone.end
        ends.append(zone.end)
    zoned = {n for zone in article.zones for n in range(zone.start, zone.end)}
    assert inked(text, 0, len(text)) <= zoned
    assert (article.language, article.origin) == ("fr", Origin.GIVEN)


@pytest.mark.parametrize(("number", "start"), [("000", 17), ("003", 17), ("004", 17)])
def test_seeds_without_chrome(number: str, start: int) -> None:
    """Where the date is the only furniture, all else is the article."""
    article = from_text("", seed(number))
    assert covered(article, ZoneKind.CHROME) == set(range(start))
    assert sum(zone.kind is ZoneKind.LEAD for zone in article.zones) == 1


def test_seed_001() -> None:
    """The title counts once; byline, count and agency are chrome, head and foot."""
    article = from_text("", seed("001"))
    title = "La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200, mais sous condition"
    chrome = "\n".join(pieces(article, ZoneKind.CHROME))
    assert pieces(article, ZoneKind.HEADING)[0] == title
    assert chrome.count(title) == 1
    for line in ("Ekhbary", "Breaking", "Ekhbary Editor", "3 days ago", "56"):
        assert line in chrome.split("\n")
    assert pieces(article, ZoneKind.CHROME)[-1] == "Agence de presse Ekhbary"
    assert len(pieces(article, ZoneKind.HEADING)) == 6
    assert "quota" in "".join(pieces(article, ZoneKind.BODY))


def test_seed_002() -> None:
    """The body is 288 to 3009 without a picture's caption; all else but the title is chrome."""
    text = seed("002")
    article = from_text("", text)
    chrome = covered(article, ZoneKind.CHROME)
    caption = text.index("DeepSeek Logo")
    title = text.index("\nDeepSeek autorisé") + 1
    kept = inked(text, 0, len(text)) - chrome
    printed = inked(text, title, text.index("\n", title))
    assert kept == printed | inked(text, *BODY) - set(range(caption, caption + 13))
    assert pieces(article, ZoneKind.QUOTE)[0].startswith("« les licences")


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
@pytest.mark.parametrize(
    "typography",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("’", "'"),
        lambda text: text.replace("'", "’"),
        lambda text: re.sub(r"(?<=\d) (?=\d)| (?=[:%;!?»])|(?<=«) ", "\u202f", text),
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["decomposed", "straight", "curly", "narrow", "carriage-returns"],
)
def test_typography(number: str, typography: Callable[[str], str]) -> None:
    """A seed in another typography has the same parts."""
    plain, other = (from_text("", text) for text in (seed(number), typography(seed(number))))
    kinds = [zone.kind for zone in plain.zones]
    assert [zone.kind for zone in other.zones] == kinds
    assert other.published == plain.published


def test_given_title() -> None:
    """With the title known, each of its repeats is chrome."""
    title = "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course à l’IA"
    article = from_text(title, seed("002"))
    assert article.zones[0].kind is ZoneKind.TITLE
    assert article.zones[0].end == len(title)
    assert title not in "\n".join(pieces(article, ZoneKind.HEADING, ZoneKind.LEAD))
    assert article.zones[2].kind is ZoneKind.LEAD


def test_title_and_prefix() -> None:
    """The title's zone comes first, then the date's."""
    article = from_text(
        "Un quota de puces", " date 2026-01-14 Pékin fixe un quota de puces importées."
    )
    assert [zone.kind for zone in article.zones] == [
        ZoneKind.TITLE,
        ZoneKind.CHROME,
        ZoneKind.BODY,
    ]


@pytest.mark.parametrize("text", ["date 2026-99-01 Rien", "Mise à date 2026-01-14 du site."])
def test_no_prefix(text: str) -> None:
    """An impossible date and a date in a sentence are text."""
    assert all(zone.kind is not ZoneKind.CHROME for zone in from_text("", text).zones)


def test_told_date_wins() -> None:
    """A date that the caller knows is not searched for."""
    told = Published(at=NOW, precision=Precision.TIME)
    assert from_text("", seed("002"), published=told).published == told


def test_entry() -> None:
    """The feed's own text is an article with its reason; "read on" and "appeared first" are chrome."""
    entry = Entry(
        url="https://www.puces.example/quota",
        title="Un quota de puces",
        summary="Court.",
        content=(
            "Pékin fixe un quota de puces importées pour les centres de données du pays cette année.\n"
            "Lire la suite de l'article\n"
            "L’article Un quota de puces est apparu en premier sur Puces.\n"
        ),
        author="Nadia Exemple",
        language="fr",
        published=Published(at=NOW, precision=Precision.TIME),
    )
    article = choose(Origin.ROBOTS, entry)
    assert (article.origin, article.url, article.site) == (
        Origin.ROBOTS,
        entry.url,
        "puces.example",
    )
    assert (article.author, article.language, article.published) == (
        "Nadia Exemple",
        "fr",
        entry.published,
    )
    assert len(pieces(article, ZoneKind.CHROME)) == 1
    assert pieces(article, ZoneKind.LEAD)[0].startswith("Pékin fixe")


@given(st.text(), st.text())
def test_total(title: str, text: str) -> None:
    """Any text becomes an article whose zones lie within it."""
    article = from_text(title, text)
    assert article.text == text
    for zone in article.zones:
        assert 0 <= zone.start < zone.end
        assert zone.end <= len(title if zone.kind is ZoneKind.TITLE else text)


# The page or the feed ---------------------------------------------------------------------------

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
