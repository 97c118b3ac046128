"""`watcher rules`: check, test and look into rule files."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State
from watcher.errors import Problem, RuleError

if TYPE_CHECKING:
    from watcher.rules import Rule

app = typer.Typer(no_args_is_help=True, help="Check, test and look into rule files.")


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


FOUND = 1
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[PATH]", help="A folder of rule files.", show_default=False),
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The same, as an option.", show_default=False),
]


@app.command()
def check(
    ctx: typer.Context,
    path: Folder = None,
    rules: Rules = None,
    output: Annotated[Format, typer.Option("--format")] = Format.TEXT,
) -> None:
    """Read rule files and try their examples; show every mistake with its place."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = _folder(state, path, rules)
    try:
        book = rulebook.read(folder)
    except RuleError as error:
        _report(state, error.problems, output)
        raise typer.Exit(FOUND) from None
    if output is Format.JSON:
        typer.echo("[]")
        return
    state.console.print(
        f"{folder}: rule sets {len(book.sets)}, rules {len(book.placed)}, no mistakes"
    )


@app.command("test")
def run_examples(ctx: typer.Context, path: Folder = None, rules: Rules = None) -> None:
    """Run the examples beside each rule."""
    from watcher import matching, rulebook

    state: State = ctx.obj
    folder = _folder(state, path, rules)
    try:
        book = rulebook.compile_folder(folder)
    except RuleError as error:
        _report(state, error.problems, Format.TEXT)
        raise typer.Exit(FOUND) from None
    wrong = {(problem.file, problem.line, problem.column) for problem in matching.failures(book)}
    for rule_set, rule in book.placed:
        failed = sum((rule_set.file, each.line, each.column) in wrong for each in rule.examples)
        state.console.print(_line(rule, failed), highlight=False)
    total = sum(len(rule.examples) for _, rule in book.placed)
    state.console.print(f"{total - len(wrong)} of {total} examples are right")
    if wrong:
        _report(state, rulebook.placed_in(folder, matching.failures(book)), Format.TEXT)
        raise typer.Exit(FOUND)


def _line(rule: "Rule", failed: int) -> str:
    mark = (
        "[red]✗[/red]" if failed else "[green]✓[/green]" if rule.examples else "[yellow]–[/yellow]"
    )
    wanted = sum(example.matches for example in rule.examples)
    counts = f"{wanted} must match, {len(rule.examples) - wanted} must not"
    return f"{mark} {rule.id}: {counts}" + (f", {failed} wrong" if failed else "")


@app.command()
def forms(
    ctx: typer.Context,
    word: Annotated[str, typer.Argument(help="A word as a rule file has it.")],
    rules: Rules = None,
) -> None:
    """List the forms that a word of a rule file stands for."""
    from watcher import rulebook

    state: State = ctx.obj
    for form in sorted(rulebook.forms_in(_folder(state, None, rules), word)):
        typer.echo(form)


@app.command()
def lock(
    ctx: typer.Context,
    path: Folder = None,
    rules: Rules = None,
    *,
    dry: Annotated[bool, typer.Option("--check", help="Only tell whether it is current.")] = False,
) -> None:
    """Freeze the forms of all words in use, so that a change of them is seen in a diff."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = _folder(state, path, rules)
    file = folder / rulebook.LOCK
    text = rulebook.lock(folder)
    is_current = file.exists() and file.read_text("utf-8") == text
    if not dry and not is_current:
        file.write_text(text, "utf-8")
    state.console.print(
        f"{file}: {'current' if is_current else 'out of date' if dry else 'written'}"
    )
    if dry and not is_current:
        raise typer.Exit(FOUND)


def _folder(state: State, path: Path | None, option: Path | None) -> Path:
    if path is not None and option is not None:
        raise typer.BadParameter("name the folder once: as PATH or by --rules")
    return path or option or state.config().rules


def _report(state: State, problems: tuple[Problem, ...], output: Format) -> None:
    if output is Format.JSON:
        typer.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False))
        return
    from watcher.cli.problems import render

    render(problems, state.console)
