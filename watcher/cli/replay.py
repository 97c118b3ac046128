"""`watcher replay`: what subscribers would have received."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State
from watcher.errors import ConfigError, Problem

if TYPE_CHECKING:
    from rich.console import Console

    from watcher.model import Chat
    from watcher.rules import RuleBook


def replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", show_default=False)],
    folder: Annotated[
        Path | None,
        typer.Option("--rules", metavar="DIR", help="Rule sets to judge by.", show_default=False),
    ] = None,
    chats: Annotated[
        Path | None,
        typer.Option(
            "--chats", metavar="FILE", help="TOML with [[chats]] tables.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Judge the articles of a file in time order: no network, no database, nothing sent."""
    from watcher import locales, rulebook
    from watcher import replay as replaying

    state: State = context.obj
    book = rulebook.read(folder or state.config().rules)
    lines = replaying.read(content(file), str(file))
    run = replaying.Replay(book, audience(chats, book), locales.catalogues())
    for told in run.run(lines):
        if as_json:
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        else:
            tell(told, state.console)


def content(file: Path) -> str:
    """Read the file; raises `ConfigError` when it cannot be."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(
            file=str(file),
            line=0,
            column=0,
            code="unreadable",
            message=str(error),
            hint="give the path of a JSON lines file in UTF-8",
        )
        raise ConfigError([problem]) from error


def audience(file: Path | None, book: "RuleBook") -> "tuple[Chat, ...]":
    """Take the subscribers of a file, or one of everything and one of each rule set."""
    from watcher import config
    from watcher import replay as replaying

    if file is None:
        return replaying.built_in_chats(book)
    return replaying.numbered(config.read(file).chat_specs())


def tell(told: dict[str, object], console: "Console") -> None:
    """Print one verdict in a few lines."""
    rules = told["rules"]
    named = ", ".join(rules) if isinstance(rules, list) and rules else "no rule"
    console.print(f"{told['id']}  {told['decision']}  {named}", markup=False, soft_wrap=True)
    evidence = told["evidence"]
    for piece in evidence if isinstance(evidence, list) else ():
        console.print(
            f"    {piece['zone']} {piece['start']}-{piece['end']}  {piece['quote']}",
            style="dim",
            markup=False,
            soft_wrap=True,
        )
