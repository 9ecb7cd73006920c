"""Changes of a request's query string, as careless servers read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from ...schemas.asked import pairs
from .hooks import asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...schemas.model import Request
    from .record import Plant

Pair = tuple[bytes, bytes]

KIND, VALUE, TYPE, NETWORK = b"identifierName", b"identifierValue", b"type", b"network"


def written(found: Iterable[Pair]) -> bytes:
    """A raw query string, percent-encoded.

    >>> written([(b"q", b"a b")])
    b'q=a%20b'
    """
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in found).encode()


def requeried(request: Request, change: Callable[[list[Pair]], Iterable[Pair]]) -> Request:
    """The request with changed query parameters."""
    return replace(request, query=written(change(pairs(request.query))))


def queried(change: Callable[[list[Pair]], Iterable[Pair]]) -> Plant:
    """Plant a change of the list of query parameters."""
    return asking(lambda request: requeried(request, change))


def valued(name: bytes, change: Callable[[bytes], bytes | None]) -> Plant:
    """Plant a change of the value of one parameter; `None` takes the parameter away."""

    def changed(found: list[Pair]) -> Iterable[Pair]:
        for key, value in found:
            new = change(value) if key == name else value
            if new is not None:
                yield key, new

    return queried(changed)


def values(request: Request, name: bytes) -> list[bytes]:
    """All values of one parameter."""
    return [value for key, value in pairs(request.query) if key == name]


def first_only(name: bytes) -> Callable[[list[Pair]], Iterable[Pair]]:
    """Only the first one of a parameter counts."""
    return lambda found: _once(found, name)


def last_only(name: bytes) -> Callable[[list[Pair]], Iterable[Pair]]:
    """Only the last one of a parameter counts."""
    return lambda found: reversed(_once(found[::-1], name))


def _once(found: list[Pair], name: bytes) -> list[Pair]:
    first = next((index for index, (key, _) in enumerate(found) if key == name), None)
    return [pair for index, pair in enumerate(found) if pair[0] != name or index == first]


def _quoted(raw: bytes) -> str:
    return quote_from_bytes(raw, safe="")
