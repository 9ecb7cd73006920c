"""Parsed JSON values: their type, and the two questions that are asked of a value before one looks into it.

`isinstance(value, dict)` leaves a type checker with keys and values that it knows nothing of; JSON has only one kind
of object and one kind of array, which these two say once.
"""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""Any JSON value as Python values (RFC 8259 §3)."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed JSON value is an object, whose keys are texts.

    >>> is_object({"count": 0}), is_object([])
    (True, False)
    """
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed JSON value is an array.

    >>> is_array([]), is_array("text")
    (True, False)
    """
    return isinstance(value, list)
