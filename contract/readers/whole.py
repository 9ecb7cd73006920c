"""Read an input that has to be held in memory whole, up to a limit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from ..decompress import DamagedError
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exchange import Place

MAX_FILE: Final = 256 * 1024 * 1024
"""Bytes, decompressed, of the largest file in a format that cannot be read entry by entry."""

_PORTION: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Whole:
    """All that could be read: `damage` tells why it is not everything, `too_large` that it stops at the limit."""

    data: bytes
    damage: str | None = None
    too_large: bool = False


def read_whole(stream: BinaryIO, limit: int = MAX_FILE) -> Whole:
    """Everything in `stream`, up to `limit` bytes.

    >>> import io
    >>> read_whole(io.BytesIO(b"abc"), limit=2)
    Whole(data=b'ab', damage=None, too_large=True)
    """
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)  # read() drops what came before the damage
    kept = io.BytesIO()  # hands over what was written to it without a copy
    damage = None
    try:
        while kept.tell() <= limit and (piece := read(_PORTION)):
            kept.write(piece)
    except DamagedError as error:
        damage = str(error)
    too_large = kept.tell() > limit
    kept.truncate(limit)
    return Whole(kept.getvalue(), damage, too_large)


def _read_plain(stream: BinaryIO, limit: int) -> Whole:
    """The same for a file on disk that is not compressed: what it held when that began is read without a copy."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    data = stream.read(min(size, limit))
    data += stream.read(limit + 1 - len(data))
    return Whole(data[:limit], too_large=len(data) > limit)


def document_limit(context: Context) -> int:
    """Bytes of the largest document: more than the usual where a single body may have more."""
    return max(MAX_FILE, context.limits.max_body)


def read_document(stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Whole:
    """The same for a file that is parsed as one document: raises `UnreadableError` where it is too large for that."""
    limit = document_limit(context)
    whole = read_whole(stream, limit) if context.path is None else _read_plain(stream, limit)
    if whole.too_large:
        raise UnreadableError(Problem(place, f"larger than {limit >> 20} MiB: split it, or write NDJSON"))
    return whole
