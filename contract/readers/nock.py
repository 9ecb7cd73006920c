"""What nock's recorder hands out: an array of objects with the scope and path of a request and its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from ..exchange import Reason
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import located, read_records
from .json_text import BrokenJsonError, elements, load, members, unsigned
from .record import exchange_of
from .sketch import sketched
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Body, Record

_KEYS: Final = frozenset({"scope", "path"})
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.IGNORECASE)


class NockReader:
    """Recorder objects. A body in JSON was parsed and written again by JavaScript, large integers and all."""

    name = "nock"
    title = "recorder objects of nock (.json)"

    def recognises(self, head: Head) -> bool:
        """An array whose first object has a scope, a path and an answer."""
        found = sketched(head, b'"scope"')
        return found is not None and found.is_list and found.keys >= _KEYS and bool(found.keys & {"response", "status"})

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every recorded call."""
        whole = read_document(stream, place, context)
        records = located(whole.data, elements(unsigned(whole.data)), _kept)
        yield from read_records(records, place, _exchange, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


NOCK: Final = NockReader()


def _kept(text: bytes) -> dict[str, object] | None:
    """A parsed object, but the text of its answer."""
    try:
        return {key: part if key == "response" else load(part) for key, part in members(text).items()}
    except BrokenJsonError:
        return None


def _exchange(record: Record, place: Place, allowance: Allowance) -> Exchange | Problem:
    scope, path = record.get("scope"), record.get("path")
    if not isinstance(scope, str) or not isinstance(path, str):
        return Problem(place, "a call without a scope and a path")
    headers = record.get("rawHeaders", record.get("headers"))
    request = {"method": record.get("method"), "url": scope + path, "headers": record.get("reqheaders")}
    try:
        body = _body(record, "content-encoding" in str(headers).lower())
    except BrokenJsonError:
        return Problem(place, "an answer that is broken JSON")
    response = {"status": record.get("status"), "headers": headers, "body": body}
    return exchange_of({"request": request, "response": response}, place, allowance)


def _body(record: Record, encoded: bool) -> Body | None:  # noqa: FBT001 - it is one of two halves of a truth
    """The bytes: as hex if they were no text, as hex chunks if they were compressed, else JSON or a text."""
    raw = cast("bytes | None", record.get("response"))
    if raw is None:
        return None
    if raw.startswith(b'"'):
        text = str(load(raw))
        return _unhexed([text]) if record.get("responseIsBinary") is True else text.encode("utf-8", "surrogateescape")
    chunks = load(raw) if encoded and raw.startswith(b"[") else None
    return _unhexed(cast("list[object]", chunks)) if isinstance(chunks, list) and chunks else raw


def _unhexed(chunks: list[object]) -> Body:
    found = [chunk for chunk in chunks if isinstance(chunk, str) and _HEX.fullmatch(chunk)]
    return bytes.fromhex("".join(found)) if len(found) == len(chunks) else Reason.UNDECODABLE
