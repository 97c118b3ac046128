"""`watcher config`: what is set, and where."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from watcher.cli.state import State

if TYPE_CHECKING:
    from watcher.config import Config

app = typer.Typer(help="The configuration as it counts.", no_args_is_help=True)

HIDDEN: Final = "***"


@app.callback()
def family() -> None:
    """Keep `show` a command of its own, with or without siblings."""


@app.command()
def show(
    context: typer.Context,
    origin: Annotated[
        bool, typer.Option("--origin", help="Tell where each value was set.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show every value, secrets as ***."""
    state: State = context.obj
    config = state.config()
    values = list(settings(config))
    origins = config.origins()
    if as_json:
        told = {
            name: {"value": value, "origin": origins.get(name, "default")} if origin else value
            for name, value in values
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        typer.echo(
            f"# {config.path or 'no file: built-in defaults'}; alerts go to the {config.channel} channel"
        )
        for name, value in values:
            line = (
                f"{name} = {json.dumps(value, ensure_ascii=False)}"
                if value is not None
                else f"# {name} is not set"
            )
            typer.echo(f"{line:<60}  # {origins.get(name, 'default')}" if origin else line)
    for sentence in config.warnings():
        state.errors.print(f"warning: {sentence}", style="yellow", soft_wrap=True, markup=False)


def settings(config: "Config") -> Iterator[tuple[str, object]]:
    """Yield the dotted name and the JSON value of each setting, without secrets."""
    hidden = config.secrets
    for name, value in _leaves(config.model_dump(mode="json"), ""):
        text = HIDDEN if name == "telegram.token" and value is not None else value
        for secret in hidden:
            text = text.replace(secret, HIDDEN) if isinstance(text, str) else text
        yield name, text


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    """Walk into tables and lists of tables."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{name}[{index}]")
    else:
        yield name, value
