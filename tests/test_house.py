"""The rules of the house, which no review should have to repeat."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from watcher import __version__

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "watcher"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 400, 40
NAMELESS = {"utils", "util", "helpers", "common", "base", "manager", "core", "misc"}
TOUCHES_ENVIRONMENT = {
    "config/reading.py",  # the configuration
    "systemd.py",  # systemd's own protocol
    "channels/telegram.py",  # sets a switch of its library before importing it
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    """Return a module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(path: Path) -> Iterator[Function]:
    """Yield the functions of a module, inner ones included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def lines(function: Function) -> int:
    """Count a function's lines without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    said = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - said


def imports(path: Path) -> Iterator[str]:
    """Yield what of the package a module imports anywhere: inside functions and for types too."""
    known = {name(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & known
            yield from inner
            if node.module in known and len(inner) < len(node.names):
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_are_small_and_named(path: Path) -> None:
    """A module has at most 400 lines, its functions at most 40, and a name that says something."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE
    long = [one.name for one in functions(path) if lines(one) > LONGEST_FUNCTION]
    assert long == []
    assert path.stem not in NAMELESS


def test_nothing_imports_itself() -> None:
    """There is no circle of imports, not even of late ones or of those for types."""
    graph = {name(path): set(imports(path)) - {name(path)} for path in MODULES}
    while leaves := {module for module, needed in graph.items() if not needed & graph.keys()}:
        graph = {module: needed for module, needed in graph.items() if module not in leaves}
    assert graph == {}


def test_the_import_contracts_hold() -> None:
    """Imports point down, and the core stays pure."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(tool), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_only_the_configuration_reads_the_environment() -> None:
    """What the environment may say is in one place."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
    }
    assert readers <= TOUCHES_ENVIRONMENT


def test_one_version() -> None:
    """The package and the project say the same version."""
    assert __version__ == PROJECT["project"]["version"]


def test_what_ships() -> None:
    """Rules, seeds, feeds, catalogues and migrations are in the wheel: in the package, or included by name."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["watcher"]
    assert wheel["force-include"] == {
        "rules": "watcher/shipped/rules",
        "seeds": "watcher/shipped/seeds",
    }
    assert list((ROOT / "rules").glob("*.yaml"))
    assert len(list((ROOT / "seeds").glob("*.txt"))) == 5
    assert (PACKAGE / "feeds.opml").is_file()
    assert list((PACKAGE / "locale").glob("fr/LC_MESSAGES/*.mo"))
    assert list((PACKAGE / "store" / "migrations" / "versions").glob("*.py"))
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert not [line for line in ignored if line.endswith((".mo", ".opml", ".yaml", ".lock"))]


def commands() -> set[str]:
    """Return every command as it is typed after `watcher`."""
    from watcher.cli.app import app

    found = set()
    for word, command in getattr(get_command(app), "commands").items():  # noqa: B009 - a group
        inner = getattr(command, "commands", None)
        found |= {f"{word} {one}" for one in inner} if inner else {word}
    return found


def test_documented_commands_exist() -> None:
    """What README and the pages tell people to type is there."""
    known = commands()
    families = {command.split()[0] for command in known}
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "deploy").glob("*.md"),
    ]
    typed = {
        " ".join(words)
        for page in pages
        for words in re.findall(
            r"\bwatcher (?:--config \S+ )?([a-z]+)(?: ([a-z]+))?", page.read_text("utf-8")
        )
        if words[0] in families
    }
    assert typed
    unknown = {one for one in typed if one not in known and one.split()[0] not in known}
    assert unknown <= families


def test_makefile_targets_are_documented() -> None:
    """Every `make` target that a page names exists."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run"]
    named = {
        word
        for page in pages
        for word in re.findall(
            r"(?:^|`|step )make ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE
        )
    }
    assert {"setup", "demo", "test", "check"} <= targets
    assert named - targets == set()
