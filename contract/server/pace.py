"""How fast a server answers: at most so many requests in a time, each after a while."""

from __future__ import annotations

import math
import random
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}


class PaceError(ValueError):
    """A rate or a latency that cannot be read; the message tells how to write one."""


class RateLimit:
    """At most `number` requests in any `period` seconds begin with a full bucket that fills evenly.

    >>> limit = RateLimit(1, 60.0, clock=lambda: 0.0)
    >>> limit.wait(), limit.wait()
    (0, 60)
    """

    def __init__(self, number: int, period: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._number = number
        self._rate = number / period
        self._clock = clock
        self._left = float(number)
        self._then = clock()

    def wait(self) -> int:
        """0 where a request may pass, which counts it; otherwise the seconds until one may, rounded up."""
        now = self._clock()
        self._left = min(float(self._number), self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._rate))


def read_rate(text: str) -> tuple[int, float]:
    """Number and period in seconds of a rate such as `100/m`; raises `PaceError` for anything else.

    >>> read_rate("100/m"), read_rate("5/s")
    ((100, 60.0), (5, 1.0))
    """
    number, slash, unit = text.partition("/")
    if not (slash and number.isascii() and number.isdigit() and int(number) and unit in _UNITS):
        message = "expected a number, a slash and s, m or h, such as 100/m"
        raise PaceError(message)
    return int(number), _UNITS[unit]


def read_latency(text: str) -> tuple[float, float]:
    """The least and the most seconds of a latency such as `0.2` or `0.1-0.5`; raises `PaceError` for anything else.

    >>> read_latency("0.2"), read_latency("0.1-0.5")
    ((0.2, 0.2), (0.1, 0.5))
    """
    first, dash, last = text.partition("-")
    try:
        least, most = float(first), float(last if dash else first)
    except ValueError:
        least = most = math.nan
    if not 0 <= least <= most < math.inf:
        message = "expected seconds, or a range of seconds such as 0.1-0.5"
        raise PaceError(message)
    return least, most


class Latency:
    """How long an answer takes, between `least` and `most` seconds; the same sequence in every run."""

    def __init__(self, least: float, most: float) -> None:
        self._least, self._span = least, most - least
        self._random = random.Random(0)  # noqa: S311 - a delay, no secret

    def seconds(self) -> float:
        """How long the next answer takes."""
        return self._least + self._span * self._random.random()
