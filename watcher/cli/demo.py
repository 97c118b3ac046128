"""`watcher demo`: the whole line at work on the five seeds."""

import asyncio
import ipaddress
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State

if TYPE_CHECKING:
    from watcher.config import Config


def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="DIR",
            help="Keep the database here: a second run then has nothing new to tell.",
            show_default=False,
        ),
    ] = None,
    chat: Annotated[
        bool,
        typer.Option("--chat", help="A whole talk of a subscriber with the bot, in French."),
    ] = False,
) -> None:
    """Serve the five seeds as real feeds and pages, poll them twice, and show the alerts."""
    from watcher import logs

    state: State = context.obj
    logs.setup("error", "auto", ())
    lived = talk if chat else show
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        lived(state, folder)
        return
    with tempfile.TemporaryDirectory(prefix="watcher-demo-") as temporary:
        lived(state, Path(temporary))


def talk(state: State, folder: Path) -> None:
    """Show what a subscriber sees in the chat, from the first message to a digest."""
    from watcher import demo, rehearsal

    with demo.served(folder) as urls:
        config = configured(state, folder, urls[:1])
        asyncio.run(rehearsal.play(config, urls, state.console))


def show(state: State, folder: Path) -> None:
    """Live the story again: its episodes on one database, then a pass that has nothing to add."""
    from watcher import daemon, demo
    from watcher.cli import poll

    console = state.console
    with demo.served(folder) as urls:
        console.print(f"Five sites on loopback, rules from {state.config().rules}", highlight=False)
        for heading, known in demo.EPISODES:
            config = configured(state, folder, urls[:known])
            console.rule(heading, align="left", style="dim")
            tally = asyncio.run(daemon.poll_once(config, everything=True, console=console))
            poll.tell(tally, console)


def configured(state: State, folder: Path, urls: list[str]) -> "Config":
    """Take rules, chats and token as configured, but the demo's own feeds and database."""
    from watcher.config.keys import FeedKeys, StoreKeys

    given = state.config()
    loopback = {
        "allow_addresses": (ipaddress.ip_network("127.0.0.0/8"),),
        "host_delay": timedelta(0),
        "pages": True,
    }
    return given.model_copy(
        update={
            "opml": None,
            "feeds": tuple(FeedKeys(url=url) for url in urls),
            "store": StoreKeys(url=f"sqlite:///{folder / 'watcher.db'}"),
            "fetch": given.fetch.model_copy(update=loopback),
        }
    )
