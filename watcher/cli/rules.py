"""`watcher rules`: check, test and look into rule files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from watcher.cli.explain import explain
from watcher.cli.findings import Format, report
from watcher.cli.problems import render
from watcher.cli.state import State
from watcher.errors import Problem, RuleError

app = typer.Typer(no_args_is_help=True, help="Check, test and look into rule files.")

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[PATH]", help="A folder of rule files.", show_default=False),
]


Output = Annotated[Format, typer.Option("--format", help="How to show what is found.")]


@app.command()
def check(ctx: typer.Context, path: Folder = None, output: Output = "text") -> None:
    """Read rule files and try their examples; show every mistake with its place."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = path or state.config().rules
    sound, problems = "", tuple[Problem, ...]()
    try:
        book = rulebook.read(folder)
        sound = f"{folder}: rule sets {len(book.sets)}, rules {len(book.placed)}, no mistakes"
    except RuleError as error:
        problems = error.problems
    report(problems, output, state, sound=sound)


@app.command()
def lint(ctx: typer.Context, path: Folder = None, output: Output = "text") -> None:
    """Show what sound rules say but hardly mean; mistakes come first."""
    from watcher import rulebook

    state: State = ctx.obj
    folder = path or state.config().rules
    try:
        problems = rulebook.lint(folder)
    except RuleError as error:
        problems = error.problems
    report(problems, output, state, sound=f"{folder}: nothing to remark")


@app.command()
def schema(
    kind: Annotated[
        Literal["rule-set", "vocabulary"], typer.Argument(help="The kind of file.")
    ] = "rule-set",
    folder: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="DIR",
            help="Write all schemas, and the tables of a README.md, into a folder of rule files.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show the JSON Schema by which editors complete and check rule files."""
    from watcher.rules import reference

    if folder is None:
        typer.echo(reference.schema(kind), nl=False)
        return
    for each in reference.SCHEMAS:
        (folder / f"{each}.schema.json").write_text(reference.schema(each), "utf-8")
    page = folder / "README.md"
    if page.is_file():
        page.write_text(reference.filled(page.read_text("utf-8")), "utf-8")


app.command()(explain)


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
