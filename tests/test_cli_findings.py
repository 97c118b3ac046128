"""Findings as other programs read them."""

import json
import re
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from watcher.cli.findings import as_github, as_sarif, report
from watcher.cli.state import State
from watcher.errors import Problem
from watcher.rules.reference import CODES


def problem(
    code: str = "R124", message: str = "", *, file: str = "a.yaml", line: int = 3
) -> Problem:
    """Return a finding in column 5."""
    return Problem(file=file, line=line, column=5, code=code, message=message)


def unescaped(text: str) -> str:
    """Read what GitHub reads."""
    return re.sub("%(25|0D|0A|3A|2C)", lambda code: chr(int(code[1], 16)), text)


def test_github_annotations() -> None:
    """A finding is a workflow command; what would end it, or a property, is escaped."""
    found = [
        problem(message="100 %\nde plus", file="mes, règles: a.yaml"),
        problem("L402", "inutile : a, b"),
        problem("R301", "vide", line=0),
    ]
    assert as_github(found).splitlines() == [
        "::error file=mes%2C règles%3A a.yaml,line=3,col=5,title=R124::100 %25%0Ade plus",
        "::warning file=a.yaml,line=3,col=5,title=L402::inutile : a, b",
        "::error file=a.yaml,title=R301::vide",
    ]


@given(st.text(), st.text(min_size=1))
def test_an_annotation_is_one_line_and_can_be_read_back(message: str, file: str) -> None:
    """Whatever a file and its mistake are called, GitHub finds them again."""
    line = as_github([problem(message=message, file=file)]).removesuffix("\n")
    properties, _, told = line.removeprefix("::error ").partition("::")
    assert not {"\n", "\r"} & set(line)
    named, *_ = properties.split(",")
    assert unescaped(told) == message
    assert unescaped(named) == f"file={file}"


def test_sarif(tmp_path: Path) -> None:
    """A log has every code as a rule with its help, and a result with its place for each finding."""
    found = [problem(message="pas là", file="mes règles/a.yaml"), problem("L402", line=0)]
    absolute = str(tmp_path / "é.yaml")
    log = json.loads(as_sarif([*found, problem(file=absolute)]))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "watcher"
    assert {each["id"]: each["help"]["text"] for each in driver["rules"]} == CODES
    assert [driver["rules"][each["ruleIndex"]]["id"] for each in run["results"]] == [
        each["ruleId"] for each in run["results"]
    ]
    first, second, third = run["results"]
    assert first == {
        "ruleId": "R124",
        "ruleIndex": list(CODES).index("R124"),
        "level": "error",
        "message": {"text": "pas là"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "mes%20r%C3%A8gles/a.yaml"},
                    "region": {"startLine": 3, "startColumn": 5},
                }
            }
        ],
    }
    assert second["level"] == "warning"
    assert "region" not in second["locations"][0]["physicalLocation"]
    uri = third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == f"file://{absolute}"


@pytest.mark.parametrize(("codes", "status"), [(["L402", "R124"], 1), (["L402"], 3)])
def test_the_status_tells_mistakes_from_lint(codes: list[str], status: int) -> None:
    """A mistake ends with 1, remarks alone with 3."""
    state = State(console=Console(file=StringIO()))
    with pytest.raises(typer.Exit) as caught:
        report([problem(code) for code in codes], "text", state, sound="")
    assert caught.value.exit_code == status
