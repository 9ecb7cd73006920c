"""Several processes that check batches, each on a core of its own; what they find comes back in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from .keep import NOTHING, Keep
from .lines import Lines, Reference

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Future
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from .exchange import Exchange
    from .findings import Outcome
    from .settings import Settings

IN_FLIGHT: Final = 2
"""Batches a process that are sent before the first one is back: one that it works on, and one to go on with."""


class Workers:
    """Processes that check batches. Each has a pipe of its own, whose end tells when it dies, even in mid-sentence.

    A pool of `concurrent.futures` shares one pipe, on which it waits for ever for the rest of what a process that is
    killed had begun to write.
    """

    def __init__(self, jobs: int, settings: Settings, keep: Keep = NOTHING) -> None:
        self.most = jobs * IN_FLIGHT
        """Batches that are sent before the first one is back."""
        context = multiprocessing.get_context("spawn")
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._processes: list[SpawnProcess] = []
        with _deaf_to_interrupts():
            for _ in range(jobs):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, settings, keep), daemon=True)
                process.start()
                theirs.close()
                self._processes.append(process)
                self._idle.put(ours)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="interpact-worker")

    def submit(self, batch: Sequence[Exchange]) -> Future[Outcome]:
        """Have a batch checked. The future raises `BrokenExecutor` where the process that does it is ended."""
        sent = (batch.reference if isinstance(batch, Lines) else None) or batch
        return self._threads.submit(self._ask, sent)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.terminate()

    def _ask(self, batch: Sequence[Exchange] | Reference) -> Outcome:
        connection = self._idle.get()
        try:
            connection.send(batch)
            found: Outcome | Exception = connection.recv()
        except (EOFError, OSError) as error:
            raise BrokenExecutor from error
        finally:
            self._idle.put(connection)
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def _deaf_to_interrupts() -> Generator[None]:
    """Processes that are started now do not hear Ctrl-C: it is for the one that started them, which ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(connection: Connection, settings: Settings, keep: Keep) -> None:
    """Check what comes in, until nobody sends any more."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    from .checker import check  # noqa: PLC0415 - loads Polars, which reads the number of its threads then

    with suppress(EOFError, OSError):
        while True:
            batch: Sequence[Exchange] | Reference = connection.recv()
            try:
                exchanges = batch.read() if isinstance(batch, Reference) else batch
                connection.send(check(exchanges, settings, keep=keep))
            except Exception as error:  # noqa: BLE001 - it is raised again where somebody hears it
                connection.send(error)
