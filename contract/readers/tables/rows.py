"""Rows as exchanges: a batch of a table and its layout give an exchange for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import orjson

from ...exchange import Exchange, Place, encode_text
from ..base import NoCaptureError, Problem, Rows
from ..json_text import BrokenJsonError, load
from ..record import exchange_of
from .columns import Coding, Kind, Layout, decoded, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from ...decoding import Allowance

_SHOWN: Final = 12


def exchanges(  # noqa: PLR0913 - what is known of a table
    frames: Iterator[pl.DataFrame],
    layout: Layout,
    place: Place,
    allowance: Allowance,
    missing: Sequence[int] = (),
    *,
    first: int = 1,
) -> Iterator[Exchange | Problem | Rows]:
    """What the rows of a table tell, batch by batch, numbered from `first`; `missing` grows by those passed over."""
    if layout.kind is Kind.FLAT:
        yield from _flattened(frames, layout, place, missing)
        return
    for frame in frames:
        for number, row in enumerate(frame.iter_rows(named=True), first):
            here = Place(place.file, numbered(number, missing), None, place.member)
            yield exchange_of(record_of(row, layout), here, allowance)
        first += len(frame)


def numbered(count: int, missing: Sequence[int]) -> int:
    """The number in its file of the row that is the `count`th of those that are there; `missing` is sorted.

    >>> [numbered(count, [2, 3]) for count in (1, 2)]
    [1, 4]
    """
    for gone in missing:
        if gone > count:
            break
        count += 1
    return count


def layout_or_refusal(frame: pl.DataFrame, wanted: str | None, place: Place) -> Layout:
    """The layout of a table. Raises `NoCaptureError` where it has none."""
    found = layout_of(frame, wanted)
    if found is not None:
        return found
    names = ", ".join(repr(name)[1:-1][:40] for name in frame.columns[:_SHOWN]) or "none"
    more = "" if len(frame.columns) <= _SHOWN else ", ..."
    what = "no column of this name" if wanted is not None else "a table in which no column holds bodies"
    hint = "" if wanted is not None else ": name it with --body-column"
    raise NoCaptureError(Problem(place, f"{what}{hint}; the columns are {names}{more}"))


def _flattened(frames: Iterator[pl.DataFrame], layout: Layout, place: Place, missing: Sequence[int]) -> Iterator[Rows]:
    """Rows of one exchange are kept together, where they follow each other: some rules look at several."""
    import polars as pl  # noqa: PLC0415 - loaded by whoever made the frames

    first, kept = 1, None
    for frame in frames:
        whole = frame if kept is None else pl.concat([kept, frame])
        cut = _last_exchange(whole)
        if cut:
            yield Rows(place, layout.table, whole.head(cut), first, tuple(missing))
        first, kept = first + cut, whole.slice(cut)
    if kept is not None and len(kept):
        yield Rows(place, layout.table, kept, first, tuple(missing))


def _last_exchange(frame: pl.DataFrame) -> int:
    """Where the rows of the last exchange begin; the end of the frame where there is only one, or none is told."""
    if "exchange" not in frame.columns or frame.is_empty():
        return len(frame)
    runs = frame["exchange"].rle_id()
    return (runs == runs[-1]).arg_max() or len(frame)


def record_of(row: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """The record that a row tells of; columns that it lacks are not known."""
    if layout.kind is Kind.RECORD:
        return _without_gaps(row)
    if layout.kind is Kind.PARTS:
        return {"response": {"body": _written(row)}}
    known = {role: row.get(column) for role, column in layout.roles}
    request: dict[str, Any] = {"url": _text(known.get("url")), "method": _text(known.get("method")) or "GET"}
    if known.get("query") is not None:
        request["query"] = _query(known["query"])
    response: dict[str, Any] = {"status": _status(known.get("status")), "headers": _headers(known.get("headers"))}
    body = row[layout.body]
    if isinstance(body, str | bytes) and layout.coding is not Coding.PLAIN:
        response["body"] = decoded(encode_text(body) if isinstance(body, str) else body, layout.coding)
    elif body is not None:
        response["body"] = body if isinstance(body, str | bytes | msgspec.Raw) else _written(body)
    return {"request": request if request["url"] is not None else None, "response": response}


def _written(value: Any) -> bytes:
    """A nested value as JSON. A table cannot tell what was left out from what was null: it counts as left out."""
    return orjson.dumps(_without_gaps(value), default=str, option=orjson.OPT_NON_STR_KEYS)


def _without_gaps(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return {key: _without_gaps(item) for key, item in members if item is not None}
    return [_without_gaps(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)


def _query(value: object) -> object:
    """A query that a table keeps as a text of its own, as a JSON text, or as nested values."""
    text = _text(value) if isinstance(value, str | bytes) else None
    if text is None or text.startswith("{"):
        return _headers(value)
    return text.removeprefix("?")


def _status(value: object) -> object:
    return (
        _text(value)
        if isinstance(value, bytes)
        else int(value)
        if isinstance(value, float) and value.is_integer()
        else value
    )


def _headers(value: object) -> object:
    """Header fields that a table keeps as a JSON text, or as nested values."""
    if not isinstance(value, str | bytes):
        return _without_gaps(value)
    try:
        return load(value if isinstance(value, bytes) else value.encode("utf-8", "replace"))
    except BrokenJsonError:
        return None
