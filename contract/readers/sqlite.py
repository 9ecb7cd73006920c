"""SQLite databases with a column of bodies: opened read-only, where only columns of tables can be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import tempfile
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import quote

import msgspec

from ..decoding import Allowance
from ..decompress import DamagedError, Growth
from ..limits import NO_CONTEXT, Context
from ..spool import seekable
from .base import NoCaptureError, Problem, Rows, UnreadableError
from .tables.rows import exchanges, layout_or_refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import polars as pl

    from ..exchange import Exchange, Place
    from ..limits import Limits
    from .base import Head

_TABLES: Final = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
)
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_PLAIN: Final = 0
_HEADER: Final = struct.Struct(">16xH6xLL60xL4x")
"""Size of a page, changes, pages, and the changes at which these were counted (Database File Format §1.3)."""
_LARGEST_PAGE: Final = 65536
_ROWS: Final = 500
_A_ROW: Final = 64
"""Bytes that a row counts for at least: a damaged tree of pages may lead to the same ones again and again."""
_COLUMNS: Final = 100
_BATCH_BYTES: Final = 16 * 1024 * 1024


class SqliteReader:
    """Every table in which a column holds bodies. Nothing is written, and no trigger, view or extension is run."""

    name = "sqlite"
    title = "SQLite with a column of bodies, or flattened (.sqlite, .db)"
    requires = ("sqlite3", "polars")

    def recognises(self, head: Head) -> bool:
        """The magic bytes of SQLite 3."""
        return head.data.startswith(b"SQLite format 3\0")

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """An exchange for each row, table by table; the member of a place is the table."""
        try:
            with _path(stream, context) as path, closing(_connected(path, context.limits)) as connection:
                if _is_cut(path):
                    raise UnreadableError(Problem(place, "the database was cut: it is not read"))
                growth = Growth(context.limits, os.stat(path).st_size)  # noqa: PTH116 - a path may be no text
                yield from _tables(connection, place, context, growth)
        except sqlite3.Error as error:
            why = "a damaged database" if isinstance(error, sqlite3.DatabaseError) else "a database that cannot be read"
            raise UnreadableError(Problem(place, f"{why}: the rest is not read")) from None


SQLITE: Final = SqliteReader()


@contextmanager
def _path(stream: BinaryIO, context: Context) -> Generator[str]:
    """A path at which SQLite can open the database."""
    if context.path is not None:
        yield context.path
        return
    with seekable(stream, context.limits) as (file, damage), tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        if damage is not None:
            raise DamagedError(str(damage))
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield copy.name


def _is_cut(path: str) -> bool:
    """Whether a database has fewer pages than its header says: SQLite would read zeros in their place."""
    with open(path, "rb") as file:  # noqa: PTH123 - a path may be no text
        header = file.read(_HEADER.size)
        size = file.seek(0, os.SEEK_END)
    if len(header) < _HEADER.size:
        return True
    page, changed, pages, valid = _HEADER.unpack(header)
    return changed == valid and pages * (_LARGEST_PAGE if page == 1 else page) > size


def _connected(path: str, limits: Limits) -> sqlite3.Connection:
    uri = f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode=ro&immutable=1"  # noqa: PTH100
    connection = sqlite3.connect(uri, uri=True)
    connection.text_factory = bytes
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(limits.max_body, 2**31 - 1))
    for pragma in ("trusted_schema = 0", "query_only = 1", "cell_size_check = 1", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _tables(
    connection: sqlite3.Connection, place: Place, context: Context, growth: Growth
) -> Iterator[Exchange | Problem | Rows]:
    names = [_text(name) for (name,) in connection.execute(_TABLES)]
    columns = {name: _columns(connection, name) for name in names}
    connection.set_authorizer(_authorized)
    refused: NoCaptureError | None = None
    read = False
    for name in names:
        here = msgspec.structs.replace(place, member=_shown(place.member, name))
        try:
            yield from _table(connection, name, columns[name], here, context, growth)
            read = True
        except NoCaptureError as error:
            refused = error
    if not read:
        raise refused or NoCaptureError(Problem(place, "a database without tables"))


def _authorized(action: int, *_: str | None) -> int:
    """Whether SQLite may do something: read, and nothing else."""
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table, without those that are computed when they are read."""
    found = connection.execute(f"PRAGMA table_xinfo({_quoted(table)})")
    return [_text(row[1]) for row in found if row[6] == _PLAIN][:_COLUMNS]


def _table(  # noqa: PLR0913, PLR0917 - what one table is read with
    connection: sqlite3.Connection, name: str, columns: list[str], place: Place, context: Context, growth: Growth
) -> Iterator[Exchange | Problem | Rows]:
    if not columns:
        raise NoCaptureError(Problem(place, "a table without columns"))
    sample = next(_frames(connection, name, columns, growth), None)
    if sample is None:
        raise NoCaptureError(Problem(place, "a table without rows"))
    layout = layout_or_refusal(sample, context.body_column, place)
    wanted = list(dict.fromkeys(layout.columns))
    yield from exchanges(_frames(connection, name, wanted, growth), layout, place, Allowance(context.limits))


def _frames(connection: sqlite3.Connection, table: str, columns: list[str], growth: Growth) -> Iterator[pl.DataFrame]:
    """Rows as texts and bytes: SQLite lets every cell have a type of its own."""
    import polars as pl  # noqa: PLC0415 - an adapter: few inputs need it

    rows = connection.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)}")  # noqa: S608 - quoted
    batch: list[list[bytes | None]] = []
    size = 0
    for row in rows:
        cells = [_cell(value) for value in row]
        here = sum(len(cell) for cell in cells if cell is not None)
        growth.take(here + _A_ROW)
        batch.append(cells)
        size += here
        if len(batch) >= _ROWS or size >= _BATCH_BYTES:
            yield pl.DataFrame(batch, schema=dict.fromkeys(columns, pl.Binary), orient="row")
            batch, size = [], 0
    if batch:
        yield pl.DataFrame(batch, schema=dict.fromkeys(columns, pl.Binary), orient="row")


def _cell(value: object) -> bytes | None:
    return value if isinstance(value, bytes) or value is None else str(value).encode()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _shown(member: str | None, table: str) -> str:
    name = "".join(letter if letter.isprintable() else "?" for letter in table)
    return name if member is None else f"{member}!{name}"
