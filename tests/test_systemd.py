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
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Listen as systemd does, in the file system and outside of it."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@veille-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        listener.bind(name.replace("@", "\0") if request.param == "abstract" else name)
        yield listener, name


def test_one_datagram_arrives(manager: tuple[socket.socket, str]) -> None:
    """Several values travel together, each on a line of its own whatever it holds."""
    listener, name = manager
    assert systemd.notify("READY=1", "STATUS=51 fils\nveille", environ={"NOTIFY_SOCKET": name})
    assert listener.recv(4096).decode() == "READY=1\nSTATUS=51 fils veille"


def test_a_reload_is_dated(manager: tuple[socket.socket, str]) -> None:
    """A reload carries the monotonic time of its beginning, in microseconds."""
    listener, name = manager
    before = time.monotonic_ns() // 1000
    assert systemd.notify_reloading(environ={"NOTIFY_SOCKET": name})
    first, second = listener.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


@pytest.mark.parametrize(
    "environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/absent/socket"}]
)
def test_nobody_listens(environ: dict[str, str]) -> None:
    """Without a manager, or with one that is gone, nothing happens."""
    assert systemd.notify("READY=1", environ=environ) is False


def test_nothing_to_say(manager: tuple[socket.socket, str]) -> None:
    """No values, no datagram."""
    assert systemd.notify(environ={"NOTIFY_SOCKET": manager[1]}) is False


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "77"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "78"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "souvent"}, None),
        ({"WATCHDOG_USEC": "٣"}, None),
        ({}, None),
    ],
)
def test_the_watchdog(environ: dict[str, str], interval: timedelta | None) -> None:
    """The interval is read where it is a number and meant for this process."""
    assert systemd.watchdog_interval(environ=environ, pid=77) == interval
