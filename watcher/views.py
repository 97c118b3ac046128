"""What the menus of the bot have in common: what they know of a chat, their lines and buttons."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from gettext import NullTranslations
from typing import Final, TypeAlias

from babel.dates import format_datetime, get_day_names
from babel.lists import format_list

from watcher.buttons import Button, Press
from watcher.messages import N_
from watcher.model import Chat, Message, RuleSetId
from watcher.preferences import EVERY_DAY, Choices, Mute, Muted, Preferences
from watcher.spans import Part, Span, clip, fit, html

BUTTON: Final = 30  # characters
ROW: Final = 4  # buttons that a telephone shows side by side
TAG: Final = 20  # bytes
WEEK: Final = 7
WORKDAYS: Final = frozenset(range(5))

Scope: TypeAlias = (
    RuleSetId | None
)  # the rule set that a choice is about; None: the chat as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A rule set, as subscribers see it."""

    id: RuleSetId
    title: str
    rules: tuple[str, ...] = ()  # their titles
    defaults: Choices = field(default_factory=dict)
    scores: Sequence[float] = ()  # of the alerts of the last days


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a menu may show to a chat."""

    chat: Chat
    topics: Sequence[Topic]
    now: datetime
    translations: NullTranslations
    days: float = 0.0  # over which the alerts of the topics were counted
    sites: Sequence[str] = ()  # hosts of the articles of late
    titles: Mapping[str, str] = field(default_factory=dict)  # of muted stories, by their key

    def say(self, text: str, **values: object) -> str:
        """Translate, and fill in."""
        return self.translations.gettext(text).format(**values)

    @property
    def language(self) -> str:
        """The language of the chat."""
        return self.chat.spec.language

    @property
    def followed(self) -> list[Topic]:
        """What the chat hears of."""
        return [topic for topic in self.topics if self.chat.follows(topic.id)]

    def topic(self, scope: RuleSetId) -> Topic:
        """Find a rule set; raises `StopIteration` when there is none."""
        return next(topic for topic in self.topics if topic.id == scope)

    def preferences(self, scope: Scope = None) -> Preferences:
        """Say what holds for the chat, or for one rule set."""
        if scope is None:
            return self.chat.preferences
        return self.chat.preferences_for(scope, self.topic(scope).defaults)

    def muted(self, kind: Muted) -> dict[str, Mute]:
        """Return what of a kind is silenced now, by its key."""
        return {m.key: m for m in self.chat.mutes if m.kind is kind and m.holds(self.now)}

    def often(self, topics: Iterable[Topic], least: float | None = None) -> str:
        """
        Say how many alerts a week would come, with what is chosen or with another least score.

        Nothing when nothing was measured yet.
        """
        if not self.days:
            return ""
        found = 0
        for topic in topics:
            floor = self.preferences(topic.id).min_score if least is None else least
            found += sum(score >= floor for score in topic.scores)
        if (n := round(found * WEEK / self.days)) == 0:
            return self.say(N_("less than one alert a week"))
        some = self.translations.ngettext("about {n} alert a week", "about {n} alerts a week", n)
        return some.format(n=n)

    def days_named(self, days: frozenset[int]) -> str:
        """Name days of the week."""
        if days == EVERY_DAY:
            return self.say(N_("every day"))
        if days == WORKDAYS:
            return self.say(N_("Monday to Friday"))
        names = get_day_names("wide", locale=self.language)
        return format_list([names[day] for day in sorted(days)], locale=self.language)

    def moment(self, at: datetime) -> str:
        """Say a time in the zone of the chat."""
        local = at.astimezone(self.preferences().timezone)
        pattern = self.say(N_("d MMMM 'at' HH:mm"))
        if self.language == "fr" and local.day == 1:
            pattern = pattern.replace("d ", "d'er' ", 1)
        return format_datetime(local, pattern, locale=self.language)


def tag(name: str) -> str:
    """
    Shorten the name of a rule set or site for a button's data, where it must be.

    >>> tag("h200"), tag("puces-et-commerce-international")
    ('h200', '~bcd522d47f20')
    """
    if len(name.encode()) <= TAG and ":" not in name:
        return name
    return "~" + hashlib.sha256(name.encode()).hexdigest()[:12]


def named(wanted: str, names: Iterable[str]) -> str | None:
    """Find the name that has a tag."""
    return next((name for name in names if tag(name) == wanted), None)


def button(text: str, verb: str, *args: str, chosen: bool = False, danger: bool = False) -> Button:
    """Make a button with a capital letter; a chosen one is marked."""
    label = text[:1].upper() + text[1:]
    shown = clip(f"• {label}" if chosen else label, BUTTON) or "…"  # Telegram refuses an empty one
    return Button(text=shown, data=Press(verb, *args).data, danger=danger)


def tick(text: str, verb: str, *args: str, on: bool) -> Button:
    """Make a button that takes something in or out."""
    asked = Press(verb, *args, "off" if on else "on")
    return Button(text=clip(f"{'☑' if on else '☐'} {text}", BUTTON), data=asked.data)


def rows(buttons: Sequence[Button], width: int = ROW) -> list[Sequence[Button]]:
    """Lay buttons out."""
    return [buttons[at : at + width] for at in range(0, len(buttons), width)]


def note(text: str) -> Part:
    """Set a remark apart."""
    return Part([Span(text, italic=True)], gap="\n\n")


def page(title: str, lines: Iterable[str | Part], *keyboard: Sequence[Button]) -> Message:
    """Write a menu: its title, its lines, its rows of buttons."""
    parts = [Part([Span(title, bold=True)])] if title else []
    for one in lines:
        gap = "\n\n" if len(parts) == 1 else "\n"
        parts.append(one if isinstance(one, Part) else Part([Span(one)] if one else [], gap=gap))
    buttons = tuple(tuple(row) for row in keyboard if row)
    return Message(html=html(fit(parts)), buttons=buttons)
