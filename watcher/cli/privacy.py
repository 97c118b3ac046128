"""`watcher privacy`: what is stored of a chat, and how it is erased."""

import secrets
from typing import Annotated

import typer

from watcher.cli.state import State

app = typer.Typer(help="What is stored of a chat, and its end.", no_args_is_help=True)

# A group's number begins with a minus, which is no option.
NEGATIVE = {"ignore_unknown_options": True}
Address = Annotated[str, typer.Argument(metavar="CHAT", help="Its number or its public @name.")]


@app.command(context_settings=NEGATIVE)
def export(context: typer.Context, chat: Address) -> None:
    """Print all that is stored of a chat as JSON; docs/export.schema.json describes it."""
    from watcher import dossier

    state: State = context.obj
    channel = state.config().channel
    found = state.answer(lambda store, now: store.dossier(channel, chat, now=now))
    if found is None:
        _unknown(chat)
    else:
        typer.echo(dossier.written(found), nl=False)


@app.command(context_settings=NEGATIVE)
def erase(
    context: typer.Context,
    chat: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """
    Erase all that is stored of a chat, in one transaction.

    The daemon may be running: it sends nothing more to the chat, and forgets it wholly when it is
    reloaded (SIGHUP, or `systemctl reload watcher`). The configuration does not bring the chat back
    for 30 days: take it out of there too. Backups are yours to erase.
    """
    state: State = context.obj
    channel = state.config().channel
    if not yes:
        typer.confirm(f"Erase all that is stored of {chat}?", abort=True)
    salt = secrets.token_bytes(16)
    if state.answer(lambda store, now: store.erase(channel, chat, salt=salt, now=now)):
        typer.echo("Erased. Reload the daemon if it runs.")
    else:
        _unknown(chat)


@app.command()
def schema() -> None:
    """Print the JSON Schema of what `export` prints."""
    from watcher import dossier

    typer.echo(dossier.schema(), nl=False)


def _unknown(chat: str) -> None:
    typer.echo(f"nothing is stored of {chat}", err=True)
    raise typer.Exit(1)
