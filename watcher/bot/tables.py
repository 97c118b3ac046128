"""All commands and buttons there are: each topic's own tables, merged."""

from collections.abc import Mapping
from typing import Final

from watcher.bot import groups, standing
from watcher.bot.desk import Handler
from watcher.dialogue import Heard

_TOPICS: Final = (standing, groups)

COMMANDS: Final[Mapping[str, Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.COMMANDS.items()
}
PRESSES: Final[Mapping[str, Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.PRESSES.items()
}
OTHERS: Final[Mapping[type[Heard], Handler]] = {
    name: handler for topic in _TOPICS for name, handler in topic.OTHERS.items()
}
