"""`watcher feeds`: what is polled, and how it fares; changes go to the OPML file of the configuration."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli import probing
from watcher.cli.state import State
from watcher.errors import ConfigError, Problem
from watcher.model import Feed, FeedSpec, FeedState

if TYPE_CHECKING:
    from watcher.config import Config

app = typer.Typer(help="The feeds that are polled.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Url = Annotated[str, typer.Argument(metavar="URL", show_default=False)]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="A tag; may be repeated.", show_default=False)
]
RELOAD = "A running watcher takes it up on reload: systemctl reload watcher"


# Looking -----------------------------------------------------------------------------------------


@app.command("list")
def show(context: typer.Context, as_json: Json = False) -> None:
    """List the feeds with their next poll and their last error."""
    state: State = context.obj
    rows = asyncio.run(_known(state.config()))
    if as_json:
        typer.echo(json.dumps([_told(row) for row in rows], ensure_ascii=False, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("Feed", "Next poll (UTC)", "Failures", "State", "Error", box=None, pad_edge=False)
    for row in rows:
        told = _told(row)
        due = str(told["due_at"] or "at the next start")[:16].replace("T", " ")
        cells = (
            row.title or row.url,
            due,
            str(told["failures"]),
            str(told["state"]),
            str(told["error"] or ""),
        )
        table.add_row(*map(Text, cells))
    state.console.print(table)
    state.console.print(f"{len(rows)} feeds")


@app.command()
def check(
    context: typer.Context,
    url: Annotated[str | None, typer.Argument(metavar="[URL]", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Fetch and read feeds now, all of them or one; nothing is stored. Exit 1 when one fails."""
    state: State = context.obj
    config = state.config()
    specs = [FeedSpec(url=url)] if url else list(config.feed_specs())
    rows = asyncio.run(probing.check(config, specs, state.errors))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            mark = "FAIL" if row["error"] else "ok  "
            told = row["error"] or f"{row['entries']} entries"
            state.console.print(
                f"{mark} {row['url']}  {told}", markup=False, highlight=False, soft_wrap=True
            )
    if any(row["error"] for row in rows):
        raise typer.Exit(1)


@app.command()
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file.", show_default=False)
    ] = None,
) -> None:
    """Write all feeds of the configuration as OPML."""
    from watcher import opml

    state: State = context.obj
    data = opml.write(state.config().feed_specs())
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        opml.save(output, data)


# Changing ----------------------------------------------------------------------------------------


@app.command()
def add(
    context: typer.Context,
    url: Url,
    title: Annotated[str, typer.Option(help="A name; the feed's own without it.")] = "",
    tag: Tags = None,
) -> None:
    """Add a feed, or the one that a page names."""
    state: State = context.obj
    config = state.config()
    file = _editable(config)
    found = asyncio.run(probing.discover(config, url))
    spec = replace(found, title=title or found.title, tags=tuple(tag or ()))
    _append(state, file, [spec], known=_listed(config, file))


@app.command("import")
def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
) -> None:
    """Add the feeds of an OPML file; folders become tags."""
    from watcher import opml

    state: State = context.obj
    config = state.config()
    target = _editable(config)
    _append(state, target, opml.load(file), known=_listed(config, target))


@app.command()
def remove(context: typer.Context, url: Url) -> None:
    """Remove a feed; what was seen of it stays known."""
    from watcher import opml

    state: State = context.obj
    config = state.config()
    file = _editable(config)
    listed = [spec.url for spec in (opml.load(file) if file.exists() else ())]
    if url not in listed:
        raise ConfigError([_unlisted(config, url, file, listed)])
    opml.save(file, opml.remove(file.read_bytes(), url))
    state.errors.print(f"removed {url} from {file}. {RELOAD}", markup=False, soft_wrap=True)


def _editable(config: "Config") -> Path:
    """Return the OPML file that may be written; raises `ConfigError` when none is named."""
    from watcher.config.keys import SHIPPED_FEEDS

    if config.opml is not None and config.opml.resolve() != SHIPPED_FEEDS.resolve():
        return config.opml
    file = config.path.absolute() if config.path else Path("watcher.toml").absolute()
    hint = (
        f"run: watcher feeds export -o {file.with_name('feeds.opml')}"
        f' and put  opml = "feeds.opml"  at the top of {file}'
    )
    message = "the configuration names no OPML file of yours, so there is nowhere to write"
    raise ConfigError(
        [Problem(file=str(file), line=0, column=1, code="no-opml", message=message, hint=hint)]
    )


def _listed(config: "Config", file: Path) -> set[str]:
    """Return the addresses that the configuration and its OPML file name; the file may be yet to come."""
    from watcher import opml

    listed = opml.load(file) if file.exists() else ()
    return {feed.url for feed in config.feeds} | {spec.url for spec in listed}


def _append(state: State, file: Path, specs: Sequence[FeedSpec], *, known: set[str]) -> None:
    """Write the feeds that are not known yet, and say so."""
    from watcher import opml

    fresh = [spec for spec in specs if spec.url not in known]
    if fresh and file.exists():
        opml.save(file, opml.add(file.read_bytes(), fresh))
    elif fresh:
        opml.save(file, opml.write(fresh))
    for spec in fresh:
        state.errors.print(
            f"added {spec.url}  {spec.title}", markup=False, highlight=False, soft_wrap=True
        )
    told = f"{len(fresh)} added to {file}, {len(specs) - len(fresh)} already there."
    state.errors.print(f"{told} {RELOAD if fresh else ''}".strip(), markup=False, soft_wrap=True)


def _unlisted(config: "Config", url: str, file: Path, listed: Sequence[str]) -> Problem:
    """Say why a feed cannot be removed."""
    from difflib import get_close_matches

    close = get_close_matches(url, listed, n=1)
    named = any(feed.url == url for feed in config.feeds)
    hint = f"did you mean {close[0]}?" if close else "watcher feeds list shows what is polled"
    if named:
        hint = f"it is a [[feeds]] table: remove it from {config.path}"
    return Problem(
        file=str(file),
        line=0,
        column=1,
        code="not-listed",
        message=f"{url} is not in this file",
        hint=hint,
    )


# Telling -----------------------------------------------------------------------------------------


async def _known(config: "Config") -> list[Feed | FeedSpec]:
    """Return the configured feeds, each as the store knows it, where it does; the removed are left out."""
    specs = config.feed_specs()
    path = config.store.path
    if path is not None and not path.exists():
        return list(specs)  # looking must not create a database that the service could not write
    from watcher.store import Store

    store = await Store.open(config.store.url, now=datetime.now(UTC))
    try:
        stored = {feed.url: feed for feed in await store.feeds() if feed.state != FeedState.REMOVED}
    finally:
        await store.close()
    return [stored.get(spec.url, spec) for spec in specs]


def _told(row: Feed | FeedSpec) -> dict[str, object]:
    """Return what is told of a feed; one that was never polled has no next poll and no failures."""
    stored = row if isinstance(row, Feed) else None
    return {
        "url": row.url,
        "title": row.title,
        "tags": list(row.tags),
        "state": str(stored.state) if stored else "new",
        "due_at": stored.due_at.isoformat() if stored else None,
        "polled_at": stored.polled_at.isoformat() if stored and stored.polled_at else None,
        "failures": stored.failures if stored else 0,
        "error": stored.error if stored else None,
    }
