"""What an administrator installs holds together."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from watcher import config as configuration
from watcher.__main__ import EXITS
from watcher.errors import ConfigError

DEPLOY = Path(__file__).parents[1] / "deploy"
UNIT = DEPLOY / "watcher.service"


def analyze(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze on the unit, with a program that exists on any machine."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed here")
    unit = tmp_path / "watcher.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/watcher/bin/watcher", "/bin/true"))
    return subprocess.run(
        [tool, *arguments, str(unit)], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_unit_is_valid(tmp_path: Path) -> None:
    """systemd finds nothing to say against the unit."""
    done = analyze(tmp_path, "verify", "--man=no")
    assert done.returncode == 0, done.stderr
    assert "watcher.service:" not in done.stderr


def test_the_sandbox_is_tight(tmp_path: Path) -> None:
    """The exposure is at most 1.5 of 10, which is where the most careful services stand."""
    done = analyze(tmp_path, "security", "--offline=true", "--no-pager")
    [exposure] = re.findall(r"exposure level for watcher.service: ([0-9.]+)", done.stdout)
    assert float(exposure) <= 1.5


def test_the_unit_and_the_program_agree() -> None:
    """The unit stops for the exit code of a configuration error, and hands over the credential we read."""
    unit = UNIT.read_text("utf-8")
    code = next(code for code, kinds in EXITS if ConfigError in kinds)
    assert f"RestartPreventExitStatus={code}\n" in unit
    assert f"LoadCredential={configuration.reading.TOKEN_CREDENTIAL}:" in unit
    assert "ExecReload=/bin/kill -HUP $MAINPID\n" in unit


def test_the_example_is_a_valid_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example runs as it is, and names a chat to replace."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("WATCHER_TELEGRAM__TOKEN", raising=False)
    config = configuration.read(DEPLOY / "watcher.toml")
    assert [chat.address for chat in config.chat_specs()] == ["@your_channel"]
    assert tomllib.loads((DEPLOY / "watcher.toml").read_text("utf-8"))["fetch"]["contact"]


def test_the_instructions_name_real_files() -> None:
    """Every file that the instructions copy from the project is there."""
    text = (DEPLOY / "README.md").read_text("utf-8")
    named = set(re.findall(r"\bdeploy/[\w.]+\w", text))
    assert named
    assert all((DEPLOY.parent / name).is_file() for name in named)
