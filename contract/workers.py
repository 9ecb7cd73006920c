"""Several processes that check batches, each on a core of its own; what they find comes back in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .keep import NOTHING, Keep
from .lines import Lines, Reference

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Future

    from .exchange import Exchange
    from .findings import Outcome
    from .settings import Settings

IN_FLIGHT: Final = 2
"""Batches a process that are sent before the first one is back: one that it works on, and one to go on with."""


class Workers:
    """Processes that check batches, started with the first one."""

    def __init__(self, jobs: int, settings: Settings, keep: Keep = NOTHING) -> None:
        self.most = jobs * IN_FLIGHT
        """Batches that are sent before the first one is back."""
        self._settings = settings
        self._keep = keep
        self._before = set(multiprocessing.active_children())
        self._pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)

    def submit(self, batch: Sequence[Exchange]) -> Future[Outcome]:
        """Have a batch checked."""
        sent = (batch.reference if isinstance(batch, Lines) else None) or batch
        with _deaf_to_interrupts():
            return self._pool.submit(_check, sent, self._settings, self._keep)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in self._before:
                process.terminate()


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


def _begin() -> None:
    os.environ["POLARS_MAX_THREADS"] = "1"


def _check(batch: Sequence[Exchange] | Reference, settings: Settings, keep: Keep) -> Outcome:
    from .checker import check  # noqa: PLC0415 - loads Polars, which reads the number of its threads then

    return check(batch.read() if isinstance(batch, Reference) else batch, settings, keep=keep)
