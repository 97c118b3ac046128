"""What an article is known by, and what is decided about it."""

from dataclasses import replace

import pytest

from tests.ruling import stance
from watcher import stories
from watcher.claims import Role
from watcher.model import (
    Alias,
    AliasKind,
    Article,
    ArticleId,
    Decision,
    Document,
    Entry,
    Match,
    RuleId,
    RuleSetId,
    Severity,
)

FEED = "https://www.exemple.fr/flux.xml"
MATCH = Match(
    rule=RuleId("h200/cite"),
    rule_set=RuleSetId("h200"),
    title="Le H200 est cité",
    severity=Severity.NORMAL,
    score=1.0,
    evidence=(),
    rules_hash="abc",
)


def test_an_id_given_to_two_entries_names_neither() -> None:
    """A feed that gives one id to all its entries has them known by their links."""
    document = Document(
        entries=(
            Entry(guid="actu", url="https://exemple.fr/1"),
            Entry(guid="actu", url="https://exemple.fr/2"),
            Entry(guid="seul", url="https://exemple.fr/3"),
        )
    )
    assert [entry.guid for entry in stories.distinct(document).entries] == ["", "", "seul"]


def test_a_repeated_id_is_kept_where_there_is_nothing_else() -> None:
    """Without a link, a poor name is better than none."""
    document = Document(entries=(Entry(guid="actu", title="a"), Entry(guid="actu", title="b")))
    assert [entry.guid for entry in stories.distinct(document).entries] == ["actu", "actu"]


def test_an_entry_is_named_by_id_within_its_feed_and_by_link() -> None:
    """The same id in another feed is another article; tracking does not change the link."""
    entry = Entry(guid="4711", url="https://www.exemple.fr/h200?utm_source=rss")
    assert stories.entry_aliases(entry, FEED) == (
        Alias(kind=AliasKind.GUID, key="exemple.fr/flux.xml 4711"),
        Alias(kind=AliasKind.URL, key="exemple.fr/h200"),
    )
    assert stories.entry_aliases(Entry(title="sans lien"), FEED) == ()


def test_a_page_is_named_by_where_it_stands() -> None:
    """The address after redirects and the canonical one both name the article."""
    assert stories.page_aliases("https://exemple.fr/a", "https://exemple.fr/b") == (
        Alias(kind=AliasKind.FINAL, key="exemple.fr/a"),
        Alias(kind=AliasKind.CANONICAL, key="exemple.fr/b"),
    )


def test_a_home_page_names_no_article() -> None:
    """Dead links that lead to the front page must not all become one article."""
    assert stories.page_aliases("https://exemple.fr/", "") == ()
    assert stories.page_aliases("https://exemple.fr/?p=12", "") != ()


@pytest.mark.parametrize(
    ("title", "other", "same"),
    [
        ("Pékin bloque le H200", "PEKIN BLOQUE LE H200", True),
        ("Pékin bloque le H200 de Nvidia", "Nvidia : Pékin bloque le H200", True),
        ("", "Pékin bloque le H200", True),
        ("Pékin bloque le H200", "", True),
        ("Pékin bloque le H200", "Toute l’actualité du jour", False),
    ],
)
def test_same_article(title: str, other: str, same: bool) -> None:
    """Two quite different titles under one address are two articles, an untitled one proves nothing."""
    assert stories.same_article(title, other) is same


@pytest.mark.parametrize(
    ("matches", "roles", "known", "edited", "decision"),
    [
        ([MATCH], [], None, False, Decision.FIRST),
        ([], [], None, False, Decision.NO_MATCH),
        ([MATCH], [], ArticleId(1), False, Decision.COPY),
        ([MATCH], [], ArticleId(1), True, Decision.REVISION),
        ([], [], ArticleId(1), True, Decision.NO_MATCH),
        ([], [Role.PRIMARY, Role.BACKGROUND], None, False, Decision.BACKGROUND),
        ([], [Role.BACKGROUND], ArticleId(1), True, Decision.BACKGROUND),
        ([], [Role.BACKGROUND], ArticleId(1), False, Decision.COPY),
        ([], [Role.PRIMARY], None, False, Decision.NO_MATCH),
        ([MATCH], [Role.BACKGROUND], None, False, Decision.FIRST),
    ],
)
def test_decide(
    matches: list[Match],
    roles: list[Role],
    known: ArticleId | None,
    edited: bool,
    decision: Decision,
) -> None:
    """Every decision comes with a sentence; a reminder that no rule asks for is listed as one."""
    stances = [replace(stance(), role=role) for role in roles]
    found, reason = stories.decide(matches, stances, known=known, edited=edited)
    assert found is decision
    assert reason


@pytest.mark.parametrize(
    ("link", "title", "astray"),
    [
        ("https://exemple.fr/h200?utm_source=rss", "Pékin bloque le H200", False),
        ("https://court.example/x9", "Pékin bloque le H200", False),
        ("https://exemple.fr/mort", "Toute l’actualité du jour", True),
        ("https://exemple.fr/h200", "Un autre titre sur la page même", False),
    ],
)
def test_a_link_may_lead_astray(link: str, title: str, astray: bool) -> None:
    """Only a redirect to a page on something else is a dead link in disguise."""
    entry = Entry(url=link, title="Pékin bloque le H200")
    page = Article(title=title, text="", zones=(), url="https://www.exemple.fr/h200")
    assert stories.astray(entry, page) is astray
