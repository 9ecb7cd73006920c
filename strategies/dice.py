"""Choices that a seed decides, the same on every platform and every version of Python."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """Choices that depend on the seed and on the place alone.

    Built on `random.Random.random` only: of all its methods that one keeps its sequence between versions.

    >>> Dice(1, 0).below(1000)
    906
    """

    def __init__(self, seed: int, place: int = 0) -> None:
        self._random = random.Random(f"{seed}/{place}").random  # noqa: S311 - data for tests, no secret

    def below(self, bound: int) -> int:
        """An integer from 0 to `bound` - 1."""
        return int(self._random() * bound)

    def between(self, first: int, last: int) -> int:
        """An integer from `first` to `last`, both included."""
        return first + self.below(last - first + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[self.below(len(choices))]

    def some_of(self, choices: Sequence[T], number: int) -> list[T]:
        """`number` of `choices` (or all), each once, in their own order."""
        left = list(range(len(choices)))
        picked = {left.pop(self.below(len(left))) for _ in range(min(number, len(choices)))}
        return [choices[index] for index in sorted(picked)]

    def chance(self, percent: int) -> bool:
        """True in `percent` of a hundred cases."""
        return self.below(100) < percent
