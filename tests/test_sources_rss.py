"""Syndication feeds: RSS, RDF and Atom."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watcher import sources
from watcher.errors import SourceError
from watcher.model import Document, Entry, Precision, Published
from watcher.sources.rss import language_code

DATA = Path(__file__).parent / "data" / "sources" / "feed"
URL = "https://puces.example/flux/rss.xml"
NOW = datetime(2026, 1, 30, tzinfo=UTC)


def read(body: bytes | str, content_type: str = "application/rss+xml") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return sources.read(raw, URL, content_type, "feed", now=NOW)


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>Puces</title>{head}{items}</channel></rss>'


def at(text: str, precision: Precision = Precision.TIME) -> Published:
    return Published(at=datetime.fromisoformat(text).astimezone(UTC), precision=precision)


def test_rss() -> None:
    """An RSS 2.0 entry keeps its text in lines, its link absolute, and no caption as its content."""
    document = read((DATA / "rss2.xml").read_bytes())
    assert document.entries[0] == Entry(
        guid="puces-12",
        url="https://puces.example/articles/aubagne?id=12",
        title="L’usine d’Aubagne & ses wafers",
        summary="La ligne pilote démarre.",
        content="La ligne pilote démarre.\nElle gravera\nen 28\xa0nm.",
        published=at("2026-01-20T10:00:00+01:00"),
        author="Rédaction",
        language="fr",
    )
    assert (document.title, document.language) == ("Le Fil des Puces", "fr")


def test_lacking_fields() -> None:
    """An entry may lack title, link, date; one with nothing at all is left out and counted."""
    document = read((DATA / "rss2.xml").read_bytes())
    bare, late = document.entries[1:]
    assert (bare.title, bare.url) == ("", "https://puces.example/articles/sans-lien")
    assert bare.published == at("2026-01-19T00:00:00+01:00", Precision.DAY)
    assert late.published is None
    assert document.notes == ("1 entries without id, link and text were left out",)


def test_schedule() -> None:
    """The time to live and all hours and days to skip are read, the 24th hour as midnight."""
    document = read((DATA / "rss2.xml").read_bytes())
    assert document.time_to_live == timedelta(minutes=30)
    assert (document.skip_hours, document.skip_days) == (frozenset({0, 1, 2}), frozenset({5, 6}))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<ttl>0</ttl>", None),
        ("<ttl>bientôt</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>x</sy:updateFrequency>",
            None,
        ),
        ("<sy:updatePeriod>parfois</sy:updatePeriod>", None),
    ],
)
def test_time_to_live(head: str, expected: timedelta | None) -> None:
    """Syndication's period stands in for a lacking ttl; nonsense is no period."""
    body = rss("<item><title>a</title></item>", head).replace(
        "<rss ", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    )
    assert read(body).time_to_live == expected


def test_atom() -> None:
    """Atom titles of type text keep their signs, links follow xml:base, published beats updated."""
    document = read((DATA / "atom.xml").read_bytes(), "application/atom+xml")
    first, second = document.entries
    assert document.title == "Nuage <souverain>"
    assert first.title == "Si a < b, le quota s'applique"
    assert first.url == "https://nuage.example/blog/2026/quota"
    assert first.published == at("2026-01-21T08:00:00+01:00")
    assert (first.summary, first.author, first.language) == (
        "Un plafond de puces.",
        "Nadia Exemple",
        "fr",
    )
    assert (second.title, second.language) == ("Export & import", "en")
    assert second.published == at("2026-01-20T08:00:00+00:00")


def test_rdf_in_latin_1() -> None:
    """A feed that is UTF-8 though it declares ISO-8859-1 is read as what it is."""
    document = read((DATA / "rdf.xml").read_bytes())
    assert document.time_to_live == timedelta(minutes=30)
    assert document.entries[0].title == "Gravure fine : le pas suivant"
    wrong = (DATA / "rdf.xml").read_text(encoding="utf-8").replace("fine", "avancée").encode()
    assert read(wrong).entries[0].title == "Gravure avancée : le pas suivant"


@pytest.mark.parametrize(
    ("declared", "real", "content_type"),
    [
        ("ISO-8859-1", "iso-8859-1", "text/xml"),
        ("windows-1252", "cp1252", "application/rss+xml"),
        ("UTF-8", "cp1252", "text/xml"),
        ("ISO-8859-1", "utf-8", "text/xml; charset=iso-8859-1"),
        ("UTF-8", "utf-8", "text/xml; charset=us-ascii"),
        ("UTF-16", "utf-16", "application/xml"),
    ],
)
def test_encodings(declared: str, real: str, content_type: str) -> None:
    """Accents survive whatever header and declaration say."""
    body = f'<?xml version="1.0" encoding="{declared}"?>' + rss(
        "<item><title>Fermé : l'été à Pékin</title></item>"
    )
    assert read(body.encode(real), content_type).entries[0].title == "Fermé : l'été à Pékin"


def test_utf_16_unannounced() -> None:
    """UTF-16 without mark or declaration is recognised by its zero bytes."""
    for title in ("Été", "Quota"):
        for head in ("", '<?xml version="1.0" encoding="utf-16"?>'):
            body = head + rss(f"<item><title>{title}</title></item>")
            for codec in ("utf-16-le", "utf-16-be"):
                assert read(body.encode(codec)).entries[0].title == title


def test_broken_xml() -> None:
    """A bare ampersand and an unclosed tag cost no entry, and are noted."""
    body = rss(
        "<item><title>H200 & H20</title><link>https://puces.example/1</link><description>Un<br>deux"
        "</description></item><item><title>Suite</title></item>"
    )
    document = read(body)
    assert [entry.title for entry in document.entries] == ["H200 & H20", "Suite"]
    assert document.notes[0].startswith("mended: ")


def test_empty_feed() -> None:
    """A feed without entries is a feed."""
    document = read(rss(""))
    assert (document.title, document.entries) == ("Puces", ())
    assert document.notes == ("the feed has no entries",)


def test_original_link() -> None:
    """The address that a feed service replaced is preferred to its own."""
    body = rss(
        "<item><title>a</title><link>https://service.example/~r/1</link>"
        "<feedburner:origLink>https://puces.example/1</feedburner:origLink></item>"
    ).replace("<rss ", '<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" ')
    assert read(body).entries[0].url == "https://puces.example/1"


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>mailto:redaction@puces.example</link>", ""),
        ("<link>//puces.example/a</link>", "https://puces.example/a"),
        ("<link>a b</link>", "https://puces.example/flux/a%20b"),
        ('<guid isPermaLink="false">https://puces.example/g</guid>', "https://puces.example/g"),
        ("<guid>urn:1</guid>", ""),
    ],
)
def test_links(item: str, url: str) -> None:
    """A link is an absolute web address, or none."""
    assert read(rss(f"<item><title>a</title>{item}</item>")).entries[0].url == url


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<pubDate>Tue, 20 Jan 2026 10:00:00</pubDate>", "2026-01-20T09:00:00+00:00"),
        ("<pubDate>Tue, 20 Jan 2026 10:00:00 CET</pubDate>", "2026-01-20T09:00:00+00:00"),
        ("<pubDate>Tue, 2026/01/20 10:11:12 GMT</pubDate>", "2026-01-20T10:11:12+00:00"),
        ("<pubDate>2026-01</pubDate>", "2026-01-01T00:00:00+00:00"),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None),
        ("<pubDate>hier soir</pubDate>", None),
        ("", None),
    ],
)
def test_dates(date: str, expected: str | None) -> None:
    """A date is read with the zone it has, else as Paris time; an impossible one is none."""
    published = read(rss(f"<item><title>a</title>{date}</item>")).entries[0].published
    assert (published and published.at.isoformat()) == expected


def test_never_a_path_or_an_address() -> None:
    """Bytes that spell a file's path or a URL are not opened."""
    for body in (b"/etc/hostname", b"http://127.0.0.1:9/feed", str(DATA / "rss2.xml").encode()):
        with pytest.raises(SourceError):
            read(body)


def test_entities_stay_harmless() -> None:
    """Neither a local file nor an entity bomb gets into an entry."""
    body = (
        '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + rss("<item><title>x &f; &b;</title><link>https://puces.example/1</link></item>")
    )
    entry = read(body).entries[0]
    assert "root:" not in entry.title
    assert len(entry.title) < 200


def test_parser_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the parser is a refused document, in words."""

    def fail(*_: object, **__: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("feedparser.parse", fail)
    with pytest.raises(SourceError, match="cannot be read: RecursionError"):
        read("<rss/>")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr-FR", "fr"), ("FR", "fr"), (" en_GB ", "en"), ("français", ""), ("", ""), (None, "")],
)
def test_language_code(tag: str | None, code: str) -> None:
    """A language tag is cut to its ISO 639-1 code."""
    assert language_code(tag) == code
