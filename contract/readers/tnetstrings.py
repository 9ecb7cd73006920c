"""Tnetstrings, as mitmproxy writes them: `length:payload` and a letter for the kind, in plain values."""

from __future__ import annotations

from typing import Any, Final

_DEEPEST: Final = 50
_DIGITS: Final = 12
_LONGEST_NUMBER: Final = 400


class BrokenTnetstringError(ValueError):
    """Bytes that are no tnetstring, or not a whole one. The message never quotes them."""


def parsed(data: bytes) -> Any:
    """The value of one tnetstring.

    >>> parsed(b"16:1:a;2:no,1:b;0:~}")
    {'a': b'no', 'b': None}
    """
    value, end = _value(data, 0, len(data), 0)
    if end != len(data):
        raise _broken()
    return value


def length_of(start: bytes) -> tuple[int, int] | None:
    """Bytes of the prefix and of the payload of a tnetstring that begins like this, or `None` where none does.

    >>> length_of(b"16:1:a;2:no")
    (3, 16)
    """
    digits, colon, _ = start[: _DIGITS + 1].partition(b":")
    return (len(digits) + 1, int(digits)) if colon and digits.isdigit() else None


def _value(data: bytes, at: int, end: int, depth: int) -> tuple[Any, int]:
    found = length_of(data[at : min(end, at + _DIGITS + 1)])
    if found is None or depth > _DEEPEST:
        raise _broken()
    start = at + found[0]
    stop = start + found[1]
    if stop >= end:
        raise _broken()
    kind = data[stop : stop + 1]
    if kind == b"}":
        return _mapping(data, start, stop, depth), stop + 1
    if kind == b"]":
        return _items(data, start, stop, depth), stop + 1
    return _scalar(kind, data[start:stop]), stop + 1


def _items(data: bytes, at: int, end: int, depth: int) -> list[Any]:
    found: list[Any] = []
    while at < end:
        value, at = _value(data, at, end, depth + 1)
        found.append(value)
    return found


def _mapping(data: bytes, at: int, end: int, depth: int) -> dict[str, Any]:
    items = _items(data, at, end, depth)
    if len(items) % 2:
        raise _broken()
    return {_key(name): value for name, value in zip(items[::2], items[1::2], strict=True)}


def _key(name: object) -> str:
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _scalar(kind: bytes, payload: bytes) -> Any:
    try:
        if kind == b",":
            return payload
        if kind == b";":
            return payload.decode()
        if kind == b"#" and len(payload) < _LONGEST_NUMBER:
            return int(payload)
        if kind == b"^":
            return float(payload)
    except ValueError:
        raise _broken() from None
    if kind == b"!" and payload in {b"true", b"false"}:
        return payload == b"true"
    if kind == b"~" and not payload:
        return None
    raise _broken()


def _broken() -> BrokenTnetstringError:
    return BrokenTnetstringError("a flow that is broken, or was cut: the rest is not read")
