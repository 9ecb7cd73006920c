"""What the columns of a table hold: bodies, parts of a body, whole records, or rows of a flattened body."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ....schemas.tables import TABLES
from ...decompress import DamagedError, expand, kind_of
from ...exchange import encode_text
from ..bodies import from_base64
from ..json_text import BrokenJsonError, load, outline, unsigned
from ..own import is_body, may_be_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

SAMPLE: Final = 100
"""Rows that are looked at to find the column of the bodies."""

_ROLES: Final = {
    "url": ("url", "uri", "requesturl", "requesturi", "path", "requestpath"),
    "query": (
        "querystringparameters",
        "querystring",
        "queryparameters",
        "queryparams",
        "query",
        "requestquery",
        "params",
    ),
    "method": ("method", "requestmethod", "httpmethod", "verb"),
    "status": ("status", "statuscode", "responsestatus", "responsestatuscode", "httpstatus", "responsecode", "code"),
    "headers": ("headers", "responseheaders"),
}
_ASKED: Final = frozenset({"url", "method"})
_BODIES: Final = frozenset({"body", "responsebody"})
_TEXTS: Final = frozenset({"String", "Binary", "Categorical", "Enum"})
_RECORD: Final = frozenset({"request", "response"})


class Kind(StrEnum):
    """What a row of the table is."""

    BODY = "a column holds the body"
    PARTS = "the columns are the members of the body"
    RECORD = "the columns are request and response"
    FLAT = "a row of one of the tables that bodies flatten to"


class Coding(StrEnum):
    """How the bodies in a column of texts or bytes are written."""

    PLAIN = "as they are, or compressed"
    BASE64 = "in base64"
    QUOTED = "as JSON texts in quotes, which hold JSON once more"


class Layout(NamedTuple):
    """What a table is: the columns to read, and what they are for."""

    kind: Kind
    columns: tuple[str, ...]
    body: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    """What is known of the exchange, each with its column."""
    table: str = ""
    coding: Coding = Coding.PLAIN


def layout_of(frame: pl.DataFrame, wanted: str | None = None) -> Layout | None:
    """What a table holds, told from its first rows; `wanted` is the column that the user said holds the bodies.

    >>> import polars as pl
    >>> layout_of(pl.DataFrame({"at": [1], "payload": ['{"name": "", "errors": []}'], "status_code": [200]})).columns
    ('payload', 'status_code')
    """
    names = frame.columns
    if wanted is not None:
        return _coded(frame, wanted) if wanted in names else None
    table = flat_table(names)
    if table is not None:
        return Layout(Kind.FLAT, tuple(names), table=table)
    if set(names) >= _RECORD and all(_fields(frame.schema[name]) is not None for name in _RECORD):
        return Layout(Kind.RECORD, tuple(sorted(_RECORD)))
    if is_body(names) and any(dtype.is_nested() for dtype in frame.dtypes):
        return Layout(Kind.PARTS, tuple(names))
    body = _nested_body(frame.schema) or _text_body(frame) or _named_body(names)
    return None if body is None else _coded(frame, body)


def is_body_name(name: str) -> bool:
    """Whether a column or member of this name is one of bodies, whatever it holds.

    >>> is_body_name("Response_Body"), is_body_name("bodies")
    (True, False)
    """
    return plain_name(name) in _BODIES


def is_asked(layout: Layout) -> bool:
    """Whether a URL or a method is known of each exchange.

    >>> is_asked(with_body(["body", "url"], "body")), is_asked(with_body(["body", "status"], "body"))
    (True, False)
    """
    return any(role in _ASKED for role, _ in layout.roles)


def _coded(frame: pl.DataFrame, body: str) -> Layout:
    """The layout of a table with this column of bodies, which are written in the way that most of them are."""
    layout = with_body(frame.columns, body)
    counts = _bodies(frame[body]) if _is_text(frame.schema[body]) else {}
    return layout._replace(coding=max(counts, key=lambda coding: counts[coding])) if counts else layout


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


def with_body(names: Iterable[str], body: str) -> Layout:
    """The layout of a table whose column `body` holds the bodies.

    >>> with_body(["body", "Status-Code"], "body").roles
    (('status', 'Status-Code'),)
    """
    by_name = {plain_name(name): name for name in reversed(list(names)) if name != body}
    found = {
        role: next((by_name[one] for one in spellings if one in by_name), None) for role, spellings in _ROLES.items()
    }
    roles = tuple((role, column) for role, column in found.items() if column is not None)
    return Layout(Kind.BODY, (body, *(column for _, column in roles)), body, roles)


def plain_name(name: str) -> str:
    """The letters and digits of a name, in lower case.

    >>> plain_name("Response_Body")
    'responsebody'
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _nested_body(schema: pl.Schema) -> str | None:
    fields = {name: _fields(dtype) for name, dtype in schema.items()}
    return next((name for name, inside in fields.items() if inside is not None and is_body(inside)), None)


def _fields(dtype: Any) -> list[str] | None:
    """The names of the fields of a nested column; `None` for any other one."""
    fields: list[Any] | None = getattr(dtype, "fields", None)
    return None if fields is None else [field.name for field in fields]


def _is_text(dtype: Any) -> bool:
    return str(dtype).partition("(")[0] in _TEXTS


def _named_body(names: list[str]) -> str | None:
    """The column that has the name of one of bodies, where others tell what was asked for."""
    named = next(filter(is_body_name, names), None)
    return named if named is not None and is_asked(with_body(names, named)) else None


def _text_body(frame: pl.DataFrame) -> str | None:
    """The column of texts most of whose values are objects that may be bodies."""
    texts = (name for name, dtype in frame.schema.items() if _is_text(dtype))
    found = {name: max(_bodies(frame[name]).values()) for name in texts}
    best = max(found, key=lambda name: found[name], default=None)
    return best if best is not None and found[best] > 0 else None


def _bodies(column: pl.Series) -> dict[Coding, int]:
    """How many of the first values may be bodies, for each way to write them."""
    values = column.head(SAMPLE).drop_nulls()
    texts = [text.encode("utf-8", "replace") if isinstance(text, str) else text for text in values]
    return {coding: sum(_is_body(decoded(text, coding)) for text in texts) for coding in Coding}


def decoded(text: bytes, coding: Coding) -> bytes:
    """The body that a cell holds; the cell itself where it is not written like that.

    >>> decoded(b"e30=", Coding.BASE64), decoded(b'"{}"', Coding.QUOTED), decoded(b"{}", Coding.QUOTED)
    (b'{}', b'{}', b'{}')
    """
    if coding is Coding.BASE64 and not text.lstrip().startswith(b"{"):
        found = from_base64(text.decode("latin-1"))
        return found if isinstance(found, bytes) else text
    if coding is Coding.QUOTED and text.startswith(b'"'):
        try:
            return encode_text(str(load(text)))
        except BrokenJsonError:
            return text
    return text


def _is_body(text: bytes) -> bool:
    start = unsigned(_beginning(text))
    return start.startswith(b"{") and may_be_body(outline(start).keys)


def _beginning(text: bytes) -> bytes:
    """The first bytes of a text, which may be compressed."""
    kind = kind_of(text[:10])
    try:
        return text if kind is None else next(iter(expand(kind, (text,))), b"")
    except DamagedError:
        return b""
