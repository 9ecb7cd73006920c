"""JSON text split into its members without parsing them, so that a value keeps the bytes that it was written in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\r\n"
_BLANKS: Final = frozenset({b" ", b"\t", b"\r", b"\n"})
_TEXT: Final = re.compile(rb"[^ \t\r\n]")
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,"]', re.DOTALL)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
MOST_OBJECTS: Final = 4_000_000
"""Objects of the largest document that is read entry by entry: one for each 64 bytes of 256 MiB."""
_REFUSED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LONG: Final = 4000
"""Digits of an integer that Python converts without complaint."""


class BrokenJsonError(ValueError):
    """A text that is not JSON, or not all of it. The message tells where, never what stands there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member of an object or element of an array, in the text that it stands in."""

    key: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of one object or array; `end` is where it ends, `None` where the text ends before it does."""

    parts: tuple[Part, ...]
    end: int | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of an object, as far as they could be read."""
        return tuple(part.key for part in self.parts if part.key is not None)

    def find(self, *keys: str) -> Part | None:
        """The first part that has one of these keys."""
        return next((part for part in self.parts if part.key in keys), None)


def unsigned(data: bytes) -> bytes:
    r"""`data` without a byte order mark and blanks in front.

    >>> unsigned(b"\xef\xbb\xbf {}")
    b'{}'
    """
    return data.removeprefix(_BOM).lstrip(_BLANK)


def load(data: bytes) -> object:
    r"""The value of a JSON text. NaN, lone surrogates and bytes that are not UTF-8 (`surrogateescape`) are let pass.

    Raises `BrokenJsonError`.

    >>> load(b'{"a": "\\udce9"}')
    {'a': '\udce9'}
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _load_leniently(data.removeprefix(_BOM).decode("utf-8", "surrogateescape"))


def outline(data: bytes, start: int = 0, until: str | None = None) -> Outline:
    """The parts of the first object or array at or after `start`, in a text that may be broken, cut or too deep.

    What comes after the beginning of the member `until` is not looked at, and counts as part of it.

    >>> outline(b'{"a": [1, 2], "b').keys
    ('a',)
    """
    found = _Outliner(data, until)
    for token in _TOKEN.finditer(data, start):
        if found.take(data[token.start()], token):
            break
    return found.outline()


def members(data: bytes) -> dict[str, bytes]:
    """The members of a JSON object with the bytes of their values; of equal keys the last one counts.

    Raises `BrokenJsonError` where `data` is no object, or where it ends too early.

    >>> members(b'{"a": 1.0, "b": {}}')
    {'a': b'1.0', 'b': b'{}'}
    """
    try:
        return {key: bytes(value) for key, value in _OBJECT.decode(data).items()}
    except _REFUSED:
        parts = _whole(data, b"{").parts
    return {part.key: data[part.start : part.end] for part in parts if part.key is not None}


def elements(data: bytes) -> Iterator[bytes]:
    """The bytes of each element of a JSON array.

    Raises `BrokenJsonError` after the last whole element where the array ends too early or is no array.

    >>> list(elements(b'[{"a": 1.0}, 2]'))
    [b'{"a": 1.0}', b'2']
    """
    _limit(data)
    try:
        raws = _ARRAY.decode(data)
    except _REFUSED:
        yield from _salvaged(data, 0)
        _whole(data, b"[")
        return
    for raw in raws:
        yield bytes(raw)


def texts(data: bytes, *paths: tuple[str, ...]) -> Iterator[bytes | msgspec.Raw]:
    """The texts of the elements of the array that stands in a JSON object at the first of `paths` that exists.

    Raises `BrokenJsonError` after the last whole element where the text is broken, or ends too early.

    >>> [bytes(text) for text in texts(b'{"a": {"b": [1.0, {}]}}', ("c",), ("a", "b"))]
    [b'1.0', b'{}']
    """
    _limit(data)
    for path in paths:
        try:
            found = _decoder(path).decode(data)
        except _REFUSED:
            continue
        yield from found.inner(len(path))
        return
    yield from _salvaged_at(data, paths)


def _limit(data: bytes) -> None:
    """Raise `BrokenJsonError` where a text has more objects than can be held; strings with brackets count as some."""
    if len(data) > 2 * MOST_OBJECTS and data.count(b"{") > MOST_OBJECTS:
        message = f"more than {MOST_OBJECTS:,} objects in one document: split it, or write NDJSON"
        raise BrokenJsonError(message)


class _Level(msgspec.Struct):
    """An object of which one member matters."""

    value: Any

    def inner(self, depth: int) -> list[msgspec.Raw]:
        return self.value if depth == 1 else self.value.inner(depth - 1)


@cache
def _decoder(path: tuple[str, ...]) -> msgspec.json.Decoder[_Level]:
    """Finds an array in one pass, and leaves its elements unparsed."""
    kind: Any = list[msgspec.Raw]
    for key in reversed(path):
        kind = msgspec.defstruct("Level", [("value", kind)], bases=(_Level,), rename={"value": key})
    return msgspec.json.Decoder(kind)


def loaded(element: bytes | msgspec.Raw) -> object:
    """The value of an element, `None` where it is broken by itself."""
    try:
        return orjson.loads(memoryview(element))
    except orjson.JSONDecodeError:
        pass
    try:
        return load(bytes(element))
    except BrokenJsonError:
        return None


def array_at(data: bytes, *paths: tuple[str, ...]) -> int | None:
    """Where the array begins that stands at the first of `paths` at which there is one.

    >>> array_at(b'{"b": [], "a": {"b": [1]}}', ("c",), ("a", "b"))
    21
    """
    for path in paths:
        start: int | None = 0
        for key in path:
            part = None if start is None else outline(data, start, until=key).find(key)
            start = None if part is None else part.start
        if start is not None and data[start : start + 1] == b"[":
            return start
    return None


def _salvaged_at(data: bytes, paths: tuple[tuple[str, ...], ...]) -> Iterator[bytes]:
    """The elements of an array in a text that is broken, or in which there is no such array, which it tells then."""
    start = array_at(data, *paths)
    if start is not None:
        yield from _salvaged(data, start)
    load(data)
    if start is None:
        message = f"there is no list at {' or '.join('.'.join(path) for path in paths)}"
        raise BrokenJsonError(message)


def _salvaged(data: bytes, start: int) -> Iterator[bytes]:
    found = outline(data, start)
    whole = found.parts if found.end is not None else found.parts[:-1]
    for part in whole:
        yield data[part.start : part.end]
    if found.end is None:
        message = f"the file ends in the middle of entry {len(whole) + 1}"
        raise BrokenJsonError(message)
    inside, bracket = data[start : found.end - 1], data[found.end - 1 : found.end]
    if bracket != b"]" or inside.rstrip(_BLANK).endswith(b",") or any(part.start == part.end for part in whole):
        message = "broken JSON: brackets that do not match, or a comma without an entry"
        raise BrokenJsonError(message)


def _whole(data: bytes, bracket: bytes) -> Outline:
    found = outline(data)
    if data.lstrip(_BLANK)[:1] != bracket or found.end is None or data[found.end :].strip(_BLANK):
        message = "broken JSON"
        raise BrokenJsonError(message)
    return found


def _load_leniently(text: str) -> object:
    try:
        return json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        message = f"broken JSON at line {error.lineno}, column {error.colno}"
    except RecursionError:
        message = "JSON that is nested too deeply"
    raise BrokenJsonError(message)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONG else float(digits)


class _Outliner:
    """Follows the brackets and commas of one object or array."""

    def __init__(self, data: bytes, until: str | None) -> None:
        self._data = data
        self._until = until
        self._depth = 0
        self._begin = 0
        self._key: str | None = None
        self._parts: list[Part] = []
        self._end: int | None = None

    def take(self, mark: int, token: re.Match[bytes]) -> bool:
        """Take one token; whether it was the last one of interest."""
        if mark in b"{[":
            return self._open(token)
        if mark in b"}]":
            return self._close(token)
        if self._depth <= 1 and mark in b":,":
            return self._separate(token)
        return self._depth == 0 or token.group() == b'"'  # a string that does not end

    def outline(self) -> Outline:
        """What was found; an unfinished part reaches to the end of the text."""
        if self._end is None and self._depth:
            self._add(len(self._data), keep_empty=True)
        return Outline(tuple(self._parts), self._end)

    def _open(self, token: re.Match[bytes]) -> bool:
        self._depth += 1
        if self._depth == 1:
            self._begin = token.end()
        return False

    def _close(self, token: re.Match[bytes]) -> bool:
        self._depth -= 1
        if self._depth:
            return self._depth < 0
        self._add(token.start(), keep_empty=False)
        self._end = token.end()
        return True

    def _separate(self, token: re.Match[bytes]) -> bool:
        if self._depth == 0:
            return True
        if token.group() == b",":
            self._add(token.start(), keep_empty=True)
            self._key = None
        else:
            self._key = _key(self._data[self._begin : token.start()])
        self._begin = token.end()
        return self._key is not None and self._key == self._until

    def _add(self, end: int, *, keep_empty: bool) -> None:
        start = end
        if found := _TEXT.search(self._data, self._begin, end):
            start = found.start()
        if self._data[end - 1 : end] in _BLANKS:
            end = start + len(self._data[start:end].rstrip(_BLANK))
        if keep_empty or self._key is not None or start < end:
            self._parts.append(Part(self._key, start, end))


def _key(quoted: bytes) -> str:
    try:
        return str(load(quoted))
    except BrokenJsonError:
        return ""
