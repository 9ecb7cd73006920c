"""A stream put into a temporary file, for formats that must be read at several places."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from .decompress import DamagedError
from .limits import MIB

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import BufferedReader

    from .limits import Limits

_IN_MEMORY: Final = 8 * MIB
_PORTION: Final = 256 * 1024


@contextmanager
def seekable(stream: BinaryIO, limits: Limits) -> Generator[tuple[BinaryIO, DamagedError | None]]:
    """`stream` itself if it can seek; otherwise what could be read of it, and the damage that ended that.

    The file has no name, and is gone when the context is left. Raises `DamagedError` where it would be too large.
    """
    if stream.seekable():
        yield stream, None
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        damage = _copy(stream, cast("BinaryIO", file), limits.max_spool)
        file.seek(0)
        yield cast("BinaryIO", file), damage


def _copy(stream: BinaryIO, file: BinaryIO, limit: int) -> DamagedError | None:
    reading = cast("BufferedReader", stream)
    size = 0
    try:
        while piece := reading.read1(_PORTION):
            size += len(piece)
            if size > limit:
                break
            file.write(piece)
    except DamagedError as error:
        return error
    if size <= limit:
        return None
    message = f"larger than {limit // MIB} MiB, and in a format that cannot be read from a stream"
    raise DamagedError(message)
