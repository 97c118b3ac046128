"""Stories, states and searches in words that fit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.telegram_html import parse
from tests.test_actions import fits
from tests.test_messages import ANY, article
from watcher import actions, locales, overviews
from watcher.buttons import Press
from watcher.claims import Detail, Polarity
from watcher.model import ArticleId, Decision, Message, StoryId
from watcher.searching import terms
from watcher.timeline import Chapter, Holding, Link, Story

CATALOGUES = locales.catalogues()
START = datetime(2025, 12, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def chapter(number: int, **changes: object) -> Chapter:
    """One article of a story."""
    usual = Chapter(
        article=ArticleId(number),
        story=StoryId(1),
        event=1,
        decision=Decision.ATTACH,
        reason="",
        origin=None,
        published_at=START + number * DAY,
        seen_at=START,
        title=f"Épisode {number}",
        site="Le Fil",
        url=f"https://exemple.fr/{number}",
        rule_sets=(),
        told=1,
        host="exemple.fr",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def story(*chapters: Chapter, **changes: object) -> Story:
    """A story of these articles."""
    usual = Story(
        id=StoryId(1),
        first_at=chapters[0].published_at,
        last_at=chapters[-1].published_at,
        head=chapters[0].article,
        articles=len(chapters),
        title="Le H200 en Chine",
        chapters=chapters,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def text(message: Message) -> str:
    """Read a message as Telegram would."""
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert len(parsed.entities) <= 90
    assert fits(message.buttons)
    return parsed.text.replace("\u00a0", " ")


def told(one: Story, language: str = "fr") -> str:
    """Tell a story."""
    return text(overviews.story(one, CATALOGUES[language], language))


def test_a_story() -> None:
    """Each article has its day, what it says with the word, and its link; copies are only counted."""
    one = story(
        chapter(0, detail=Detail.LIFTED),
        chapter(
            21, detail=Detail.IMPOSED, issuer="Chine", conditional=True, decision=Decision.NEW_LOCK
        ),
        chapter(22, decision=Decision.COPY),
        chapter(23, title="", site="", url="ftp://x"),
        links=(
            Link(other=StoryId(7), reason="", title="Les quotas de puces en Chine, suite et fin"),
            Link(other=StoryId(8), reason=""),
        ),
    )
    assert told(one).split("\n") == [
        "🧵 Le H200 en Chine",
        "4 articles, du 24 décembre 2025 au 16 janvier 2026.",
        "",
        "🟢 24 décembre 2025 · Rouvert",
        "Épisode 0 (Le Fil)",
        "",
        "🔴 14 janvier 2026 · Fermé, côté Chine, non confirmé, revirement",
        "Épisode 21 (Le Fil)",
        "",
        "16 janvier 2026",
        "exemple.fr",
    ]
    rows = overviews.story(one, CATALOGUES["fr"], "fr").buttons
    assert [[(b.text, b.data) for b in row] for row in rows] == [
        [("Muet…", "v1:mute:1"), ("Fermer", "v1:x")],
    ]
    assert overviews.story_briefly(one, CATALOGUES["fr"], "fr").split("\n") == [
        "4 articles, du 24 décembre 2025 au 16 janvier 2026.",
        "🟢 24 décembre 2025 · Rouvert",
        "🔴 14 janvier 2026 · Fermé, côté Chine, non confirmé, revirement",
    ]


def test_a_long_story() -> None:
    """The newest articles are told, the older ones counted; what has no title is named by its site."""
    one = story(*(chapter(number) for number in range(25)), title=" ")
    shown = told(one, "en")
    assert "+ 5 older articles" in shown
    assert "Épisode 4 " not in shown
    assert shown.startswith("🧵 Épisode 0\n25 articles, from 24 December 2025 to 17 January 2026.")
    alone = story(chapter(0, title="", host=""), title="")
    assert told(alone).startswith("🧵 Sans titre\n1 article, le 24 décembre 2025.\n")


def test_the_stories_of_a_chat() -> None:
    """Each is named with its length and has a button."""
    none = overviews.stories([], CATALOGUES["fr"], "fr")
    assert text(none) == "Aucun fil ne vous a encore été signalé."
    found = [story(chapter(number), id=StoryId(number)) for number in range(1, 12)]
    message = overviews.stories(found, CATALOGUES["fr"], "fr")
    assert "1. Le H200 en Chine\n1 article, le 25 décembre 2025." in text(message)
    assert len(message.buttons) == overviews.STORIES + 1
    assert message.buttons[0][0].text == "1. Le H200 en Chine"


def holding(product: str, **changes: object) -> Holding:
    """One line of the ledger."""
    usual = Holding(
        issuer="Chine",
        product=product,
        direction="cn_import",
        polarity=Polarity.OPEN,
        detail=Detail.EASED,
        since=START,
        certain=True,
        sources=("a.fr",),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_the_state() -> None:
    """What most sources tell comes first; what another line says better is left out."""
    holdings = [
        holding("B200", issuer="", direction="autre", since=START + DAY, certain=False),
        holding("H200", sources=("a.fr", "b.fr")),
        holding("H-200", issuer="", direction=""),
        holding("H200", issuer="", direction=""),
        holding(
            "H200",
            issuer="",
            direction="us_export",
            detail=Detail.IMPOSED,
            polarity=Polarity.CLOSED,
        ),
    ]
    assert text(overviews.state(holdings, CATALOGUES["fr"], "fr")).split("\n") == [
        "L’état des lieux",
        "",
        "H200",
        "🟢 Chine (importations) : autorisé depuis le 24 décembre 2025, 2 sources.",
        "🔴 décideur non nommé (exportations) : fermé depuis le 24 décembre 2025, 1 source.",
        "",
        "B200",
        "🟢 décideur non nommé : autorisé depuis le 25 décembre 2025, 1 source, non confirmé.",
        "",
        "H-200",
        "🟢 décideur non nommé : autorisé depuis le 24 décembre 2025, 1 source.",
    ]
    nothing = overviews.state([], CATALOGUES["en"], "en")
    assert text(nothing) == "Nothing is known to be closed or open yet."


def search(written: str, count: int, offset: int = 0) -> Message:
    """Show what was found."""
    found = [article(title=f"Titre {number}") for number in range(count)]
    return overviews.found(found, terms(written), CATALOGUES["fr"], "fr", offset=offset)


def test_a_search() -> None:
    """Five articles are a page, each with its day and the words as printed; there may be more."""
    message = search("quota H-200", 6)
    assert text(message).startswith('Recherche : quota "h 200"\n\nTitre 0\nLe Fil · 30 janv. 2026')
    assert text(message).count("Titre") == overviews.PAGE
    assert parse(message.html).all("b")[1:3] == ["H200", "quota"]
    (row, _) = message.buttons
    assert [(b.text, b.data) for b in row] == [("Suite", 'v1:more:5:quota "h 200"')]
    assert terms(Press.read(row[0].data).args[1]) == terms("quota H-200")  # type: ignore[union-attr]
    (row, _) = search("quota", 6, offset=5).buttons
    assert [b.data for b in row] == ["v1:more:0:quota", "v1:more:a:quota"]
    assert len(search("quota", 5).buttons) == 1


def test_a_search_without_a_page_to_turn() -> None:
    """Words that fit no button ask for others; nothing found and nothing asked have their sentence."""
    assert "Ajoutez des mots" in text(search("quota " + "x" * 60, 6))
    assert "Ajoutez des mots" not in text(search("quota " + "x" * 60, 5))
    assert text(search("zzz", 0)).startswith("Rien trouvé pour « zzz ».")
    assert text(search("«»", 0)).endswith("par exemple : /recherche H200")


DETAILS = st.none() | st.sampled_from(Detail)
CHAPTERS = st.builds(
    chapter,
    st.integers(0, 9000),
    title=ANY,
    site=ANY,
    issuer=ANY,
    host=ANY,
    detail=DETAILS,
    conditional=st.booleans(),
    decision=st.sampled_from(Decision),
    url=st.sampled_from(["https://exemple.fr/1", "javascript:x", ""]),
)


@given(st.lists(CHAPTERS, min_size=1, max_size=30), ANY, st.sampled_from(locales.LANGUAGES))
def test_any_story_is_accepted(chapters: list[Chapter], title: str, language: str) -> None:
    """Whatever its articles are called, a story parses and keeps the limits."""
    links = tuple(Link(other=StoryId(n), reason="", title=title) for n in range(5))
    one = story(*chapters, title=title, links=links)
    assert told(one, language)
    assert text(overviews.stories([one] * 9, CATALOGUES[language], language))
    brief = overviews.story_briefly(one, CATALOGUES[language], language)
    assert len(brief) <= actions.TOAST + 1


@given(
    st.lists(
        st.builds(holding, ANY, issuer=ANY, direction=ANY, detail=st.sampled_from(Detail)),
        max_size=30,
    ),
    st.sampled_from(locales.LANGUAGES),
)
def test_any_state_is_accepted(holdings: list[Holding], language: str) -> None:
    """However long the ledger, what is shown of it fits."""
    assert text(overviews.state(holdings, CATALOGUES[language], language))


@given(ANY, st.lists(ANY, max_size=6), st.integers(0, 10_000))
def test_any_search_is_accepted(written: str, texts: list[str], offset: int) -> None:
    """Whatever is typed and found, the page parses and keeps the limits."""
    found = [article(title=one[:500], text=one, zones=()) for one in texts]
    message = overviews.found(found, terms(written), CATALOGUES["fr"], "fr", offset=offset)
    assert text(message)
