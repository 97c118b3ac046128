"""Alerts on the terminal, with the deciding words marked."""

from html.parser import HTMLParser
from itertools import count

from rich.console import Console
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from watcher.channels.settings import Settings
from watcher.errors import RetryLaterError
from watcher.model import Delivery

BAR = "▎ "
NARROWEST = 20
STYLES = {
    "b": Style(bold=True),
    "i": Style(italic=True, dim=True),
    "a": Style(underline=True),
    "blockquote": Style(),
}
MATCHED = Style(bold=True, color="yellow")


def create(_settings: Settings) -> "ConsoleChannel":
    """Make the channel; the terminal needs no settings."""
    return ConsoleChannel()


class ConsoleChannel:
    """Prints messages; the receipt is the message's number since the start."""

    name = "console"

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._numbers = count(1)

    async def open(self) -> None:
        """Need nothing."""

    async def send(self, delivery: Delivery) -> str:
        """Print the message; `RetryLaterError` when the terminal is gone."""
        try:
            self._print(delivery)
        except (OSError, ValueError) as error:  # a closed pipe or file
            raise RetryLaterError(f"the terminal cannot be written to: {error}") from error
        return str(next(self._numbers))

    async def find(self, delivery: Delivery) -> str | None:
        """Know nothing: a terminal cannot be read back, so an interrupted message is printed again."""
        return None

    async def close(self) -> None:
        """Hold nothing."""

    def _print(self, delivery: Delivery) -> None:
        console = self._console
        console.print(Rule(style="dim"))
        for text, quoted in blocks(delivery.message.html):
            width = max(console.width - len(BAR) * quoted, NARROWEST)
            for line in text.wrap(console, width) if console.is_terminal or quoted else [text]:
                if quoted:
                    line.rstrip()
                console.print(Text(BAR, "yellow") + line if quoted else line, soft_wrap=True)
        if delivery.message.link:
            console.print(Text(delivery.message.link, "cyan"), soft_wrap=True)


class _Reader(HTMLParser):
    """Turns our subset of HTML into styled text, quotes apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[Text, bool]] = [(Text(), False)]
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "blockquote":
            self.blocks.append((Text(), True))

    def handle_endtag(self, tag: str) -> None:
        self.open.remove(tag)
        if tag == "blockquote":
            self.blocks.append((Text(), False))

    def handle_data(self, data: str) -> None:
        style = sum((STYLES[tag] for tag in self.open), Style.null())
        if {"b", "blockquote"} <= set(self.open):
            style = MATCHED
        self.blocks[-1][0].append(data, style)


def blocks(html: str) -> list[tuple[Text, bool]]:
    """Read a message as stretches of text, each with whether it is quoted; a quote brings its own line ends."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    quotes = [quoted for _, quoted in reader.blocks]
    return [
        (text if quoted else text[before : len(text) - after], quoted)
        for (text, quoted), before, after in zip(
            reader.blocks, [False, *quotes], [*quotes[1:], False], strict=False
        )
        if text
    ]
