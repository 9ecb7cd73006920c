"""NDJSON (JSON Lines): one body or one record a line, read in the memory that one line needs."""

from __future__ import annotations

import io
import sys
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import orjson

from ..decoding import Allowance
from ..decompress import DamagedError
from ..exchange import Exchange, Place, Reason, Response
from ..limits import NO_CONTEXT, Context
from ..stretch import Stretch
from .base import Problem, UnreadableError
from .flat import FlatRecords
from .json_text import outline, unsigned
from .record import exchange_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .base import Head

_BUFFER: Final = 256 * 1024
_NEAR: Final = 256
"""Bytes of a line in which a member of a record is looked for, in a file whose first line was a body."""


class NdjsonReader:
    """Lines; blank ones do not count. A line that shows no sign of a record is a body and is not even parsed."""

    name = "ndjson"
    title = "NDJSON with a body, or a record of request and response, per line (.ndjson, .jsonl)"
    divides = True

    def __init__(self, max_line: int = sys.maxsize - 1) -> None:
        """`max_line`: bytes of the longest line that is judged."""
        self._limit = max_line + 1

    def recognises(self, head: Head) -> bool:
        """Several lines, the first or most of which are JSON by themselves, or one that is longer than the head."""
        lines = [line for line in unsigned(head.data).split(b"\n") if line.strip()]
        if len(lines) <= 1:
            return not head.whole and bool(lines) and lines[0].startswith(b"{")
        others = lines[1:] if head.whole else lines[1:-1]
        if not lines[0].startswith((b"{", b"[")):
            return _most_are_json([line if line.startswith(b"{") else b"" for line in others])
        return _is_json(lines[0]) or _most_are_json(others)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """An exchange for each line that is not blank, placed at its line."""
        limit, allowance = min(self._limit, context.limits.max_body + 1), Allowance(context.limits)
        try:
            flat, known = FlatRecords(context.body_column), None
            if context.span is not None:
                known = _first_is_record(stream, context.span.start, limit, allowance, flat)
                stream = io.BufferedReader(Stretch(stream, context.span), _BUFFER)
            yield from _read_lines(stream, place, limit, allowance, flat, known=known)
        except DamagedError as error:
            raise UnreadableError(Problem(place, str(error))) from None


NDJSON: Final = NdjsonReader()


def _first_is_record(stream: BinaryIO, before: int, limit: int, allowance: Allowance, flat: FlatRecords) -> bool | None:
    """Whether the first object of a file is a record; `None` where there is none that begins before that byte."""
    while stream.tell() < before:
        text, nowhere = unsigned(stream.readline(limit)), Place("")
        if text.startswith(b"{"):
            return (exchange_in(text, nowhere, allowance) or flat.exchange(text, nowhere, allowance)) is not None
    return None


def _read_lines(  # noqa: PLR0913 - what is known of the lines
    stream: BinaryIO, whole: Place, limit: int, allowance: Allowance, flat: FlatRecords, *, known: bool | None
) -> Iterator[Exchange | Problem]:
    """The loop that every body of a large file passes through: keep it bare.

    `known` tells whether the first object before these lines is a record; `None` where there is none.
    """
    file, member = whole.file, whole.member
    first, records = known is None, known is not False
    for number, line in enumerate(iter(partial(stream.readline, limit), b""), 1):
        if line.isspace():
            continue
        place = Place(file, None, number, member)
        if len(line) == limit and not line.endswith(b"\n"):
            yield Exchange(place, None, _too_large(stream, limit))
            continue
        if records or line.find(b'"request"', 0, _NEAR) >= 0 or line.find(b'"response"', 0, _NEAR) >= 0:
            text = unsigned(line)
            found = exchange_in(text, place, allowance) or (flat.exchange(text, place, allowance) if records else None)
            if first and text.startswith(b"{"):
                first, records = False, found is not None
            if found is not None:
                yield found
                continue
        yield Exchange(place, None, Response(line.rstrip(b"\r\n")))


def _too_large(stream: BinaryIO, limit: int) -> Response:
    """Skip the rest of a line that is longer than the limit."""
    while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
        pass
    return Response(None, missing=Reason.TOO_LARGE)


def _is_json(line: bytes) -> bool:
    """Whether a line is JSON, or at least begins and ends like one value (it may hold NaN, or nest too deeply)."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        end = outline(line).end
        return line.startswith((b"{", b"[")) and end is not None and not line[end:].strip()
    return True


def _most_are_json(lines: list[bytes]) -> bool:
    return 2 * sum(map(_is_json, lines)) > len(lines)
