"""Every command of `watcher`, in one table."""

from pathlib import Path
from typing import Annotated, Final

import typer

from watcher import __version__
from watcher.cli import (
    config,
    demo,
    extract,
    feeds,
    invite,
    poll,
    privacy,
    replay,
    rules,
    run,
    status,
    stories,
)
from watcher.cli.state import State

COMMANDS: Final = (
    demo.demo,
    run.run,
    poll.poll,
    extract.extract,
    replay.replay,
    status.status,
    invite.invite,
)
FAMILIES: Final = {
    "rules": rules.app,
    "feeds": feeds.app,
    "stories": stories.app,
    "config": config.app,
    "privacy": privacy.app,
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in COMMANDS:
    app.command()(command)
for name, family in FAMILIES.items():
    app.add_typer(family, name=name)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"watcher {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The TOML file to read.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """A self-hosted news watch: feeds in, judged by rules, alerts out."""
    context.obj = State(path=path)
