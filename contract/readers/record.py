"""One recorded exchange, `{"request": ..., "response": ...}`, in any of the spellings that recorders use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlencode

import msgspec

from ..decoding import Allowance
from ..exchange import Exchange, Reason, Request, Response
from .base import Problem
from .bodies import BODY_MEMBERS, JSON_KEYS, TEXT_KEYS, Record, recorded_body
from .json_text import BrokenJsonError, load, members, outline
from .own import is_body

if TYPE_CHECKING:
    from ..exchange import Place

_URLS: Final = ("url", "uri", "absoluteUrl", "path")
_STATUSES: Final = ("status", "status_code", "statusCode", "code")
_TIMES: Final = ("startedDateTime", "recorded_at")
"""When it was recorded: in HAR 1.2 and Polly.js as in RFC 3339, in betamax so without a zone, in VCR as in HTTP."""
_BODILESS: Final = frozenset({*range(100, 200), 204, 304})
"""Statuses whose responses have no body. (RFC 9110 §6.4.1)"""

Pairs = list[tuple[str, str]]


def exchange_of(record: Record, place: Place, allowance: Allowance | None = None) -> Exchange | Problem:
    """The exchange that a parsed record tells of; `allowance` is what its file has left to expand.

    >>> from interpact.contract.exchange import Place
    >>> record = {"request": {"url": "https://crm.example/"}, "response": {"status": "200", "body": "{}"}}
    >>> exchange_of(record, Place("a.har")).response
    <Response 200, 0 headers, 2 bytes>
    """
    try:
        request = _request(record.get("request"))
        response = _response(record.get("response"), request, allowance or Allowance())
    except RecursionError:
        return _too_deep(place)
    return Exchange(place, request, response, _recorded(record))


def exchange_in(text: bytes, place: Place, allowance: Allowance | None = None) -> Exchange | Problem | None:
    """The exchange in the JSON text of one record; `None` where `text` is something else, such as a body.

    A body that is an object or a list keeps its bytes: repeated keys and the spelling of numbers are still there.
    """
    try:
        parts = members(text)
        if not _is_record(parts):
            return None
        record = {"request": load(parts.get("request", b"null")), "response": _parsed(parts.get("response", b"null"))}
        record |= {name: load(parts[name]) for name in _TIMES if name in parts}
        return exchange_of(record, place, allowance)
    except BrokenJsonError:
        return Problem(place, "a broken record: it is not JSON, or it was cut") if _begins_record(text) else None


def _recorded(record: Record) -> datetime | None:
    """When a recorder says that it recorded this; betamax means UTC where it names no zone."""
    stated = next(filter(None, map(record.get, _TIMES)), None)
    if not isinstance(stated, str):
        return None
    try:
        found = datetime.fromisoformat(stated) if stated[:1].isdigit() else parsedate_to_datetime(stated)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _too_deep(place: Place) -> Problem:
    return Problem(place, "a record that is nested too deeply")


def is_record(keys: tuple[str, ...]) -> bool:
    """Whether an object with these keys, some of which may be missing, is a record."""
    return "request" in keys and (len(keys) == 1 or "response" in keys)


def _is_record(parts: Mapping[str, bytes]) -> bool:
    if is_body(parts):
        return False
    if "request" in parts:
        return "response" in parts or bool(members(parts["request"]).keys() & {*_URLS, "method"})
    response = parts.get("response", b"")
    return response.startswith(b"{") and bool(members(response).keys() & BODY_MEMBERS)


def _begins_record(text: bytes) -> bool:
    begins = text.lstrip(b" \t\r\n{").startswith((b'"request"', b'"response"'))
    return begins and not is_body(outline(text).keys)


def kept(text: bytes | msgspec.Raw) -> dict[str, object] | None:
    """A parsed record whose response keeps the text of its body; `None` where it is no object, or broken.

    >>> bytes(kept(b'{"response": {"body": {"a": 1.0}}}')["response"]["body"])
    b'{"a": 1.0}'
    """
    try:
        parts = members(bytes(text))
        return {key: _parsed(part) if key == "response" else load(part) for key, part in parts.items()}
    except BrokenJsonError:
        return None


def _parsed(response: bytes) -> object:
    if not response.startswith(b"{"):
        return load(response)
    return {key: _member(key, part) for key, part in members(response).items()}


def _member(key: str, part: bytes) -> object:
    keep = key in JSON_KEYS or (key in TEXT_KEYS and part.startswith((b"{", b"[")))
    return msgspec.Raw(part) if keep else load(part)


def _request(value: object) -> Request | None:
    if not isinstance(value, dict):
        return None
    found = cast("Record", value)
    for key in _URLS:
        if isinstance(url := found.get(key), str):
            break
    else:
        return None
    method = found.get("method")
    name = method.lstrip(":") if isinstance(method, str) else "GET"
    return Request.of(name, _with_query(url, found.get("query", found.get("params"))), pairs(found.get("headers")))


def _with_query(url: str, query: object) -> str:
    """Some recorders keep the query beside the path, as a text or as a mapping."""
    if not query or "?" in url:
        return url
    if isinstance(query, str):
        return f"{url}?{query}"
    if not isinstance(query, dict):
        return url
    values = {str(key): value for key, value in cast("Mapping[object, object]", query).items()}
    return f"{url}?{urlencode(values, doseq=True, errors='replace', quote_via=quote)}"


def _response(value: object, request: Request | None, allowance: Allowance) -> Response | None:
    if not isinstance(value, dict):
        return None
    found = cast("Record", value)
    status = _status(found)
    if status is not None and status <= 0:
        return None  # a request that was never answered
    headers = _with_type(pairs(found.get("headers")), found.get("content"))
    encoding = ", ".join([text for name, text in headers if name.lower() == "content-encoding"])
    body = recorded_body(found, encoding, allowance)
    if (not body or body is Reason.NOT_RECORDED) and _has_no_body(status, request):
        body = Reason.NO_BODY
    if isinstance(body, Reason):
        return Response.of(None, status, headers, body)
    return Response.of(body, status, headers)


def _has_no_body(status: int | None, request: Request | None) -> bool:
    return status in _BODILESS or (request is not None and request.method == "HEAD")


def _status(response: Record) -> int | None:
    for key in _STATUSES:
        value = response.get(key)
        if isinstance(value, dict):
            return _status(cast("Record", value))
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < len("1_000_000"):
            return int(value)
    return None


def pairs(headers: object) -> Pairs:
    """Header fields from a mapping, a list of pairs, a list of `{name, value}` or `{key, value}`, or a flat list.

    >>> pairs({"A": ["1", "2"]}) == pairs([["A", "1"], ["A", 2]]) == pairs(["A", "1", "A", "2"])
    True
    """
    plain = _plain(headers)
    if plain is not None:
        return plain
    if isinstance(headers, Mapping):
        return [pair for name, value in cast("Record", headers).items() for pair in _fields(name, value)]
    if not isinstance(headers, list) or not headers:
        return []
    fields = cast("list[object]", headers)
    if all(isinstance(field, str) for field in fields):
        return [pair for name, value in zip(fields[::2], fields[1::2], strict=False) for pair in _fields(name, value)]
    return [pair for field in fields for pair in _field(field)]


def _plain(headers: Any) -> Pairs | None:
    """The same where all are written the same way, with one text each: there are dozens in every exchange."""
    found: list[tuple[Any, Any]]
    try:
        if type(headers) is dict:
            found = _alone(cast("dict[Any, Any]", headers))
        else:
            found = [(field["name"], field["value"]) for field in headers]
    except (TypeError, LookupError):
        return None
    return found if {type(text) for pair in found for text in pair} == {str} else None


def _alone(headers: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Fields whose values stand in lists of one, as cassettes have them, or else as they are."""
    try:
        return [(name, value) for name, (value,) in headers.items()]
    except (TypeError, ValueError):
        return list(headers.items())


def _field(field: object) -> Pairs:
    if isinstance(field, Mapping):
        found = cast("Record", field)
        return _fields(found.get("name", found.get("key")), found.get("value"))
    if isinstance(field, Sequence) and not isinstance(field, str | bytes) and len(cast("Sequence[object]", field)) == 2:  # noqa: PLR2004
        name, value = cast("Sequence[object]", field)
        return _fields(name, value)
    return []


def _listed(value: object) -> list[Any]:
    return cast("list[Any]", value) if type(value) is list else [value]


def _fields(name: object, value: object) -> Pairs:
    values = _listed(value)
    shown = (_text(one) for one in values)
    return [(title, text) for text in shown if text is not None] if (title := _text(name)) is not None else []


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value) if isinstance(value, str | int | float) else None


def _with_type(headers: Pairs, content: object) -> Pairs:
    """HAR keeps the type of the body beside it, where recorders make one up if the headers have none."""
    kind = cast("Record", content).get("mimeType") if isinstance(content, dict) and not headers else None
    return [("content-type", kind)] if isinstance(kind, str) and kind not in {"", "x-unknown"} else headers
