"""Which rule reports the breach of which JSON Schema keyword."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .document import Schema

_DEFAULT: Final = {"required": "IP102", "type": "IP103", "minimum": "IP106", "maximum": "IP106", "items": "IP103"}
_NULL: Final = "IP104"
_ROOT: Final = "IP101"


def owner(keyword: str, schema: Schema, value: Any, *, root: bool) -> str:
    """The code of the rule that a breach of `keyword` in `schema` by `value` belongs to.

    Raises `KeyError` for a keyword of the document that no rule owns; a test proves that there is none.

    >>> owner("type", {"type": "integer"}, None, root=False)
    'IP104'
    >>> owner("minimum", {"minimum": 0, "x-interpact-owners": {"minimum": "IP107"}}, -1, root=False)
    'IP107'
    """
    named = schema.get("x-interpact-owners", {})
    if keyword in named:
        return named[keyword]
    if keyword == "type" and root:
        return _ROOT
    if keyword == "type" and value is None:
        return _NULL
    return _DEFAULT[keyword]
