"""
What is typed: a time, quiet hours, a city. The bot asks, and takes the next text for the answer.

A question waits in memory only. After a restart the person is asked to choose again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from watcher import hours, options, typed
from watcher.bot import welcome
from watcher.bot.desk import Desk, Handler, Visitor, person
from watcher.bot.settings import GoneError, Turn, asked_for, keep, pressed, scoped, told, view
from watcher.dialogue import Event, Heard, Place, Reply, Said, Say
from watcher.menus import PAGES
from watcher.messages import N_
from watcher.preferences import Preferences, Rhythm
from watcher.spans import clip
from watcher.views import View

QUOTED: Final = 40  # characters of an answer that is none

QUESTIONS: Final[Mapping[str, str]] = {
    "at": N_("At what time? Write 07:30 for instance."),
    "quiet": N_("From when to when? Write 22:00-07:00 for instance."),
    "zone": N_("In which city are you? Write its name, or a time zone such as Europe/Paris."),
}
NO_TIME: Final = N_("“{text}” is not a time. Write 07:30 for instance.")
NO_HOURS: Final = N_("“{text}” are no hours. Write 22:00-07:00 for instance.")
NO_ZONE: Final = N_("Unknown time zone “{text}”. Write a large city nearby, or Europe/Paris.")
LIKELY: Final = N_("Unknown time zone “{text}”. Did you mean {zone}?")
NOT_A_COMMAND: Final = N_("I only know commands and buttons. Try /rules or /help.")
FORGOTTEN: Final = N_("I no longer know what this answers. Choose again here:")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer is none."""

    text: str
    zone: str = ""  # that may have been meant


async def _ask(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`ask:SCOPE:NAME`: ask for what the buttons do not offer."""
    del desk
    spelled, name = args
    scoped(seen, spelled)
    return Turn(page="settings", toast=QUESTIONS[name], question=(spelled, name))


async def heard(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Hear a text that is no command: the answer to a question, if one was asked."""
    text = event.text.strip() if isinstance(event, Said) else ""
    question = desk.asked.get(person(event))
    if question and text and visitor.chat:
        return await _answered(desk, visitor, event, question, text)
    if event.place is not Place.PRIVATE or not text:
        return []  # people talk to each other
    if visitor.chat is None:
        return welcome.turned_away(desk, visitor, event)
    if typed.clock(text) or typed.hours(text):
        return [told(visitor, FORGOTTEN), *await asked_for("settings")(desk, visitor, event)]
    return [told(visitor, NOT_A_COMMAND)]


async def _answered(
    desk: Desk, visitor: Visitor, event: Event, question: tuple[str, ...], text: str
) -> Sequence[Reply]:
    spelled, name = question
    seen = await view(desk, visitor)
    try:
        scope = scoped(seen, spelled) if name != "zone" else None
    except GoneError:
        return await asked_for("topics")(desk, visitor, event)
    changes = read(name, text, seen.preferences(scope))
    if isinstance(changes, Problem):  # and wait for another answer
        return [told(visitor, changes.text, text=clip(text, QUOTED), zone=changes.zone)]
    del desk.asked[person(event)]
    turn = await keep(desk, seen, scope, changes)
    seen = await view(desk, await desk.visitor(event))
    return [Say(PAGES[turn.page](seen, turn.scope))]


def read(name: str, text: str, preferences: Preferences) -> options.Changes | Problem:
    """Say what an answer changes, or why it is none."""
    match name:
        case "at":
            at = typed.clock(text)
            return {"at": at, "rhythm": Rhythm.DAILY} if at else Problem(NO_TIME)
        case "quiet":
            ends = typed.hours(text)
            return options.quiet(*ends, preferences) if ends else Problem(NO_HOURS)
        case _:
            if zone := hours.zone_named(text):
                return {"zone": zone}
            likely = hours.zones_like(text, most=1)
            return Problem(LIKELY, *likely) if likely else Problem(NO_ZONE)


COMMANDS: Final[Mapping[str, Handler]] = {}
PRESSES: Final[Mapping[str, Handler]] = {"ask": Handler(pressed(_ask), for_administrators=True)}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
TEXT: Final = Handler(heard, for_strangers=True)  # whatever is no command
