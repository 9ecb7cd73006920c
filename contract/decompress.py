"""Undo gzip, zstd and zlib, recognised by their first bytes, in bounded memory and with a bounded result."""

from __future__ import annotations

import io
import zlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Buffer

FREE_EXPANSION: Final = 100 * 1024 * 1024
"""Bytes that an input may always decompress to."""

MAX_EXPANSION: Final = 1000
"""How many times its own size an input may decompress to, once past `FREE_EXPANSION` bytes."""

_BUFFER: Final = 256 * 1024
_NESTED: Final = 2
"""A compressed file that was compressed once more happens; deeper nesting is an attack."""


class DamagedError(Exception):
    """Compressed data that ends early, is corrupt, or expands beyond every measure. The message says which."""


class Kind(StrEnum):
    """A compression. `DEFLATE` is zlib without its header, which some servers send under that name."""

    GZIP = "gzip"
    ZSTD = "zstd"
    ZLIB = "zlib"
    DEFLATE = "deflate"


_BITS: Final = {Kind.GZIP: 16 + zlib.MAX_WBITS, Kind.ZLIB: zlib.MAX_WBITS, Kind.DEFLATE: -zlib.MAX_WBITS}


class _Engine(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def kind_of(start: bytes) -> Kind | None:
    r"""The compression that `start` is the beginning of, by its magic bytes (RFC 1952 §2.3.1, RFC 8878 §3.1.1).

    >>> kind_of(b"\x1f\x8b\x08\x00")
    <Kind.GZIP: 'gzip'>
    """
    if start.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return Kind.ZSTD
    return Kind.ZLIB if start[:2] in {b"\x78\x01", b"\x78\x9c", b"\x78\xda"} else None


def expand(kind: Kind, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed content of `pieces`, part by part; members and frames that follow each other are joined.

    Raises `DamagedError` after the last part that could be read.

    >>> b"".join(expand(Kind.ZLIB, [zlib.compress(b"abc")]))
    b'abc'
    """
    engine, fresh = _engine(kind), True
    for piece in _portions(pieces, kind):
        rest = piece.lstrip(b"\0") if fresh else piece
        while rest:
            yield _step(engine, rest)
            fresh, rest = engine.eof, engine.unused_data.lstrip(b"\0")
            if fresh:
                engine = _engine(kind)
    if not fresh:
        message = "the compressed data ends early: the file was cut"
        raise DamagedError(message)


def opened(source: io.RawIOBase) -> io.BufferedReader:
    """`source` without its compression, if it has one; what was compressed twice is decompressed twice.

    The stream raises `DamagedError` where the data is damaged, again at each further attempt to read on. `source` is
    an unbuffered binary file, as `open(path, "rb", buffering=0)` gives it.
    """
    counted = _Counted(source)
    stream = _buffered(counted)
    for _ in range(_NESTED):
        start, stream = peeked(stream, 4)
        kind = kind_of(start)
        if kind is None:
            break
        stream = _buffered(_Parts(_bounded(counted, expand(kind, _pieces(stream)))))
    return stream


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
    """A stream that knows how much was read of it."""

    def __init__(self, source: io.RawIOBase) -> None:
        super().__init__()
        self._source = source
        self.count = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._source.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._source.seek(offset, whence)

    def readinto(self, buffer: Buffer, /) -> int:
        size = self._source.readinto(buffer) or 0
        self.count += size
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


def _bounded(counted: _Counted, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts, as long as they are not out of all proportion to the bytes that were read of the file."""
    size = 0
    for part in parts:
        size += len(part)
        if size > FREE_EXPANSION and size > MAX_EXPANSION * counted.count:
            message = f"it grows to more than {MAX_EXPANSION} times its size: decompress it yourself if you trust it"
            raise DamagedError(message)
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


def _step(engine: _Engine, piece: bytes) -> bytes:
    try:
        return engine.decompress(piece)
    except zlib.error:
        message = "the compressed data is corrupt"
        raise DamagedError(message) from None


def _engine(kind: Kind) -> _Engine:
    return _Zstd() if kind is Kind.ZSTD else zlib.decompressobj(_BITS[kind])


class _Zstd:
    """The zstandard package behind the interface of zlib."""

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 - an adapter: few inputs need it

        self._error = zstandard.ZstdError
        self._engine = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    def decompress(self, data: bytes, /) -> bytes:
        try:
            return self._engine.decompress(data)
        except self._error:
            message = "the compressed data is corrupt"
            raise DamagedError(message) from None
