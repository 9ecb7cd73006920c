"""How much may still be asked, and when: a budget in requests and time, a rate, and pauses that the server asks for."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Final

from pyrate_limiter import Limiter
from pyrate_limiter import Rate as LimiterRate

if TYPE_CHECKING:
    from .manners import Rate

_POLL: Final = 0.25
"""Seconds after which a waiting thread looks whether it is to stop."""


class BudgetSpent(Exception):  # noqa: N818 - the news that ends a run, not a mistake
    """No further request may be sent; the message says what is spent. Nothing was sent."""


class Budget:
    """Requests and seconds that may still be spent, counted from when it is made. Safe to share between threads.

    >>> budget = Budget(max_requests=1)
    >>> budget.take()
    1
    >>> budget.take()
    Traceback (most recent call last):
        ...
    interpact.contract.fuzz.budget.BudgetSpent: the budget of 1 request is spent
    """

    def __init__(self, *, max_requests: int | None = None, max_time: float | None = None) -> None:
        self._max_requests = max_requests
        self._max_time = max_time
        self._began = monotonic()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Requests so far."""
        return self._taken

    @property
    def left(self) -> float:
        """Seconds that are left, below zero when they are spent; infinite where there is no limit."""
        return float("inf") if self._max_time is None else self._began + self._max_time - monotonic()

    def take(self) -> int:
        """Count one request and return its number, from 1 on. Raises `BudgetSpent`."""
        self.check()
        with self._lock:
            if self._taken != self._max_requests:
                self._taken += 1
                return self._taken
        message = f"the budget of {self._max_requests} request{'' if self._max_requests == 1 else 's'} is spent"
        raise BudgetSpent(message)

    def check(self) -> None:
        """Raise `BudgetSpent` where no time is left, or where the run was stopped."""
        if self._stopped.is_set():
            message = "the run was stopped"
            raise BudgetSpent(message)
        if self.left <= 0:
            message = f"the budget of {self._max_time:g} seconds is spent"
            raise BudgetSpent(message)

    def sleep(self, seconds: float) -> None:
        """Wait, though not longer than the budget lasts. Raises `BudgetSpent` where it ends first."""
        self._stopped.wait(max(0.0, min(seconds, self.left)))
        self.check()

    def stop(self) -> None:
        """Let every request from now on, and every wait, end with `BudgetSpent`."""
        self._stopped.set()


class Pace:
    """Lets requests pass at a rate, and none while the server wants a pause. Safe to share between threads."""

    def __init__(self, rate: Rate | None, budget: Budget) -> None:
        self._budget = budget
        self._limiter = None if rate is None else Limiter(LimiterRate(rate.requests, round(rate.seconds * 1000)))
        self._resume = 0.0

    def wait(self) -> None:
        """Return when the next request may leave. Raises `BudgetSpent` where the budget ends before."""
        while (seconds := self._resume - monotonic()) > 0:
            self._budget.sleep(seconds)
        while self._limiter is not None and not _acquired(self._limiter, min(_POLL, self._budget.left)):
            self._budget.check()

    def hold(self, seconds: float) -> None:
        """Let no request pass for so long."""
        self._resume = max(self._resume, monotonic() + seconds)

    def close(self) -> None:
        """End the limiter's own thread."""
        if self._limiter is not None:
            self._limiter.close()


def _acquired(limiter: Limiter, seconds: float) -> bool:
    try:
        return limiter.try_acquire(timeout=max(seconds, 0.0)) is True
    except TimeoutError:
        return False
