"""`watcher status`: how the watch fares."""

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State

if TYPE_CHECKING:
    from watcher.store import Status


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show feeds, articles, alerts and what waits to be sent."""
    state: State = context.obj
    found = state.answer(lambda store, now: store.status(now))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, default=plain))
        return
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in told(found):
        table.add_row(name, value)
    state.console.print(table)


def plain(value: object) -> str | float:
    """Write times and durations for JSON."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def told(found: "Status") -> list[tuple[str, str]]:
    """Return the status as rows for people."""
    waiting = ", ".join(f"{number} {state}" for state, number in found.outbox.items() if number)
    oldest = found.oldest_queued
    since = f"; the oldest for {int(oldest.total_seconds())} s" if oldest else ""
    polled = f"{found.last_poll:%Y-%m-%d %H:%M:%S} UTC" if found.last_poll else "never"
    return [
        ("Feeds", f"{found.feeds_active} active, {found.feeds_failing} of them failing"),
        ("", f"{found.feeds_gone} gone for good; last poll: {polled}"),
        ("Entries", f"{found.entries_pending} waiting to be read"),
        ("Articles", f"{found.articles} read, {found.matches} matches, {found.alerts} alerts"),
        ("Chats", f"{found.chats_active} reachable, {found.chats_suspended} suspended"),
        ("Deliveries", (waiting or "none") + since),
    ]
