"""Show mistakes in files that people wrote: the place, the line, a caret, the cure."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from watcher.errors import Problem, ProblemsError, WatcherError

WIDEST: Final = 200  # a longer line (minified XML) would fill the screen
_SECRET: Final = re.compile(
    r"token|password|secret|://[^/\s]*@|[0-9]{5,}:[\w-]{20,}", re.IGNORECASE
)


def tell(error: WatcherError) -> None:
    """Say on standard error what went wrong."""
    console = Console(stderr=True)
    if isinstance(error, ProblemsError):
        render(error.problems, console)
    else:
        console.print(f"watcher: {error}", style="red", markup=False, soft_wrap=True)


def render(problems: Iterable[Problem], console: Console) -> None:
    """Print each problem; its source line follows where the file can be read and holds no secret."""
    for problem in problems:
        place = f":{problem.line}:{problem.column}" if problem.line else ":"
        told = Text.assemble((f"{problem.file}{place}", "bold"), " ", (problem.code, "red"))
        told.append(f" {problem.message}")
        if problem.hint:
            told.append(f" ({problem.hint})", "cyan")
        if source := _source(problem):
            caret = " " * min(problem.column - 1, len(source)) + "^"
            told.append(f"\n  {source}\n  ").append(caret, "red")
        console.print(told, soft_wrap=True)


def _source(problem: Problem) -> str:
    """Return the line a problem stands in; empty when it cannot or should not be shown."""
    try:
        line = Path(problem.file).read_text("utf-8-sig").split("\n")[max(problem.line, 1) - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""
    hidden = not problem.line or _SECRET.search(line) or len(line) > WIDEST
    return "" if hidden else line.expandtabs(1).rstrip()
