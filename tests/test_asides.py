"""What looks like evidence and is none, in the given texts and in made-up ones."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seeds import seed
from tests.stating import book, news
from watcher import articles, asides, pipeline
from watcher.claims import Aside, Why, Zone, ZoneKind
from watcher.model import Article


def found(article: Article) -> dict[str, Why]:
    """Judge an article; return what was set aside."""
    return {aside.quote: aside.why for aside in pipeline.judge(article, book()).asides}


def test_beside_the_second_seed() -> None:
    """A headline that says the contrary is a link to another article; GH200 and H20 are other chips."""
    assert found(articles.from_text("", seed("002"))) == {
        "La Chine bannit les puces de Nvidia": Why.OUTSIDE,
        "IA : Donald Trump autorise à nouveau l’exportation des puces Nvidia H200 vers la Chine": Why.OUTSIDE,
        "autorisé NVIDIA à vendre ses processeurs H200": Why.BACKGROUND,
        "découragé l’achat de puces américaines, notamment les modèles H20": Why.OTHER,
        "H20": Why.OTHER,
        "GH200": Why.OTHER,
    }


def test_another_product_of_the_fourth_seed() -> None:
    """What stays closed for the B200 is not about the H200."""
    assert found(articles.from_text("", seed("003")))["restrictions sur le Blackwell B200"] is (
        Why.OTHER
    )


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_seeds_set_few_things_aside(name: str) -> None:
    """What was set aside is printed in the text, and is never much."""
    text = seed(name)
    set_aside = found(articles.from_text("", text))
    assert len(set_aside) <= asides.MOST
    assert all(quote in text for quote in set_aside)


def test_the_lighter_claim() -> None:
    """What says the opposite of the article on the whole is named as outweighed."""
    text = "Washington autorise la vente de la H200 à la Chine. Pékin interdit l’achat de la H200."
    title = "La Chine autorise enfin la H200 de Nvidia"
    assert found(news(text, title=title)) == {"interdit l’achat de la H200": Why.OUTWEIGHED}


def furnished(title: str, line: str) -> Article:
    """An article with one line beside it."""
    body = "Pékin autorise la H200."
    text = f"{body}\n{line}"
    zones = (
        Zone(kind=ZoneKind.BODY, start=0, end=len(body)),
        Zone(kind=ZoneKind.CHROME, start=len(body) + 1, end=len(text)),
    )
    return replace(news(text, title=title), text=text, zones=zones)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("La Chine interdit la H200 de Nvidia", Why.OUTSIDE),
        ("Accueil > Puces > Pékin laisse entrer la H200", None),  # the trail to this article
        ("Pékin autorise la H200.", None),  # said by the article itself
        ("La Chine interdit le jeu vidéo", None),  # no rule holds for it
        ("H200 à voir", None),  # too short for a headline
    ],
)
def test_lines_beside_an_article(line: str, why: Why | None) -> None:
    """Only the headline of another article is told, if a rule would hold for it."""
    assert found(furnished("Pékin laisse entrer la H200", line)).get(line) is why


def test_nothing_is_set_aside_where_no_rule_holds() -> None:
    """Who is told of nothing asks for no reason."""
    assert found(news("Le GH200 fait tourner des jeux vidéo.")) == {}


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text(title: str, line: str) -> None:
    """Whatever stands beside an article, what is set aside was printed there."""
    article = furnished(f"La H200 arrive {title}", line)
    for aside in pipeline.judge(article, book()).asides:
        assert isinstance(aside, Aside)
        assert aside.quote in article.text or aside.quote in article.title
