"""Many bodies in one piece of text, one a line, that become exchanges only where somebody looks at one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NamedTuple, Self, overload

from .exchange import Exchange, Place, Response
from .readers.base import Problem

_NEAR: Final = 256
"""Bytes of a line in which a member of a record is looked for, as the reader of NDJSON does."""
_SHORT: Final = 1_000
"""Bytes of a line below which looking at it by itself takes longer."""
_SIGNS: Final = (b'"request"', b'"response"')
_OPEN, _CLOSE, _BREAK = b"{}\n"


class Origin(NamedTuple):
    """Where a text lies on disk as it is."""

    path: str
    offset: int
    size: int


class Reference(NamedTuple):
    """Lines as a place on disk, where another process reads them rather than being sent them."""

    file: str
    number: int
    origin: Origin

    def read(self) -> Lines:
        """The lines. Raises `MovedError` where the file is another one by now."""
        path, offset, size = self.origin
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - the path as it was given
            stream.seek(offset)
            data = stream.read(size)
        if len(data) != size:
            raise MovedError(Problem(Place(self.file, None, self.number), "the file changed while it was checked"))
        return Lines(self.file, self.number, data)


class MovedError(Exception):
    """A file that changed while it was checked; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class Lines(Sequence[Exchange]):
    r"""Exchanges of which nothing but the body is known, each on a line of its own: from `{` to `}`, nothing else.

    >>> lines = Lines("a.ndjson", 1, b'{"name": 1}\n{}\n')
    >>> len(lines), lines[1].response.body, lines[1].place.line
    (2, b'{}', 2)
    """

    __slots__ = ("_ends", "data", "file", "number", "origin")

    def __init__(self, file: str, number: int, data: bytes | bytearray, origin: Origin | None = None) -> None:
        self.file = file
        self.number = number
        """The number of the first line in its file."""
        self.data = data
        """The text, up to the size that `origin` tells; a buffer may be filled again once the lines are judged."""
        self.origin = origin
        self._ends = _ends(data, len(data) if origin is None else origin.size)

    @classmethod
    def of(
        cls, file: str, number: int, data: bytes | bytearray, origin: Origin | None = None, longest: int = sys.maxsize
    ) -> Self | None:
        """The same, or `None` where a line is not plain: blank, perhaps a record, or with anything around its body."""
        found = cls(file, number, data, origin)
        return found if found._is_plain(longest) else None

    def _is_plain(self, longest: int) -> bool:
        """Whether each line is a body from its first byte to its last, and shows no sign of a record."""
        data, start = self.data, 0
        for end in self._ends:
            if end <= start or data[start] != _OPEN or data[end - 1] != _CLOSE or end - start > longest:
                return False
            start = end + 1
        return bool(self._ends) and not self._shows_a_record()

    def _shows_a_record(self) -> bool:
        """Whether a line names a member of a record near its beginning; of short lines all is looked at together."""
        data = self.data
        if len(data) < _SHORT * len(self) and not any(sign in data for sign in _SIGNS):
            return False
        starts = (0, *(end + 1 for end in self._ends[:-1]))
        return any(data.find(sign, start, start + _NEAR) >= 0 for start in starts for sign in _SIGNS)

    @property
    def reference(self) -> Reference | None:
        """The lines as a place on disk, if they have one."""
        return None if self.origin is None else Reference(self.file, self.number, self.origin)

    @property
    def ends(self) -> list[int]:
        """Where each body ends; the next one begins a byte later."""
        return self._ends

    def body(self, index: int) -> bytes:
        """The text of one body."""
        return bytes(self.data[self._ends[index - 1] + 1 if index else 0 : self._ends[index]])

    def place(self, index: int) -> Place:
        """Where one exchange was recorded."""
        return Place(self.file, None, self.number + index)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        known = range(len(self))[index]
        return Exchange(self.place(known), None, Response(self.body(known)))


def _ends(data: bytes | bytearray, size: int) -> list[int]:
    found: list[int] = []
    at = data.find(b"\n", 0, size)
    while at >= 0:
        found.append(at)
        at = data.find(b"\n", at + 1, size)
    if size and data[size - 1] != _BREAK:
        found.append(size)
    return found
