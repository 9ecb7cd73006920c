"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONG: Final = 19
_VARYING: Final = re.compile(r"(?<=/)(?:[0-9]+|<[^/]*, #[0-9a-f]{8}>)(?=/|$)")
"""An index, or a placeholder (`values.py`): what differs between places of the same kind."""


def pointer(tokens: Iterable[str | int]) -> str:
    """The pointer of a path.

    >>> pointer(["interaction", 0, "a/b"])
    '/interaction/0/a~1b'
    """
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def folded(text: str) -> str:
    """The pointer with array indices and placeholders of keys folded, so that places of the same kind are equal.

    >>> folded("/interaction/0/messageList/17/status"), folded("/extra/<digits, 9 characters, #7fdebc19>")
    ('/interaction/*/messageList/*/status', '/extra/*')
    """
    return _VARYING.sub("*", text)


def order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts pointers as people read them: index 2 before index 10.

    >>> sorted(["/a/10", "/a/2"], key=order)
    ['/a/2', '/a/10']
    """
    return tuple((0, int(token), "") if _is_index(token) else (1, 0, token) for token in text.split("/"))


def _is_index(token: str) -> bool:
    return token.isdecimal() and token.isascii() and len(token) < _LONG
