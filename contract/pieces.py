"""Large NDJSON files of bare bodies in large pieces; everything else as its reader gives it, one exchange at a time."""

from __future__ import annotations

import io
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from .exchange import Exchange, Place
from .inputs import STDIN
from .limits import Context
from .lines import Lines, Origin
from .readers.base import UnreadableError
from .readers.ndjson import NDJSON
from .sources import format_of, read_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .inputs import Input
    from .limits import Wish
    from .sources import Item

PIECE: Final = 16 * 1024 * 1024
"""Bytes of a piece, which are checked together: large enough for the fixed cost of a check not to matter."""


def pieces(source: Input, tell: Callable[[io.RawIOBase], None], wish: Wish) -> Iterator[Item | Lines]:
    """What an input holds, as `read_input` gives it, but lines of bare bodies in pieces where there are many."""
    items = read_input(source, tell=tell, wish=wish)
    first = next(items, None)
    if first is None:
        return
    if _is_plain(source, first):
        del items  # closes the file
        yield from _read(source, tell, wish)
    else:
        yield from chain((first,), items)


def _is_plain(source: Input, first: Item) -> bool:
    """Whether an input is a large file on disk, not compressed, whose first line is a body and nothing else."""
    if source.remote or source.path == STDIN or source.size < PIECE:
        return False
    if not isinstance(first, Exchange) or first.place != Place(source.name, None, 1):
        return False
    body = first.response.body if first.request is None and first.response is not None else None
    if not body or format_of(source) is not NDJSON:
        return False
    with open(source.path, "rb") as file:  # noqa: PTH123 - the path as it was given
        return file.read(len(body) + 1) == body + b"\n"


def _read(source: Input, tell: Callable[[io.RawIOBase], None], wish: Wish) -> Iterator[Item | Lines]:
    number, start, buffer = 1, 0, bytearray(PIECE)  # one for all pieces: new memory costs as much as reading
    with open(source.path, "rb", buffering=0) as file:  # noqa: PTH123
        tell(file)
        while length := file.readinto(buffer):
            size = buffer.rfind(b"\n", 0, length) + 1
            if not size and length == PIECE:  # a line that is longer than a piece
                file.seek(start)
                yield from _one_by_one(io.BufferedReader(file), source, number, wish)
                return
            size = size or length
            lines = Lines.of(source.name, number, buffer, Origin(source.path, start, size), wish.limits.max_body)
            if lines is None:
                yield from _one_by_one(io.BytesIO(buffer[:size]), source, number, wish)
            else:
                yield lines
            number += buffer.count(b"\n", 0, size)
            start += size
            file.seek(start)


def _one_by_one(stream: io.BufferedReader | io.BytesIO, source: Input, before: int, wish: Wish) -> Iterator[Item]:
    """What some lines hold, as the reader gives it; `before` is the number of the first one."""
    try:
        for item in NDJSON.read(stream, Place(source.name), Context(wish.limits)):
            line = None if item.place.line is None else item.place.line + before - 1
            yield msgspec.structs.replace(item, place=msgspec.structs.replace(item.place, line=line))
    except UnreadableError as error:
        yield error.problem
