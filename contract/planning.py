"""How a run is divided: into shares of about the same size, each of which can be checked by itself, anywhere."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .inputs import Input, Span
from .limits import MIB
from .pieces import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .readers.base import Problem

SHARE: Final = 128 * MIB
"""Bytes of a share: what Spark, too, reads together (its option spark.sql.files.maxPartitionBytes)."""
_EACH: Final = 4
_FILES: Final = 1_000
"""Files of a share."""

Share = tuple["Input | Problem", ...]
"""Some files that follow each other, or a part of one; what was not found is told by the share that it belongs to."""


def size_for(inputs: Iterable[Input | Problem], jobs: int) -> int:
    """Bytes of a share: so few that so many processes have several each, where there is not more to do than that."""
    return max(PIECE, min(SHARE, sum(_bytes(one) for one in inputs) // (_EACH * jobs)))


def shares(inputs: Iterable[Input | Problem], size: int = SHARE) -> Iterator[Share]:
    """The shares of a run, in its order. Parts of a file are shares of their own, one after the other.

    >>> [told(share) for share in shares([Input("a", "a", remote=True, length=300), Input.of("b"), Input.of("c")], 200)]
    ['a from byte 0 to 200', 'a from byte 200 to 300', 'b and 1 more']
    """
    waiting: list[Input | Problem] = []
    room = size
    for one in inputs:
        bytes_of = _bytes(one)
        if waiting and (bytes_of > room or len(waiting) >= _FILES):
            yield tuple(waiting)
            waiting, room = [], size
        if isinstance(one, Input) and bytes_of > size:
            yield from ((part,) for part in _parts(_anywhere(one), bytes_of, size))
            continue
        waiting.append(_anywhere(one) if isinstance(one, Input) else one)
        room -= bytes_of
    if waiting:
        yield tuple(waiting)


def told(share: Share) -> str:
    """A share in words: which file, from where to where."""
    first = share[0]
    if not isinstance(first, Input):
        return str(first.place)
    if first.span is not None:
        return f"{first.name} from byte {first.span.start} to {first.span.stop}"
    return first.name if len(share) == 1 else f"{first.name} and {len(share) - 1} more"


def weight(share: Share) -> int:
    """The bytes of a share, as far as they are known."""
    return sum(_bytes(one) for one in share)


def _bytes(one: Input | Problem) -> int:
    if not isinstance(one, Input):
        return 0
    return one.size if one.span is None else one.span.stop - one.span.start


def _parts(one: Input, whole: int, size: int) -> Iterator[Input]:
    for start in range(0, whole, size):
        yield replace(one, span=Span(start, min(whole, start + size)))


def _anywhere(one: Input) -> Input:
    """The same input for a process with another working directory; its name stays as the user gave it."""
    return one if one.remote else replace(one, path=os.path.abspath(one.path))  # noqa: PTH100 - bytes that are no text
