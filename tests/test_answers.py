"""Why an alert: in words that fit, whatever was found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram_html import parse
from tests.test_messages import NAMED, QUOTA, TITLES, article, articles_and_matches, hit, match
from watcher import actions, answers, locales
from watcher.claims import Aside, Why, ZoneKind
from watcher.model import Article, ArticleId, Decision, Match, StoryId
from watcher.timeline import Judged

CATALOGUES = locales.catalogues()


def judged(given: Article, *matches: Match, **changes: object) -> Judged:
    """An article that was told."""
    usual = Judged(
        id=ArticleId(100),
        article=given,
        decision=Decision.FIRST,
        matches=matches,
        asides=(),
        story=StoryId(1),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def why(one: Judged, language: str = "fr") -> str:
    """Ask why, with all matches followed."""
    message = answers.why(
        one,
        one.matches,
        titles=TITLES,
        translations=CATALOGUES[language],
        language=language,
    )
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert len(parsed.entities) <= 90
    return parsed.text


def briefly(one: Judged, language: str = "fr") -> str:
    """Ask why in a group."""
    return answers.why_briefly(
        one,
        one.matches,
        titles=TITLES,
        translations=CATALOGUES[language],
        language=language,
    )


def test_why() -> None:
    """What was found stands zone by zone with its list; then what was set aside, and why."""
    title = hit(article().title, "H200", ZoneKind.TITLE)
    lead = hit(article().text, "puce H200", words="open")
    last = replace(lead, start=lead.start + 40, end=lead.end + 40)
    one = judged(
        article(),
        replace(match(title, lead, last), score=8.0, min_score=5.0),
        asides=(
            Aside("La Chine bannit les puces", Why.OUTSIDE),
            Aside("GH200", Why.OTHER),
        ),
    )
    assert why(one).replace("\u00a0", " ").replace("\u202f", " ").split("\n") == [
        "Pourquoi cette alerte ?",
        "Pékin bloque les H200 à la douane",
        "Règle : Nvidia H200 (puce nommée), score 8 (seuil 5).",
        "C’est le premier article de son fil.",
        "",
        "Trouvé dans l’article",
        "• titre : « H200 » (chip)",
        "• début : « puce H200 » (dit : ouvert, 2 fois)",
        "",
        "Écarté",
        "• « La Chine bannit les puces » : hors du texte, un lien vers un autre article",
        "• « GH200 » : concerne un autre produit",
        "",
        "Référence : 2S.",
    ]
    assert briefly(one).replace("\u00a0", " ") == (
        "Règle : Nvidia H200 (puce nommée), score 8 (seuil 5). "
        "C’est le premier article de son fil. Trouvé : « H200 », « puce H200 »."
    )
    assert "• beginning: “puce H200” (says: open, 2 times)" in why(one, "en")


def test_why_not() -> None:
    """Where no rule holds any more, the decision is still told."""
    nothing = judged(article(), decision=Decision.NO_MATCH)
    assert "Trouvé" not in why(nothing)
    assert briefly(nothing).startswith("Aucune règle ne s’y applique")


def test_many_pieces() -> None:
    """Six pieces of a zone are told, the rest is counted."""
    words = [
        match(hit(article().text, word)) for word in "La douane de Shenzhen n a laissé".split()
    ]
    assert why(judged(article(), *words)).count(" (chip)") == answers.EACH
    assert ", + 1\n" in why(judged(article(), *words))


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("language", locales.LANGUAGES)
def test_every_decision_has_its_sentence(decision: Decision, language: str) -> None:
    """Each is told in the reader's language, in full sentences."""
    (line,) = why(judged(article(), decision=decision), language).split("\n")[2:3]
    assert line.endswith(".")
    assert (line in answers.DECISIONS.values()) is (language == "en")


def test_every_reason_has_its_words() -> None:
    """Each reason to set something aside is told in French."""
    asides = tuple(Aside(f"piège {why.value}", why) for why in Why)
    text = why(judged(article(), NAMED, QUOTA, asides=asides))
    assert text.count("piège") == len(Why)
    assert not any(reason in text for reason in answers.ASIDES.values())


@given(
    articles_and_matches(),
    st.lists(st.builds(Aside, st.text(max_size=300), st.sampled_from(Why)), max_size=6),
    st.sampled_from(locales.LANGUAGES),
)
def test_any_answer_is_accepted(
    found: tuple[Article, list[Match]], asides: list[Aside], language: str
) -> None:
    """Whatever was found and set aside, the answer parses and keeps the limits."""
    one = judged(found[0], *found[1], asides=tuple(asides))
    assert why(one, language)
    assert len(briefly(one, language)) <= actions.TOAST + 1
