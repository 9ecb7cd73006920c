"""One request and its response, as a capture or a live endpoint gave them; credentials are replaced on the way in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from .secrets import Headers, clean_headers, clean_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Reason(StrEnum):
    """Why an exchange was not judged."""

    NO_BODY = "no body"
    NOT_RECORDED = "body not recorded"
    TRUNCATED = "truncated by the recorder"
    REDACTED = "redacted"
    UNDECODABLE = "body cannot be decompressed"
    OTHER_OPERATION = "other operation"
    NOT_JSON = "not JSON by declaration"
    TOO_LARGE = "body larger than the limit"


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an exchange was recorded: a file (or `<stdin>`), and in it the entry and its first line, both from 1 on."""

    file: str
    entry: int | None = None
    line: int | None = None
    member: str | None = None

    def moved(self, lines: int) -> Place:
        """The same place where so many lines come before what it was counted from.

        >>> str(Place("a.ndjson", None, 3).moved(10))
        'a.ndjson:13'
        """
        return self if self.line is None else msgspec.structs.replace(self, line=self.line + lines)

    def __str__(self) -> str:
        """`file!member:line entry 3`, whatever is known; in a format of one record a line, entries count within it."""
        text = self.file if self.member is None else f"{self.file}!{self.member}"
        if self.line is not None:
            text = f"{text}:{self.line}"
        return text if self.entry is None else f"{text} entry {self.entry}"


class Request(msgspec.Struct, frozen=True):
    """What was asked. Make one with `Request.of`, which replaces credentials."""

    method: str
    url: str
    headers: Headers = ()
    credentials: tuple[str, ...] = ()
    """Names of the headers, and of the parts of the URL (`clean_url`), whose credential the recorder did not filter."""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, object] | Iterable[tuple[str, str]] = ()) -> Request:
        """A request without credentials.

        `headers` maps names to a value or to a list of values, or lists pairs of name and value.

        >>> Request.of("get", "https://till:secret@crm.example/v2", {"Authorization": "Basic c2VjcmV0"})
        <Request GET, 1 header>
        """
        (target, in_url), (kept, in_headers) = clean_url(url), clean_headers(headers)
        return cls(method.upper(), target, kept, (*in_url, *in_headers))

    def __repr__(self) -> str:
        """Say what kind of thing this is; the URL and the headers may hold personal values."""
        return f"<Request {self.method}, {_count(self.headers)}>"


class Response(msgspec.Struct, frozen=True):
    """What was answered. `body` is `None` where there is none to judge, and `missing` says why."""

    body: bytes | None
    status: int | None = None
    headers: Headers = ()
    missing: Reason | None = None

    @classmethod
    def of(
        cls,
        body: bytes | str | None,
        status: int | None = None,
        headers: Mapping[str, object] | Iterable[tuple[str, str]] = (),
        missing: Reason | None = None,
    ) -> Response:
        r"""A response without cookies.

        A `str` body is encoded in UTF-8; lone surrogates from U+DC80 to U+DCFF stand for bytes that were not UTF-8
        (`surrogateescape`), other ones are kept as they are.

        >>> Response.of('{"name": "\udce9"}').body
        b'{"name": "\xe9"}'
        """
        kept, _ = clean_headers(headers)
        raw = encode_text(body) if isinstance(body, str) else body
        if raw is None and missing is None:
            missing = Reason.NO_BODY
        return cls(raw, status, kept, missing)

    def header(self, name: str) -> str | None:
        """The first value of the header field `name` (lower case), or `None`."""
        return next((value for key, value in self.headers if key == name), None)

    def __repr__(self) -> str:
        """Say what kind of thing this is; the body may hold personal values."""
        size = "no body" if self.body is None else f"{len(self.body)} bytes"
        return f"<Response {self.status}, {_count(self.headers)}, {size}>"


class Exchange(msgspec.Struct, frozen=True):
    """One request and its response; either may be unknown."""

    place: Place
    request: Request | None = None
    response: Response | None = None
    recorded: datetime | None = None
    """When it was recorded (UTC), where the recorder says so."""

    def __repr__(self) -> str:
        """Name the place and the kinds only."""
        return f"<Exchange {self.place}: {self.request!r} {self.response!r}>"


def encode_text(text: str) -> bytes:
    """UTF-8 bytes of a text that a recorder decoded, undoing `surrogateescape` where it was used."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _count(headers: Headers) -> str:
    return f"{len(headers)} header{'' if len(headers) == 1 else 's'}"
