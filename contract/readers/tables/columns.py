"""What the columns of a table hold: bodies, parts of a body, whole records, or rows of a flattened body."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ....schemas.tables import TABLES
from ..json_text import outline, unsigned
from ..own import is_body, may_be_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

SAMPLE: Final = 100
"""Rows that are looked at to find the column of the bodies."""

_ROLES: Final = {
    "url": ("url", "uri", "requesturl", "requesturi", "path", "requestpath"),
    "method": ("method", "requestmethod", "httpmethod", "verb"),
    "status": ("status", "statuscode", "responsestatus", "responsestatuscode", "httpstatus", "responsecode", "code"),
    "headers": ("headers", "responseheaders"),
}
_TEXTS: Final = frozenset({"String", "Binary"})
_RECORD: Final = frozenset({"request", "response"})


class Kind(StrEnum):
    """What a row of the table is."""

    BODY = "a column holds the body"
    PARTS = "the columns are the members of the body"
    RECORD = "the columns are request and response"
    FLAT = "a row of one of the tables that bodies flatten to"


class Layout(NamedTuple):
    """What a table is: the columns to read, and what they are for."""

    kind: Kind
    columns: tuple[str, ...]
    body: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    """What is known of the exchange, each with its column."""
    table: str = ""


def layout_of(frame: pl.DataFrame, wanted: str | None = None) -> Layout | None:
    """What a table holds, told from its first rows; `wanted` is the column that the user said holds the bodies.

    >>> import polars as pl
    >>> layout_of(pl.DataFrame({"at": [1], "payload": ['{"name": "", "errors": []}'], "status_code": [200]})).columns
    ('payload', 'status_code')
    """
    names = frame.columns
    if wanted is not None:
        return _with_body(names, wanted) if wanted in names else None
    table = flat_table(names)
    if table is not None:
        return Layout(Kind.FLAT, tuple(names), table=table)
    if set(names) >= _RECORD and all(_fields(frame.schema[name]) is not None for name in _RECORD):
        return Layout(Kind.RECORD, tuple(sorted(_RECORD)))
    if is_body(names) and any(dtype.is_nested() for dtype in frame.dtypes):
        return Layout(Kind.PARTS, tuple(names))
    body = _nested_body(frame.schema) or _text_body(frame.head(SAMPLE))
    return None if body is None else _with_body(names, body)


def flat_table(names: Iterable[str]) -> str | None:
    """The table that columns of these names are: all that a row must have, and where it stood.

    >>> flat_table(["a", "b"])
    """
    given = set(names)
    for name, table in TABLES.items():
        needed = {column for column in table.columns if column not in table.optional}
        if given >= needed and given & {"exchange", table.row}:
            return name
    return None


def _with_body(names: Iterable[str], body: str) -> Layout:
    by_name = {_plain(name): name for name in reversed(list(names)) if name != body}
    found = {
        role: next((by_name[one] for one in spellings if one in by_name), None) for role, spellings in _ROLES.items()
    }
    roles = tuple((role, column) for role, column in found.items() if column is not None)
    return Layout(Kind.BODY, (body, *(column for _, column in roles)), body, roles)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _nested_body(schema: pl.Schema) -> str | None:
    fields = {name: _fields(dtype) for name, dtype in schema.items()}
    return next((name for name, inside in fields.items() if inside is not None and is_body(inside)), None)


def _fields(dtype: Any) -> list[str] | None:
    """The names of the fields of a nested column; `None` for any other one."""
    fields: list[Any] | None = getattr(dtype, "fields", None)
    return None if fields is None else [field.name for field in fields]


def _text_body(frame: pl.DataFrame) -> str | None:
    """The column of texts most of whose values are objects that may be bodies."""
    found = {name: _bodies(frame[name]) for name, dtype in frame.schema.items() if str(dtype) in _TEXTS}
    best = max(found, key=lambda name: found[name], default=None)
    return best if best is not None and found[best] > 0 else None


def _bodies(column: pl.Series) -> int:
    texts = (text.encode("utf-8", "replace") if isinstance(text, str) else text for text in column.drop_nulls())
    return sum(_is_body(text) for text in texts)


def _is_body(text: bytes) -> bool:
    start = unsigned(text)
    return start.startswith(b"{") and may_be_body(outline(start).keys)
