"""Batches of Arrow as frames of Polars, from files that nobody vouches for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...decompress import DamagedError

if TYPE_CHECKING:
    import polars as pl


def frame_of(batch: Any) -> pl.DataFrame:
    """A record batch, or a table, as a frame.

    Raises `DamagedError` where it is unsound, or has columns that Polars does not know.

    >>> import pyarrow as pa
    >>> frame_of(pa.record_batch({"a": [1]})).columns
    ['a']
    """
    polars, arrow = _library("polars"), _library("pyarrow")
    errors = (polars.exceptions.PolarsError, polars.exceptions.PanicException, arrow.ArrowException)
    try:
        batch.validate(full=True)  # offsets that lead out of a buffer would crash the process
        return polars.from_arrow(_stored(batch, arrow))
    except errors:
        message = "a damaged table, or one with columns of a type that cannot be read"
        raise DamagedError(message) from None


def _stored(batch: Any, arrow: Any) -> Any:
    """The batch with columns of extension types (`arrow.json`) as what they are stored as."""
    extended = arrow.BaseExtensionType
    columns = [one.cast(one.type.storage_type) if isinstance(one.type, extended) else one for one in batch.columns]
    kind = arrow.Table if isinstance(batch, arrow.Table) else arrow.RecordBatch
    return kind.from_arrays(columns, names=batch.schema.names)


def _library(name: str) -> Any:
    """Loaded late: few inputs need it. Untyped: pyarrow has no annotations, and those of Polars name its arrays."""
    return import_module(name)
