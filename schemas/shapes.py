"""Which of the documented shapes a body has: an answer, a refusal, or that of the older API."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from .document import load
from .values import is_array, is_object
from .vocabulary import CODES

_OLDER_API: Final = "response"
"""The only member of a body of the v1.1 API (facts.md §4)."""

BODY_KEYS: Final = frozenset[str]({*load("response")["properties"], *load("error")["properties"], _OLDER_API})
"""The members of an answer, of a refusal and of a body of the older API, at the top level."""


class Shape(StrEnum):
    """What a body is meant to be."""

    ANSWER = "response"
    REFUSAL = "error"
    LEGACY = "legacy"


def shape_of(body: Any, *, success: bool) -> Shape:
    """The shape that `body`, a parsed JSON value, was meant to have under a successful status or another one.

    >>> shape_of({"response": {"status": {}, "customer": {}}}, success=True)
    <Shape.LEGACY: 'legacy'>
    >>> shape_of({"errors": [{"code": 1012, "message": "Customer not found"}]}, success=True)
    <Shape.REFUSAL: 'error'>
    """
    default = Shape.ANSWER if success else Shape.REFUSAL
    if not is_object(body) or "interaction" in body:
        return default
    if _is_legacy(body.get(_OLDER_API)):
        return Shape.LEGACY
    return Shape.REFUSAL if body.get("errors") else default


def refusal(body: Any) -> str:
    """What a refusal says, in words that repeat nothing of the request; empty where it says nothing.

    >>> refusal({"errors": [{"code": 1012, "message": "no ada@example.com"}, {"code": 7}]})
    'code 1012 (customer not found), code 7'
    """
    errors = body.get("errors") if is_object(body) else None
    if not is_array(errors):
        return "errors" if errors else ""
    return ", ".join(map(_code, errors[:3])) + (", ..." if len(errors) > 3 else "")  # noqa: PLR2004 - enough to read


def unsaid(body: Any) -> list[str]:
    """The members in which a refusal does not say what the profile `strict` asks for (reference-behaviour E1).

    >>> unsaid({"errors": [{"code": 1, "message": ""}], "warnings": []})
    ['errors']
    """
    if not is_object(body):
        return []
    errors, warnings = body.get("errors"), body.get("warnings")
    told = is_array(errors) and errors and all(is_object(one) and one.get("message") != "" for one in errors)
    return ([] if told else ["errors"]) + ([] if is_array(warnings) else ["warnings"])


def _code(error: Any) -> str:
    code = error.get("code") if is_object(error) else None
    if not isinstance(code, int):
        return "an error without a code"
    meaning = CODES.get(code)
    return f"code {code}" if meaning is None else f"code {code} ({meaning})"


def _is_legacy(response: Any) -> bool:
    """Whether a `response` member is the older API's, with `status` or `customer` (facts.md §4)."""
    return is_object(response) and bool(response.keys() & {"status", "customer"})
