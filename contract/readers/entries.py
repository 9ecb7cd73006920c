"""The records of one file, numbered, each read by itself: a broken one does not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, cast

from ..decoding import Allowance
from ..exchange import Exchange, Place
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .bodies import Record
from .json_text import BrokenJsonError, items, unsigned
from .record import exchange_of
from .whole import read_document

Read = Callable[[Record, Place, Allowance], Exchange | Problem | None]
"""Makes an exchange of a parsed record; `None` for one that is passed over, but counts."""


def read_records(
    records: Iterator[object], place: Place, read: Read = exchange_of, context: Context = NO_CONTEXT
) -> Iterator[Exchange | Problem]:
    """The exchanges that `read` makes of parsed records, numbered from 1.

    Raises `UnreadableError` where the file breaks off.
    """
    allowance, file, member = Allowance(context.limits), place.file, place.member
    try:
        for number, record in enumerate(records, 1):
            here = Place(file, number, None, member)
            if not isinstance(record, Mapping):
                yield Problem(here, "no recorded exchange: an object with request and response was expected")
            elif (found := read(cast("Record", record), here, allowance)) is not None:
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
    yield from read_records(items(unsigned(whole.data), *paths), place, read, context)
    if whole.damage:
        raise UnreadableError(Problem(place, whole.damage))
