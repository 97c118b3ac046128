"""The buttons by which people answer an alert, and the menus that they open."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from gettext import NullTranslations
from typing import Final

from watcher.buttons import Button, Keyboard, Press, number
from watcher.model import ArticleId, StoryId
from watcher.preferences import Muted

LABEL: Final = 30  # characters that a narrow screen shows
TOAST: Final = 190  # characters over a chat, of Telegram's 200
DAY: Final = timedelta(days=1)
SPANS: Final[Mapping[str, timedelta | None]] = {"24h": DAY, "7d": 7 * DAY, "ever": None}


def beneath(
    translations: NullTranslations,
    *,
    link: str,
    article: ArticleId | None,
    story: StoryId | None,
    articles: int = 1,
) -> Keyboard:
    """Offer to read an article, and, where somebody can be answered, to ask about it."""
    first = [Button(text=translations.pgettext("button", "Read"), url=link)] if link else []
    if article is None:
        return _rows(first)
    first.append(
        Button(
            text=translations.pgettext("button", "Why?"), data=Press("why", number(article)).data
        )
    )
    if story is None:
        return _rows(first)
    thread = (
        translations.pgettext("button", "Story ({n})")
        if articles > 1
        else translations.pgettext("button", "Story")
    )
    data = Press("story", number(story)).data
    first.append(Button(text=thread.format(n=articles), data=data))
    return _rows(first, [muting(translations, story)])


def muting(translations: NullTranslations, story: StoryId) -> Button:
    """Offer to choose what to mute."""
    data = Press("mute", number(story)).data
    return Button(text=translations.pgettext("button", "Mute…"), data=data)


def closing(translations: NullTranslations) -> Button:
    """Offer to take a message away."""
    return Button(text=translations.pgettext("button", "Close"), data=Press("x").data)


def rating(
    translations: NullTranslations, article: ArticleId, *, useful: bool | None
) -> tuple[Button, ...]:
    """Offer to say whether an alert was worth it; what was said is marked."""
    choices = (
        ("no", False, translations.pgettext("button", "Not relevant")),
        ("yes", True, translations.pgettext("button", "Useful")),
    )
    return tuple(
        Button(text=_chosen(text, useful is means), data=Press("fb", number(article), word).data)
        for word, means, text in choices
    )


def mutes(
    translations: NullTranslations,
    story: StoryId,
    things: Iterable[tuple[str, Muted, str]],
    *,
    turns: bool,
) -> Keyboard:
    """Offer to mute each of some things for a time; one whose key fits no button is left out."""
    spans = {
        "24h": translations.pgettext("button", "24 h"),
        "7d": translations.pgettext("button", "7 days"),
        "ever": translations.pgettext("button", "for good"),
    }
    frame = translations.pgettext("button", "{thing}: {time}")
    word = "turns" if turns else "all"
    rows: list[list[Button]] = []
    for name, kind, key in things:
        with suppress(ValueError):  # a long name: the settings mute it
            presses = [Press("hush", number(story), kind.value, one, word, key) for one in spans]
            labels = [frame.format(thing=name, time=time) for time in spans.values()]
            rows.append(
                [
                    Button(text=label, data=press.data)
                    for label, press in zip(labels, presses, strict=True)
                ]
            )
    other = Press("mute", number(story), "all" if turns else "turns").data
    label = translations.pgettext("button", "Except a reversal")
    anyway = Button(text=f"{'☑' if turns else '☐'} {label}", data=other)
    return _rows(*rows, [anyway], [closing(translations)])


def _chosen(text: str, is_so: bool) -> str:  # noqa: FBT001
    return f"• {text}" if is_so else text


def _rows(*rows: Iterable[Button]) -> Keyboard:
    return tuple(filter(None, map(tuple, rows)))
