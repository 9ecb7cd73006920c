"""What a reader is: one format of captures, recognised by content, read into exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from ..exchange import Place
from ..limits import NO_CONTEXT, Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    import polars as pl

    from ..exchange import Exchange


class Problem(msgspec.Struct, frozen=True):
    """An input, or one entry of it, that could not be read: where, and what to do about it.

    `message` never repeats what the input holds.
    """

    place: Place
    message: str

    def __str__(self) -> str:
        """Place and message in one line."""
        return f"{self.place}: {self.message}"


class UnreadableError(Exception):
    """An input that could not be read at all, or not to its end; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class NoCaptureError(UnreadableError):
    """A file in a format that can be read, which holds something else: a table without bodies, for example."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one of the tables that bodies flatten to, which somebody has flattened already."""

    place: Place
    table: str
    frame: pl.DataFrame
    first: int
    """How many rows of the file there are up to the first one of these, from 1 on."""
    missing: tuple[int, ...] = ()
    """The numbers of the rows of the file that were passed over."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a decompressed input, which formats are recognised by."""

    data: bytes
    """Up to `sources.HEAD_SIZE` bytes."""
    whole: bool
    """Whether `data` is all there is."""


class Reader(Protocol):
    """One format of captures.

    A reader is an object with a `name` and a one-line `title`. It yields an `Exchange` for each recorded exchange in
    the order of the file, a `Problem` for an entry that it could not make sense of, and raises `UnreadableError` for
    what cannot be read at all. It never executes, fetches or writes anything. One that has `divides = True` reads of
    a file only the part that `context.span` names, if it names one.
    """

    name: str
    title: str

    def recognises(self, head: Head) -> bool:
        """Whether an input that begins like this is in this format."""
        ...

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """The exchanges of one input, at `place` (its file, and member in an archive), within the context's limits."""
        ...
