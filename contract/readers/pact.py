"""Pacts, versions 2 to 4: the synchronous HTTP interactions, whose bodies may be examples of matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .bodies import from_base64
from .entries import located, read_records
from .json_text import BrokenJsonError, load, members, texts, unsigned
from .record import exchange_of, kept
from .sketch import sketched
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Body, Record

_HTTP: Final = "Synchronous/HTTP"
_PARTIES: Final = frozenset({"consumer", "provider"})
_PATHS: Final = (("interactions",), ("messages",))
_LISTS: Final = frozenset(key for path in _PATHS for key in path)


class PactReader:
    """Pacts; what is no HTTP (messages, plugins) is passed over, but counts as an entry."""

    name = "pact"
    title = "Pact files, V2 to V4 (.json)"

    def recognises(self, head: Head) -> bool:
        """An object with both parties; the second may come after interactions that fill the head."""
        found = sketched(head, b'"consumer"', b'"provider"')
        if found is None or found.is_list:
            return False
        keys = found.keys
        return keys >= _PARTIES or (not head.whole and bool(keys & _PARTIES) and bool(keys & _LISTS))

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every interaction over HTTP."""
        whole = read_document(stream, place, context)
        records = located(whole.data, texts(unsigned(whole.data), *_PATHS), kept, *_PATHS)
        yield from read_records(records, place, _exchange, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


PACT: Final = PactReader()


def _exchange(record: Record, place: Place, allowance: Allowance) -> Exchange | Problem | None:
    request, response = record.get("request"), record.get("response")
    if record.get("type", _HTTP) != _HTTP or not isinstance(request, dict):
        return None
    asked = {"path": "/", **cast("Record", request)}
    if not isinstance(response, dict):
        return exchange_of({"request": asked}, place, allowance)
    told = dict(cast("Record", response))
    found = _body(told, is_v4="type" in record)
    if isinstance(found, str):
        return Problem(place, found)
    return exchange_of({"request": asked, "response": {"status": 200, **told, "body": found}}, place, allowance)


def _body(response: dict[str, object], *, is_v4: bool) -> Body | str | None:
    """The body, or what is wrong with it, in words; `None` where any will do."""
    body = response.pop("body", None)
    if body is None:
        return None
    if not isinstance(body, msgspec.Raw):
        return _text(body, str(response.get("headers", "")).lower()) if not is_v4 else "a body that is no object"
    if not is_v4:
        return bytes(body)
    try:
        return _content(members(bytes(body)))
    except BrokenJsonError:
        return "a body that is no object"


def _content(parts: dict[str, bytes]) -> Body | None:
    """The content of a body of version 4, which says how it is written."""
    content = parts.get("content")
    if content is None or content == b"null":
        return None
    if not content.startswith(b'"'):
        return content
    text = str(load(content))
    encoded = str(load(parts.get("encoded", b"false"))).lower()
    return from_base64(text) if encoded in {"base64", "true"} else text.encode("utf-8", "surrogateescape")


def _text(body: object, headers: str) -> Body:
    """A body before version 4: what is neither JSON nor text is in base64, without a mark (recorders.md, trap 9)."""
    if not isinstance(body, str):
        return msgspec.json.encode(body)
    told = body.encode("utf-8", "surrogatepass")
    decoded = from_base64(body) if body and len(body) % 4 == 0 else None
    sure = "json" in headers or body.endswith("=") or "octet-stream" in headers
    return decoded if isinstance(decoded, bytes) and sure else told
