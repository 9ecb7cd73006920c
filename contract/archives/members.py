"""A member of an archive: its name, and either its bytes or why they are not read."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..decompress import DamagedError, Growth

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

_DRIVE: Final = re.compile(r"[A-Za-z]:")

CHECKSUM: Final = "the archive is damaged: a member does not have the checksum that it should"
LEADS_OUT: Final = "its name leads out of the archive"
LINK: Final = "a link: name the file that it leads to"


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file in an archive, or what stands in place of one."""

    name: str
    size: int
    """Bytes that are stored."""
    open: Callable[[Growth], io.RawIOBase]
    refusal: str | None = None
    """Why it is not read, whatever it holds."""


class Slice(io.RawIOBase):
    """A part of a file that can seek. Several may be read in turn; closing one leaves the file open.

    Whoever has read all of it, in its order, knows that it has the `checksum` that it should (CRC-32).
    """

    def __init__(self, file: io.BufferedIOBase, start: int, size: int, checksum: int | None = None) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._size = size
        self._position = 0
        self._expected = checksum
        self._checksum = 0
        self._summed = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place that is counted from the start of the part, from here, or from its end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Where it is."""
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Read some of what is left of the part."""
        wanted = min(memoryview(buffer).nbytes, max(0, self._size - self._position))
        if not wanted:
            return 0
        self._file.seek(self._start + self._position)
        found = self._file.read(wanted)
        memoryview(buffer).cast("B")[: len(found)] = found
        self._check(found)
        self._position += len(found)
        return len(found)

    def _check(self, found: bytes) -> None:
        if self._expected is None:
            return
        if self._position <= self._summed < self._position + len(found):
            self._checksum = zlib.crc32(found[self._summed - self._position :], self._checksum)
            self._summed = self._position + len(found)
        ends = self._summed == self._size == self._position + len(found)
        if ends and self._checksum != self._expected:
            raise DamagedError(CHECKSUM)


def refusal_of(name: str) -> str | None:
    r"""Why a member of this name is not read, if the name alone says so.

    >>> refusal_of("a/../../etc/passwd"), refusal_of("C:\\a.json") == refusal_of("/a"), refusal_of("a/b..json")
    ('its name leads out of the archive', True, None)
    """
    path = name.replace("\\", "/")
    outside = path.startswith("/") or _DRIVE.match(path) or ".." in path.split("/") or "\0" in path
    return LEADS_OUT if outside else None


def is_hidden(name: str) -> bool:
    """Whether a member or a folder above it begins with a dot, or is what a Mac adds.

    >>> is_hidden("__MACOSX/a.json"), is_hidden("a/.b/c"), is_hidden("./a.b")
    (True, True, False)
    """
    parts = name.replace("\\", "/").split("/")
    return any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in parts)
