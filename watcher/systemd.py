"""Tell systemd how we are, where it listens: sd_notify(3), by hand, since it is one datagram."""

import contextlib
import os
import socket
import time
from datetime import timedelta
from typing import Final

PATIENCE: Final = 1.0  # seconds; systemd reads its socket at once, unless the machine is ill


def notify(*values: str) -> None:
    """Send values such as ``READY=1`` and ``STATUS=...``; the watchdog judges where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket, which has no file
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(PATIENCE)
        with contextlib.suppress(OSError):
            channel.sendto("\n".join(values).encode(), address)


def notify_reloading() -> None:
    """Say that a reload begins; ``READY=1`` ends it."""
    # The time on CLOCK_MONOTONIC lets systemd tell this reload's end from an earlier one's.
    micros = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notify("RELOADING=1", f"MONOTONIC_USEC={micros}")


def watchdog_interval() -> timedelta | None:
    """Return after how long a silence systemd kills us; `None`: never, or it means another process."""
    micros = os.environ.get("WATCHDOG_USEC", "")
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return timedelta(microseconds=int(micros)) if micros.isdecimal() and int(micros) else None
