"""Who administrates which chat, for tests of the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

GROUP_TITLE = "Veille"


@dataclass
class Roles:
    """People who administrate everything, and those who administrate some chats."""

    everywhere: set[int] = field(default_factory=set)
    of: Mapping[str, Iterable[int]] = field(default_factory=dict)

    async def administrates(self, address: str, person: int) -> bool:
        """Tell whether a person administrates a chat."""
        return person in self.everywhere or person in self.of.get(address, ())

    async def posts(self, address: str) -> bool:
        """Let the bot write anywhere."""
        del address
        return True

    async def administrators(self, address: str) -> list[int]:
        """Name the people who administrate a chat."""
        return sorted({*self.everywhere, *self.of.get(address, ())})

    async def title(self, address: str) -> str:
        """Call every chat the same."""
        del address
        return GROUP_TITLE
