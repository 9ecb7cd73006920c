"""A part of a file of lines as a stream of its own: the lines that begin in it, whole, and counted as they are read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

    from typing_extensions import Buffer

    from .inputs import Span

_STEP: Final = 64 * 1024
"""Bytes that are read at once to find the end of a line."""
_BREAK: Final = b"\n"


class Stretch(io.RawIOBase):
    r"""The lines of `file` that begin from `span.start` on and before `span.stop`.

    Whoever reads the parts of a file reads each of its lines once, wherever the parts meet.

    >>> from interpact.contract.inputs import Span
    >>> [Stretch(io.BytesIO(b"one\ntwo\nthree"), Span(start, start + 4)).read() for start in (0, 4, 8)]
    [b'one\n', b'two\n', b'three']
    """

    def __init__(self, file: io.RawIOBase | BinaryIO, span: Span, *, counts: bool = True) -> None:
        """`counts` says whether anybody wants to know how many lines the part has."""
        super().__init__()
        self._file = file
        self._span = span
        self._counts = counts
        self._over = False
        self._at = self._begin()

    @property
    def at(self) -> int:
        """The byte of the file that is read next."""
        return self._at

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Some of the bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        if self._over:
            return 0
        sure = self._span.stop - 1 - self._at
        """Bytes before the first one that the last line may end with."""
        piece = self._file.read(min(len(view), sure if sure > 0 else _STEP)) or b""
        if sure <= 0:
            end = piece.find(_BREAK) + 1
            self._over = end > 0
            piece = piece[:end] if end else piece
        view[: len(piece)] = piece
        self._at += len(piece)
        if self._counts:
            self._span.lines += piece.count(_BREAK)
        return len(piece)

    def _begin(self) -> int:
        """Go to the first line that begins in the part; where it does."""
        start = self._span.start
        self._file.seek(max(0, start - 1))
        at = max(0, start - 1)
        while 0 < start and at < self._span.stop and (piece := self._file.read(_STEP)):
            end = piece.find(_BREAK) + 1
            at += end or len(piece)
            if end:
                break
        self._over = at >= self._span.stop
        self._file.seek(at)
        return at
