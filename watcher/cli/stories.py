"""`watcher stories`: what belongs together, why, and what is held to be so."""

import dataclasses
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from watcher.cli.state import State
from watcher.cli.status import plain

if TYPE_CHECKING:
    from watcher.timeline import Chapter, Story

app = typer.Typer(help="The stories that articles tell.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
RECENT: Final = timedelta(days=21)


@app.command("list")
def show_all(
    context: typer.Context,
    silent: Annotated[
        bool, typer.Option("--silent", help="Articles of 21 days that nobody was told of.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many stories.")] = 50,
    as_json: Json = False,
) -> None:
    """List the stories with the newest articles; or what joined one in silence, and why."""
    state: State = context.obj
    if silent:
        chapters = state.answer(lambda store, now: store.untold(now - RECENT))
        _print(state, chapters, CHAPTERS, as_json)
        return
    _print(state, state.answer(lambda store, _: store.stories(limit=limit)), STORIES, as_json)


@app.command()
def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="N", help="As `watcher stories list` has it.")],
    as_json: Json = False,
) -> None:
    """Show a story's articles by the dates of publication, each with its decision and the reason."""
    from watcher.model import StoryId

    state: State = context.obj
    story = state.answer(lambda store, _: store.story(StoryId(number)))
    if story is None:
        typer.echo(f"there is no story {number}; watcher stories list shows them", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(_json(dataclasses.asdict(story)))
        return
    state.console.print(f"Story {story.id}: {story.title}", markup=False)
    _print(state, story.chapters, CHAPTERS, as_json=False)
    for link in story.links:
        state.console.print(f"see story {link.other}: {link.reason}", markup=False)


@app.command()
def ledger(context: typer.Context, as_json: Json = False) -> None:
    """Show what is held to be so: who closes or opens the trade in what, since when, says who."""
    state: State = context.obj
    _print(state, state.answer(lambda store, _: store.holdings()), HOLDINGS, as_json)


def _day(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _told(one: "Chapter") -> str:
    return f"chats: {one.told}" if one.told else "nobody"


def _span(one: "Story") -> str:
    return f"{one.first_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}"


STORIES: Final = {
    "Story": lambda one: one.id,
    "Published": _span,
    "Articles": lambda one: one.articles,
    "Title": lambda one: one.title,
}
CHAPTERS: Final = {
    "Published (UTC)": lambda one: _day(one.published_at),
    "Story": lambda one: f"{one.story}.{one.event}",
    "Decision": lambda one: one.decision,
    "Told": _told,
    "Article": lambda one: f"{one.site or one.url}: {one.title}",
    "Reason": lambda one: one.reason + (f" (as article {one.origin})" if one.origin else ""),
}
HOLDINGS: Final = {
    "Product": lambda one: one.product,
    "Direction": lambda one: one.direction,
    "Issuer": lambda one: one.issuer or "not said",
    "State": lambda one: (
        f"{one.polarity}, {one.detail}" + ("" if one.certain else " (unconfirmed)")
    ),
    "Since (UTC)": lambda one: _day(one.since),
    "Story": lambda one: one.story,
    "Sources": lambda one: ", ".join(one.sources),
}


def _print(state: State, rows: Any, cells: Any, as_json: bool) -> None:
    """Print values as JSON, or as a table whose columns say how to read them."""
    if as_json:
        typer.echo(_json([dataclasses.asdict(row) for row in rows]))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(*cells, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell(row))) for cell in cells.values()))
    state.console.print(table)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=plain)
