"""How much may still be asked, and when: a budget in requests and time, a rate, and pauses that the server asks for."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Final

import msgspec
from pyrate_limiter import Limiter, SQLiteBucket
from pyrate_limiter import Rate as LimiterRate

if TYPE_CHECKING:
    from pathlib import Path

    from .manners import Rate

_POLL: Final = 0.25
"""Seconds after which a waiting thread looks whether it is to stop."""


class BudgetSpent(Exception):  # noqa: N818 - the news that ends a run, not a mistake
    """No further request may be sent; the message says what is spent. Nothing was sent."""


class Spent(msgspec.Struct, frozen=True):
    """What was spent of a budget."""

    requests: int = 0
    seconds: float = 0.0


class Budget:
    """Requests and seconds that may still be spent, counted from when it is made. Safe to share between threads.

    Time stands still from `pause` to `resume`. What others spend of the same budget it is told by `go_on`.

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
        self._began: float | None = monotonic()
        self._before = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Requests so far."""
        return self._taken

    @property
    def spent(self) -> Spent:
        """What was spent so far, pauses left out."""
        return Spent(self._taken, self._seconds)

    @property
    def left(self) -> float:
        """Seconds that are left, below zero when they are spent; infinite where there is no limit."""
        return float("inf") if self._max_time is None else self._max_time - self._seconds

    @property
    def _seconds(self) -> float:
        began = self._began
        return self._before + (0.0 if began is None else monotonic() - began)

    def pause(self) -> None:
        """Let time stand still, until `resume`; for while nothing is asked."""
        self._before, self._began = self._seconds, None

    def resume(self) -> None:
        """Let time go on after a pause."""
        self._began = monotonic() if self._began is None else self._began

    def go_on(self, spent: Spent) -> None:
        """Go on from what was spent by all who share the budget, in a pause."""
        self._taken, self._before = spent.requests, spent.seconds

    def take(self) -> int:
        """Count one request and return its number, from 1 on. Raises `BudgetSpent`."""
        with self._lock:
            self.look()
            self._taken += 1
            return self._taken

    def look(self) -> None:
        """Raise `BudgetSpent` where no further request may be sent."""
        self.check()
        if self._max_requests is not None and self._taken >= self._max_requests:
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
    """Lets requests pass at a rate, and none while the server wants a pause. Safe to share between threads.

    Processes that ask in turn share the rate if they name the same file, which remembers when requests left.
    """

    def __init__(self, rate: Rate | None, budget: Budget, file: Path | None = None) -> None:
        self._budget = budget
        self._limiter = None if rate is None else _limiter(rate, file)
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


def _limiter(rate: Rate, file: Path | None) -> Limiter:
    limits = [LimiterRate(rate.requests, round(rate.seconds * 1000))]
    return Limiter(limits if file is None else SQLiteBucket.init_from_file(limits, db_path=str(file)))


def _acquired(limiter: Limiter, seconds: float) -> bool:
    try:
        return limiter.try_acquire(timeout=max(seconds, 0.0)) is True
    except TimeoutError:
        return False
