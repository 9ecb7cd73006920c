"""How a value appears in a report: as it is where it is harmless, otherwise as a typed placeholder."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from ..schemas.rules import ABSENT
from ..schemas.values import is_array, is_object
from .jsontext import Decimal
from .pointers import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .settings import Settings

_LONGEST: Final = 80
_HARMLESS: Final = 10**6
"""Smaller numbers are counts and numbers of things; a phone number has seven digits at least (facts.md §1)."""
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
_DIGITS: Final = re.compile(r"\+?[0-9]+")
_PLAIN_KEY: Final = re.compile(PLAIN)


def shown(value: Any, schema: Mapping[str, Any] | None, settings: Settings) -> str:
    """`value` as a report may show it, where `schema` is what the document declares at its place (`None`: nothing).

    Raw are null, booleans at declared places, numbers where an integer is declared, and strings that the document
    calls harmless (`x-interpact-shown`, `x-interpact-known`). Everything else becomes a placeholder with
    its type, its length, its kind of content and a keyed hash, unless the settings say to show values.

    >>> from interpact.contract.settings import Settings
    >>> shown("ada@example.com", {"type": "string", "x-interpact-personal": True}, Settings(key=b"k"))
    '<e-mail address, 15 characters, #7fdebc19>'
    >>> shown("SENT", {"type": "string", "x-interpact-known": ["SENT"]}, Settings(key=b"k"))
    '"SENT"'
    """
    if value is ABSENT:
        return "nothing"
    if settings.show_values or _harmless(value, schema):
        return _cut(_raw(value))
    return _placeholder(value, settings.key)


def shown_key(key: str, settings: Settings) -> str:
    """An undeclared key as a report may show it: only where it looks like a name that a programmer gave.

    >>> from interpact.contract.settings import Settings
    >>> shown_key("priority", Settings())
    'priority'
    """
    if settings.show_values or _PLAIN_KEY.fullmatch(key):
        return key
    return _placeholder(key, settings.key)


def _harmless(value: Any, schema: Mapping[str, Any] | None) -> bool:
    if value is None or isinstance(value, bool):
        return value is None or schema is not None
    if isinstance(value, (list, dict)):
        return not value
    if isinstance(value, (int, float)):
        declared = schema or {}
        return declared.get("type") == "integer" and (abs(value) < _HARMLESS or _is_shown(str(value), declared))
    return schema is not None and schema.get("type") != "integer" and _harmless_text(str(value), schema)


def _harmless_text(text: str, schema: Mapping[str, Any]) -> bool:
    if text in schema.get("x-interpact-known", ()) or text in schema.get("enum", ()):
        return True
    if any(text.strip().casefold() == str(known).casefold() for known in schema.get("x-interpact-known", ())):
        return True
    return _is_shown(text, schema)


def _is_shown(text: str, schema: Mapping[str, Any]) -> bool:
    pattern = schema.get("x-interpact-shown")
    return pattern is not None and re.fullmatch(pattern.strip("^$"), text) is not None


def _placeholder(value: Any, key: bytes) -> str:
    text = value if isinstance(value, str) else _raw(value)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=4).hexdigest()
    return f"<{_describe(value)}, #{digest}>"


def _describe(value: Any) -> str:
    if is_array(value):
        return f"list of {len(value)}"
    if is_object(value):
        return f"object of {len(value)}"
    if isinstance(value, bool):
        return "boolean"
    if not isinstance(value, str):
        return "number"
    return f"{_content(value)}, {len(value)} character{'' if len(value) == 1 else 's'}"


def _content(text: str) -> str:
    if not text.strip():
        return "blank text" if text else "empty text"
    if _EMAIL.fullmatch(text):
        return "e-mail address"
    return "digits" if _DIGITS.fullmatch(text) else "text"


def _raw(value: Any) -> str:
    """JSON in printable ASCII, so that no control character reaches a terminal."""
    if isinstance(value, Decimal):
        return value.text
    try:
        return json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}... ({len(text)} characters)"
