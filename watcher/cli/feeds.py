"""`watcher feeds`: what is polled, and how it fares; changes go to the OPML file of the configuration."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
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
Url = Annotated[str, typer.Argument(metavar="URL")]
RELOAD = "A running watcher takes it up on reload: systemctl reload watcher"


@app.command("list")
def show(context: typer.Context, as_json: Json = False) -> None:
    """List the feeds with their next poll and their last error."""
    state: State = context.obj
    feeds = state.answer(lambda store, _: store.feeds())
    stored = {feed.url: feed for feed in feeds if feed.state != FeedState.REMOVED}
    rows = [_told(spec, stored.get(spec.url)) for spec in state.config().feed_specs()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("Feed", "Next poll (UTC)", "Failures", "State", "Error", box=None, pad_edge=False)
    for row in rows:
        due = str(row["due_at"] or "at the next start")[:16].replace("T", " ")
        cells = (row["title"] or row["url"], due, row["failures"], row["state"], row["error"] or "")
        table.add_row(*(Text(str(cell)) for cell in cells))
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
    specs = (FeedSpec(url=url),) if url else config.feed_specs()
    rows = asyncio.run(probing.check(config, specs, state.errors))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            told = row["error"] or f"{row['entries']} entries"
            typer.echo(f"{'FAIL' if row['error'] else 'ok  '} {row['url']}  {told}")
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

    data = opml.write(context.obj.config().feed_specs())
    if output is None:
        typer.echo(data, nl=False)
    else:
        opml.save(output, data)


@app.command()
def add(
    context: typer.Context,
    url: Url,
    tag: Annotated[
        list[str] | None, typer.Option(help="A tag; may be repeated.", show_default=False)
    ] = None,
) -> None:
    """Add a feed, or the one that a page names."""
    config: Config = context.obj.config()
    file = _editable(config)
    found = asyncio.run(probing.discover(config, url))
    _append(config, file, [replace(found, tags=tuple(tag or ()))])


@app.command("import")
def take(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Add the feeds of an OPML file; folders become tags."""
    from watcher import opml

    config: Config = context.obj.config()
    _append(config, _editable(config), opml.load(file))


@app.command()
def remove(context: typer.Context, url: Url) -> None:
    """Remove a feed; what was seen of it stays known."""
    from watcher import opml

    config: Config = context.obj.config()
    file = _editable(config)
    if url not in {spec.url for spec in _listed(file)}:
        hint = f"watcher feeds list shows what is polled; [[feeds]] are removed from {config.path}"
        raise _error(file, "not-listed", f"{url} is not in this file", hint)
    opml.save(file, opml.remove(file.read_bytes(), url))
    typer.echo(f"removed {url} from {file}. {RELOAD}", err=True)


def _editable(config: "Config") -> Path:
    """Return the OPML file that may be written; raises `ConfigError` when none is named."""
    from watcher.config.keys import SHIPPED_FEEDS

    if config.opml is not None and config.opml.resolve() != SHIPPED_FEEDS.resolve():
        return config.opml
    file = (config.path or Path("watcher.toml")).absolute()
    message = "the configuration names no OPML file of yours, so there is nowhere to write"
    new = file.with_name("feeds.opml")
    hint = f'watcher feeds export -o {new}, then put  opml = "feeds.opml"  at the top of {file}'
    raise _error(file, "no-opml", message, hint)


def _error(file: Path, code: str, message: str, hint: str) -> ConfigError:
    problem = Problem(file=str(file), line=0, column=1, code=code, message=message, hint=hint)
    return ConfigError([problem])


def _listed(file: Path) -> tuple[FeedSpec, ...]:
    """Read the feeds of the OPML file, which may be yet to come."""
    from watcher import opml

    return opml.load(file) if file.exists() else ()


def _append(config: "Config", file: Path, specs: Sequence[FeedSpec]) -> None:
    """Write the feeds that are not known yet, and say so."""
    from watcher import opml

    known = {feed.url for feed in config.feeds} | {spec.url for spec in _listed(file)}
    fresh = [spec for spec in specs if spec.url not in known]
    if fresh:
        opml.save(file, opml.add(file.read_bytes(), fresh) if file.exists() else opml.write(fresh))
    for spec in fresh:
        typer.echo(f"added {spec.url}  {spec.title}", err=True)
    told = f"{len(fresh)} added to {file}, {len(specs) - len(fresh)} already there."
    typer.echo(f"{told} {RELOAD if fresh else ''}".strip(), err=True)


def _told(spec: FeedSpec, feed: Feed | None) -> dict[str, object]:
    """Return what is told of a feed; one that was never polled has no next poll and no failures."""
    return {
        "url": spec.url,
        "title": (feed and feed.title) or spec.title,
        "tags": list(spec.tags),
        "state": str(feed.state) if feed else "new",
        "due_at": feed.due_at.isoformat() if feed else None,
        "polled_at": feed.polled_at.isoformat() if feed and feed.polled_at else None,
        "failures": feed.failures if feed else 0,
        "error": feed.error if feed else None,
    }
