"""What people do not want to hear of: a story, a site, a rule set, for a while or for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from watcher import actions
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.bot.reading import argument, expired, known, numbered, rest, told
from watcher.buttons import Button, Press, number
from watcher.dialogue import Change, Event, Heard, Reply, Toast
from watcher.messages import N_
from watcher.model import Message, RuleSetId, StoryId
from watcher.preferences import Mute, Muted
from watcher.spans import Part, Span, clip, fit, html
from watcher.timeline import Story

TITLE: Final = 200
SETS: Final = 3  # topics that are offered


async def menu(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Ask what to mute, and for how long."""
    story = await desk.line.store.story(StoryId(numbered(event)))
    if story is None:
        return expired(visitor)
    turns = argument(event, 1)
    message = _menu(desk, visitor, story, turns=turns != "all")
    return [Toast(), Change(message)] if turns else told(event, message)


def _menu(desk: Desk, visitor: Visitor, story: Story, *, turns: bool) -> Message:
    head = next(one for one in story.chapters if one.article == story.head)
    sets = [name for name in head.rule_sets if known(visitor).follows(name)][:SETS]
    things = [(visitor.say(KINDS[Muted.STORY]), Muted.STORY, str(story.id))]
    if head.host:
        things.append((visitor.say(KINDS[Muted.SITE]), Muted.SITE, head.host))
    for letter, name in zip("ABC", sets, strict=False):
        mark = f" {letter}" if len(sets) > 1 else ""  # told apart by who listens, too
        things.append((visitor.say(KINDS[Muted.RULE_SET]) + mark, Muted.RULE_SET, name))
    parts = [Part([Span(visitor.say(N_("What don’t you want to hear of?")), bold=True)])]
    for label, kind, key in things:
        line = visitor.say(N_("{label}: ")).format(label=label) + _name(desk, kind, key, story)
        parts.append(Part([Span(f"• {line}")], rank=2))
    hint = visitor.say(N_("A reversal of the story still comes, unless you untick it."))
    parts.append(Part([Span(hint, italic=True)], rank=1, gap="\n\n"))
    buttons = actions.mutes(visitor.translations, story.id, things, turns=turns)
    return Message(html=html(fit(parts)), buttons=buttons)


KINDS: Final[Mapping[Muted, str]] = {
    Muted.STORY: N_("Story"),
    Muted.SITE: N_("Site"),
    Muted.RULE_SET: N_("Topic"),
}


def _name(desk: Desk, kind: Muted, key: str, story: Story) -> str:
    """Say what a mute is about, in a reader's words."""
    titles = {rule_set.id: rule_set.title for rule_set in desk.line.book.sets}
    names = {Muted.STORY: story.title, Muted.RULE_SET: titles.get(RuleSetId(key))}
    return clip(names.get(kind) or key, TITLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a button of the menu asks for."""

    story: Story
    kind: Muted
    key: str


async def _asked(desk: Desk, event: Event, kind: str, key: str) -> Asked | None:
    """Understand a button; `None` when it names what is not there."""
    story = await desk.line.store.story(StoryId(numbered(event)))
    if story is None or kind not in set(Muted):
        return None
    theirs: dict[Muted, set[str]] = {
        Muted.STORY: {str(story.id)},
        Muted.SITE: {chapter.host for chapter in story.chapters},
        Muted.RULE_SET: {str(name) for chapter in story.chapters for name in chapter.rule_sets},
    }
    return Asked(story, Muted(kind), key) if key in theirs[Muted(kind)] else None


async def hush(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Mute a thing."""
    kind, span, word, key = (*(argument(event, at) for at in (1, 2, 3)), rest(event, 4))
    asked = await _asked(desk, event, kind, key)
    if asked is None or span not in actions.SPANS:
        return expired(visitor)
    now, turns, length = desk.line.clock(), word != "all", actions.SPANS[span]
    until = now + length if length else None
    mute = Mute(kind=asked.kind, key=key, until=until, turns=turns)
    await desk.line.store.mute(known(visitor).id, mute)
    await desk.refresh()
    lines = [_name(desk, asked.kind, key, asked.story), _until(visitor, until)]
    if turns and asked.kind is Muted.STORY:
        lines.append(visitor.say(N_("A reversal will still come.")))
    undo = Press("unhush", number(asked.story.id), kind, key).data
    offered = Button(text=visitor.translations.pgettext("button", "Undo"), data=undo)
    done = visitor.say(N_("You will not hear of it"))
    return [Toast(done), Change(_said(visitor, done, lines, offered))]


async def unhush(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Let a thing be heard of again."""
    kind, key = argument(event, 1), rest(event, 2)
    asked = await _asked(desk, event, kind, key)
    if asked is None:
        return expired(visitor)
    await desk.line.store.unmute(known(visitor).id, asked.kind, key)
    await desk.refresh()
    done = visitor.say(N_("No longer muted"))
    lines = [_name(desk, asked.kind, key, asked.story)]
    again = actions.muting(visitor.translations, asked.story.id)
    return [Toast(done), Change(_said(visitor, done, lines, again))]


def _until(visitor: Visitor, until: datetime | None) -> str:
    """Say how long a mute holds, in the chat's own time."""
    if until is None:
        return visitor.say(N_("For good."))
    there = until.astimezone(visitor.preferences.timezone)
    pattern = visitor.say(N_("d MMM y 'at' HH:mm"))
    date = format_datetime(there, pattern, locale=visitor.language)
    return visitor.say(N_("Until {date}.")).format(date=date)


def _said(visitor: Visitor, done: str, lines: Sequence[str], button: Button) -> Message:
    parts = [Part([Span(done, bold=True)]), *(Part([Span(line)]) for line in lines)]
    row = (button, actions.closing(visitor.translations))
    return Message(html=html(fit(parts)), buttons=(row,))


COMMANDS: Final[Mapping[str, Handler]] = {}
PRESSES: Final[Mapping[str, Handler]] = {
    "mute": Handler(menu, for_administrators=True),
    "hush": Handler(hush, for_administrators=True),
    "unhush": Handler(unhush, for_administrators=True),
}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
