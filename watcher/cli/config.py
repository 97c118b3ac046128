"""`watcher config`: what is set, and where."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from watcher.cli.state import State

if TYPE_CHECKING:
    from watcher.config import Config

# The callback keeps `show` a command of its own.
app = typer.Typer(help="The configuration as it counts.", callback=lambda: None)

HIDDEN: Final = "***"


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
    values = dict(settings(config))
    origins = {name: config.origins().get(name, "default") for name in values}
    if as_json:
        full = {name: {"value": values[name], "origin": origins[name]} for name in values}
        typer.echo(json.dumps(full if origin else values, ensure_ascii=False, indent=2))
    else:
        file = config.path or "no file: built-in defaults"
        typer.echo(f"# {file}; alerts go to the {config.channel} channel")
        for name, value in values.items():
            line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
            if value is None:
                line = f"# {name} is not set"
            typer.echo(f"{line:<60}  # {origins[name]}" if origin else line)
    for sentence in config.warnings():
        typer.echo(f"warning: {sentence}", err=True)


def settings(config: "Config") -> Iterator[tuple[str, object]]:
    """Yield the dotted name and the JSON value of each setting, without secrets."""
    for name, value in _leaves(config.model_dump(mode="json"), ""):
        told = HIDDEN if name == "telegram.token" and value else value
        for secret in config.secrets:
            told = told.replace(secret, HIDDEN) if isinstance(told, str) else told
        yield name, told


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    """Walk into tables and lists of tables."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{name}[{index}]")
    else:
        yield name, value
