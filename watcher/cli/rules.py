"""`watcher rules`: check, test and look into rule files."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from watcher.cli.problems import render
from watcher.cli.state import State
from watcher.errors import RuleError

app = typer.Typer(no_args_is_help=True, help="Check, test and look into rule files.")

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[PATH]", help="A folder of rule files.", show_default=False),
]


@app.command()
def check(
    ctx: typer.Context,
    path: Folder = None,
    output: Annotated[Literal["text", "json"], typer.Option("--format")] = "text",
) -> None:
    """Read rule files and try their examples; show every mistake with its place."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = path or state.config().rules
    try:
        book = rulebook.read(folder)
    except RuleError as error:
        if output == "json":
            rows = [asdict(problem) for problem in error.problems]
            typer.echo(json.dumps(rows, ensure_ascii=False))
        else:
            render(error.problems, state.console)
        raise typer.Exit(1) from None
    told = f"{folder}: rule sets {len(book.sets)}, rules {len(book.placed)}, no mistakes"
    typer.echo("[]" if output == "json" else told)


@app.command("test")
def run_examples(ctx: typer.Context, path: Folder = None) -> None:
    """Run the examples beside each rule."""
    from watcher import matching, rulebook

    state: State = ctx.obj
    folder = path or state.config().rules
    book = rulebook.compile_folder(folder)
    failures = matching.failures(book)
    wrong = {(problem.file, problem.line, problem.column) for problem in failures}
    total = 0
    for rule_set, rule in book.placed:
        examples = rule.examples
        failed = sum((rule_set.file, each.line, each.column) in wrong for each in examples)
        wanted = sum(example.matches for example in examples)
        mark = "✗" if failed else "✓" if examples else "–"
        typer.echo(
            f"{mark} {rule.id}: {wanted} must match, {len(examples) - wanted} must not"
            + (f", {failed} wrong" if failed else "")
        )
        total += len(examples)
    typer.echo(f"{total - len(wrong)} of {total} examples are right")
    if failures:
        render(rulebook.placed_in(folder, failures), state.console)
        raise typer.Exit(1)


@app.command()
def forms(
    ctx: typer.Context,
    word: Annotated[str, typer.Argument(help="A word as a rule file has it.")],
    path: Folder = None,
) -> None:
    """List the forms that a word of a rule file stands for."""
    from watcher import rulebook

    state: State = ctx.obj
    for form in sorted(rulebook.forms_in(path or state.config().rules, word)):
        typer.echo(form)


@app.command()
def lock(
    ctx: typer.Context,
    path: Folder = None,
    *,
    dry: Annotated[bool, typer.Option("--check", help="Only tell whether it is current.")] = False,
) -> None:
    """Freeze the forms of all words in use, so that a change of them is seen in a diff."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = path or state.config().rules
    file = folder / rulebook.LOCK
    text = rulebook.lock(folder)
    is_current = file.exists() and file.read_text("utf-8") == text
    if not dry and not is_current:
        file.write_text(text, "utf-8")
    typer.echo(f"{file}: {'current' if is_current else 'out of date' if dry else 'written'}")
    if dry and not is_current:
        raise typer.Exit(1)
