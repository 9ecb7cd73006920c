"""HTTP/1 messages as bytes: heads, chunked framing, and the record that a response and its body make."""

from __future__ import annotations

import re
from typing import Final

from ..exchange import Reason

Pairs = list[tuple[str, str]]

FIELDS: Final = rb"(?:[\w!#$%&'*+.^`|~-]+[ \t]*:[^\r\n]*\r?\n|[ \t]+[^\r\n]*\r?\n)*+"
"""Header fields, one a line, and continuations of them, as a pattern."""

STATUS_LINE: Final = rb"HTTP/[0-9](?:\.[0-9])?[ ]+(?P<status>[1-5][0-9]{2})(?:[ ](?P<reason>[^\r\n]*))?\r?\n"
"""The status line of a response, as a pattern."""

_OVERHEAD: Final = 64
"""Bytes by which a body may be longer when it is compressed, beside a thousandth (RFC 1951 §3.2.4, RFC 1952 §2.3)."""
_HEAD: Final = re.compile(STATUS_LINE + rb"(?P<fields>" + FIELDS + rb")(?:\r?\n|\Z)")
_FIELD: Final = re.compile(rb"([^\r\n:]+?)[ \t]*:[ \t]*([^\r\n]*)")
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


def fields_of(text: bytes) -> Pairs:
    """The header fields in the lines of a head.

    >>> fields_of(b"A: 1" + bytes([13, 10]) + b"B:2 ")
    [('A', '1'), ('B', '2 ')]
    """
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in _FIELD.findall(text)]


def parsed(message: bytes) -> tuple[int, Pairs, bytes] | None:
    """Status, header fields and body of a response that is written as it was sent.

    >>> parsed(b"HTTP/1.1 200 OK" + 2 * bytes([13, 10]) + b"{}")
    (200, [], b'{}')
    """
    found = _HEAD.match(message)
    return None if found is None else (int(found["status"]), fields_of(found["fields"]), message[found.end() :])


def response_record(status: int, fields: Pairs, body: bytes) -> dict[str, object]:
    """A record of a response whose body may still be in chunks, may be followed by blanks, or may have been cut."""
    names = {name.lower(): value.strip() for name, value in fields}
    if "chunked" in names.get("transfer-encoding", "").lower():
        whole = unchunked(body)
        cut = whole is Reason.TRUNCATED
        return {"status": status, "headers": fields, "body": body if whole is None else whole, "truncated": cut}
    size = declared(fields)
    if size is not None and size < len(body) and not body[size:].strip():
        body = body[:size]  # a line break that a shell put there
    if size and not body:
        return {"status": status, "headers": fields, "body": Reason.NOT_RECORDED}
    most = len(body) + (_OVERHEAD + len(body) // 1000 if "content-encoding" in names else 0)
    return {"status": status, "headers": fields, "body": body, "truncated": size is not None and size > most}


def declared(fields: Pairs) -> int | None:
    """The size that a head declares; it is that of the body as it was sent, perhaps compressed (trap 3)."""
    found = next((value.strip() for name, value in fields if name.lower() == "content-length"), "")
    return int(found) if found.isascii() and found.isdigit() and len(found) < len("1000000000000000") else None


def unchunked(body: bytes) -> bytes | Reason | None:
    r"""The content of a body in chunks (RFC 9112 §7.1); `None` where it has no chunks, which is usual (trap 3).

    >>> unchunked(b"2\r\n{}\r\n0\r\n\r\n")
    b'{}'
    >>> unchunked(b"{}") is None, unchunked(b"9\r\n{}")
    (True, <Reason.TRUNCATED: 'truncated by the recorder'>)
    """
    parts: list[bytes] = []
    at = 0
    while size := _SIZE.match(body, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        at = size.end() + length
        parts.append(body[size.end() : at])
        if at > len(body):
            return Reason.TRUNCATED
        at += 2 if body.startswith(b"\r\n", at) else 1
        if body[at - 1 : at] not in {b"\n", b""}:
            return None
    return Reason.TRUNCATED if parts and at >= len(body) else None
