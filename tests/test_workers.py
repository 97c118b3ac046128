"""Jobs in killable processes."""

import asyncio
import contextlib
import ctypes
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from watcher import errors
from watcher.errors import MovedError, Problem, RuleError, SourceError, ThrottledError, WorkerError
from watcher.workers import MIB, Workers


def square(number: int) -> int:
    return number * number


def pid() -> int:
    return os.getpid()


def hang() -> None:
    while True:
        pass


def crash() -> None:
    ctypes.string_at(0)


def gorge() -> int:
    return len(bytearray(4096 * MIB))


def refuse(after: timedelta) -> None:
    raise ThrottledError("The site asks us to wait.", status=429, after=after)


def stumble() -> None:
    raise ZeroDivisionError("a defect of a parser")


def unsendable() -> object:
    return lambda: None


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    pool = Workers(processes=2, deadline=timedelta(seconds=10))
    yield pool
    await pool.close()


async def test_run(workers: Workers) -> None:
    """A job's result comes back from another process; keyword arguments reach the function."""
    assert await workers.run(square, 12) == 144
    assert await workers.run(square, number=5) == 25
    assert await workers.run(pid) != os.getpid()


async def test_hung_job_is_stopped(workers: Workers) -> None:
    """A job past its deadline ends in a sentence while its neighbour goes on."""
    workers.deadline = timedelta(seconds=0.3)
    hung = asyncio.create_task(workers.run(hang))
    assert await asyncio.gather(*(workers.run(square, n) for n in range(20))) == [
        n * n for n in range(20)
    ]
    with pytest.raises(WorkerError, match=r"hang was stopped: .* longer than 0\.3 s"):
        await hung
    assert await workers.run(square, 3) == 9


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        (crash, "crash was stopped: its process ended with code -11"),
        (gorge, "gorge was stopped: the document needs more than 1024 MiB"),
        (stumble, "stumble failed: ZeroDivisionError: a defect of a parser"),
        (unsendable, "unsendable "),
    ],
)
async def test_failed_job(workers: Workers, job: object, sentence: str) -> None:
    """Whatever a document does to its worker, the job alone fails, and the next one is done."""
    assert callable(job)
    with pytest.raises(WorkerError, match=sentence):
        await workers.run(job)
    assert await workers.run(square, 4) == 16


async def test_killed_worker(workers: Workers) -> None:
    """A worker killed from outside while idle costs at most one job."""
    os.kill(await workers.run(pid), signal.SIGKILL)
    results = []
    for number in range(6):
        try:
            results.append(await workers.run(square, number))
        except WorkerError:
            continue
    assert len(results) >= 5


async def test_workers_are_replaced() -> None:
    """A worker ends after its share of jobs, and no job is lost by it."""
    pool = Workers(processes=1, recycle=3)
    pids = [await pool.run(pid) for _ in range(10)]
    await pool.close()
    assert len(set(pids)) == 4


async def test_broken_pool_is_renewed(workers: Workers) -> None:
    """When every process is killed at once, later jobs get new ones, and nothing of the old remains."""
    old = {await workers.run(pid) for _ in range(10)}
    for process in old:
        os.kill(process, signal.SIGKILL)
    assert all(gone(process, 5) for process in old)
    done = 0
    for number in range(6):
        with contextlib.suppress(WorkerError):
            done += await workers.run(square, number) == number * number
    assert done >= 4


async def test_signals_are_left_to_the_daemon(workers: Workers) -> None:
    """SIGTERM and SIGINT sent to the whole group do not take a worker out of its job."""
    worker = await workers.run(pid)
    os.kill(worker, signal.SIGTERM)
    os.kill(worker, signal.SIGINT)
    seen = {await workers.run(pid) for _ in range(10)}
    assert worker in seen


async def test_our_errors_pass(workers: Workers) -> None:
    """An error that a job raises on purpose arrives whole, keywords included."""
    with pytest.raises(ThrottledError, match="asks us to wait") as caught:
        await workers.run(refuse, timedelta(seconds=90))
    assert (caught.value.status, caught.value.after) == (429, timedelta(seconds=90))


async def test_cancelled_job(workers: Workers) -> None:
    """Cancelling the caller frees the worker."""
    hung = asyncio.create_task(workers.run(hang))
    await workers.run(square, 1)
    hung.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hung
    assert await asyncio.gather(*(workers.run(square, n) for n in range(4))) == [0, 1, 4, 9]


async def test_close_is_quick_with_hung_jobs() -> None:
    """Closing waits for nobody; the hung job and every later one end in an error."""
    pool = Workers(processes=2)
    assert await pool.run(square, 2) == 4
    hung = asyncio.create_task(pool.run(hang))
    await pool.run(square, 2)
    began = time.monotonic()
    await pool.close()
    assert time.monotonic() - began < 1
    for job in (hung, pool.run(square, 3)):  # draining must not start new processes
        with pytest.raises(WorkerError, match="the program is ending"):
            await job


async def test_close_before_the_first_job() -> None:
    """A pool that never worked has nothing to close, and starts nothing afterwards."""
    pool = Workers()
    await pool.close()
    with pytest.raises(WorkerError, match="the program is ending"):
        await pool.run(square, 3)


ORPHANS = """
import asyncio, os, sys
from watcher.workers import Workers
from tests.test_workers import hang, pid

async def main():
    pool = Workers(processes=2)
    print(*{await pool.run(pid) for _ in range(8)}, flush=True)
    await pool.run(hang)

asyncio.run(main())
"""


def gone(process: int, seconds: float) -> bool:
    """Wait for the end of a process that is not our child."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    with os.fdopen(handle) as opened:
        return bool(select.select([opened], [], [], seconds)[0])


def test_no_orphans() -> None:
    """Workers do not outlive a daemon that was killed with SIGKILL, even in the middle of a job."""
    daemon = subprocess.Popen(
        [sys.executable, "-c", ORPHANS],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert daemon.stdout is not None
    pids = [int(word) for word in daemon.stdout.readline().split()]
    assert pids
    assert not any(gone(process, 0) for process in pids)
    daemon.kill()
    daemon.wait(timeout=10)
    daemon.stdout.close()
    assert all(gone(process, 5) for process in pids)


def test_settle() -> None:
    """A settled process is bounded in memory and ignores the group's signals."""
    script = (
        "import resource, signal; from watcher.workers import settle; settle(800 << 20);"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], signal.getsignal(signal.SIGTERM).name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(800 << 20), "SIG_IGN"]


def test_every_error_survives_pickling() -> None:
    """Errors with keyword arguments and with many problems cross a process border unchanged."""
    problem = Problem(file="rules/h200.yaml", line=3, column=5, code="R1", message="mot inconnu")
    for error in (
        SourceError("No feed."),
        MovedError("The group moved.", address="-100200"),
        RuleError([problem]),
    ):
        twin = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
        assert type(twin) is type(error)
        assert (str(twin), vars(twin)) == (str(error), vars(error))
    assert issubclass(errors.WorkerError, errors.WatcherError)
