"""What the responses of client libraries hold, told without loading a library and without reading from a network.

A library is recognised by the package that a class of the response comes from. Where it has no public way to tell
whether a body was read, its attribute for that is looked at: to try would consume a stream that belongs to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urljoin

import msgspec

from .decoding import plain
from .exchange import Exchange, Reason, Request, Response

if TYPE_CHECKING:
    from .exchange import Place

Fields = Iterable[tuple[str, str]]
Reading = Callable[[Any], "Answer | None"]

_EMPTY: Final = frozenset({*range(100, 200), 204, 304})
"""Statuses whose responses have no body (RFC 9110 §6.4.1)."""
_MARKED: Final = frozenset({"gzip", "x-gzip", "zstd", "identity", ""})
"""Codings that begin with a mark of their own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a response holds: `body` as the library gives it, or the reason why it has none.

    `awaits` is what has to be awaited first, where the body of an asynchronous response has yet to arrive.
    """

    library: str
    status: int
    headers: Mapping[str, object] | Fields
    body: bytes | Reason
    request: Request | None = None
    awaits: str = ""

    def exchange(self, place: Place) -> Exchange:
        """The exchange that it was part of; compression that the library left on is undone."""
        return Exchange(place, self.request, self._response())

    def _response(self) -> Response:
        head = Response.of(b"", self.status, self.headers)
        body = self.body
        if (not body or isinstance(body, Reason)) and self._has_no_body():
            body = Reason.NO_BODY
        encoding = head.header("content-encoding")
        if isinstance(body, bytes) and body and encoding:
            body = _undone(body, encoding)
        if isinstance(body, Reason):
            return msgspec.structs.replace(head, body=None, missing=body)
        return msgspec.structs.replace(head, body=body)

    def _has_no_body(self) -> bool:
        return self.status in _EMPTY or (self.request is not None and self.request.method == "HEAD")


def _undone(body: bytes, encoding: str) -> bytes | Reason:
    """`body` without the compression that the library may have left on; where bytes tell by themselves, they do."""
    codings = {coding.strip().lower() for coding in encoding.split(",")}
    return plain(body, None if codings <= _MARKED else encoding)


def answer_of(response: object) -> Answer | None:
    """What the response of a client library holds, or `None` where it is something else.

    >>> from http import HTTPStatus
    >>> answer_of(HTTPStatus.OK) is None
    True
    """
    packages = (kind.__module__.partition(".")[0] for kind in type(response).__mro__)
    reading = next((_READINGS[package] for package in packages if package in _READINGS), _any)
    return reading(response)


def asked(method: object, url: object, headers: Mapping[str, object] | Fields = ()) -> Request | None:
    """What was asked; its credentials are replaced, and none was recorded, so that none is to be reported."""
    if not method or not url:
        return None
    return msgspec.structs.replace(Request.of(str(method), str(url), headers), credentials=())


def _requests(response: Any) -> Answer:
    content = getattr(response, "_content", None)
    request = getattr(response, "request", None)
    return Answer(
        "requests",
        response.status_code,
        response.headers,
        content if isinstance(content, bytes) else Reason.NOT_RECORDED,
        None if request is None else asked(request.method, request.url, request.headers),
    )


def _httpx(response: Any) -> Answer:
    """The request of one that a transport made by hand is not known; asking for it raises RuntimeError."""
    try:
        request = response.request
    except RuntimeError:
        request = None
    body = _httpx_content(response)
    pending = isinstance(body, Reason) and not response.is_stream_consumed and not response.is_closed
    return Answer(
        "httpx",
        response.status_code,
        response.headers.multi_items(),
        body,
        None if request is None else asked(request.method, request.url, request.headers.multi_items()),
        "response.aread()" if pending and not hasattr(response.stream, "__iter__") else "",
    )


def _httpx_content(response: Any) -> bytes | Reason:
    """ResponseNotRead is a RuntimeError."""
    try:
        return response.content
    except RuntimeError:
        return Reason.NOT_RECORDED


def _aiohttp(response: Any) -> Answer:
    """Not by `response.read()`: it refuses once the response was released, and closes one that it is stopped at."""
    content = getattr(response, "_body", None)
    request = response.request_info
    pending = content is None and not response.content.at_eof() and response.content.exception() is None
    return Answer(
        "aiohttp",
        response.status,
        response.headers.items(),
        content if isinstance(content, bytes) else Reason.NOT_RECORDED,
        asked(request.method, request.url, request.headers.items()),
        "response.read()" if pending else "",
    )


def _urllib3(response: Any) -> Answer:
    """It keeps neither the headers of the request nor, for the public, its method and its host."""
    content = getattr(response, "_body", None)
    method = getattr(getattr(response, "_original_response", None), "_method", None)
    return Answer(
        "urllib3",
        response.status,
        response.headers.items(),
        content if isinstance(content, bytes) else Reason.NOT_RECORDED,
        asked(method or "GET", urljoin(origin(getattr(response, "_pool", None)), response.geturl() or "")),
    )


def origin(pool: Any) -> str:
    """The beginning of the URLs that a pool of urllib3 connects to.

    >>> origin(None)
    ''
    """
    if pool is None:
        return ""
    return f"{pool.scheme}://{pool.host}:{pool.port}" if pool.port else f"{pool.scheme}://{pool.host}"


def _werkzeug(response: Any) -> Answer:
    """Flask's too. What the application has yet to make is made now, and kept."""
    request = getattr(response, "request", None)
    query = "" if request is None else request.query_string.decode("latin-1")
    return Answer(
        "werkzeug",
        response.status_code,
        list(response.headers.items()),
        response.get_data(),
        None if request is None else asked(request.method, _joined(request.base_url, query), request.headers.items()),
    )


def _joined(url: str, query: str) -> str:
    return f"{url}?{query}" if query else url


def _django(response: Any) -> Answer:
    return Answer(
        "django",
        response.status_code,
        response.items(),
        Reason.NOT_RECORDED if response.streaming else response.content,
        _django_request(getattr(response, "wsgi_request", None) or getattr(response, "asgi_request", None)),
    )


def _django_request(request: Any) -> Request | None:
    """Without `build_absolute_uri`, which refuses hosts that the settings do not allow."""
    if request is None:
        return None
    host = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME")
    return asked(request.method, f"{request.scheme}://{host}{request.get_full_path()}", request.headers)


def _any(response: Any) -> Answer | None:
    """Whatever has a status, headers and a body under one of the usual names."""
    status = _first(response, int, "status_code", "status", "code")
    headers = _first(response, object, "headers")
    body = _first(response, (bytes, str), "content", "data", "body")
    if status is None or body is None or not hasattr(headers, "items"):
        return None
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return Answer(
        type(response).__module__.partition(".")[0], status, dict(headers.items()), raw, _any_request(response)
    )


def _any_request(response: Any) -> Request | None:
    request = getattr(response, "request", None)
    headers: Any = getattr(request, "headers", None)
    known: Mapping[str, object] = cast("Any", headers) if isinstance(headers, Mapping) else {}
    return asked(getattr(request, "method", None), getattr(request, "url", None), known)


def _first(response: object, kind: type | tuple[type, ...], *names: str) -> Any:
    found = (getattr(response, name, None) for name in names)
    return next((value for value in found if value is not None and isinstance(value, kind)), None)


_READINGS: Final[Mapping[str, Reading]] = MappingProxyType({
    "requests": _requests,
    "httpx": _httpx,
    "httpx2": _httpx,
    "aiohttp": _aiohttp,
    "urllib3": _urllib3,
    "werkzeug": _werkzeug,
    "django": _django,
})  # fmt: skip
"""How a library's responses are read, by the name of its package."""
