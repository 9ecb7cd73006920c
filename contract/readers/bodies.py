"""The shapes in which recorders write a response body, and the bytes that each of them stands for."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from ...schemas.values import is_object
from ..decoding import Allowance, is_redacted
from ..exchange import Reason, encode_text
from .json_text import BrokenJsonError, load, members

Record = Mapping[str, object]
Body = bytes | Reason

ENCODED_KEYS: Final = ("base64_string", "bodyAsBase64", "base64Body", "body_base64", "bodyBase64", "base64")
"""Members that hold a body in base64; they come first, since a text beside them is a rendering of it."""

TEXT_KEYS: Final = ("body", "content", "text")
JSON_KEYS: Final = ("json", "jsonBody")
BODY_MEMBERS: Final = frozenset({*ENCODED_KEYS, *TEXT_KEYS, *JSON_KEYS})
"""Every member of a recorded response that may hold its body."""

_BASE64_FLAGS: Final = ("isBase64Encoded", "is_base64", "base64")
_CUT_FLAGS: Final = frozenset({
    "_truncated", "truncated", "bodyTruncated", "body_truncated", "_error", "_failureText",
})  # fmt: skip
_CASSETTE: Final = frozenset({"string", "base64_string", "encoding"})
_WRAPPERS: Final = (frozenset({"$base64"}), frozenset({"type", "data"}))
_CHARSETS: Final = frozenset({
    "iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252", "cp1252",
    "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be",
})  # fmt: skip
_WINDOWS: Final = {ord(sign): code for code in range(0x80, 0xA0) if (sign := bytes([code]).decode("cp1252", "ignore"))}
"""The letters of Windows-1252 that are no Latin-1, and the bytes that they stand for."""
_SPACE: Final = re.compile(r"\s+")


def recorded_body(response: Record, content_encoding: str | None, allowance: Allowance | None = None) -> Body:
    """The body of a recorded response as the server meant it, or the reason why there is none to judge.

    >>> recorded_body({"body": {"string": "{}"}}, None)
    b'{}'
    >>> recorded_body({"status": 200}, None)
    <Reason.NOT_RECORDED: 'body not recorded'>
    """
    raw = _stored(response)
    body = (allowance or Allowance()).plain(raw, content_encoding) if isinstance(raw, bytes) else raw
    if not isinstance(body, bytes):
        return body
    if is_redacted(body):
        return Reason.REDACTED
    return Reason.TRUNCATED if _says_cut(response, len(body)) and not _is_json(body) else body


def _stored(response: Record) -> Body:
    for key in ENCODED_KEYS:
        if isinstance(text := response.get(key), str):
            return from_base64(text)
    for key in TEXT_KEYS:
        if (value := response.get(key)) is not None:
            return _value(value, response)
    for key in JSON_KEYS:
        if key in response:
            return _json(response[key])
    return Reason.NOT_RECORDED


def _value(value: object, response: Record) -> Body:
    if isinstance(value, bytes | Reason):
        return value
    if isinstance(value, str):
        return from_base64(value) if _is_base64(response) else encode_text(value)
    shape = _mapping(value)
    stored = None if shape is None else _wrapped(shape)
    return _json(value) if stored is None else stored


def _mapping(value: object) -> Record | None:
    """A mapping that may be a recorder's way to write a body; the values of a raw one are parsed only if it is."""
    if isinstance(value, dict):
        return cast("Record", value)
    if not isinstance(value, msgspec.Raw) or not bytes(value).startswith(b"{"):
        return None
    try:
        parts = members(bytes(value))
        return {key: load(part) for key, part in parts.items()} if _is_wrapper(parts.keys()) else None
    except BrokenJsonError:
        return None


def _is_wrapper(keys: object) -> bool:
    names = cast("frozenset[str]", frozenset(cast("Any", keys)))
    return (
        "mimeType" in names
        or names in _WRAPPERS
        or names >= {"content", "encoded"}
        or (names <= _CASSETTE and bool(names & {"string", "base64_string"}))
    )


def _wrapped(shape: Record) -> Body | None:
    """The body in a mapping that a recorder wrapped it in; `None` for a mapping that is the body itself."""
    if not _is_wrapper(shape.keys()):
        return None
    if "$base64" in shape:
        return from_base64(shape["$base64"])
    if shape.keys() >= {"type", "data"}:
        return _buffer(shape)
    if shape.keys() >= {"content", "encoded"}:
        return from_base64(shape["content"]) if shape["encoded"] == "base64" else _value(shape["content"], {})
    return _har_content(shape) if "mimeType" in shape else _cassette(shape)


def _cassette(shape: Record) -> Body:
    """VCR.py, Ruby's VCR, betamax and Schemathesis."""
    if (encoded := shape.get("base64_string")) is not None:
        return from_base64(encoded)
    text = shape.get("string")
    if isinstance(text, bytes | Reason):
        return text
    if not isinstance(text, str):
        return Reason.NOT_RECORDED
    return _encoded_as(text, str(shape.get("encoding")).lower())


def _encoded_as(text: str, charset: str) -> bytes:
    """Undo what betamax does: it decodes with the charset of the header. UTF-8 where that cannot be undone."""
    try:
        return text.encode(charset) if charset in _CHARSETS else encode_text(text)
    except UnicodeEncodeError:
        return encode_text(text)


def _har_content(content: Record) -> Body:
    """HAR 1.2 `content`: without a text it was empty if its size says so, else it was not recorded."""
    text = content.get("text")
    if not isinstance(text, str):
        return b"" if content.get("size") == 0 and "_file" not in content else Reason.NOT_RECORDED
    raw = encode_text(text)
    if str(content.get("encoding")).lower() == "base64":
        raw = _chunks(text) if text.startswith("[") else from_base64(text)
    return _undone(raw) if isinstance(raw, bytes) and not _says_unicode(str(content.get("mimeType"))) else raw


def _says_unicode(kind: str) -> bool:
    """Whether a recorder took a text for Unicode: of no type, or of one without a charset, browsers do not."""
    lower = kind.lower()
    return "json" in lower or "charset" in lower


def _undone(body: bytes) -> bytes:
    """A text in UTF-8 that was decoded as Windows-1252 or Latin-1, as it was; any other body as it is.

    Chromium and mitmproxy write such a text in place of an answer of unknown charset. Whoever meant it would have had
    to write two signs such as `Ã` and `©` for each sign that is not ASCII.
    """
    try:
        found = body.decode().translate(_WINDOWS).encode("latin-1")
        found.decode()
    except UnicodeError:
        return body
    return found


def is_sound(content: Record) -> bool:
    """Whether what HAR content says to be base64 is.

    >>> is_sound({"encoding": "BASE64", "mimeType": "", "text": "e30"})
    False
    """
    return _har_content(content) is not Reason.UNDECODABLE


def _chunks(text: str) -> Body:
    """Polly.JS writes a compressed body as a list of its chunks (recorders.md, trap 6)."""
    try:
        chunks = load(text.encode("utf-8", "replace"))
    except BrokenJsonError:
        return Reason.UNDECODABLE
    parts = [from_base64(chunk) for chunk in cast("list[object]", chunks)] if isinstance(chunks, list) else []
    whole = [part for part in parts if isinstance(part, bytes)]
    return b"".join(whole) if len(whole) == len(parts) else Reason.UNDECODABLE


def _buffer(shape: Record) -> Body | None:
    """Node.js: `{"type": "Buffer", "data": [...]}`; anything else under these names is a body of its own."""
    if shape["type"] != "Buffer":
        return None
    try:
        return bytes(cast("list[int]", shape["data"])) if isinstance(shape["data"], list) else Reason.UNDECODABLE
    except (TypeError, ValueError):
        return Reason.UNDECODABLE


def _json(value: object) -> Body:
    """A body that the recorder parsed, written again; `Raw` is the text that it was written in."""
    if isinstance(value, msgspec.Raw):
        return bytes(value)
    try:
        return json.dumps(value, separators=(",", ":"), default=str).encode()
    except RecursionError:
        return Reason.UNDECODABLE


def from_base64(text: object) -> Body:
    """The bytes that a base64 text stands for; blanks are let pass, everything else must be right.

    >>> from_base64("e30=")
    b'{}'
    """
    if isinstance(text, bytes | Reason):
        return text
    try:
        return base64.b64decode(_SPACE.sub("", str(text)), validate=True)
    except (binascii.Error, ValueError):
        return Reason.UNDECODABLE


def _is_base64(response: Record) -> bool:
    named = (str(response.get(key)).lower() for key in ("encoding", "bodyEncoding", "body_encoding"))
    return any(response.get(flag) is True for flag in _BASE64_FLAGS) or "base64" in named


def _says_cut(response: Record, size: int) -> bool:
    """Whether the recorder says that it did not keep the whole body."""
    content = response.get("content")
    if not _CUT_FLAGS.isdisjoint(response) and _is_flagged(response):
        return True
    if not is_object(content):
        return False
    if not _CUT_FLAGS.isdisjoint(content) and _is_flagged(content):
        return True
    declared = content.get("size")
    return isinstance(declared, int) and declared > size and not _is_encoded(response)


def _is_flagged(place: Record) -> bool:
    return any(place.get(flag) for flag in _CUT_FLAGS)


def _is_encoded(response: Record) -> bool:
    """Whether the size may be that of the compressed body, which some recorders write (recorders.md, trap 7)."""
    return "content-encoding" in str(response.get("headers", "")).lower()


def _is_json(body: bytes) -> bool:
    try:
        load(body)
    except BrokenJsonError:
        return False
    return True
