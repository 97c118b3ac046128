"""Show mistakes in files that people wrote: the place, the line, a caret, the cure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from watcher.errors import Problem

WIDEST: Final = 200  # a longer line (minified XML) would fill the screen
_SECRET: Final = re.compile(
    r"token|password|secret|://[^/\s]*@|[0-9]{5,}:[\w-]{20,}", re.IGNORECASE
)


def render(problems: Iterable[Problem], console: Console) -> None:
    """Print each problem; its source line follows where the file can be read and holds no secret."""
    for problem in problems:
        place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        head = Text.assemble((f"{place}:" if not problem.line else place, "bold"), " ")
        head.append(problem.code, "red").append(f" {problem.message}")
        if problem.hint:
            head.append(f" ({problem.hint})", "cyan")
        console.print(head, soft_wrap=True)
        if source := _source(problem):
            console.print(Text(f"  {source}"), soft_wrap=True)
            console.print(Text("  " + _caret(source, problem.column), "red"), soft_wrap=True)


def _source(problem: Problem) -> str:
    """Return the line a problem stands in; empty when it cannot or should not be shown."""
    lines = _lines(problem.file) if problem.line else ()
    line = lines[problem.line - 1] if problem.line <= len(lines) and lines else ""
    return "" if _SECRET.search(line) or len(line) > WIDEST else line.expandtabs(1).rstrip()


def _caret(source: str, column: int) -> str:
    """Return the spaces and the caret that point at a column."""
    return " " * min(max(column - 1, 0), len(source)) + "^"


@lru_cache(maxsize=8)
def _lines(file: str) -> tuple[str, ...]:
    """Return the lines of a text file; none when it cannot be read."""
    try:
        return tuple(Path(file).read_text("utf-8-sig").split("\n"))
    except (OSError, UnicodeDecodeError):
        return ()
