"""CSV with a column of bodies, or a flattened table, read through pyarrow in blocks, every cell as its bytes."""

from __future__ import annotations

import csv
import io
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import msgspec

from ..decoding import Allowance
from ..decompress import DamagedError
from ..limits import MIB, NO_CONTEXT, Context
from .base import NoCaptureError, Problem, Rows, UnreadableError
from .json_text import outline, unsigned
from .own import may_be_body
from .tables.columns import Kind, Layout, flat_table
from .tables.conversion import frame_of
from .tables.rows import exchanges, layout_or_refusal
from .whole import document_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ..exchange import Exchange, Place
    from .base import Head

_DELIMITERS: Final = (",", ";", "\t")
_BLOCK: Final = 16 * MIB
_CODEC: Final = "latin-1"
"""One character a byte: pyarrow decodes rows that it complains of, and most bytes are no UTF-8."""
_LONGEST_HEADER: Final = 64 * 1024
_ESCAPED: Final = re.compile(rb'(?:^|[,;\t\n])"\{\s*\\"')
"""A cell with a quotation mark behind a backslash, as Apache Spark writes it, rather than doubled (RFC 4180 §2)."""
_MOST_MISSING: Final = 1000
"""Rows of another length, after which it is no table."""


class CsvReader:
    """Cells are kept byte for byte; a row of another length is named and passed over."""

    name = "csv"
    title = "CSV with a column of bodies, or flattened (.csv, .tsv)"
    requires = ("pyarrow", "polars")

    def recognises(self, head: Head) -> bool:
        """A line of names, and below it a cell that may be a body, or names of a table that bodies flatten to."""
        header = _header(head.data)
        if header is None or unsigned(head.data)[:1] in {b"{", b"[", b"<"}:
            return False
        names, delimiter = header
        return flat_table(names) is not None or _has_body(head.data, delimiter)

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """An exchange for each row, or the rows of a flattened table."""
        file = io.BufferedReader(cast("io.RawIOBase", stream), _LONGEST_HEADER)
        header = _header(file.peek(_LONGEST_HEADER)[:_LONGEST_HEADER])
        names = [] if header is None else header[0]
        if header is None or len(set(names)) < len(names):
            raise NoCaptureError(Problem(place, "a table whose columns have no names, or twice the same"))
        skipping = _Skipping(place)
        parsing = {"delimiter": header[1], **_escaping(file.peek(_LONGEST_HEADER)[:_LONGEST_HEADER])}
        frames = _frames(_opened(file, names, parsing, document_limit(context), skipping), place)
        sample = next(frames, None)
        if sample is None:
            raise NoCaptureError(Problem(place, "a table without rows"))
        layout = layout_or_refusal(sample, context.body_column, place)
        allowance = Allowance(context.limits)
        told = _gaps(_chained(sample, frames), layout)
        for found in exchanges(told, layout, place, allowance, skipping.missing):
            yield from skipping.told()
            yield found
        yield from skipping.told()


CSV: Final = CsvReader()


class _Skipping:
    """Notes the rows that have another number of cells than the header."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.missing: list[int] = []
        self._problems: list[Problem] = []

    def __call__(self, row: Any) -> str:
        if len(self.missing) >= _MOST_MISSING:
            return "error"
        self.missing.append(row.number - 1)
        why = f"{row.actual_columns} cells, where {row.expected_columns} are expected: passed over"
        here = msgspec.structs.replace(self.place, entry=row.number - 1)
        self._problems.append(Problem(here, why))
        return "skip"

    def told(self) -> list[Problem]:
        """What was not told yet."""
        problems, self._problems = self._problems, []
        return problems


def _escaping(data: bytes) -> dict[str, Any]:
    """How quotation marks within a cell are written, in the words of pyarrow."""
    return {"escape_char": "\\", "double_quote": False} if _ESCAPED.search(data) else {}


def _opened(
    file: io.BufferedReader[Any], names: list[str], parsing: dict[str, Any], limit: int, skipping: _Skipping
) -> Any:
    arrow: Any = import_module("pyarrow")
    library: Any = import_module("pyarrow.csv")
    try:
        return library.open_csv(
            file,
            read_options=library.ReadOptions(
                use_threads=False, block_size=min(_BLOCK, limit), encoding=_CODEC, column_names=names, skip_rows=1
            ),
            parse_options=library.ParseOptions(**parsing, newlines_in_values=True, invalid_row_handler=skipping),
            convert_options=library.ConvertOptions(
                column_types=dict.fromkeys(names, arrow.binary()), check_utf8=False, quoted_strings_can_be_null=False
            ),
        )
    except (arrow.ArrowException, UnicodeDecodeError):
        raise UnreadableError(Problem(skipping.place, "a damaged table")) from None


def _frames(reader: Any, place: Place) -> Iterator[pl.DataFrame]:
    arrow: Any = import_module("pyarrow")
    try:
        for batch in reader:
            if batch.num_rows:
                yield _as_written(frame_of(batch))
    except arrow.ArrowException:
        why = f"a damaged table, or a row larger than {_BLOCK // MIB} MiB: the rest is not read"
        raise UnreadableError(Problem(place, why)) from None
    except DamagedError as error:
        raise UnreadableError(Problem(place, str(error))) from None


def _as_written(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells as the bytes that they are in the file, where these are not ASCII."""
    changed = [column for column in frame.iter_columns() if _is_recoded(column)]
    return frame.with_columns(
        column.__class__(column.name, [None if cell is None else cell.decode().encode(_CODEC) for cell in column])
        for column in changed
    )


def _gaps(frames: Iterator[pl.DataFrame], layout: Layout) -> Iterator[pl.DataFrame]:
    """Null for an empty body: what writes CSV from a database leaves the cell of a null empty."""
    import polars as pl  # noqa: PLC0415 - loaded by whoever made the frames

    if layout.kind is not Kind.BODY:
        yield from frames
        return
    body = pl.col(layout.body)
    for frame in frames:
        yield frame.with_columns(pl.when(body.bin.size() > 0).then(body))


def _is_recoded(column: pl.Series) -> bool:
    return any(not cell.isascii() for cell in column.drop_nulls())


def _chained(first: pl.DataFrame, others: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    yield first
    yield from others


def _header(data: bytes) -> tuple[list[str], str] | None:
    """The names in the first line, and what separates them."""
    line, end, _ = unsigned(data).partition(b"\n")
    try:
        text = line.rstrip(b"\r").decode()
        delimiter = max(_DELIMITERS, key=text.count)
        names = next(csv.reader([text], delimiter=delimiter, strict=True), list[str]())
    except (UnicodeDecodeError, csv.Error):
        return None
    return (names, delimiter) if end and names and all(name.strip() for name in names) else None


def _has_body(data: bytes, delimiter: str) -> bool:
    """Whether a cell of the second row begins like a body."""
    _, _, rest = unsigned(data).partition(b"\n")
    start = rest[: rest.find(b"{") + _LONGEST_HEADER] if b"{" in rest else b""
    before, brace, body = start.partition(b"{")
    quoted = before.endswith(b'"')
    separated = before.rstrip(b'"').endswith((delimiter.encode(), b"\n")) or not before.rstrip(b'"')
    mark = b'\\"' if _ESCAPED.search(data) else b'""'
    text = brace + (body.replace(mark, b'"') if quoted else body)
    return bool(brace) and separated and may_be_body(outline(text).keys)
