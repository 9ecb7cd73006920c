"""A response as a test has it, of whichever client library or a plain value, as the exchange that it was part of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from .answers import answer_of
from .exchange import Exchange, Place, Response
from .readers.own import is_body
from .readers.record import exchange_of, is_record

if TYPE_CHECKING:
    from .readers.bodies import Record

_KINDS: Final = (
    "a response of requests, httpx, aiohttp or urllib3, of the test clients of Starlette, FastAPI, Flask, werkzeug or"
    " Django, anything else with a status, headers and a body; the body itself as dict, list, str or bytes; or a"
    ' recorded exchange, {"request": ..., "response": ...}'
)


class UnknownResponseError(TypeError):
    """A value that is no response, or none that can be read."""


class UnreadResponseError(UnknownResponseError):
    """A response whose body has to be awaited first."""


def exchange_from(response: object, place: Place | None = None) -> Exchange:
    """The exchange that a response was part of.

    `response` is what a client library gave, a bare body (JSON values, text or bytes), a recorded exchange, or an
    `Exchange` or a `Response`. The request is taken from the response where the library keeps it; credentials are
    replaced. A body that was streamed, and so is not there any more or not yet, is missing in the exchange. Raises
    `UnreadResponseError` for an asynchronous response whose body has to be awaited first, and `UnknownResponseError`
    for a value that is none of these.

    >>> exchange_from(b"[]").response
    <Response None, 0 headers, 2 bytes>
    """
    __tracebackhide__ = True  # pytest shows what a frame was called with, which here is somebody's response
    found = _given(response, place)
    if found is not None:
        return found
    answer = answer_of(response)
    if answer is None:
        message = f"{_name(response)} is no response that can be checked: give {_KINDS}"
        raise UnknownResponseError(message)
    if answer.awaits:
        message = f"the body of this {answer.library} response was not read yet: `await {answer.awaits}` first"
        raise UnreadResponseError(message)
    return answer.exchange(place or Place(f"{answer.library} response"))


def _given(value: object, place: Place | None) -> Exchange | None:
    """The exchange that a value of our own or of Python itself stands for."""
    __tracebackhide__ = True
    where = place or Place("body")
    if isinstance(value, Exchange):
        return value if place is None else msgspec.structs.replace(value, place=place)
    if isinstance(value, Response):
        return Exchange(place or Place("response"), response=value)
    if isinstance(value, str):
        return Exchange(where, response=Response.of(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return Exchange(where, response=Response.of(bytes(cast("Any", value))))
    if isinstance(value, Mapping) and _is_record(cast("Record", value)):
        return _recorded(cast("Record", value), place or Place("exchange"))
    plain = isinstance(value, dict | list)
    return Exchange(where, response=Response.of(_text(cast("object", value)))) if plain else None


def _is_record(value: Record) -> bool:
    """Whether an object was recorded; a body may have members of these names, too."""
    if is_body(map(str, value)):
        return False
    return is_record(tuple(value)) or isinstance(value.get("response"), Mapping)


def _recorded(value: Record, place: Place) -> Exchange:
    __tracebackhide__ = True
    found = exchange_of(value, place)
    if isinstance(found, Exchange):
        return found
    raise UnknownResponseError(found.message)


def _text(value: object) -> str:
    __tracebackhide__ = True
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        message = f"this {_name(value)} is no body: it holds what cannot be written as JSON"
    raise UnknownResponseError(message)


def _name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
