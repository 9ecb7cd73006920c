"""Flows that mitmproxy writes (`mitmdump -w`): tnetstrings, one after the other.

mitmproxy's own reader cannot be installed beside our pins (its last release for Python 3.11 wants zstandard below
0.24), and the format is tiny.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import msgspec

from ..decoding import Allowance
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .record import exchange_of
from .tnetstrings import BrokenTnetstringError, length_of, parsed
from .whole import document_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Record

_START: Final = re.compile(rb"[1-9]\d{1,9}:\d{1,3}:[a-z_]+[;,]")
_MEMBERS: Final = (b"7:request", b"8:response", b"7:version", b"11:client_conn", b"4:type")
_PORTS: Final = {"http": 80, "https": 443}
_PREFIX: Final = 16


class FlowReader:
    """mitmproxy's flows; those that are no HTTP (DNS, TCP, UDP) are passed over, but count."""

    name = "mitmproxy"
    title = "flows of mitmproxy (.mitm)"

    def recognises(self, head: Head) -> bool:
        """A tnetstring of a mapping whose first member is one that flows have."""
        return _START.match(head.data) is not None and any(name in head.data for name in _MEMBERS)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """An exchange for each flow, with the body as it was sent."""
        allowance = Allowance(context.limits)
        for number, data in enumerate(_flows(stream, place, document_limit(context)), 1):
            here = msgspec.structs.replace(place, entry=number)
            try:
                record = _record(parsed(data))
            except BrokenTnetstringError as error:
                yield Problem(here, str(error))
                continue
            if record is not None:
                yield exchange_of(record, here, allowance)


FLOWS: Final = FlowReader()


def _flows(stream: BinaryIO, place: Place, limit: int) -> Iterator[bytes]:
    """The bytes of each flow. Raises `UnreadableError` where the file breaks off."""
    number = 0
    rest = b""
    while start := rest + _read(stream, _PREFIX - len(rest)):
        number += 1
        found = length_of(start)
        if found is None or sum(found) > limit:
            what = "larger than the limit" if found else "broken"
            raise UnreadableError(Problem(place, f"flow {number} is {what}: the rest is not read"))
        whole = sum(found) + 1
        data = start + _read(stream, max(0, whole - len(start)))
        if len(data) < whole:
            raise UnreadableError(Problem(place, f"the file ends in the middle of flow {number}"))
        rest = data[whole:]
        yield data[:whole]


def _read(stream: BinaryIO, size: int) -> bytes:
    """As many bytes as there are, up to `size`, which a file may claim and not have."""
    kept = bytearray()
    while len(kept) < size and (piece := stream.read(min(size - len(kept), 1 << 20))):
        kept += piece
    return bytes(kept)


def _record(flow: Any) -> Record | None:
    """A flow as a record; `None` for one that is no exchange over HTTP."""
    if not isinstance(flow, dict):
        return None
    found = cast("dict[str, Any]", flow)
    request, response = found.get("request"), found.get("response")
    if not isinstance(request, dict):
        return None
    return {"request": _request(cast("dict[str, Any]", request)), "response": _response(response)}


def _request(request: dict[str, Any]) -> Record:
    scheme, host, path = (_text(request.get(name)) for name in ("scheme", "host", "path"))
    port = request.get("port")
    shown = host if port == _PORTS.get(scheme) or not isinstance(port, int) else f"{host}:{port}"
    url = f"{scheme}://{shown}{path}"
    return {"method": _text(request.get("method")), "url": url, "headers": request.get("headers")}


def _response(response: object) -> Record | None:
    if not isinstance(response, dict):
        return None
    found = cast("dict[str, Any]", response)
    return {"status": found.get("status_code"), "headers": found.get("headers"), "body": found.get("content")}


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
