"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONG: Final = 19
_INDEX: Final = re.compile(r"(?<=/)[0-9]+(?=/|$)")
PLAIN: Final = r"[A-Za-z_][A-Za-z_]{0,31}"
"""A name that a programmer gave, and which may be shown wherever it stands."""
_ODD: Final = re.compile(rf"(?<=/)(?!{PLAIN}(?:/|$))[^/]*")


def pointer(tokens: Iterable[str | int]) -> str:
    """The pointer of a path.

    >>> pointer(["interaction", 0, "a/b"])
    '/interaction/0/a~1b'
    """
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def folded(text: str, *, names: bool = False) -> str:
    """The pointer with its array indices folded, so that places of the same kind are equal.

    With `names`, so are the names of members that no programmer gives: these are data, or placeholders of data
    (`values.shown_key`), and would make of each value a place of its own kind.

    >>> folded("/interaction/0/messageList/17/status")
    '/interaction/*/messageList/*/status'
    >>> folded("/by number/4915112345678/status", names=True)
    '/*/*/status'
    """
    return (_ODD if names else _INDEX).sub("*", text)


def order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts pointers as people read them: index 2 before index 10.

    >>> sorted(["/a/10", "/a/2"], key=order)
    ['/a/2', '/a/10']
    """
    return tuple((0, int(token), "") if _is_index(token) else (1, 0, token) for token in text.split("/"))


def _is_index(token: str) -> bool:
    return token.isdecimal() and token.isascii() and len(token) < _LONG
