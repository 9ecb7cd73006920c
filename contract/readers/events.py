"""Schemathesis' NDJSON reports: events, of which those of finished scenarios hold the exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final, cast

from ..decoding import Allowance
from ..decompress import DamagedError
from ..exchange import Exchange, Place
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .json_text import BrokenJsonError, load, unsigned
from .record import exchange_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .base import Head

_FIRST: Final = (b'{"Initialize":', b'{"Initialize" :')
_SCENARIO: Final = "ScenarioFinished"
_MARK: Final = b'"ScenarioFinished"'


class EventsReader:
    """Event reports, read line by line; an exchange is placed at its line, and counted within it."""

    name = "schemathesis"
    title = "Schemathesis' NDJSON reports (.ndjson)"

    def recognises(self, head: Head) -> bool:
        """A first line with the event that tells how Schemathesis was called."""
        first = unsigned(head.data).partition(b"\n")[0]
        return first.startswith(_FIRST) and b'"schemathesis_version"' in first

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every exchange of every scenario."""
        allowance = Allowance(context.limits)
        limit = context.limits.max_body + 1
        number, within = 0, False
        try:
            while line := stream.readline(limit):
                if within or (len(line) == limit and not line.endswith(b"\n")):
                    if not within:
                        yield Problem(Place(place.file, None, number + 1, place.member), "an event that is too long")
                    within = not line.endswith(b"\n")
                elif _MARK in line[:64]:
                    yield from _exchanges(line, Place(place.file, None, number + 1, place.member), allowance)
                number += line.endswith(b"\n")
        except DamagedError as error:
            raise UnreadableError(Problem(place, str(error))) from None


EVENTS: Final = EventsReader()


def _exchanges(line: bytes, place: Place, allowance: Allowance) -> Iterator[Exchange | Problem]:
    try:
        event = load(line)
    except BrokenJsonError:
        yield Problem(place, "a broken event: it is not JSON, or it was cut")
        return
    for number, record in enumerate(_interactions(event), 1):
        here = Place(place.file, number, place.line, place.member)
        if isinstance(record, dict):
            yield exchange_of(cast("dict[str, object]", record), here, allowance)
        else:
            yield Problem(here, "no recorded exchange: an object with request and response was expected")


def _interactions(event: object) -> list[object]:
    """The interactions that a scenario recorded, in the order in which they happened."""
    for key in (_SCENARIO, "recorder", "interactions"):
        event = cast("dict[str, object]", event).get(key) if isinstance(event, dict) else None
    return list(cast("dict[str, object]", event).values()) if isinstance(event, dict) else []
