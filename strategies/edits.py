"""Edits of a sample at a JSON Pointer (RFC 6901), which leave the original as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from ..schemas.rules import ABSENT, Part
from .sample import Json, Pairs, Query, Sample, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


def join(*tokens: str | int) -> str:
    """The JSON Pointer of a path.

    >>> join("interaction", 0, "a/b")
    '/interaction/0/a~1b'
    """
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def split(pointer: str) -> list[str]:
    """The tokens of a JSON Pointer.

    >>> split("/interaction/0/a~1b")
    ['interaction', '0', 'a/b']
    """
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def find(value: Json, pointer: str) -> Json:
    """What is at `pointer`, or `ABSENT`.

    >>> find({"a": [1, 2]}, "/a/1"), find({"a": 1}, "/b")
    (2, (absent))
    """
    for token in split(pointer):
        value = _member(value, token)
    return value


def put(value: Json, pointer: str, new: Json) -> Json:
    """A copy of `value` with `new` at `pointer`; `ABSENT` removes what is there, an index past the end appends.

    >>> put({"a": [1, 2]}, "/a/1", ABSENT)
    {'a': [1]}
    """
    return _put(value, split(pointer), new)


def read(sample: Sample, part: Part, pointer: str) -> Json:
    """What is at `pointer` in a part of the sample, or `ABSENT`."""
    return find(_PARTS[part][0](sample), pointer)


def write(sample: Sample, part: Part, pointer: str, new: Json) -> Sample:
    """The sample with `new` at `pointer` in one of its parts."""
    get, change = _PARTS[part]
    return change(sample, put(get(sample), pointer, new))


def spelled(body: Json, pointer: str, literal: str) -> bytes:
    """The text of `body` with the JSON value at `pointer` written as `literal`.

    >>> spelled({"count": 1}, "/count", "1.0")
    b'{"count": 1.0}'
    """
    mark = _unused(text_of(body))
    return text_of(put(body, pointer, mark)).replace(f'"{mark}"', literal).encode()


def repeated(body: Json, pointer: str, key: str, value: Json) -> bytes:
    """The text of `body` with one more member, whose key is written as `key`, in the object at `pointer`.

    >>> repeated({"a": {"b": 1}}, "/a", '"b"', 2)
    b'{"a": {"b": 1, "b": 2}}'
    """
    mark = _unused(text_of(body))
    return text_of(put(body, pointer + join(mark), value)).replace(f'"{mark}"', key).encode()


def _unused(text: str) -> str:
    mark = "@@"
    while mark in text:
        mark += "@"
    return mark


def _member(value: Json, token: str) -> Json:
    if isinstance(value, dict):
        return cast("dict[str, Json]", value).get(token, ABSENT)
    items = cast("list[Json]", value)
    return items[int(token)] if int(token) < len(items) else ABSENT


def _put(value: Json, tokens: list[str], new: Json) -> Json:
    if not tokens:
        return new
    token, *rest = tokens
    inner = _put(_member(value, token), rest, new)
    if isinstance(value, list):
        index = int(token)
        return [*value[:index], *([] if inner is ABSENT else [inner]), *value[index + 1 :]]
    if inner is ABSENT:
        return {key: kept for key, kept in value.items() if key != token}
    return value | {token: inner}


def _pairs(members: dict[str, Json]) -> Pairs:
    listed = {name: cast("list[str]", value if isinstance(value, list) else [value]) for name, value in members.items()}
    return tuple((name, one) for name, values in listed.items() for one in values)


def _members(pairs: Pairs) -> dict[str, Json]:
    """Values by name; a list where a name is repeated."""
    members: dict[str, Json] = {}
    for name, value in pairs:
        earlier = members.get(name, ABSENT)
        members[name] = value if earlier is ABSENT else [*(earlier if isinstance(earlier, list) else [earlier]), value]
    return members


_PARTS: Final[dict[Part, tuple[Callable[[Sample], Json], Callable[[Sample, Json], Sample]]]] = {
    Part.QUERY: (
        lambda sample: _members(sample.query.pairs),
        lambda sample, new: replace(sample, query=Query(_pairs(new))),
    ),
    Part.REQUEST_HEADERS: (
        lambda sample: _members(sample.request_headers),
        lambda sample, new: replace(sample, request_headers=_pairs(new)),
    ),
    Part.STATUS: (lambda sample: sample.status, lambda sample, new: replace(sample, status=new)),
    Part.RESPONSE_HEADERS: (
        lambda sample: _members(sample.headers),
        lambda sample, new: replace(sample, headers=_pairs(new)),
    ),
    Part.BODY: (lambda sample: sample.body, lambda sample, new: replace(sample, body=new)),
}
