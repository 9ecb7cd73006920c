"""The libraries that decompress, behind one interface: in steps, so that a few bytes cannot fill the memory."""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from .limits import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP: Final = MIB
_XZ_MEMORY: Final = 256 * MIB
"""Bytes of memory for the dictionary of xz, whose highest preset needs 65 MiB."""


class DamagedError(Exception):
    """Compressed data that ends early, is corrupt, or expands beyond every measure. The message says which."""


class Kind(StrEnum):
    """A compression. `DEFLATE` is zlib without its header, which some servers send under that name."""

    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZLIB = "zlib"
    DEFLATE = "deflate"


_BITS: Final = {Kind.GZIP: 16 + zlib.MAX_WBITS, Kind.ZLIB: zlib.MAX_WBITS, Kind.DEFLATE: -zlib.MAX_WBITS}


class Engine(Protocol):
    """What zlib calls a decompressor."""

    @property
    def eof(self) -> bool:
        """As of zlib."""
        ...

    @property
    def unused_data(self) -> bytes:
        """As of zlib."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """As of zlib."""
        ...


def steps(engine: Engine, piece: bytes) -> Iterator[bytes]:
    """What comes out of an engine for a piece of input. Raises `DamagedError`."""
    yield _step(engine, piece)
    while isinstance(engine, _Stepwise) and engine.has_more:
        yield engine.decompress(b"")


def _step(engine: Engine, piece: bytes) -> bytes:
    try:
        return engine.decompress(piece)
    except zlib.error:
        message = "the compressed data is corrupt"
        raise DamagedError(message) from None


def engine_for(kind: Kind) -> Engine:
    """A fresh engine."""
    if kind is Kind.ZSTD:
        return _Zstd()
    return _Stepwise(kind) if kind in {Kind.BZIP2, Kind.XZ} else zlib.decompressobj(_BITS[kind])


class _Stepwise:
    """bzip2 and xz, of which a few bytes may stand for gigabytes: they come out in steps."""

    def __init__(self, kind: Kind) -> None:
        import bz2  # noqa: PLC0415 - few inputs need it, and some builds of Python lack it
        import lzma  # noqa: PLC0415

        self._errors = (OSError, ValueError, lzma.LZMAError)
        self._engine = (
            bz2.BZ2Decompressor() if kind is Kind.BZIP2 else lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        )

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    @property
    def has_more(self) -> bool:
        return not (self._engine.eof or self._engine.needs_input)

    def decompress(self, data: bytes, /) -> bytes:
        try:
            return self._engine.decompress(data, _STEP)
        except self._errors:
            message = "the compressed data is corrupt"
            raise DamagedError(message) from None


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
