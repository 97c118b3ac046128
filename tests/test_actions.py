"""Buttons that fit, whatever they are about, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import actions, locales
from watcher.buttons import Keyboard, Press
from watcher.model import ArticleId, StoryId
from watcher.preferences import Muted

CATALOGUES = locales.catalogues()
LINK = "https://exemple.fr/a"
ids = st.integers(0, 2**62)


def fits(keyboard: Keyboard) -> bool:
    """Hold a keyboard to what Telegram and a narrow screen take."""
    buttons = [button for row in keyboard for button in row]
    assert all(row and len(row) <= 8 for row in keyboard)
    for button in buttons:
        assert 0 < len(button.text) <= actions.LABEL
        assert bool(button.url) != bool(button.data)
        assert button.url or Press.read(button.data)
    return len(buttons) <= 100


@pytest.mark.parametrize("language", locales.LANGUAGES)
@given(ids, ids, st.booleans(), st.sampled_from([None, True, False]))
def test_any_number_fits(
    language: str, article: int, story: int, turns: bool, useful: bool | None
) -> None:
    """However many articles were read, each button's data is read back."""
    say, thread = CATALOGUES[language], StoryId(story)
    things = [
        ("Fil", Muted.STORY, str(story)),
        ("Sujet A", Muted.RULE_SET, "commerce-export"),
        ("Site", Muted.SITE, "www.exemple.fr"),
    ]
    beneath = actions.beneath(
        say, link=LINK, article=ArticleId(article), story=thread, articles=999
    )
    menu = actions.mutes(say, thread, things, turns=turns)
    assert fits(beneath)
    assert fits(menu)
    assert fits((actions.rating(say, ArticleId(article), useful=useful),))
    assert len(menu) == len(things) + 2


def test_who_cannot_be_answered_is_offered_nothing_to_ask() -> None:
    """A channel gets the link alone, or nothing when there is none."""
    say = CATALOGUES["fr"]
    (row,) = actions.beneath(say, link=LINK, article=None, story=StoryId(1))
    assert [button.text for button in row] == ["Lire"]
    assert actions.beneath(say, link="", article=None, story=None) == ()


def test_what_fits_no_button_is_left_out() -> None:
    """A rule set with an endless name is muted in the settings."""
    things = [("Sujet", Muted.RULE_SET, "x" * 64)]
    (last, close) = actions.mutes(CATALOGUES["fr"], StoryId(1), things, turns=True)
    assert [button.data for button in (*last, *close)] == ["v1:mute:1:all", "v1:x"]


def test_what_was_chosen_is_marked_in_words() -> None:
    """A mark stands before the chosen answer; the box is ticked or not."""
    say = CATALOGUES["fr"]
    texts = [button.text for button in actions.rating(say, ArticleId(1), useful=True)]
    assert texts == ["Pas pertinent", "• Utile"]
    ((kept,), _) = actions.mutes(say, StoryId(1), [], turns=True)
    ((refused,), _) = actions.mutes(say, StoryId(1), [], turns=False)
    assert (kept.text, refused.text) == ("☑ Sauf un revirement", "☐ Sauf un revirement")
