"""The rules over the table of requests: one row a request, its query parameters as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ..document import operation
from . import texts
from .violation import Violation, violation

if TYPE_CHECKING:
    from ..document import Schema

_PARAMETERS: Final = operation().parameters
_NAME: Final = pl.col("identifierName")
_VALUE: Final = pl.col("identifierValue")
_TRIMMED: Final = _VALUE.str.strip_chars(" ")  # reference-behaviour R7: spaces around the value are ignored
_OLD_SPELLING: Final = "external id"
"""How the first edition of the page spells `external_id` (facts.md §1)."""


def _when(kind: str, where: pl.Expr) -> pl.Expr:
    """`where`, for identifiers of a kind that are not blank, and not what a recorder's filter put in their place."""
    return (_NAME == kind) & where & ~_blank(_VALUE) & ~_TRIMMED.str.contains(texts.REDACTED)


def _blank(text: pl.Expr) -> pl.Expr:
    return text.str.contains(texts.BLANK)


def _not_one_of(name: str, *more: str) -> pl.Expr:
    return ~pl.col(name).is_in([*_PARAMETERS[name]["enum"], *more])


def _contradictions(name: str, schema: Schema) -> tuple[Violation, ...]:
    """`x-interpact-depends`: with this value, that parameter (where given) has one of those values."""
    return tuple(
        violation("IP156", name, (pl.col(name) == value) & _known(other) & ~pl.col(other).is_in(allowed), other)
        for other, table in schema.get("x-interpact-depends", {}).items()
        for value, allowed in table.items()
    )


def _known(name: str) -> pl.Expr:
    """An unknown value is reported as that, not as a contradiction too."""
    return pl.col(name).is_in(_PARAMETERS[name]["enum"])


REQUESTS: Final = (
    *(violation("IP150", name, pl.col(name).is_null()) for name in sorted(operation().required)),
    violation("IP151", "identifierName", _not_one_of("identifierName", _OLD_SPELLING)),
    violation("IP152", "identifierValue", _blank(_VALUE)),
    *(violation("IP153", name, pl.col(f"{name}.times") > 1) for name in _PARAMETERS),
    violation("IP154", "network", _not_one_of("network")),
    violation("IP155", "type", _not_one_of("type")),
    *(found for name, schema in _PARAMETERS.items() for found in _contradictions(name, schema)),
    violation(
        "IP157",
        "identifierValue",
        _when("mobile", ~_TRIMMED.str.contains(texts.PHONE) & ~_TRIMMED.str.contains(texts.PLUS_PHONE)),
        "identifierName",
    ),
    violation("IP158", "identifierValue", _when("mobile", _TRIMMED.str.contains(texts.PLUS_PHONE)), "identifierName"),
    violation(
        "IP159",
        "identifierValue",
        _when("mobile", _TRIMMED.str.contains(texts.PHONE) & _TRIMMED.str.starts_with("0")),
        "identifierName",
    ),
    violation("IP160", "identifierValue", _when("email", ~_TRIMMED.str.contains(texts.EMAIL)), "identifierName"),
    violation("IP161", "identifierName", _NAME == _OLD_SPELLING),
)
