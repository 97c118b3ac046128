"""
Tell systemd how we are: sd_notify(3), by hand, since it is one datagram.

Without ``NOTIFY_SOCKET`` (no systemd, or not Type=notify) everything here does nothing.
"""

import os
import socket
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

PATIENCE: Final = 1.0  # seconds; systemd reads its socket at once, unless the machine is ill


def notify(*values: str, environ: Mapping[str, str] = os.environ) -> bool:
    """
    Send values such as ``READY=1`` and ``STATUS=...`` in one datagram; tell whether it left.

    An absent service manager is no mistake of ours: the watchdog, if any, draws its own conclusion.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address or not values:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket, which has no file
    datagram = "\n".join(" ".join(value.splitlines()) for value in values)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(PATIENCE)
        try:
            channel.sendto(datagram.encode(errors="replace"), address)
        except OSError:
            return False
    return True


def notify_reloading(*, environ: Mapping[str, str] = os.environ) -> bool:
    """Say that a reload begins; ``READY=1`` ends it."""
    # The time on CLOCK_MONOTONIC lets systemd tell this reload's end from an earlier one's.
    micros = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return notify("RELOADING=1", f"MONOTONIC_USEC={micros}", environ=environ)


def watchdog_interval(
    *, environ: Mapping[str, str] = os.environ, pid: int | None = None
) -> timedelta | None:
    """Return after how long a silence systemd kills us; `None`: never, or it means another process."""
    meant = environ.get("WATCHDOG_PID", "")
    micros = environ.get("WATCHDOG_USEC", "")
    if meant and meant != str(os.getpid() if pid is None else pid):
        return None
    if not (micros.isascii() and micros.isdigit() and int(micros)):
        return None
    return timedelta(microseconds=int(micros))
