"""The rules that JSON Schema cannot say, over the tables that a batch of responses flattens to.

Each rule is written once, as a Polars expression for the rows that break it. The checker evaluates the expressions of
a table together; `models` wraps the same expressions in pandera schemas for people who hold such tables themselves.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from . import strict
from .entries import ENTRIES
from .messages import MESSAGES, prepared
from .remarks import REMARKS
from .requests import REQUESTS
from .violation import Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

VIOLATIONS: Final = MappingProxyType(
    {
        "entries": (*ENTRIES, *strict.ENTRIES),
        "messages": (*MESSAGES, *strict.MESSAGES),
        "remarks": REMARKS,
        "requests": REQUESTS,
    }
)
"""The violations of each table."""

PREPARE: Final[MappingProxyType[str, Callable[[pl.DataFrame], pl.DataFrame]]] = MappingProxyType({"messages": prepared})
"""What must be computed over a table before its violations are evaluated."""

FRAME_RULES: Final = frozenset(violation.rule for found in VIOLATIONS.values() for violation in found)
"""Codes of the rules that frames judge; a breach of a JSON Schema keyword that one of them owns is left to it."""

__all__ = ["FRAME_RULES", "PREPARE", "VIOLATIONS", "Violation"]
