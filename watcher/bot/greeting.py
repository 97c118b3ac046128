"""Coming in: what `/start` answers, with or without a link, and the commands that need no menu."""

from collections.abc import Mapping, Sequence
from typing import Final

from watcher import menus, options
from watcher.bot import settings, welcome
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.dialogue import Event, Heard, Reply, Said, Say
from watcher.spans import clip

FOLLOW: Final = "s_"  # what a link to follow a rule set carries before its name
NAME: Final = 64  # characters


async def start(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """`/start`, with what a link carries: an invitation (`i_...`), or a topic (`s_RULE_SET`)."""
    payload = event.text.strip() if isinstance(event, Said) else ""
    if visitor.chat is None and isinstance(event, Said):
        if await welcome.admit(desk, visitor, event, payload) is None:
            return welcome.turned_away(desk, visitor, event, payload)
        await desk.refresh()
        visitor = await desk.visitor(event)
    wanted = payload.removeprefix(FOLLOW) if payload.startswith(FOLLOW) else ""
    if wanted:
        topic = next((one for one in settings.topics(desk, {}) if one.id == wanted), None)
        if topic is None:
            return [
                settings.told(visitor, settings.GONE, name=clip(wanted, NAME)),
                *await _hello(desk, visitor, event),
            ]
        return [Say(menus.confirm(topic, visitor.translations))]
    return await _hello(desk, visitor, event)


async def _lang(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """`/lang`, or at once `/lang en`."""
    code = event.text.strip().lower() if isinstance(event, Said) else ""
    if code in options.LANGUAGES:
        await settings.language(desk, await settings.view(desk, visitor), (code, "language"))
        visitor = await desk.visitor(event)
    return await settings.asked_for("language")(desk, visitor, event)


async def _help(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    del desk, event
    return [Say(menus.commands(visitor.translations, visitor.language))]


_hello: Final = settings.asked_for("hello")

COMMANDS: Final[Mapping[str, Handler]] = {
    "start": Handler(start, for_administrators=True, for_strangers=True),
    "lang": Handler(_lang, for_administrators=True),
    **dict.fromkeys(("aide", "help"), Handler(_help, for_strangers=True)),
}
PRESSES: Final[Mapping[str, Handler]] = {}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
