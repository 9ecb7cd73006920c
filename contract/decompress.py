"""Undo gzip, zstd, bzip2, xz and zlib, recognised by their first bytes, in bounded memory, with a bounded result."""

from __future__ import annotations

import io
import re
from functools import partial
from typing import TYPE_CHECKING, Final

from .engines import DamagedError, Kind, engine_for, steps
from .limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Buffer

__all__ = [
    "DamagedError",
    "Growth",
    "Kind",
    "counting",
    "expand",
    "expanded",
    "kind_of",
    "opened",
    "peeked",
    "stream_of",
]

_BUFFER: Final = 256 * 1024
_LONGEST_MAGIC: Final = 10
_NESTED: Final = 2
"""A compressed file that was compressed once more happens; deeper nesting is an attack."""


_MAGIC: Final = (
    (re.compile(rb"\x1f\x8b"), Kind.GZIP),
    (re.compile(rb"\x28\xb5\x2f\xfd"), Kind.ZSTD),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), Kind.BZIP2),
    (re.compile(rb"\xfd7zXZ\x00"), Kind.XZ),
    (re.compile(rb"\x78[\x01\x9c\xda]"), Kind.ZLIB),
)
_FIRST: Final = frozenset({b"\x1f", b"\x28", b"B", b"\xfd", b"\x78"})


class Growth:
    """How much has come out of what was compressed, and how much may: in proportion to what is stored.

    `total` is the growth of the archive around it; what is taken of one is taken of the other.
    """

    def __init__(
        self, limits: Limits = LIMITS, stored: int = 0, *, share: int = 1, total: Growth | None = None
    ) -> None:
        self.limits = limits
        self.stored = stored
        self._grown = 0
        self._share = share
        self._total = total

    @property
    def is_exhausted(self) -> bool:
        """Whether more came out than may."""
        return self._grown > self._share * self.limits.allowed(self.stored)

    def take(self, size: int) -> None:
        """Count `size` bytes that came out. Raises `DamagedError` where that is out of all proportion."""
        self._grown += size
        if self._total is not None:
            self._total.take(size)
        if self.is_exhausted:
            times = self.limits.max_expansion
            message = f"it grows to more than {times} times its size: raise --max-expansion if you trust it"
            raise DamagedError(message)


def kind_of(start: bytes) -> Kind | None:
    r"""The compression that the ten bytes of `start` begin, by its magic bytes (RFC 1952 §2.3.1, RFC 8878 §3.1.1).

    >>> kind_of(b"\x1f\x8b\x08\x00")
    <Kind.GZIP: 'gzip'>
    """
    if start[:1] not in _FIRST:
        return None
    return next((kind for magic, kind in _MAGIC if magic.match(start)), None)


def expand(kind: Kind, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed content of `pieces`, part by part; members and frames that follow each other are joined.

    Raises `DamagedError` after the last part that could be read.

    >>> import zlib
    >>> b"".join(expand(Kind.ZLIB, [zlib.compress(b"abc")]))
    b'abc'
    """
    engine, fresh = engine_for(kind), True
    for piece in _portions(pieces, kind):
        rest = piece.lstrip(b"\0") if fresh else piece
        while rest:
            yield from steps(engine, rest)
            fresh, rest = engine.eof, engine.unused_data.lstrip(b"\0")
            if fresh:
                engine = engine_for(kind)
    if not fresh:
        message = "the compressed data ends early: the file was cut"
        raise DamagedError(message)


def opened(source: io.RawIOBase, growth: Growth | None = None) -> io.BufferedReader:
    """`source` without its compression, if it has one; what was compressed twice is decompressed twice.

    `growth` counts what comes out; without one that is measured against the bytes that are read of `source`.

    The stream raises `DamagedError` where the data is damaged, again at each further attempt to read on. `source` is
    an unbuffered binary file, as `open(path, "rb", buffering=0)` gives it.
    """
    counted = Growth() if growth is None else growth
    stream = _buffered(counting(source, counted) if growth is None else source)
    for _ in range(_NESTED):
        start, stream = peeked(stream, _LONGEST_MAGIC)
        kind = kind_of(start)
        if kind is None:
            break
        stream = _buffered(_Parts(_bounded(counted, expand(kind, _pieces(stream)))))
    return stream


def counting(source: io.RawIOBase, growth: Growth) -> io.RawIOBase:
    """`source`, whose bytes count as stored when they are read."""
    return _Counted(source, growth)


def expanded(stream: io.RawIOBase, kind: Kind, growth: Growth) -> Iterator[bytes]:
    """The parts that come out of a stream of this compression, counted."""
    return _bounded(growth, expand(kind, iter(partial(stream.read, _BUFFER), b"")))


def stream_of(parts: Iterator[bytes]) -> io.RawIOBase:
    """Parts as a stream, which raises `DamagedError` where they do, at each attempt to read on."""
    return _Parts(parts)


def peeked(stream: io.BufferedReader, size: int) -> tuple[bytes, io.BufferedReader]:
    """The first `size` bytes of `stream`, fewer where it ends or is damaged, and a stream that begins with them."""
    start = bytearray()
    try:
        while len(start) < size and (piece := stream.read1(size - len(start))):
            start += piece
    except DamagedError:
        pass  # raised again to whoever reads on
    if stream.seekable():
        stream.seek(0)
        return bytes(start), stream
    return bytes(start), _buffered(_Parts(_joined(bytes(start), stream)))


class _Counted(io.RawIOBase):
    """A stream that tells a growth how much was read of it."""

    def __init__(self, source: io.RawIOBase, growth: Growth) -> None:
        super().__init__()
        self._source = source
        self._growth = growth

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._source.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._source.seek(offset, whence)

    def readinto(self, buffer: Buffer, /) -> int:
        size = self._source.readinto(buffer) or 0
        self._growth.stored += size
        return size


class _Parts(io.RawIOBase):
    """A stream of parts. Damage in the parts is reported at every attempt to read beyond it."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._rest = memoryview(b"")
        self._damage: DamagedError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        if not self._rest:
            self._rest = memoryview(self._next())
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        if self._damage is not None:
            raise self._damage
        try:
            return next((part for part in self._parts if part), b"")
        except DamagedError as error:
            self._damage = error
            raise


def _buffered(raw: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(raw, _BUFFER)


def _bounded(growth: Growth, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts, as long as they are not out of all proportion to what is stored."""
    for part in parts:
        growth.take(len(part))
        yield part


def _pieces(stream: io.BufferedReader) -> Iterator[bytes]:
    while piece := stream.read1(_BUFFER):
        yield piece


def _joined(start: bytes, stream: io.BufferedReader) -> Iterator[bytes]:
    yield start
    yield from _pieces(stream)


def _portions(pieces: Iterable[bytes], kind: Kind) -> Iterator[bytes]:
    """Portions of input so small that what one of them decompresses to fits into memory (some 30 MiB)."""
    size = 1024 if kind is Kind.ZSTD else 16 * 1024
    for piece in pieces:
        for start in range(0, len(piece), size):
            yield piece[start : start + size]
