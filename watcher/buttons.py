"""Buttons under messages, and what they say to the bot when they are pressed."""

import re
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

VERSION: Final = "v1"
DATA: Final = 64  # bytes that Telegram keeps with a button
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_SPELLED: Final = re.compile(r"v1:([a-z]+)((?::[^:]*)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: it opens an address, or tells the bot what was pressed."""

    text: str
    url: str = ""
    data: str = ""  # as `Press` spells it
    danger: bool = False  # it cannot be undone


Keyboard: TypeAlias = tuple[tuple[Button, ...], ...]  # rows


@dataclass(frozen=True, slots=True)
class Press:
    """
    What a button asks for. A press repeated must change nothing more: it says "on", not "toggle".

    >>> Press("mute", number(46), "7d").data
    'v1:mute:1a:7d'
    >>> Press.read("v1:mute:1a:7d")
    Press(verb='mute', args=('1a', '7d'))
    """

    verb: str
    args: tuple[str, ...] = ()

    def __init__(self, verb: str, *args: str) -> None:
        object.__setattr__(self, "verb", verb)
        object.__setattr__(self, "args", args)

    @property
    def data(self) -> str:
        """Spell it as the data of a button; raises `ValueError` when it does not fit."""
        spelled = ":".join((VERSION, self.verb, *self.args))
        if len(spelled.encode()) > DATA or not _SPELLED.fullmatch(spelled):
            raise ValueError(f"{spelled!r} is no button's data: 64 bytes at most, no colon inside")
        return spelled

    @classmethod
    def read(cls, data: str) -> Self | None:
        """Read a button's data; `None` when it is of another version, or none of ours."""
        found = _SPELLED.fullmatch(data)
        return cls(found[1], *found[2].split(":")[1:]) if found else None


def number(id: int) -> str:
    """
    Spell a number shortly, in base 36.

    >>> number(46), number(0), whole("1a")
    ('1a', '0', 46)
    """
    spelled = ""
    while id or not spelled:
        id, digit = divmod(id, 36)
        spelled = _DIGITS[digit] + spelled
    return spelled


def whole(spelled: str) -> int:
    """Read a number in base 36; raises `ValueError`."""
    if not re.fullmatch("[0-9a-z]{1,12}", spelled):
        raise ValueError(f"{spelled!r} is no number in base 36")
    return int(spelled, 36)
