"""Parquet files that grow batch by batch in constant memory, and that another process can go on with.

A Parquet file tells at its end where everything is, so one that was cut is lost. Rows are kept as a stream of Arrow
beside its place, of which every beginning can be read, and become Parquet when all of them are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..arrow import library
from .parts import Part, told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROW_GROUP: Final = 100_000
"""Rows of a row group."""


class ParquetFile:
    """Rows of some columns, given by name and kind: those of JSON Schema, and `instant` for instants in UTC."""

    def __init__(self, target: Path, columns: Mapping[str, str], token: str, size: int | None = None) -> None:
        self._schema = schema_of(columns)
        self._token = token
        self.target = target
        self.part = Part(target, token, size)
        if not size:
            self.part.write(self._schema.serialize())

    def add(self, table: Any) -> None:
        """Take rows, as a table of Arrow with these columns."""
        for batch in table.cast(self._schema).combine_chunks().to_batches():
            self.part.write(batch.serialize())

    def finish(self) -> None:
        """Make the file of the rows, and put it in its place."""
        self.part.sync()
        self.part.close()
        made = Part(self.target, f"{self._token}.made")
        try:
            with told_of(self.target):
                self._write(made)
            made.finish()
        except BaseException:
            made.discard()
            raise
        self.part.discard()

    def _write(self, made: Part) -> None:
        writer: Any = library("parquet").ParquetWriter(made.path, self._schema, compression="zstd")
        with writer:
            for table in self._groups():
                writer.write_table(table, row_group_size=ROW_GROUP)

    def _groups(self) -> Iterator[Any]:
        """The rows in tables of the size of a row group, however they came."""
        arrow = library()
        waiting: list[Any] = []
        rows = 0
        with arrow.OSFile(str(self.part.path)) as source, library("ipc").open_stream(source) as stream:
            for batch in stream:
                waiting.append(batch)
                rows += len(batch)
                if rows >= ROW_GROUP:
                    table = arrow.Table.from_batches(waiting).combine_chunks()
                    whole = rows - rows % ROW_GROUP
                    yield table.slice(0, whole)
                    waiting, rows = table.slice(whole).combine_chunks().to_batches(), rows - whole
        if rows:
            yield arrow.Table.from_batches(waiting).combine_chunks()


def schema_of(columns: Mapping[str, str]) -> Any:
    """The columns as a schema of Arrow.

    >>> schema_of({"line": "integer"}).field("line").type
    DataType(int64)
    """
    return library().schema([(name, _type(kind)) for name, kind in columns.items()])


def _type(kind: str) -> Any:
    arrow = library()
    types = {"string": arrow.string(), "integer": arrow.int64(), "boolean": arrow.bool_(), "number": arrow.float64()}
    return types.get(kind) or arrow.timestamp("us", tz="UTC")
