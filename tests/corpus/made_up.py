"""All that the bot may write, of news that nobody would make up."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests import test_answers, test_digests, test_menus, test_messages, test_overviews
from tests.stating import book
from watcher import answers, locales, menus, overviews
from watcher.claims import Aside, Why
from watcher.model import Article, ArticleId, Match, Message, StoryId
from watcher.preferences import Length
from watcher.searching import terms
from watcher.spans import clip

CATALOGUES = locales.catalogues()
LANGUAGES = st.sampled_from(locales.LANGUAGES)
LONG = 4096  # characters: what has more must be cut
MANY = 1_000_000
HEAD = test_digests.head(book())


@dataclass(frozen=True, slots=True)
class Made:
    """A message."""

    message: Message
    cut: bool = False  # surely: what it is about does not fit


def grown(text: str) -> str:
    """Repeat a text until it is a megabyte long."""
    return text * (MANY // max(len(text.encode("utf-8", "replace")), 1) + 1)


def alert(news: tuple[Article, list[Match]], large: bool, **wish: Any) -> Made:
    """Tell of an article; of some with a title of a megabyte."""
    article, matches = news
    article = replace(article, title=grown(article.title)) if large else article
    told = test_messages.tell(article, *matches, **wish)
    return Made(told, len(clip(article.title, MANY)) > LONG)


def why(news: tuple[Article, list[Match]], asides: list[Aside], language: str) -> Made:
    """Explain an article."""
    judged = test_answers.judged(news[0], *news[1], asides=tuple(asides))
    words: dict[str, Any] = {"translations": CATALOGUES[language], "language": language}
    return Made(answers.why(judged, judged.matches, titles=test_messages.TITLES, **words))


def search(written: str, texts: list[str], language: str) -> Made:
    """Answer a search."""
    found = [test_messages.article(title=one[:500], text=one, zones=()) for one in texts]
    return Made(
        overviews.found(found, terms(written), CATALOGUES[language], language, offset=0),
    )


def digest(titles: list[str], site: str, quoted: bool) -> list[Made]:
    """Write a digest, of one page or more."""
    _, pages = test_digests.issue(book(), HEAD, titles, site, quoted=quoted)
    return [Made(page.message) for page in pages]


ANY = test_messages.ANY
NEWS = test_messages.articles_and_matches()
CHAPTERS = st.lists(test_overviews.CHAPTERS, min_size=1, max_size=30)
HOLDINGS = st.builds(test_overviews.holding, ANY, issuer=ANY, direction=ANY)
ALERTS = st.builds(
    alert,
    NEWS,
    st.sampled_from([False] * 19 + [True]),
    language=LANGUAGES,
    length=st.sampled_from(Length),
    number=st.just(ArticleId(1)),
    story=st.just(StoryId(1)),
)
ASIDES = st.lists(st.builds(Aside, st.text(max_size=300), st.sampled_from(Why)), max_size=6)
STORIES = st.builds(
    lambda chapters, title, language: Made(
        overviews.story(
            test_overviews.story(*chapters, title=title), CATALOGUES[language], language
        )
    ),
    CHAPTERS,
    ANY,
    LANGUAGES,
)
STATES = st.builds(
    lambda holdings, language: Made(overviews.state(holdings, CATALOGUES[language], language)),
    st.lists(HOLDINGS, max_size=30),
    LANGUAGES,
)
MENUS = st.builds(
    lambda drawn, page: Made(menus.PAGES[page](*drawn)),
    test_menus.views(),
    st.sampled_from(sorted(menus.PAGES)),
)
DIGESTS = st.builds(
    digest, st.lists(st.text(max_size=400), min_size=1, max_size=60), ANY, st.booleans()
)
ANSWERS = st.one_of(
    st.builds(why, NEWS, ASIDES, LANGUAGES),
    st.builds(search, ANY, st.lists(ANY, max_size=6), LANGUAGES),
    STORIES,
    STATES,
    MENUS,
)


def made_up(count: int, lot: int) -> list[Made]:
    """Make so many messages or more, others in each lot: two thirds are alerts, some digests."""
    found: list[Made] = []
    shares = ((ALERTS, count * 2 // 3), (ANSWERS, count // 3), (DIGESTS, count // 30 + 1))
    for strategy, examples in shares:

        @seed(lot)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def gather(made: Made | list[Made]) -> None:
            found.extend(made if isinstance(made, list) else [made])

        gather()
    assert len(found) >= count, (len(found), count)
    return found
