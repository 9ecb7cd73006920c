"""What was heard: the exchange for the check, and what HTTP itself says is wrong with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..exchange import Exchange, Reason, Response
from .encoding import undone
from .flaws import Fields, Flaw, FlawKind, fields_of, flaws_of_head
from .wire import Ending

if TYPE_CHECKING:
    from datetime import datetime

    from .failure import Failure
    from .wire import WireResponse

_ENDINGS: Final = {
    Ending.SHORT: FlawKind.SHORT,
    Ending.CUT: FlawKind.CUT,
    Ending.STALLED: FlawKind.STALLED,
    Ending.CHUNKS: FlawKind.CHUNKS,
    Ending.TOO_LARGE: FlawKind.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """The outcome of one request.

    `exchange.response` is `None` where no answer came; then `failure` says why, and `why` in one sentence for people.
    `elapsed` are the seconds from sending to the last byte, `started` the moment of sending (UTC). `earlier` holds
    the statuses of answers that asked to wait, before the one that counts.
    """

    exchange: Exchange
    started: datetime
    elapsed: float
    flaws: tuple[Flaw, ...] = ()
    failure: Failure | None = None
    why: str = ""
    earlier: tuple[int, ...] = ()


def response_of(wire: WireResponse, limit: int) -> tuple[Response, tuple[Flaw, ...], bool]:
    """Read an answer to its end.

    Returns the response, its flaws, and whether the connection can be used again. No more than `limit` bytes of the
    body are kept, before and after decompression.
    """
    raw, ending = wire.body(limit)
    wire.close()
    fields = fields_of(wire.lines[1:])
    flaws = [*flaws_of_head(wire.lines[0], wire.lines[1:], fields), *_flaws_of_end(wire, raw, ending)]
    response = _response(wire, fields, raw, ending)
    if ending is Ending.WHOLE and not wire.must_be_empty:
        response, flaw = _decoded(response, limit)
        flaws += [] if flaw is None else [flaw]
    return response, tuple(flaws), ending is Ending.WHOLE and not wire.surplus


def _response(wire: WireResponse, fields: Fields, raw: bytes, ending: Ending) -> Response:
    if ending is Ending.TOO_LARGE:
        return Response.of(None, wire.status, fields, missing=Reason.TOO_LARGE)
    return Response.of(None if wire.must_be_empty else raw, wire.status, fields)


def _flaws_of_end(wire: WireResponse, raw: bytes, ending: Ending) -> list[Flaw]:
    found: list[Flaw] = []
    if wire.lines[-1].strip(b"\r\n") or not wire.lines[-1]:
        found.append(Flaw(FlawKind.CUT, actual="within the header"))
    elif ending in _ENDINGS:
        found.append(Flaw(_ENDINGS[ending], actual=_size(raw, wire.length if ending is Ending.SHORT else None)))
    elif wire.surplus:
        kind = FlawKind.UNWANTED if wire.must_be_empty else FlawKind.SURPLUS
        found.append(Flaw(kind, actual=f"{wire.surplus} bytes or more"))
    return found


def _size(raw: bytes, missing: int | None) -> str:
    return f"{len(raw)} bytes" if missing is None else f"{len(raw)} bytes of {len(raw) + missing}"


def _decoded(response: Response, limit: int) -> tuple[Response, Flaw | None]:
    found, flaw = undone(response.body or b"", response.header("content-encoding") or "", limit)
    if found is response.body:
        return response, flaw
    body, missing = (found, None) if isinstance(found, bytes) else (None, found)
    return Response(body, response.status, response.headers, missing), flaw
