"""Alerts on the terminal, with the deciding words marked."""

import re
from html import unescape
from itertools import count

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from watcher.errors import RetryLaterError
from watcher.model import Delivery, Kind, Message
from watcher.turns import Turns

BAR = "▎ "
QUOTE = "<blockquote"
PIECE = re.compile(r"<(/?)(\w+)[^>]*>|([^<]+)")
STYLES = {"b": "bold", "i": "italic dim", "a": "underline", "blockquote": ""}
MATCHED = "bold yellow"


class ConsoleChannel:
    """Prints messages; the receipt is the message's number since the start."""

    name = "console"

    def __init__(self, console: Console | None = None) -> None:
        self.turns = Turns()  # a terminal takes anything
        self._console = console or Console(highlight=False)
        self._numbers = count(1)

    async def open(self) -> None:
        """Need nothing."""

    async def send(self, delivery: Delivery) -> str:
        """Print the message; `RetryLaterError` when the terminal is gone."""
        answers = delivery.kind is Kind.REPLY and delivery.target
        self._print(delivery, "↪ answers an earlier message" if answers else "")
        return str(next(self._numbers))

    async def edit(self, delivery: Delivery) -> str:
        """Print how the message reads now: what was printed cannot be changed."""
        self._print(delivery, "✎ an earlier message now reads")
        return delivery.target

    async def find(self, delivery: Delivery) -> str | None:
        """Know nothing: a terminal cannot be read back, so an interrupted message is printed again."""
        return None

    async def close(self) -> None:
        """Hold nothing."""

    def _print(self, delivery: Delivery, heading: str) -> None:
        try:
            self._write(delivery.message, heading)
        except (OSError, ValueError) as error:  # a closed pipe or file
            raise RetryLaterError(f"the terminal cannot be written to: {error}") from error

    def _write(self, message: Message, heading: str) -> None:
        console = self._console
        console.print(Rule(heading, style="dim"))
        for line in message.html.split("\n"):  # each quote is a line of its own
            bar, text = Text(), styled(line)
            if line.startswith(QUOTE):
                bar.append(BAR, "yellow")
            width = console.width - len(bar)
            for row in text.wrap(console, width) if console.is_terminal else [text]:
                row.rstrip()
                console.print(bar + row, soft_wrap=True)
        if message.link:
            console.print(Text(message.link, "cyan"), soft_wrap=True)


def styled(html: str) -> Text:
    """Read a line of our subset of HTML."""
    text = Text()
    tags: list[str] = []
    for closing, tag, words in PIECE.findall(html):
        if words:
            matched = {"b", "blockquote"} <= set(tags)
            text.append(unescape(words), MATCHED if matched else " ".join(STYLES[t] for t in tags))
        elif closing:
            tags.remove(tag)
        else:
            tags.append(tag)
    return text
