"""`--messages FILE.parquet`: the flattened, typed rows of the exchanges that passed, with where they stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from .parquet import ParquetFile, schema_of
from .parts import OutputError
from .rows import columns

if TYPE_CHECKING:
    from pathlib import Path

    from ..findings import Outcome


def schema() -> Any:
    """The columns as a schema of Arrow."""
    return schema_of(columns())


def table(outcome: Outcome, before: int = 0) -> Any:
    """The rows of a batch as a table of Arrow; so many exchanges came before it."""
    rows = None if outcome.kept is None else outcome.kept.rows
    if rows is None or not len(rows):
        return schema().empty_table()
    return rows.with_columns(pl.col("exchange") + before).to_arrow().cast(schema())


class RowsOutput:
    """The rows as Parquet. `exchange` counts the exchanges of the run from 0, those without rows too."""

    def __init__(self, target: Path, token: str, size: int | None = None) -> None:
        """Raises `OutputError` where the file cannot be written, or is to be of another format."""
        self.target = target
        if target.suffix.lower() != ".parquet":
            raise OutputError(target, "its name must end in .parquet")
        self._file = ParquetFile(target, columns(), token, size)

    def take(self, outcome: Outcome, before: int) -> None:
        """Write the rows of a batch."""
        self._file.add(table(outcome, before))

    def sync(self) -> int:
        """Have everything on disk."""
        return self._file.part.sync()

    def finish(self) -> None:
        """Put the file in its place."""
        self._file.finish()

    def close(self) -> None:
        """Leave what is written."""
        self._file.part.close()

    def discard(self) -> None:
        """Leave nothing."""
        self._file.part.discard()
