"""Mistakes and lint in the forms that other programs read: our JSON, SARIF, GitHub's annotations."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

import typer

from watcher import __version__
from watcher.cli.problems import render
from watcher.cli.state import State
from watcher.errors import Problem

Format = Literal["text", "json", "sarif", "github"]


def report(problems: Sequence[Problem], output: Format, state: State, *, sound: str) -> None:
    """Show what was found, or `sound` to people, and end with 1 for mistakes, 3 for lint alone."""
    if output in FORMATS:
        typer.echo(FORMATS[output](problems), nl=output != "github")
    elif problems:
        render(problems, state.console)
    else:
        typer.echo(sound)
    if problems:
        raise typer.Exit(3 if all(map(is_lint, problems)) else 1)


def is_lint(problem: Problem) -> bool:
    """Tell what runs, but is hardly meant, from a mistake."""
    return problem.code.startswith("L")


def as_json(problems: Sequence[Problem]) -> str:
    """Return one array of objects."""
    return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False)


def as_sarif(problems: Sequence[Problem]) -> str:
    """Return a log in SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""
    from watcher.rules.reference import CODES

    codes = list(CODES)
    rules = [
        {"id": code, "shortDescription": {"text": code}, "help": {"text": says}}
        for code, says in CODES.items()
    ]
    results = [
        {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": "warning" if is_lint(problem) else "error",
            "message": {"text": _sentence(problem)},
            "locations": [{"physicalLocation": _place(problem)}],
        }
        for problem in problems
    ]
    driver = {"name": "watcher", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _place(problem: Problem) -> dict[str, Any]:
    path = Path(problem.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": problem.column}
    return place


def as_github(problems: Sequence[Problem]) -> str:
    """Return workflow commands, a line each, that annotate a pull request."""
    return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    kind = "warning" if is_lint(problem) else "error"
    told = {"file": problem.file}
    if problem.line:
        told |= {"line": str(problem.line), "col": str(problem.column)}
    told["title"] = problem.code
    named = ",".join(f"{name}={_escape(value, ':,')}" for name, value in told.items())
    return f"::{kind} {named}::{_escape(_sentence(problem))}"


def _escape(text: str, more: str = "") -> str:
    """Write what would end a command, or a property of it, as its number; % comes first."""
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _sentence(problem: Problem) -> str:
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


FORMATS: Final[Mapping[str, Callable[[Sequence[Problem]], str]]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
