"""Bodies that the typed decoder refused, bent into the same types, so that what is sound in them is judged too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from ..schemas.document import load
from ..schemas.tables import TABLES, Table
from ..schemas.values import is_array, is_object
from .typed import converted, is_text, struct

if TYPE_CHECKING:
    import msgspec

    from ..schemas.document import Schema

Broken = dict[int, int]
"""Bits (`Table.bits`) of the broken properties of a row, by the `id` of the row."""

_TYPES: Final = {"string": str, "integer": int, "boolean": bool}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MISSING: Final = object()


def is_cell(number: float) -> bool:
    """Whether a cell holds a number of this size: 64 bits.

    >>> is_cell(-(2**63)), is_cell(2**63), is_cell(float("nan"))
    (True, False, False)
    """
    return -(2**63) <= number < 2**63


def loosen(body: dict[str, Any], broken: Broken) -> msgspec.Struct:
    """`body` as the typed decoder would have made it, with `None` for whatever is missing or of the wrong type.

    The bits of what was left out of rows are added to `broken`.
    """
    tables = [table for table in TABLES.values() if table.parent is None and table.array in body]
    cells = {name: _cell(body.get(name, _MISSING), schema) for name, schema in load("response")["properties"].items()}
    rows = {table.array: _rows(body[table.array], table, broken) for table in tables}
    return struct(None)(**{**cells, **rows})


def _rows(items: Any, table: Table, broken: Broken) -> list[msgspec.Struct] | None:
    return [_row(item, table, broken) for item in items] if is_array(items) else None


def _row(item: Any, table: Table, broken: Broken) -> msgspec.Struct:
    sound = converted(item, table.definition)
    if sound is not None and is_text(sound):
        return sound
    members = item if is_object(item) else {}
    cells = {name: _cell(members.get(name, _MISSING), schema) for name, schema in table.properties.items()}
    held = [inner for inner in table.nested if inner.array in members]
    nested = {inner.array: _rows(members[inner.array], inner, broken) for inner in held}
    row = struct(table.definition)(**{**cells, **nested})
    bits = sum(bit for name, bit in table.bits.items() if _is_broken(row, name, table))
    if bits:
        broken[id(row)] = bits
    return row


def _is_broken(row: msgspec.Struct, name: str, table: Table) -> bool:
    value = getattr(row, name)
    return value is None or (value is UNSET and name not in table.optional)


def _cell(value: Any, schema: Schema) -> Any:
    """The value, `UNSET` where it is absent, `None` where it is not what the schema says."""
    if value is _MISSING:
        return UNSET
    kind = schema.get("type")
    if kind == "integer":
        return _whole(value)
    if kind == "array":
        return value if is_array(value) else None
    sound = isinstance(value, _TYPES.get(str(kind), object))
    return value if sound and not (isinstance(value, str) and _SURROGATE.search(value)) else None


def _whole(value: Any) -> int | None:
    """An integer of 64 bits; 1.0 is one (JSON Schema 2020-12 Core §4.2.3)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not is_cell(value):
        return None
    return int(value) if value == int(value) else None
