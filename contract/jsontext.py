"""JSON texts to the letter: what fast parsers accept, repair or refuse without a word becomes a flaw with a place."""

from __future__ import annotations

import codecs
import json
import re
from functools import partial
from typing import Any, Final, NamedTuple, Self

from ..schemas.values import is_array, is_object
from .limits import LIMITS

MAX_DEPTH: Final = LIMITS.max_depth
"""Levels of nesting that are followed; the contract needs five (RFC 8259 §9 lets a parser set a limit)."""

_LONGEST_INTEGER: Final = 400
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SIGNS: Final = ("\\u", "\ufffd", "NaN", "Infinity")
"""One of these is in every text that has a flaw, repeated keys left aside."""


Path = tuple[str | int, ...]
"""The keys and indices that lead to a place in a JSON value."""

REPLACEMENT: Final = "\ufffd"
"""What stands in a text where bytes could not be decoded (U+FFFD)."""


class Flaw(NamedTuple):
    """Something wrong with the text: the rule, the path to the place, and what was there in words."""

    code: str
    path: Path
    actual: str


class Parsed(NamedTuple):
    """What a text holds, and its flaws; `value` is `UNREADABLE` where the text is no JSON at all."""

    value: Any
    flaws: list[Flaw]


class Decimal(float):
    """A number that was written with a fraction or an exponent, though it may be whole; `text` is how."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that `text` spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class Members(dict[str, Any]):
    """An object some of whose keys occur more than once; the last value won."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, Any]], repeated: list[str]) -> None:
        super().__init__(pairs)
        self.repeated = repeated


class NotANumber(Decimal):
    """NaN or an infinity, which JSON does not have."""


UNREADABLE: Final = object()


def parse(raw: bytes, max_depth: int = MAX_DEPTH) -> Parsed:
    """Read a JSON text, whose nesting is followed down to `max_depth` levels.

    >>> parse(b'{"a": 1, "a": NaN}').flaws[0]
    Flaw(code='IP402', path=('a',), actual='the same key again')
    """
    text, flaws = _decode(raw)
    repeated: list[str] = []
    try:
        value = _decoder(repeated).decode(text)
    except json.JSONDecodeError as error:
        return Parsed(UNREADABLE, [*flaws, Flaw("IP401", (), _why(text, error))])
    except RecursionError:
        return Parsed(UNREADABLE, [*flaws, Flaw("IP407", (), "nesting without end")])
    if text.count("[") + text.count("{") > max_depth and too_deep(value, max_depth):
        return Parsed(UNREADABLE, [*flaws, Flaw("IP407", (), f"more than {max_depth} levels")])
    found = _flaws(value, ()) if repeated or any(sign in text for sign in _SIGNS) else []
    if any(flaw.code == "IP405" for flaw in flaws):
        found = [flaw for flaw in found if flaw.code != "IP502"]  # decoding may have put them there
    return Parsed(value, [*flaws, *found])


def _decoder(repeated: list[str]) -> json.JSONDecoder:
    """A decoder that keeps how numbers were written; the keys that occur again in an object are added to `repeated`."""
    return json.JSONDecoder(
        object_pairs_hook=partial(_object, repeated),
        parse_float=Decimal,
        parse_int=_integer,
        parse_constant=NotANumber,
    )


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    again = {key for key, _ in pairs if key in seen or seen.add(key)}
    repeated += again
    return Members(pairs, sorted(again))


def _integer(digits: str) -> int:
    """An integer; of one with hundreds of digits only that it is too large matters (and `int` refuses thousands)."""
    return int(digits[:_LONGEST_INTEGER])


def _decode(raw: bytes) -> tuple[str, list[Flaw]]:
    """The text of a body, whatever its encoding, and what is wrong with that."""
    if raw.startswith(codecs.BOM_UTF8):
        text, flaws = _decode(raw.lstrip(codecs.BOM_UTF8))
        return text, [Flaw("IP404", (), "a byte order mark"), *flaws]
    encoding = json.detect_encoding(raw)
    wide = raw.decode(encoding, "replace") if encoding != "utf-8" else ""
    if wide.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        return wide, [Flaw("IP405", (), encoding.upper())]
    try:
        return raw.decode(), []
    except UnicodeDecodeError as error:
        return raw.decode("latin-1"), [Flaw("IP405", (), f"another encoding, from byte {error.start} on")]


_BEGINNINGS: Final = (("<!doctype html", "an HTML page"), ("<html", "an HTML page"), ("<", "XML or HTML"))


def _kind(start: str) -> str | None:
    """What a text is that begins like this, if that is no JSON at all."""
    if not start:
        return "white space only"
    named = (kind for beginning, kind in _BEGINNINGS if start.startswith(beginning))
    return next(named, "binary data" if "\x00" in start else None)


def _why(text: str, error: json.JSONDecodeError) -> str:
    """What the text is instead, without quoting it."""
    kind = _kind(text.lstrip()[:64].lower())
    if kind is not None:
        return kind
    if error.msg == "Extra data" and text[error.pos : error.pos + 1] in {"{", "["}:
        return f"several JSON texts, the second in line {error.lineno}; write one a line, as `jq -c` does"
    if error.pos >= len(text.rstrip()):
        return f"a text that breaks off in line {error.lineno}, column {error.colno}"
    return f"an error in line {error.lineno}, column {error.colno}: {error.msg.lower()}"


def too_deep(value: Any, max_depth: int = MAX_DEPTH) -> bool:
    """Whether a value has more than so many levels."""
    level = [value]
    for _ in range(max_depth + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> list[Any]:
    children = list(node.values()) if is_object(node) else node if is_array(node) else []
    return [child for child in children if isinstance(child, (dict, list))]


def _text_flaws(text: str, path: Path) -> list[Flaw]:
    if _SURROGATE.search(text):
        return [Flaw("IP406", path, "half a character")]
    return [Flaw("IP502", path, "a text with U+FFFD")] if REPLACEMENT in text else []


def _flaws(value: Any, path: Path) -> list[Flaw]:
    if isinstance(value, str):
        return _text_flaws(value, path)
    if isinstance(value, NotANumber):
        return [Flaw("IP403", path, value.text)]
    if is_array(value):
        return [flaw for index, item in enumerate(value) for flaw in _flaws(item, (*path, index))]
    if not is_object(value):
        return []
    again = value.repeated if isinstance(value, Members) else ()
    repeated = [Flaw("IP402", (*path, key), "the same key again") for key in again]
    keys = [Flaw("IP406", path, "half a character in a key") for key in value if _SURROGATE.search(key)]
    return [*repeated, *keys, *(flaw for key, item in value.items() for flaw in _flaws(item, (*path, key)))]
