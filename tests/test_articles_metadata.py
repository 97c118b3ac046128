"""What a page's head says."""

import json
from datetime import UTC, datetime

import pytest
from trafilatura import load_html

from watcher.articles.metadata import metadata, without_site
from watcher.model import Article, Origin, Precision, Published

URL = "https://www.gazette.example/puces/quota"
NOW = datetime(2026, 2, 1, tzinfo=UTC)
NINE = Published(at=datetime(2026, 1, 14, 8, tzinfo=UTC), precision=Precision.TIME)


def read(head: str = "", body: str = "", url: str = URL, lang: str = "") -> Article:
    tree = load_html(f"<html{lang}><head>{head}</head><body>{body}<p>Texte.</p></body></html>")
    return metadata(tree, url, now=NOW)


def ld(**fields: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(fields)}</script>"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<meta property='og:title' content='Un  quota'><title>x</title>",
            "<h1>y</h1>",
            "Un quota",
        ),
        (ld(**{"@type": "NewsArticle", "headline": "Un quota"}), "<h1>y</h1>", "Un quota"),
        ("<title>x</title>", "<h1>Un <b>quota</b></h1>", "Un quota"),
        ("<title>Un quota | Gazette</title>", "<h1>a</h1><h1>b</h1>", "Un quota"),
        ("", "<h1>a</h1><h1>b</h1>", "a"),
        ("", "", ""),
        ("<title>Gazette</title>", "", ""),
        ("<title>Gazette.example</title>", "<h1>GAZETTE</h1>", ""),
        ("<meta property='og:site_name' content='Le Soir'><title>Le Soir</title>", "", ""),
        ("<title>Gazette</title>", "<h1>Un quota</h1>", "Un quota"),
        ("<title>Gazette. Le quota</title>", "", "Gazette. Le quota"),
    ],
)
def test_title(head: str, body: str, title: str) -> None:
    """The title is what the page tells others, else its one heading, else its window's; a site's name is none."""
    assert read(head, body).title == title


@pytest.mark.parametrize(
    ("title", "site", "bare"),
    [
        ("Un quota - Gazette", "gazette.example", "Un quota"),
        ("Un quota | Tech | La Gazette", "La Gazette", "Un quota | Tech"),
        ("Un quota | Gazette - Toute l'actu", "Gazette - Toute l'actu", "Un quota"),
        ("Puces : un quota", "Gazette", "Puces : un quota"),
        ("H200 - B200", "Gazette", "H200 - B200"),
        ("Gazette", "Gazette", "Gazette"),
        ("| Gazette", "Gazette", "| Gazette"),
        ("Un quota - Gazette", "", "Un quota - Gazette"),
    ],
)
def test_without_site(title: str, site: str, bare: str) -> None:
    """The site's name is no part of a title; a title's own dashes are."""
    assert without_site(title, site) == bare


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ld(**{"@type": "NewsArticle", "datePublished": "2026-01-14T09:00:00+01:00"}), ""),
        (
            ld(
                **{
                    "@graph": [
                        {"@type": "WebPage"},
                        {"@type": ["BlogPosting"], "datePublished": "2026-01-14T08:00Z"},
                    ]
                }
            ),
            "",
        ),
        (
            ld(**{"@type": "NewsArticle", "datePublished": 7, "dateCreated": "2026-01-14T08:00Z"}),
            "",
        ),
        ("<meta property='article:published_time' content='2026-01-14T08:00:00Z'>", ""),
        ("<meta name='DC.date.issued' content='2026-01-14T08:00:00Z'>", ""),
        ("<meta name='date' content='bientôt'>", "<time pubdate datetime='2026-01-14T08:00Z'>"),
        ("", "<span itemprop='datePublished' content='2026-01-14T08:00Z'></span>"),
        ("", "<time datetime='2026-01-14T08:00Z'>ce matin</time><time datetime='2026-01-15'>"),
    ],
)
def test_published(head: str, body: str) -> None:
    """The date is read where a machine can, the article's own place first."""
    assert read(head, body).published == NINE


def test_date_for_people_in_a_machines_place() -> None:
    """A time element with a French date is read as one."""
    found = read("", "<time datetime='14/01/2026'>").published
    assert found is not None
    assert found.precision is Precision.DAY
    assert read("", "<time datetime='2031-01-01T00:00Z'>").published is None


def test_several_scripts() -> None:
    """Broken JSON, lists and other kinds of things are passed over."""
    head = (
        "<script type='application/ld+json'>{oups</script>"
        '<script type=\'application/ld+json\'>[1, null, {"@type": "Organization"}]</script>'
        + ld(
            **{"@type": "WebPage", "mainEntity": {"@type": "Article", "author": {"name": "Nadia"}}}
        )
    )
    assert read(head).author == "Nadia"


def test_deep_json() -> None:
    """A bottomless JSON-LD is not followed down."""
    deep = "[" * 100_000
    assert read(f"<script type='application/ld+json'>{deep}</script>").author == ""
    assert read(f"<script type='application/ld+json'>{'[' * 40}{']' * 40}</script>").author == ""


@pytest.mark.parametrize(
    ("head", "author"),
    [
        (
            ld(
                **{
                    "@type": "Article",
                    "author": [{"name": "Nadia"}, {"name": "Jo"}, {"name": "Nadia"}],
                }
            ),
            "Nadia, Jo",
        ),
        (ld(**{"@type": "Article", "author": "Nadia"}), "Nadia"),
        (ld(**{"@type": "Article", "author": 7}) + "<meta name='author' content='Jo'>", "Jo"),
        ("<meta name='author' content='https://gazette.example/nadia'>", ""),
    ],
)
def test_author(head: str, author: str) -> None:
    """Authors are names, no addresses."""
    assert read(head).author == author


@pytest.mark.parametrize(
    ("head", "site"),
    [
        ("<meta property='og:site_name' content='La Gazette'>", "La Gazette"),
        (ld(**{"@type": "Article", "publisher": {"name": "La  Gazette"}}), "La Gazette"),
        ("", "gazette.example"),
    ],
)
def test_site(head: str, site: str) -> None:
    """A site has the name it gives itself, else its host."""
    assert read(head).site == site


@pytest.mark.parametrize(
    ("head", "url", "canonical"),
    [
        ("<link rel='canonical' href='/puces/1'>", URL, "https://www.gazette.example/puces/1"),
        (
            "<link rel='nofollow Canonical' href='//gazette.example/1'>",
            URL,
            "https://gazette.example/1",
        ),
        (
            "<meta property='og:url' content='https://m.gazette.example/1'>",
            "https://gazette.example/1",
            "https://m.gazette.example/1",
        ),
        ("<link rel='canonical' href='https://autre.example/1'>", URL, ""),
        ("<link rel='canonical' href='https://www.gazette.example/'>", URL, ""),
        ("<link rel='canonical' href='/'>", "https://gazette.example/", "https://gazette.example/"),
        ("<link rel='canonical'><link rel='icon' href='/i.png'>", URL, ""),
        ("<link rel='canonical' href='/1'>", "", ""),
    ],
)
def test_canonical(head: str, url: str, canonical: str) -> None:
    """An address counts on the same site only, and never a front page for an article."""
    assert read(head, url=url).canonical == canonical


@pytest.mark.parametrize(
    ("lang", "head", "language"),
    [
        (" lang='fr-FR'", "", "fr"),
        ("", "<meta property='og:locale' content='fr_FR'>", "fr"),
        (" lang='français'", "", ""),
        (" lang=''", "", ""),
    ],
)
def test_language(lang: str, head: str, language: str) -> None:
    """The language is told by the root, else by a meta element."""
    assert read(head, lang=lang).language == language


@pytest.mark.parametrize(
    ("told", "free"), [(False, False), ("False", False), (True, True), (None, True)]
)
def test_free(told: object, free: bool) -> None:
    """A page may say that it does not show everything."""
    fields = {"@type": "Article"} | ({} if told is None else {"isAccessibleForFree": told})
    assert (read(ld(**fields)).origin is Origin.PAGE) is free


def test_first_meta_counts() -> None:
    """Of two elements of one name the first counts; empty ones do not."""
    head = "<meta name='author' content=' '><meta name='author' content='Nadia'><meta name='author' content='Jo'><meta charset='utf-8'>"
    assert read(head).author == "Nadia"
