"""Content-Encoding undone to the letter: a live server is held to what it declares, unlike a recorder."""

from __future__ import annotations

from typing import Final

from ...schemas.rules import Part
from ..decoding import expansion, plain
from ..decompress import Kind, kind_of
from ..exchange import Reason
from .flaws import Flaw, FlawKind

_KINDS: Final = {"gzip": Kind.GZIP, "x-gzip": Kind.GZIP, "deflate": Kind.ZLIB, "zstd": Kind.ZSTD}
_ENCODING: Final = "/content-encoding"
_LAYERS: Final = 3


def undone(body: bytes, declared: str, limit: int) -> tuple[bytes | Reason, Flaw | None]:
    """`body` without the codings that were declared, or the reason why not, and what is untrue about the declaration.

    A body that is plain although a coding was declared is left as it is, since it can be judged. No more than `limit`
    bytes are made.

    >>> undone(b"{}", "gzip", 100)[1].kind.name
    'ENCODING'
    """
    codings = [word for part in declared.lower().split(",") if (word := part.strip()) not in {"", "identity"}]
    if not codings:
        return body, _undeclared(body)
    if not body or len(codings) > _LAYERS:
        return (body, None) if not body else (Reason.UNDECODABLE, _flaw(FlawKind.ENCODING, "too many codings"))
    found: bytes | Reason = body
    for coding in reversed(codings):
        found = _without(found, coding, limit) if isinstance(found, bytes) else found
    return _judged(found, body, codings)


def _judged(found: bytes | Reason, body: bytes, codings: list[str]) -> tuple[bytes | Reason, Flaw | None]:
    if found is Reason.TOO_LARGE:
        return found, _flaw(FlawKind.TOO_LARGE, "after decompression")
    if found is not Reason.UNDECODABLE:
        return found, None
    if _looks_plain(body):
        return body, _flaw(FlawKind.ENCODING, "not encoded at all")
    known = all(coding in _KINDS for coding in codings)
    return found, _flaw(FlawKind.ENCODING, "not to be decoded") if known else None


def _without(body: bytes, coding: str, limit: int) -> bytes | Reason:
    if coding not in _KINDS:
        return Reason.UNDECODABLE if _looks_plain(body) else plain(body, coding)
    found = expansion(_KINDS[coding], body, limit)
    if found is Reason.UNDECODABLE and coding == "deflate":  # some servers leave the header of zlib out
        return expansion(Kind.DEFLATE, body, limit)
    return found


def _undeclared(body: bytes) -> Flaw | None:
    kind = kind_of(body[:4])
    return None if kind is None or kind is Kind.ZLIB else _flaw(FlawKind.UNDECLARED, kind.value)


def _looks_plain(body: bytes) -> bool:
    """Whether a body is a text: no coding makes valid UTF-8 without control characters of more than a few bytes."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text[:256])


def _flaw(kind: FlawKind, actual: str) -> Flaw:
    return Flaw(kind, Part.RESPONSE_HEADERS, _ENCODING, actual)
