"""HAR 1.2, the HTTP Archive that browsers, proxies and test tools write: every entry of `log.entries`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from .base import Problem, UnreadableError
from .json_text import BrokenJsonError, items, outline, unsigned
from .record import exchange_of
from .whole import read_document

if TYPE_CHECKING:
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Record


class HarReader:
    """HTTP Archives; the standard allows a member under any name that begins with an underscore."""

    name = "har"
    title = "HAR 1.2 (.har, .zhar)"

    def recognises(self, head: Head) -> bool:
        """An object with an object `log`, which has `entries` or names its creator."""
        data = unsigned(head.data)
        if not data.startswith(b"{") or b'"log"' not in data:
            return False
        log = outline(data).find("log")
        if log is None or data[log.start : log.start + 1] != b"{":
            return False
        return outline(data, log.start).find("entries", "creator") is not None

    def read(self, stream: BinaryIO, place: Place) -> Iterator[Exchange | Problem]:
        """Every entry, whatever it was that the browser asked for."""
        whole = read_document(stream, place)
        yield from read_records(items(whole.data, ("log", "entries")), place)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


HAR: Final = HarReader()


def read_records(records: Iterator[object], place: Place) -> Iterator[Exchange | Problem]:
    """The exchanges of parsed records, numbered from 1. Raises `UnreadableError` where the file breaks off."""
    try:
        for number, record in enumerate(records, 1):
            here = msgspec.structs.replace(place, entry=number)
            if isinstance(record, Mapping):
                yield exchange_of(cast("Record", record), here)
            else:
                yield Problem(here, "no recorded exchange: an object with request and response was expected")
    except BrokenJsonError as error:
        raise UnreadableError(Problem(place, str(error))) from None
