"""
A pool of processes for the parsers: a document may cost its own job, never the daemon.

Parsing third-party bytes is bound to the processor and may hang, crash or eat memory, so it runs in
processes that can be killed one job at a time. They are forked from a server process that has the
parsers loaded already, so that a killed worker is replaced in milliseconds.
"""

import asyncio
import contextlib
import fcntl
import logging
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from datetime import timedelta
from multiprocessing import connection, forkserver
from typing import Any, Final, TypeVar

import pebble
from pebble.common.types import CONSTS

from watcher.errors import WatcherError, WorkerError

T = TypeVar("T")

MIB: Final = 1 << 20
_PARSERS: Final = ["feedparser", "lxml.html", "trafilatura", "watcher.articles", "watcher.sources"]
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_CLOSED: Final = "The workers are closed: the program is ending."


class Workers:
    """
    Runs plain functions in killable processes; the processes start with the first job.

    `memory` is the address space of one worker in bytes, `deadline` counts from the moment that a
    worker takes the job.
    """

    def __init__(
        self,
        processes: int = 2,
        *,
        deadline: timedelta = timedelta(seconds=20),
        memory: int = 1024 * MIB,
        recycle: int = 500,  # jobs a worker does before it is replaced: fragmented memory goes back
    ) -> None:
        self.processes = processes
        self.deadline = deadline
        self.memory = memory
        self.recycle = recycle
        self._pool: pebble.ProcessPool | None = None
        self._closed = False
        self._running: set[Future[Any]] = set()
        self._turns = asyncio.Semaphore(processes)  # jobs wait here, not in the pool's pipe
        self._starting = asyncio.Lock()

    async def run(self, function: Callable[..., T], *args: object, **kwargs: object) -> T:
        """
        Return `function(*args, **kwargs)` from a worker; arguments and result must pickle.

        A `WatcherError` of the function arrives as it is. `WorkerError`: the job took too much time
        or memory, ended its process, or failed in a way that nobody foresaw.
        """
        async with self._turns:
            pool = await self._open()
            try:
                seconds = self.deadline.total_seconds()
                future = pool.schedule(function, args=args, kwargs=kwargs, timeout=seconds)
                self._running.add(future)
                future.add_done_callback(self._running.discard)
                return await asyncio.wrap_future(future)
            except WatcherError:
                raise
            except Exception as error:
                reason = f"{function.__qualname__} {self._explained(error)}"
                raise WorkerError(_CLOSED if self._closed else reason) from error

    async def close(self) -> None:
        """Kill what still runs, end every process, refuse later jobs."""
        self._closed = True
        async with self._starting:
            if self._pool is not None:
                await asyncio.to_thread(_end, self._pool)
        for future in list(self._running):
            with contextlib.suppress(InvalidStateError):
                future.set_exception(WorkerError(_CLOSED))

    async def _open(self) -> pebble.ProcessPool:
        """Return the pool: started, if it is not, and anew when a dying worker has broken it."""
        async with self._starting:
            if self._closed:
                raise WorkerError(_CLOSED)
            if self._pool is not None and not self._pool.active:
                await asyncio.to_thread(_end, self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> pebble.ProcessPool:
        CONSTS.term_timeout = 0  # a hung parser hears no SIGTERM: do not wait 3 s for it
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PARSERS)
        # The fork server inherits a mask in which a SIGTERM to the whole group does not end it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        pool = pebble.ProcessPool(
            max_workers=self.processes,
            max_tasks=self.recycle,
            initializer=settle,
            initargs=(self.memory,),
            context=context,
        )
        _ = pool.active  # starts it, here in the thread: the first fork waits for the imports
        return pool

    def _explained(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                return f"was stopped: the document took longer than {self.deadline.total_seconds():g} s"
            case MemoryError():
                return f"was stopped: the document needs more than {self.memory // MIB} MiB"
            case pebble.ProcessExpired():
                return f"was stopped: its process ended with code {error.exitcode}"
            case _:
                return f"failed: {type(error).__name__}: {error}"


def settle(memory: int) -> None:
    """Prepare a new worker: bounded memory, deaf to the terminal and systemd, gone with the daemon."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # the daemon drains and then closes the pool itself
    logging.disable(logging.CRITICAL)  # a document's faults come back as errors, once
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if parent := multiprocessing.parent_process():
        _die_with(parent.sentinel)


def _die_with(pipe: int) -> None:
    """
    Have the kernel kill this process when the other end of `pipe` closes.

    PR_SET_PDEATHSIG would watch the fork server, which outlives a killed daemon as long as a worker
    hangs; a watching thread would wait for a parser that holds the interpreter's lock.
    """
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if connection.wait([pipe], timeout=0):  # it closed before we watched
        os.kill(os.getpid(), signal.SIGKILL)


def _end(pool: pebble.ProcessPool) -> None:
    """Kill the workers and wait for the pool's threads."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
