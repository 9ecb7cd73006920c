"""What HTTP itself says is wrong with an answer, and a check of its body cannot see."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ...schemas.rules import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Fields = tuple[tuple[str, str], ...]
"""Header fields in their order: name in lower case, and value, both as Latin-1."""


class FlawKind(StrEnum):
    """The kinds of flaws, with the sentence that names them."""

    SHORT = "the body is shorter than its Content-Length"
    SURPLUS = "bytes follow after the end of the answer"
    UNWANTED = "there is a body where HTTP allows none"
    CUT = "the connection was closed in the middle of the answer"
    STALLED = "the answer did not end in time"
    TOO_LARGE = "the body is larger than the limit"
    CHUNKS = "the chunks of the body are not well formed"
    ENCODING = "the body is not encoded as Content-Encoding says"
    UNDECLARED = "the body is compressed and Content-Encoding does not say so"
    STATUS_LINE = "the status line is not well formed"
    FIELD_LINE = "a header line is not well formed"
    NON_ASCII = "a header line holds bytes that are not ASCII"
    REPEATED = "a header field that may stand once is repeated"
    LENGTH = "the Content-Length is not a number"
    FRAMING = "both Content-Length and Transfer-Encoding are given"
    CREDENTIAL = "the body repeats the credentials"


class Flaw(NamedTuple):
    """One flaw: its kind, the part of the exchange, the pointer into it, and what was there.

    `actual` holds sizes and names only, never a value.
    """

    kind: FlawKind
    part: Part = Part.BODY
    pointer: str = ""
    actual: str = ""


# RFC 9112 §4; the blank after the status is often left out, and a line may end without a carriage return (§2.2).
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] [1-5][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?\r?\n")
# RFC 9112 §5.1: no blank between name and colon.
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\r?\n")
# Fields that hold one value (RFC 9110 §5.3).
_SINGLE: Final = ("content-length", "content-type", "date", "etag", "last-modified", "location", "retry-after")


def fields_of(lines: Iterable[bytes]) -> Fields:
    r"""The well-formed fields among header lines; a folded line (RFC 9112 §5.2) belongs to the one before.

    >>> fields_of([b"Content-Type: a/b\r\n", b" ; c=d\r\n", b"no field\r\n", b"\r\n"])
    (('content-type', 'a/b ; c=d'),)
    """
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is not None:
            found.append((match[1].decode("ascii").lower(), match[2].decode("latin-1")))
        elif found and line[:1] in {b" ", b"\t"}:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip().decode('latin-1')}")
    return tuple(found)


def flaws_of_head(status: bytes, lines: Iterable[bytes], fields: Fields) -> Iterator[Flaw]:
    """The flaws of a status line and of the header lines after it."""
    yield from flaws_of_status(status)
    whole = [line for line in lines if line.endswith(b"\n") and line.strip(b"\r\n")]
    if len(fields) != len(whole) or not b"".join(whole).isascii():
        yield from (flaw for line in whole for flaw in _flaws_of_line(line))
    yield from _flaws_of_fields(fields)


def flaws_of_status(line: bytes) -> Iterator[Flaw]:
    r"""The flaw of a status line, if it has one.

    >>> [flaw.kind.name for flaw in flaws_of_status(b"HTTP/1.1 2000 OK\r\n")]
    ['STATUS_LINE']
    """
    if not _STATUS_LINE.fullmatch(line):
        yield Flaw(FlawKind.STATUS_LINE, Part.STATUS, "", f"a line of {len(line)} bytes")


def _flaws_of_line(line: bytes) -> Iterator[Flaw]:
    match = _FIELD.fullmatch(line)
    if not line.isascii():
        yield Flaw(FlawKind.NON_ASCII, Part.RESPONSE_HEADERS, _pointer(match))
    if match is None:
        yield Flaw(FlawKind.FIELD_LINE, Part.RESPONSE_HEADERS, "", f"a line of {len(line)} bytes")


def _flaws_of_fields(fields: Fields) -> Iterator[Flaw]:
    names = [name for name, _ in fields]
    for name in _SINGLE:
        if names.count(name) > 1:
            yield Flaw(FlawKind.REPEATED, Part.RESPONSE_HEADERS, f"/{name}", f"{names.count(name)} times")
    if any(name == "content-length" and not (value.isascii() and value.isdigit()) for name, value in fields):
        yield Flaw(FlawKind.LENGTH, Part.RESPONSE_HEADERS, "/content-length")
    if {"content-length", "transfer-encoding"} <= set(names):
        yield Flaw(FlawKind.FRAMING, Part.RESPONSE_HEADERS, "/transfer-encoding")


def _pointer(match: re.Match[bytes] | None) -> str:
    return "" if match is None else f"/{match[1].decode('ascii').lower()}"
