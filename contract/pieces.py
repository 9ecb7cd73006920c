"""Large NDJSON files of bare bodies in large pieces; everything else as its reader gives it, one exchange at a time."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from .decompress import stream_of
from .exchange import Exchange, Place
from .inputs import STDIN, Span
from .limits import Context
from .lines import Lines, Origin
from .readers.base import Problem, UnreadableError
from .readers.ndjson import NDJSON
from .sources import format_of, open_input, read_input
from .stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .inputs import Input
    from .limits import Wish
    from .sources import Item

PIECE: Final = 16 * 1024 * 1024
"""Bytes of a piece, which are checked together: large enough for the fixed cost of a check not to matter."""


def pieces(source: Input, tell: Callable[[io.RawIOBase], None], wish: Wish) -> Iterator[Item | Lines]:
    """What an input holds, as `read_input` gives it, but lines of bare bodies in pieces where there are many."""
    if source.span is not None:
        yield from _read_part(source, tell, wish)
        return
    items = read_input(source, tell=tell, wish=wish)
    first = next(items, None)
    if first is None:
        return
    if _is_plain(source, first):
        del items  # closes the file
        yield from _read(source, tell, wish)
    else:
        yield from chain((first,), items)


def _read_part(source: Input, tell: Callable[[io.RawIOBase], None], wish: Wish) -> Iterator[Item | Lines]:
    """The same for a part of a file; all parts of one are read in the same way."""
    whole = replace(source, span=None)
    first = next(read_input(whole, wish=wish), None) if format_of(source) is NDJSON else None
    if first is not None and _is_plain(whole, first):
        yield from _read(source, tell, wish)
    else:
        yield from read_input(source, tell=tell, wish=wish)


def _is_plain(source: Input, first: Item) -> bool:
    """Whether an input is a large file, not compressed, whose first line is a body and nothing else."""
    if source.path == STDIN or source.size < PIECE:
        return False
    if not isinstance(first, Exchange) or first.place != Place(source.name, None, 1):
        return False
    body = first.response.body if first.request is None and first.response is not None else None
    if not body or format_of(source) is not NDJSON:
        return False
    with io.BufferedReader(open_input(source)) as file:
        return file.read(len(body) + 1) == body + b"\n"


def _read(source: Input, tell: Callable[[io.RawIOBase], None], wish: Wish) -> Iterator[Item | Lines]:
    try:
        with open_input(source) as file:
            tell(file)
            stretch = Stretch(file, source.span or Span(0, source.size), counts=source.span is not None)
            yield from _pieces_of(stretch, source, wish)
    except OSError as error:
        yield Problem(Place(source.name), f"cannot be read: {error.strerror or 'input/output error'}")


def _pieces_of(stretch: Stretch, source: Input, wish: Wish) -> Iterator[Item | Lines]:
    number, start, kept = 1, stretch.at, 0
    buffer = bytearray(PIECE)  # one for all pieces: new memory costs as much as reading
    while length := kept + _fill(stretch, memoryview(buffer)[kept:]):
        size = buffer.rfind(b"\n", 0, length) + 1
        if not size and length == PIECE:  # a line that is longer than a piece
            rest = stream_of(chain((bytes(buffer),), iter(partial(stretch.read, PIECE), b"")))
            yield from _one_by_one(io.BufferedReader(rest), source, number, wish)
            return
        size = size or length
        lines = _lines(source, number, buffer, Origin(source.path, start, size), wish)
        if lines is None:
            yield from _one_by_one(io.BytesIO(buffer[:size]), source, number, wish)
            number += buffer.count(b"\n", 0, size)
        else:
            yield lines
            number += len(lines)
        start, kept = start + size, length - size
        buffer[:kept] = buffer[size:length]


def _fill(stream: io.RawIOBase, view: memoryview) -> int:
    """Read until there is no more room, or no more to read; how many bytes."""
    size = 0
    while size < len(view) and (found := stream.readinto(view[size:])):
        size += found
    return size


def _lines(source: Input, number: int, buffer: bytearray, origin: Origin, wish: Wish) -> Lines | None:
    """The lines as a piece, if they are plain; those of a file elsewhere are not read there once more."""
    if source.remote:
        return Lines.of(source.name, number, buffer[: origin.size], None, wish.limits.max_body)
    return Lines.of(source.name, number, buffer, origin, wish.limits.max_body)


def _one_by_one(stream: io.BufferedReader | io.BytesIO, source: Input, before: int, wish: Wish) -> Iterator[Item]:
    """What some lines hold, as the reader gives it; `before` is the number of the first one."""
    try:
        for item in NDJSON.read(stream, Place(source.name), Context(wish.limits)):
            line = None if item.place.line is None else item.place.line + before - 1
            yield msgspec.structs.replace(item, place=msgspec.structs.replace(item.place, line=line))
    except UnreadableError as error:
        yield error.problem
