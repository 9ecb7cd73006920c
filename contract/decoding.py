"""Bodies as the server meant them: the compression that a recorder left on is undone, and only that one."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import orjson

from .decompress import DamagedError, Kind, expand, kind_of
from .exchange import Reason
from .limits import LIMITS, Limits
from .reencoding import wide_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAYERS: Final = 3
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LOST: Final = "\ufffd".encode()
_JSON: Final = re.compile(rb'(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*[\[{"\]])')
_MARKED: Final = 64
_REDACTED: Final = re.compile(
    rb"[\W_]*(?:(?:response[\W_]?)?(?:body|content|data)?[\W_]*(?:is|was|has been)?[\W_]*"
    rb"(?:filtered|redacted|masked|removed|hidden|scrubbed|omitted|stripped|anonymi[sz]ed|censored)"
    rb"(?:[\W_]*(?:body|content|data|by \w{1,20}))?|x{3,}|\*{3,})[\W_]*",
    re.IGNORECASE,
)


class Allowance:
    """What the bodies of one file may expand to together, in proportion to what is stored."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._stored = 0
        self._grown = 0

    def plain(self, body: bytes, encoding: str | None = None) -> bytes | Reason:
        """The same as `plain`; what the file may not expand to any more is too large.

        >>> Allowance().plain(b"{}")
        b'{}'
        """
        self._stored += len(body)
        most = self._limits.max_body
        room = min(most, self._limits.allowed(self._stored) - self._grown)
        found = plain(body, encoding, room, most)
        grown = {Reason.TOO_LARGE: room, Reason.UNDECODABLE: min(room, self._limits.max_expansion * len(body))}
        size = grown[found] if isinstance(found, Reason) else len(found)
        self._grown += size if size > len(body) else 0
        return found


def plain(
    body: bytes, encoding: str | None = None, limit: int = LIMITS.max_body, most: int = LIMITS.max_body
) -> bytes | Reason:
    r"""`body` without compression, or the reason why there is none to judge.

    `encoding` is the Content-Encoding field. It is believed only where the bytes do not speak for themselves:
    most recorders keep the field and store the body decompressed. (recorders.md, trap 1) `limit` is the number of
    bytes that may come out of a compression, `most` that of any body.

    >>> plain(b'{"a": 1}', "gzip")
    b'{"a": 1}'
    """
    for _ in range(_LAYERS):
        kind = kind_of(body)
        if kind is not Kind.GZIP and kind is not Kind.ZSTD:
            break
        expanded = expansion(kind, body, limit)
        if not isinstance(expanded, bytes):
            return expanded
        body = expanded
    else:
        return Reason.UNDECODABLE
    if encoding and encoding.strip().lower() != "identity":
        return _by_name(body, encoding.lower(), limit, most)
    return body if len(body) <= most else Reason.TOO_LARGE


def is_redacted(body: bytes) -> bool:
    """Whether the whole body is a recorder's mark for "there was something".

    >>> is_redacted(b"[Filtered]"), is_redacted(b"{}")
    (True, False)
    """
    return len(body) <= _MARKED and _REDACTED.fullmatch(body) is not None


def _by_name(body: bytes, encoding: str, limit: int, most: int) -> bytes | Reason:
    """Deflate and Brotli have no magic bytes: what begins as JSON or reads as a text is one; then it is tried."""
    if len(body) > most:
        return Reason.TOO_LARGE
    if _JSON.match(body) or _is_wide_json(body):
        return body
    if _is_text(body):
        return Reason.UNDECODABLE if _LOST in body and not _is_json(body) else body
    for name, decode in (("deflate", _inflated), ("br", _unbrotlied)):
        if name in encoding and (found := decode(body, limit)) is not Reason.UNDECODABLE:
            return found
    return body if _is_opened(body) and _LOST not in body else Reason.UNDECODABLE


def _is_wide_json(body: bytes) -> bool:
    codec = wide_encoding(body)
    return codec is not None and body[:_MARKED].decode(codec, "ignore").lstrip().startswith(("{", "["))


def _is_text(body: bytes) -> bool:
    return _is_utf8(body) and not _CONTROL.search(body)


def _is_opened(body: bytes) -> bool:
    """Whether a text begins with a bracket; one in UTF-8 may hold control characters, which break it."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return start in {b"{", b"["} and (_is_utf8(body) or not _CONTROL.search(body))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _inflated(body: bytes, limit: int) -> bytes | Reason:
    """The HTTP coding "deflate" is zlib's format (RFC 9110 §8.4.1.2); some servers send it without the header."""
    wrapped = expansion(Kind.ZLIB, body, limit)
    return expansion(Kind.DEFLATE, body, limit) if wrapped is Reason.UNDECODABLE else wrapped


def _unbrotlied(body: bytes, limit: int) -> bytes | Reason:
    """Only where a Brotli package that can bound its output (1.2 or later) happens to be installed."""
    try:
        brotli: Any = import_module("brotli")
    except ImportError:
        return Reason.UNDECODABLE
    engine = brotli.Decompressor()
    try:
        found: bytes = engine.process(body, output_buffer_limit=limit + 1)
    except (brotli.error, TypeError):
        return Reason.UNDECODABLE
    if len(found) > limit:
        return Reason.TOO_LARGE
    return found if engine.is_finished() else Reason.UNDECODABLE


def expansion(kind: Kind, body: bytes, limit: int) -> bytes | Reason:
    """What a compressed body expands to, if that is at most `limit` bytes."""
    try:
        return _gathered(expand(kind, (body,)), limit)
    except DamagedError:
        return Reason.UNDECODABLE


def _gathered(parts: Iterable[bytes], limit: int) -> bytes | Reason:
    kept = bytearray()
    for part in parts:
        kept += part
        if len(kept) > limit:
            return Reason.TOO_LARGE
    return bytes(kept)
