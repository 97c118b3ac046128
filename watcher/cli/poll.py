"""`watcher poll`: one pass."""

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State

if TYPE_CHECKING:
    from rich.console import Console

    from watcher.pipeline import Tally


def poll(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="One pass: what this command always does.")
    ] = True,
    everything: Annotated[bool, typer.Option("--all", help="Poll every feed, due or not.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object; alerts on stderr.")
    ] = False,
) -> None:
    """Poll the feeds that are due, judge what is new, send the alerts; then stop."""
    from watcher import daemon, logs
    from watcher.cli import progress

    state: State = context.obj
    config = state.config()
    # the summary tells what happened; the log is for those who ask for it
    level = "error" if config.log.level == "info" else config.log.level
    logs.setup(level, config.log.format, config.secrets)
    console = state.errors if as_json else state.console
    with progress.shown(state.errors) as watch:
        tally = asyncio.run(
            daemon.poll_once(config, everything=everything, console=console, watch=watch)
        )
    if as_json:
        typer.echo(json.dumps(summary(tally), ensure_ascii=False))
    else:
        tell(tally, state.console)


def summary(tally: "Tally") -> dict[str, object]:
    """Return the pass in numbers."""
    found = dataclasses.asdict(tally)
    found["seconds"] = {stage: round(spent, 3) for stage, spent in tally.seconds.items()}
    return found


def tell(tally: "Tally", console: "Console") -> None:
    """Print the pass in words, failures first."""
    for failure in tally.failed:
        console.print(
            f"failed: {failure['url']}: {failure['reason']}",
            style="yellow",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )
    console.print(
        f"{_count(tally.feeds, 'feed')} ({tally.unchanged} unchanged, {len(tally.failed)} failed), "
        f"{_count(tally.entries_new, 'new entry', 'new entries')}, "
        f"{_count(tally.articles, 'article')}, {_count(tally.alerts, 'alert')}",
        highlight=False,
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
