"""All commands and buttons there are: each topic's own tables, merged."""

from collections.abc import Mapping, Sequence
from typing import Final

from watcher.bot import (
    greeting,
    groups,
    muting,
    operators,
    privacy,
    questions,
    reading,
    settings,
    standing,
)
from watcher.bot.desk import Desk, Handler, Visitor, person
from watcher.dialogue import Event, Heard, Reply, Said

_TOPICS: Final = (
    standing,
    groups,
    greeting,
    settings,
    questions,
    reading,
    muting,
    privacy,
    operators,
)


async def heard(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Hear what is no command: an answer, an article to try, a channel to bind."""
    if person(event) in desk.asked:
        return await questions.heard(desk, visitor, event)
    if event.sender in desk.keys.administrators:
        return await operators.read(desk, visitor, event)
    if isinstance(event, Said) and event.forwarded_from and visitor.chat:
        return await groups.channel(desk, visitor, event)
    return await questions.heard(desk, visitor, event)


COMMANDS: Final[Mapping[str, Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.COMMANDS.items()
}
PRESSES: Final[Mapping[str, Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.PRESSES.items()
}
OTHERS: Final[Mapping[type[Heard], Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.OTHERS.items()
}
TEXT: Final = Handler(heard, for_strangers=True)
