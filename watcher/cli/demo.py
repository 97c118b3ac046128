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
) -> None:
    """Serve the five seeds as real feeds and pages, poll them twice, and show the alerts."""
    from watcher import logs

    state: State = context.obj
    logs.setup("error", "auto", ())
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        show(state, folder)
        return
    with tempfile.TemporaryDirectory(prefix="watcher-demo-") as temporary:
        show(state, Path(temporary))


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
