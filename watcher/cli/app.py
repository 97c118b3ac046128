"""Every command of `watcher`, in one table."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from watcher import __version__
from watcher.cli import config, demo, extract, feeds, poll, replay, rules, run, status
from watcher.cli.state import State

COMMANDS: Final = (
    demo.demo,
    run.run,
    poll.poll,
    extract.extract,
    replay.replay,
    status.status,
)
FAMILIES: Final = (
    ("rules", rules.app),
    ("feeds", feeds.app),
    ("config", config.app),
)

app = typer.Typer(
    name="watcher",
    help="A self-hosted news watch: feeds in, judged by rules, alerts out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in COMMANDS:
    app.command()(command)
for name, family in FAMILIES:
    app.add_typer(family, name=name)


def _tell_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        sys.stdout.write(f"watcher {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="The TOML file to read.", show_default=False),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Watch the news."""
    context.obj = State(path=path)
