"""The records of one file, numbered, each read by itself: a broken one does not hide the others.

An entry of a text is placed at the line that it begins in, which is where tools take people who follow a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from ...schemas.values import is_object
from ..decoding import Allowance
from ..exchange import Exchange, Place
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .bodies import Record
from .json_text import BrokenJsonError, array_at, loaded, texts, unsigned
from .record import exchange_of
from .whole import read_document

if TYPE_CHECKING:
    import msgspec

Read = Callable[[Record, Place, Allowance], Exchange | Problem | None]
"""Makes an exchange of a parsed record; `None` for one that is passed over, but counts."""

_BETWEEN: Final = re.compile(rb"[ \t\r\n,\[]*")


class Located(NamedTuple):
    """A parsed record, and the line of the file that it begins in; `None` where all is in one line, or nobody knows."""

    record: object
    line: int | None


def read_records(
    records: Iterator[object], place: Place, read: Read = exchange_of, context: Context = NO_CONTEXT
) -> Iterator[Exchange | Problem]:
    """The exchanges that `read` makes of parsed records, numbered from 1.

    Raises `UnreadableError` where the file breaks off.
    """
    allowance, file, member = Allowance(context.limits), place.file, place.member
    try:
        for number, record in enumerate(records, 1):
            record, line = record if isinstance(record, Located) else (record, None)  # noqa: PLW2901 - unpacked
            here = Place(file, number, line, member)
            if not is_object(record):
                yield Problem(here, "no recorded exchange: an object with request and response was expected")
            elif (found := read(record, here, allowance)) is not None:
                yield found
    except BrokenJsonError as error:
        raise UnreadableError(Problem(place, str(error))) from None


def read_list(
    stream: BinaryIO,
    place: Place,
    *paths: tuple[str, ...],
    read: Read = exchange_of,
    context: Context = NO_CONTEXT,
) -> Iterator[Exchange | Problem]:
    """The exchanges of a JSON document that has a list of them at the first of `paths` that exists."""
    whole = read_document(stream, place, context)
    records = located(whole.data, texts(unsigned(whole.data), *paths), loaded, *paths)
    yield from read_records(records, place, read, context)
    if whole.damage:
        raise UnreadableError(Problem(place, whole.damage))


def located(
    data: bytes, elements: Iterator[bytes | msgspec.Raw], parse: Callable[[bytes], object], *paths: tuple[str, ...]
) -> Iterator[Located]:
    r"""The parsed elements of the array at one of `paths`, each with the line of the file `data` that it begins in.

    >>> list(located(b'{"a": [\n 1,\n 2]}', iter([b"1", b"2"]), int, ("a",)))
    [Located(record=1, line=2), Located(record=2, line=3)]
    """
    if b"\n" not in data.rstrip():
        yield from (Located(parse(element), None) for element in elements)
        return
    at = array_at(data, *(path for path in paths if path[-1].encode() in data)) or 0
    line = 1 + data.count(b"\n", 0, at)
    for element in elements:
        start = _start(data, element, at)
        line += data.count(b"\n", at, start)
        yield Located(parse(element), line)
        at = start + len(memoryview(element))
        line += data.count(b"\n", start, at)


def _start(data: bytes, element: bytes | msgspec.Raw, at: int) -> int:
    """Where an element is, which comes after what ends at `at`: next to it, or not far."""
    gap = _BETWEEN.match(data, at)
    near = at if gap is None else gap.end()
    return near if data.startswith(element, near) else max(at, data.find(element, at))
