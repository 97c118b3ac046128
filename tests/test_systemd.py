"""The service manager is told how we are, over a real socket."""

import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from watcher import systemd


@pytest.fixture(params=["file", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Listen as systemd does, in the file system and outside of it."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@veille-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        listener.bind(name.replace("@", "\0") if request.param == "abstract" else name)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listener


def test_one_datagram_arrives(manager: socket.socket) -> None:
    """Several values travel together, each on a line of its own."""
    systemd.notify("READY=1", "STATUS=51 fils")
    assert manager.recv(4096).decode() == "READY=1\nSTATUS=51 fils"


def test_a_reload_is_dated(manager: socket.socket) -> None:
    """A reload carries the monotonic time of its beginning, in microseconds."""
    before = time.monotonic_ns() // 1000
    systemd.notify_reloading()
    first, second = manager.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


@pytest.mark.parametrize("address", ["", "/absent/socket"])
def test_nobody_listens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a manager, or with one that is gone, nothing happens."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.notify("READY=1")


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "souvent"}, None),
        ({}, None),
    ],
)
def test_the_watchdog(
    environ: dict[str, str], interval: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interval is read where it is a number and meant for this process."""
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert systemd.watchdog_interval() == interval
