"""The language of an article."""

import pytest

from watcher.articles.language import language

FRENCH = (
    "Les douanes ont reçu la consigne de laisser passer les cartes commandées avant l'hiver. " * 3
)
ENGLISH = (
    "Customs officers were told to let the boards pass that had been ordered before the winter. "
    * 3
)


@pytest.mark.parametrize(
    ("told", "text", "code"),
    [
        ("", FRENCH, "fr"),
        ("", ENGLISH, "en"),
        ("", "Nvidia : quota H200", ""),
        ("de", FRENCH, "de"),
        ("fr", "", "fr"),
    ],
)
def test_language(told: str, text: str, code: str) -> None:
    """What the page tells counts; a text of some length speaks for itself; a headline does not."""
    assert language(told, text) == code
