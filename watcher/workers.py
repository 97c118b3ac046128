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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as DeadlineError
from datetime import timedelta
from multiprocessing import connection, forkserver
from typing import Any, Final, ParamSpec, TypeVar

import pebble
from pebble.common.types import CONSTS

from watcher.errors import WatcherError, WorkerError

P = ParamSpec("P")
T = TypeVar("T")

RECYCLE: Final = 500  # jobs a worker does before it is replaced: fragmented memory goes back
MIB: Final = 1 << 20
PARSERS: Final = ("feedparser", "lxml.html", "trafilatura", "watcher.articles", "watcher.sources")
CLOSED: Final = "The workers are closed: the program is ending."


class Workers:
    """
    Runs plain functions in killable processes; the processes start with the first job.

    `memory` is the address space of one worker in bytes, `deadline` counts from the moment that a
    worker takes the job. `preload` names modules that the workers should have loaded already.
    """

    def __init__(
        self,
        processes: int = 2,
        *,
        deadline: timedelta = timedelta(seconds=20),
        memory: int = 1024 * MIB,
        recycle: int = RECYCLE,
        preload: Sequence[str] = PARSERS,
    ) -> None:
        self.processes = processes
        self.deadline = deadline
        self.memory = memory
        self.recycle = recycle
        self.preload = list(preload)
        self._pool: pebble.ProcessPool | None = None
        self._closed = False
        self._running: set[Future[Any]] = set()
        self._turns = asyncio.Semaphore(processes)  # jobs wait here, not in the pool's pipe
        self._starting = asyncio.Lock()

    @property
    def started(self) -> bool:
        """Whether there are processes at all."""
        return self._pool is not None

    async def run(
        self,
        function: Callable[..., T],
        *args: object,
        deadline: timedelta | None = None,
        **kwargs: object,
    ) -> T:
        """
        Return `function(*args, **kwargs)` from a worker; arguments and result must pickle.

        A `WatcherError` of the function arrives as it is. `WorkerError`: the job took too much time
        or memory, ended its process, or failed in a way that nobody foresaw.
        """
        seconds = (deadline or self.deadline).total_seconds()
        async with self._turns:
            pool = await self._open()
            try:
                future = pool.schedule(function, args=args, kwargs=kwargs, timeout=seconds)
                return await self._result(future)
            except WatcherError:
                raise
            except Exception as error:
                reason = explain(error, function, seconds, self.memory)
                raise WorkerError(CLOSED if self._closed else reason) from error

    async def _result(self, future: Future[T]) -> T:
        self._running.add(future)
        try:
            return await asyncio.wrap_future(future)
        finally:
            self._running.discard(future)

    async def close(self) -> None:
        """Kill what still runs, end every process, refuse later jobs."""
        self._closed = True
        async with self._starting:
            if self._pool is not None:
                pool, self._pool = self._pool, None
                await asyncio.to_thread(end, pool)
        for future in list(self._running):
            with contextlib.suppress(InvalidStateError):
                future.set_exception(WorkerError(CLOSED))

    async def _open(self) -> pebble.ProcessPool:
        """Return the pool: started, if it is not, and anew when a dying worker has broken it."""
        async with self._starting:
            if self._closed:
                raise WorkerError(CLOSED)
            if self._pool is not None and not self._pool.active:
                await asyncio.to_thread(end, self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> pebble.ProcessPool:
        CONSTS.term_timeout = 0  # a hung parser hears no SIGTERM: do not wait 3 s for it
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(self.preload)
        with quiet_signals():
            forkserver.ensure_running()
        pool = pebble.ProcessPool(
            max_workers=self.processes,
            max_tasks=self.recycle,
            initializer=settle,
            initargs=(self.memory,),
            context=context,
        )
        _ = pool.active  # starts it, here in the thread: the first fork waits for the imports
        return pool


def explain(
    error: BaseException, function: Callable[..., object], seconds: float, memory: int
) -> str:
    """Say in a sentence why a job has no result."""
    name = function.__qualname__
    match error:
        case DeadlineError():
            return f"{name} was stopped: the document took longer than {seconds:g} s"
        case MemoryError():
            return f"{name} was stopped: the document needs more than {memory // MIB} MiB"
        case pebble.ProcessExpired():
            return f"{name} was stopped: its process ended with code {error.exitcode}"
        case _:
            return f"{name} failed: {type(error).__name__}: {error}"


def settle(memory: int) -> None:
    """Prepare a new worker: bounded memory, deaf to the terminal and systemd, gone with the daemon."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the daemon drains and then closes the pool itself
    logging.disable(logging.CRITICAL)  # a document's faults come back as errors, once
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    parent = multiprocessing.parent_process()
    if parent is not None:
        die_with(parent.sentinel)


def die_with(pipe: int) -> None:
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


@contextlib.contextmanager
def quiet_signals() -> Iterator[None]:
    """Let the fork server inherit a mask in which a SIGTERM to the whole group does not end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end(pool: pebble.ProcessPool) -> None:
    """Kill the workers and wait for the pool's threads."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
