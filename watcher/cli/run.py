"""`watcher run`: the daemon."""

import asyncio
from typing import Annotated

import typer

from watcher.cli.state import State


def run(
    context: typer.Context,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Work on a copy of the database; print, send nothing."),
    ] = False,
) -> None:
    """Watch until stopped: SIGTERM ends it within ten seconds, SIGHUP reloads rules and feeds."""
    from watcher import daemon, logs

    state: State = context.obj
    config = state.config()
    logs.setup(config.log.level, config.log.format, config.secrets)
    for sentence in config.warnings():
        state.errors.print(f"warning: {sentence}", style="yellow", soft_wrap=True, markup=False)
    asyncio.run(daemon.run(state.reload, dry=dry_run))
