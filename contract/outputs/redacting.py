"""The text of a body with placeholders for personal values; everything else stays as it was written.

Repeated keys, the spelling of numbers, white space and whatever a text breaks off with are findings: they would be gone
if the body were parsed and written again.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ...schemas.document import load, resolve
from ...schemas.shapes import Shape, shape_of
from ...schemas.values import is_object
from ..jsontext import UNREADABLE, parse
from ..values import shown, shown_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...schemas.document import Schema
    from ..settings import Settings

WITHHELD: Final = b"[redacted]"
"""Stands for a body in which nothing could be told apart; readers take it for what it is."""

_TOKEN: Final = re.compile(
    r'(?:(?P<sign>[{}\[\],])|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*+")'
    r"|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>:|true|false|null|NaN|-?Infinity|(?=[ \t\r\n])))[ \t\r\n]*"
)
_NUMERAL: Final = re.compile("[0-9]")
_MARK: Final = "<"
"""What a placeholder begins with, and no JSON text does."""
_DEEPEST: Final = 256
_decode: Final = json.JSONDecoder(strict=False).decode


def redacted(body: bytes, settings: Settings, *, success: bool = True) -> bytes:
    r"""`body` with placeholders for its personal values, or `WITHHELD` where it is no JSON.

    A number that is not harmless keeps its kind and its length: each of its digits becomes a 9.

    >>> from interpact.contract.settings import Settings
    >>> redacted(b'{"name": "Ada",  "interaction": [], "x": 12.5}', Settings(key=b"k"))
    b'{"name": "<text, 3 characters, #ecca06ab>",  "interaction": [], "x": 99.9}'
    """
    try:
        return "".join(_Walk(settings, _schema_of(body, success=success)).tokens(body.decode())).encode(
            "utf-8", "surrogatepass"
        )
    except (ValueError, LookupError):
        return WITHHELD


def _schema_of(body: bytes, *, success: bool) -> str:
    """The document that says what is in the body: that of an answer, or that of a refusal."""
    value, _ = parse(body)
    shape = Shape.ANSWER if value is UNREADABLE else shape_of(value, success=success)
    return (Shape.REFUSAL if shape is Shape.REFUSAL else Shape.ANSWER).value


class _Walk:
    """One text from its beginning to its end: which schema the value has that comes next is known from the stack."""

    def __init__(self, settings: Settings, document: str) -> None:
        self._settings = settings
        self._document = load(document)
        self._schemas: list[Schema | None] = [self._document]
        self._opened: list[str] = []
        self._key = ""
        self._is_key = False

    def tokens(self, text: str) -> Iterator[str]:
        """The pieces of the text. Raises `ValueError` or `LookupError` for one that is no JSON."""
        start = len(text) - len(text.removeprefix("\ufeff"))
        yield text[:start]
        while start < len(text):
            found = _TOKEN.match(text, start)
            if found is None:
                raise ValueError
            start, kind = found.end(), found.lastgroup
            yield found[0] if kind == "word" else self._told(kind, found)

    def _told(self, kind: str | None, found: re.Match[str]) -> str:
        """A token and the white space after it, as they may be shown."""
        if kind == "sign":
            self._follow(found["sign"])
            return found[0]
        if kind == "number":
            return self._number(found[0])
        token = found["text"]
        value = token[1:-1] if "\\" not in token else _decode(token)
        told = self._text(value)
        return found[0] if told == value else json.dumps(told) + found[0][len(token) :]

    def _follow(self, sign: str) -> None:
        if sign in "{[":
            self._schemas.append(self._schema())
            self._opened.append(sign)
            if len(self._opened) > _DEEPEST:
                raise ValueError
        elif sign in "}]":
            self._schemas.pop()
            self._opened.pop()
        self._is_key = sign in "{," and self._opened[-1:] == ["{"]

    def _schema(self) -> Schema | None:
        """What is declared for the value that comes now."""
        if not self._opened:
            return self._schemas[-1]
        above = self._schemas[-1]
        if above is None:
            return None
        found: Any = above.get("properties", {}).get(self._key) if self._opened[-1] == "{" else above.get("items")
        return resolve(found, self._document) if is_object(found) else None

    def _text(self, value: str) -> str:
        if not self._is_key:
            told = shown(value, self._schema(), self._settings)
            return value if not told.startswith(_MARK) or not value.strip() else told
        self._key, self._is_key = value, False
        declared = (self._schemas[-1] or {}).get("properties", {})
        return value if value in declared else shown_key(value, self._settings)

    def _number(self, token: str) -> str:
        told = shown(json.loads(token), self._schema(), self._settings)
        return _NUMERAL.sub("9", token) if told.startswith(_MARK) else token
