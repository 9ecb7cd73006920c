"""Whether the endpoint is still there: counts requests in a row that nobody answered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ask import Ask
    from .heard import Heard


class Gone(Exception):  # noqa: N818 - the news that ends a run, not a mistake
    """The endpoint answers no more, or never did; the message says how that showed. `heard` is the last outcome."""

    def __init__(self, message: str, heard: Heard) -> None:
        super().__init__(message)
        self.heard = heard


class Pulse:
    """Counts misses in a row. Safe to share between threads.

    >>> pulse = Pulse(misses=2)
    >>> pulse.miss(), pulse.miss()
    (False, True)
    """

    def __init__(self, misses: int) -> None:
        self._misses = misses
        self._lock = threading.Lock()
        self._count = 0
        self.answered: Ask | None = None
        """The first request that was answered, by which it can be tried whether the endpoint still is there."""

    def beat(self, ask: Ask) -> None:
        """There was an answer."""
        self._count = 0
        if self.answered is None and ask.method == "GET":
            self.answered = ask

    def miss(self) -> bool:
        """There was none. Returns whether that was so often enough to doubt."""
        with self._lock:
            self._count += 1
            return self._count >= self._misses
