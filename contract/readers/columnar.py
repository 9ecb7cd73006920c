"""Columnar files, Parquet and Arrow IPC (Feather), read through pyarrow in bounded batches of the columns needed."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ..decoding import Allowance
from ..decompress import Growth
from ..limits import MIB, NO_CONTEXT, Context
from ..spool import seekable
from .base import NoCaptureError, Problem, Rows, UnreadableError
from .tables.columns import Kind
from .tables.conversion import frame_of
from .tables.rows import exchanges, layout_or_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ..exchange import Exchange, Place
    from ..inputs import Span
    from .base import Head

_MESSAGE: Final = re.compile(rb"\xff{4}[^\0].[\0-\x0f]\0", re.DOTALL)
"""How a message of a stream begins: a mark, and a length that is not beyond reason."""

_SAMPLE: Final = 100
_BATCH_BYTES: Final = 32 * MIB
_MOST_ROWS: Final = 20_000
_FEW: Final = 64
"""Rows that are read at once where each may be as large as a dictionary."""
_EXPANDED: Final = 256 * MIB
"""Bytes that rows which are read at once may expand to, if they are not fewer than that."""
_METADATA: Final = 64 * MIB


class ParquetReader:
    """Parquet: its schema stands at the end, so it is read from a file, or put into one."""

    name = "parquet"
    title = "Parquet with a column of bodies, or flattened (.parquet)"
    divides = True
    requires = ("pyarrow", "polars")

    def recognises(self, head: Head) -> bool:
        """The magic bytes PAR1."""
        return head.data.startswith(b"PAR1")

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """An exchange for each row, or the rows of a flattened table."""
        with seekable(stream, context.limits) as (file, damage):
            if damage is not None:
                raise UnreadableError(Problem(place, str(damage)))
            yield from _read(_ParquetTable(file), file, place, context)


class ArrowReader:
    """Arrow IPC files and streams, which Feather is another name of."""

    name = "arrow"
    title = "Arrow IPC, Feather with a column of bodies, or flattened (.arrow, .feather)"
    requires = ("pyarrow", "polars")

    def recognises(self, head: Head) -> bool:
        """The magic bytes ARROW1, or those of the first message of a stream."""
        return head.data.startswith(b"ARROW1\0\0") or _MESSAGE.match(head.data) is not None

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """An exchange for each row, or the rows of a flattened table."""
        with seekable(stream, context.limits) as (file, damage):
            if damage is not None:
                raise UnreadableError(Problem(place, str(damage)))
            yield from _read(_ArrowTable(file), file, place, context)


PARQUET: Final = ParquetReader()
ARROW: Final = ArrowReader()


def _read(
    table: _ParquetTable | _ArrowTable, file: BinaryIO, place: Place, context: Context
) -> Iterator[Exchange | Problem | Rows]:
    arrow: Any = import_module("pyarrow")
    growth = Growth(context.limits, file.seek(0, 2))
    try:
        table.open()
        sample = next(table.frames(None, _SAMPLE, Growth(context.limits, growth.stored)), None)
        if sample is None:
            raise NoCaptureError(Problem(place, "a table without rows"))
        layout = layout_or_refusal(sample, context.body_column, place)
        columns = list(dict.fromkeys(layout.columns))
        first = 1 if context.span is None else table.narrow(context.span, whole=layout.kind is Kind.FLAT)
        frames = table.frames(columns, table.rows_at_once(columns), growth)
        yield from exchanges(frames, layout, place, Allowance(context.limits), first=first)
    except (arrow.ArrowException, MemoryError, OSError, UnicodeDecodeError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnreadableError(Problem(place, "a damaged file: the rest is not read")) from None


class _ParquetTable:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._parquet: Any = None
        self._groups: list[int] | None = None

    def open(self) -> None:
        self._file.seek(0)
        parquet: Any = import_module("pyarrow.parquet")
        self._parquet = parquet.ParquetFile(
            self._file,
            buffer_size=MIB,
            pre_buffer=False,
            thrift_string_size_limit=_METADATA,
            thrift_container_size_limit=1_000_000,
        )

    def narrow(self, span: Span, *, whole: bool) -> int:
        """Read the row groups that begin in a part of the file only; the number of the first row.

        As a `whole` the file is read for its first part, since some rules look at several rows.
        """
        about: Any = self._parquet.metadata
        every = range(about.num_row_groups)
        starts = [0 if whole else _start(about.row_group(group)) for group in every]
        self._groups = [group for group in every if span.start <= starts[group] < span.stop]
        return 1 + sum(about.row_group(group).num_rows for group in every if starts[group] < span.start)

    def frames(self, columns: list[str] | None, rows: int, growth: Growth) -> Iterator[pl.DataFrame]:
        if self._groups == []:
            return iter(())
        few = min(rows, max(_FEW, _EXPANDED // max(1, self._largest_dictionary())))
        wanted = {"batch_size": few, "row_groups": self._groups, "columns": columns, "use_threads": False}
        batches: Any = self._parquet.iter_batches(**wanted)
        return map(frame_of, _joined(_counted(batches, growth), rows))

    def _largest_dictionary(self) -> int:
        """Bytes that the largest value of a dictionary may have; each row may be that value, at no cost in the file."""
        about: Any = self._parquet.metadata
        groups = map(about.row_group, range(about.num_row_groups))
        chunks = (group.column(number) for group in groups for number in range(about.num_columns))
        return max((one.total_uncompressed_size for one in chunks if one.has_dictionary_page), default=0)

    def rows_at_once(self, columns: list[str]) -> int:
        """As many rows as fit into memory, by what the file says about its columns."""
        about: Any = self._parquet.metadata
        wanted, size = set(columns), 0
        for group in range(about.num_row_groups):
            chunks = (about.row_group(group).column(number) for number in range(about.num_columns))
            size += sum(one.total_uncompressed_size for one in chunks if one.path_in_schema.split(".")[0] in wanted)
        average = max(1, size // max(1, about.num_rows))
        return max(1, min(_MOST_ROWS, _BATCH_BYTES // average))


def _start(group: Any) -> int:
    """The byte that a row group begins with; a dictionary comes before the data."""
    chunk = group.column(0)
    return int(chunk.dictionary_page_offset or chunk.data_page_offset)


class _ArrowTable:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._names: list[str] = []

    def narrow(self, span: Span, *, whole: bool) -> int:
        """Never asked for: the format is not divided."""
        raise NotImplementedError(span, whole)

    def open(self) -> None:
        self._names = list(self._reader(None)[0].schema.names)

    def _reader(self, columns: list[str] | None) -> tuple[Any, bool]:
        ipc: Any = import_module("pyarrow.ipc")
        self._file.seek(0)
        is_file = self._file.read(6) == b"ARROW1"
        self._file.seek(0)
        included = None if columns is None else [self._names.index(name) for name in columns]
        options = ipc.IpcReadOptions(included_fields=included, use_threads=False)
        open_it = ipc.open_file if is_file else ipc.open_stream
        return open_it(self._file, options=options), is_file

    def frames(self, columns: list[str] | None, rows: int, growth: Growth) -> Iterator[pl.DataFrame]:
        reader, is_file = self._reader(columns)
        batches: Any = map(reader.get_batch, range(reader.num_record_batches)) if is_file else iter(reader)
        return _frames((batch.slice(at, rows) for batch in batches for at in range(0, batch.num_rows, rows)), growth)

    def rows_at_once(self, columns: list[str]) -> int:
        """A batch is in memory anyway."""
        del columns
        return _MOST_ROWS


def _frames(batches: Iterator[Any], growth: Growth) -> Iterator[pl.DataFrame]:
    return map(frame_of, _counted(batches, growth))


def _counted(batches: Iterator[Any], growth: Growth) -> Iterator[Any]:
    """The batches that have rows. Raises `DamagedError` where they grow out of proportion."""
    for batch in batches:
        growth.take(int(batch.nbytes) + sum(map(_numbered, batch.columns)))
        if batch.num_rows:
            yield batch


def _numbered(column: Any) -> int:
    """Bytes that the texts of a column have which stand in a dictionary of their own, once for each row."""
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    if not arrow.types.is_dictionary(column.type) or not _has_length(arrow.types, column.type.value_type):
        return 0
    return compute.sum(compute.binary_length(column.dictionary).cast("int64").take(column.indices)).as_py() or 0


def _has_length(types: Any, kind: Any) -> bool:
    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(is_one(kind) for is_one in tests)


def _joined(batches: Iterator[Any], rows: int) -> Iterator[Any]:
    """Batches that follow each other as one, up to so many rows or bytes."""
    arrow: Any = import_module("pyarrow")
    waiting: list[Any] = []
    count = size = 0
    for batch in batches:
        waiting.append(batch)
        count, size = count + batch.num_rows, size + batch.nbytes
        if count >= rows or size >= _BATCH_BYTES:
            yield arrow.concat_batches(waiting)
            waiting, count, size = [], 0, 0
    if waiting:
        yield arrow.concat_batches(waiting)
