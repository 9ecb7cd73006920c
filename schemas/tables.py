"""How a body flattens: the arrays that `x-interpact-table` marks become tables, one row an item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from .document import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .document import Schema

SCALARS: Final = ("string", "integer", "boolean", "number")
"""JSON types whose values become cells."""


@dataclass(frozen=True)
class Table:
    """The items of one array as rows; `parent` is the table whose items hold the array, or `None` for the body."""

    name: str
    row: str
    """What one row is called; also the column that holds its index in the array."""
    array: str
    """The property that holds the array."""
    parent: Table | None
    definition: str
    """The name of an item's JSON Schema among the definitions of the response document."""

    @cached_property
    def schema(self) -> Schema:
        """The JSON Schema of one item."""
        return load("response")["$defs"][self.definition]

    @cached_property
    def properties(self) -> dict[str, Schema]:
        """The declared properties of an item."""
        return self.schema["properties"]

    @cached_property
    def columns(self) -> dict[str, str]:
        """The scalar properties and their JSON types."""
        found = {name: schema.get("type") for name, schema in self.properties.items()}
        return {name: kind for name, kind in found.items() if kind in SCALARS}

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The declared properties that may be left out."""
        return tuple(name for name in self.properties if name not in self.schema["required"])

    @cached_property
    def lengths(self) -> dict[str, str]:
        """The properties that are arrays, each with the column that holds its length."""
        tables = {table.array: table.name for table in self.nested}
        arrays = (name for name, schema in self.properties.items() if schema.get("type") == "array")
        return {name: tables.get(name, name) for name in arrays}

    @cached_property
    def bits(self) -> dict[str, int]:
        """One bit for each declared property; a row's `broken` column has those of its properties that are."""
        return {name: 1 << place for place, name in enumerate(self.properties)}

    @cached_property
    def nested(self) -> tuple[Table, ...]:
        """The tables that the items of this one hold."""
        return tuple(table for table in TABLES.values() if table.parent is self)

    def pointer(self, row: dict[str, Any], column: str) -> str:
        """The JSON Pointer of a cell, from the row's provenance columns.

        >>> TABLES["messages"].pointer({"entry": 0, "message": 3}, "status")
        '/interaction/0/messageList/3/status'
        """
        return f"{self._place(row)}/{column}"

    def _place(self, row: dict[str, Any]) -> str:
        above = "" if self.parent is None else self.parent._place(row)  # noqa: SLF001 - the same class
        return f"{above}/{self.array}/{row[self.row]}"


_ROWS: Final = {"entries": "entry", "messages": "message", "remarks": "remark"}


def _tables(schema: Schema, parent: Table | None) -> Iterator[Table]:
    for name, declared in schema["properties"].items():
        mark = declared.get("x-interpact-table")
        if mark is not None:
            table = Table(mark, _ROWS[mark], name, parent, declared["items"]["$ref"].rpartition("/")[2])
            yield table
            yield from _tables(table.schema, table)


TABLES: Final = {table.name: table for table in _tables(load("response"), None)}
"""The tables of a response, parents before children."""
