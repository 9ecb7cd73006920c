"""How much of what a capture holds is followed: a frozen value that is handed to whatever reads or judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from .exchange import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from .inputs import Span

MIB: Final = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of memory, disk and time, for captures that nobody vouches for.

    >>> Limits(max_body=1000).allowed(stored=10)
    104857600
    """

    max_body: int = 256 * MIB
    """Bytes of the largest body, line or document that is judged."""
    max_expansion: int = 1000
    """How many times its own size a compressed input may grow, once past `free_expansion` bytes."""
    free_expansion: int = 100 * MIB
    """Bytes that a compressed input may always grow to."""
    max_depth: int = 128
    """Levels of nesting of a body that are followed."""
    max_spool: int = 4096 * MIB
    """Bytes that are put into a temporary file where a format cannot be read from a stream."""
    max_members: int = 200_000
    """Members of one archive."""
    max_nesting: int = 3
    """Archives within each other."""

    def allowed(self, stored: int) -> int:
        """Bytes that `stored` compressed bytes may grow to."""
        return max(self.free_expansion, self.max_expansion * stored)


LIMITS: Final = Limits()
"""The limits where nobody asks for other ones."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants of reading: the limits, and the column of a table that holds the bodies."""

    limits: Limits = LIMITS
    body_column: str | None = None


def nothing_beside(name: str) -> bytes | Reason:
    """What lies beside an input of which nothing but its bytes is known."""
    del name
    return Reason.NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may need to know besides the bytes: what is wished for, and what lies beside them."""

    limits: Limits = LIMITS
    body_column: str | None = None
    """The column of a table that holds the bodies, if the user named one."""
    beside: Callable[[str], bytes | Reason] = nothing_beside
    """The content of a file that the input names, or why there is none: never of one outside of its folder."""
    path: str | None = None
    """The path of the input, where it is a file on disk that is not compressed."""
    span: Span | None = None
    """The part of the input that is wanted of a reader that `divides`."""


NO_CONTEXT: Final = Context()
"""The context of bytes of which nothing else is known."""
