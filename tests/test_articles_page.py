"""Articles out of their pages."""

from datetime import UTC, datetime
from html import escape

import pytest

from tests.seeds import BODY, page, seed
from watcher.articles import extract
from watcher.articles.page import decode
from watcher.claims import ZoneKind
from watcher.dates import PARIS
from watcher.errors import ExtractError
from watcher.model import Origin, Precision, Published

URL = "https://gazette.example/puces/quota"
NOW = datetime(2026, 2, 1, tzinfo=UTC)
PARAGRAPHS = (
    "Le fabricant de puces a confirmé lundi que ses livraisons vers la Chine reprendraient dès le mois de mars.",
    "Les douanes de Shenzhen ont reçu la consigne de laisser passer les cartes commandées avant la fin de l'année.",
    "« Un plafond annuel reste à l'étude pour chacun des groupes », ajoute une source proche du ministère.",
    "Les analystes attendent une décision au printemps, quand les deux capitales auront échangé leurs listes.",
)


def html(body: str = "", head: str = "", paragraphs: tuple[str, ...] = PARAGRAPHS) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='fr'><head><title>Un quota de puces | Gazette</title>{head}</head>"
        f"<body><nav><a href='/'>Accueil</a></nav><article><h1>Un quota de puces</h1>{body}{text}</article>"
        "<footer>Mentions légales</footer></body></html>"
    )


def test_page() -> None:
    """The text is the paragraphs; title, address, site and language stand beside it."""
    article = extract(html("<p>Publié le 14 janvier 2026 à 10h15</p>").encode(), URL, now=NOW)
    assert article.text == "\n".join(PARAGRAPHS)
    assert (article.title, article.site, article.url) == (
        "Un quota de puces",
        "gazette.example",
        URL,
    )
    assert (article.language, article.origin) == ("fr", Origin.PAGE)
    assert [zone.kind for zone in article.zones] == [
        ZoneKind.TITLE,
        ZoneKind.LEAD,
        ZoneKind.BODY,
        ZoneKind.QUOTE,
        ZoneKind.BODY,
        ZoneKind.BODY,
    ]


def test_seed_002_as_a_page() -> None:
    """The given text laid out as a page gives its body, and nothing of what surrounds it."""
    text = seed("002")
    article = extract(page(text), "https://kulturegeek.example/deepseek", now=NOW)
    body = text[slice(*BODY)].replace("DeepSeek Logo", "")
    assert article.text.split() == body.split()
    assert article.title.startswith("DeepSeek autorisé à acheter")
    assert article.canonical == "https://kulturegeek.example/deepseek-h200"
    assert article.published is not None
    assert article.published.at == datetime(2026, 1, 30, 15, 45, tzinfo=UTC)
    assert article.published.precision is Precision.ASSUMED_ZONE
    assert all(zone.kind is not ZoneKind.CHROME for zone in article.zones)
    assert sum(zone.kind is ZoneKind.HEADING for zone in article.zones) == 3


@pytest.mark.parametrize(
    ("body", "head", "at", "precision"),
    [
        (
            "<span class='date'>29 janvier 2026</span><span class='meta'>il y a 3 jours</span>",
            "",
            "2026-01-25T23:00",
            Precision.DERIVED,
        ),
        ("<time>29 janvier 2026 à 8h</time>", "", "2026-01-28T23:00", Precision.DAY),
        (
            "<p>x</p>",
            "<meta name='cXenseParse:recs:publishtime' content='2026-01-20'>",
            "2026-01-19T23:00",
            Precision.DAY,
        ),
        (
            "",
            "<meta property='article:published_time' content='2026-01-20T08:00Z'>",
            "2026-01-20T08:00",
            Precision.TIME,
        ),
    ],
)
def test_date(body: str, head: str, at: str, precision: Precision) -> None:
    """A date is read from the head, below the headline, or searched."""
    published = extract(html(body, head).encode(), URL, now=NOW).published
    assert published is not None
    assert (published.at.isoformat()[:16], published.precision) == (at, precision)


def test_seed_001_as_a_flat_page() -> None:
    """A page of bare paragraphs is dated by its lines, and its site's name is no title."""
    lines = (line for line in seed("001").split("\n") if line.strip())
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    source = f"<html><head><title>Ekhbary</title></head><body>{body}</body></html>"
    article = extract(source.encode(), "https://ekhbary.example/1", now=NOW)
    assert article.published == Published(
        at=datetime(2026, 1, 26, tzinfo=PARIS), precision=Precision.DERIVED
    )
    assert article.title == ""


def test_date_below_the_top() -> None:
    """A date line far down the text does not date it."""
    below = (*PARAGRAPHS * 4, "12 janvier 2026 à 10h15", *PARAGRAPHS)
    assert extract(html(paragraphs=below).encode(), URL).published is None


def test_no_date() -> None:
    """A page without a date has none; the day it is read is not one."""
    assert extract(html().encode(), URL).published is None


def test_date_in_the_future() -> None:
    """A date that lies ahead is not believed."""
    head = "<meta property='article:published_time' content='2027-01-20T08:00Z'>"
    assert extract(html("", head).encode(), URL, now=NOW).published is None


@pytest.mark.parametrize(
    ("declared", "real", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("iso-8859-1", "utf-8", "text/html; charset=iso-8859-1"),
        ("iso-8859-1", "cp1252", ""),
        ("utf-8", "cp1252", "text/html; charset=windows-1252"),
        ("", "cp1252", ""),
        ("", "utf-8-sig", ""),
        ("utf-16", "utf-16", ""),
    ],
)
def test_encodings(declared: str, real: str, content_type: str) -> None:
    """Accents survive whatever header and page declare."""
    head = f"<meta charset='{declared}'>" if declared else ""
    article = extract(html("", head).encode(real), URL, content_type=content_type)
    assert article.text == "\n".join(PARAGRAPHS)


def test_decode_never_fails() -> None:
    """Bytes of no encoding are still a text."""
    assert decode(b"caf\xe9 \x81\xff" * 3)


@pytest.mark.parametrize(
    ("title", "heading", "text"),
    [
        ("Page introuvable", "Oups !", "La page que vous cherchez a peut-être été déplacée."),
        ("Gazette", "Erreur 404", "Revenez à l'accueil."),
        ("Page not found - Gazette", "Sorry", "Try the search."),
        ("Gazette", "Cet article n'existe plus", "Il a été retiré."),
    ],
)
def test_soft_404(title: str, heading: str, text: str) -> None:
    """A page that says that it does not exist is marked so."""
    source = f"<html><head><title>{title}</title></head><body><h1>{heading}</h1><p>{text}</p></body></html>"
    assert extract(source.encode(), URL).origin is Origin.SOFT_404


def test_article_about_a_404() -> None:
    """A whole article with such words in its title is an article."""
    source = html(paragraphs=PARAGRAPHS * 2).replace(
        "Un quota de puces", "Erreur 404 : la page introuvable la plus drôle"
    )
    assert extract(source.encode(), URL).origin is Origin.PAGE


def test_paywall() -> None:
    """A page that is not free says so in its JSON-LD."""
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    assert extract(html("", head).encode(), URL).origin is Origin.PAYWALL


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "is no HTML document"),
        (b"%PDF-1.7 \x00\x01", "is no HTML document|No article was found"),
        (
            b"<html><head><title>Gazette</title></head><body><nav>Menu</nav></body></html>",
            "No article was found in https",
        ),
    ],
)
def test_nothing_found(source: bytes, sentence: str) -> None:
    """Where there is no article, an error says so with the address."""
    with pytest.raises(ExtractError, match=sentence):
        extract(source, URL)


def test_related_headlines_are_cut() -> None:
    """What an extractor leaves of other articles does not become text."""
    paragraphs = (
        *PARAGRAPHS[:2],
        "À lire aussi : La Chine bannit les puces de Nvidia",
        *PARAGRAPHS[2:],
        "Abonnez-vous à notre newsletter pour ne rien rater.",
    )
    assert extract(html(paragraphs=paragraphs).encode(), URL).text == "\n".join(PARAGRAPHS)
