"""How tests read a capture that they made: what is yielded, as short texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpact.contract.exchange import Exchange
from interpact.contract.limits import Limits, Wish
from interpact.contract.readers.base import Problem, Rows
from interpact.contract.readers.tables.judging import judge_rows
from interpact.contract.sources import Input, Skipped, read_input

if TYPE_CHECKING:
    from pathlib import Path

    from interpact.contract.sources import Item


def items(path: Path, *, explicit: bool = True, column: str | None = None, **limits: Any) -> list[Item]:
    wish = Wish(limits=Limits(**limits), body_column=column)
    return list(read_input(Input.of(str(path), explicit=explicit), wish=wish))


def told(
    path: Path, data: bytes = b"", *, explicit: bool = True, column: str | None = None, **limits: Any
) -> list[str]:
    """What reading a file yields: `member: body`, `member: reason`, `member! problem`, or `member~` where skipped."""
    if data:
        path.write_bytes(data)
    return [_short(item) for item in items(path, explicit=explicit, column=column, **limits)]


def findings(path: Path, data: bytes) -> list[str]:
    """The findings in a flattened table: the number of the row, the code and the pointer."""
    path.write_bytes(data)
    found = [one for item in items(path) if isinstance(item, Rows) for one in judge_rows(item).findings]
    return [f"{one.place.entry} {one.code} {one.pointer}" for one in found]


def _short(item: Item) -> str:
    member = item.place.member or ""
    entry = "" if item.place.entry is None else f"#{item.place.entry}"
    if isinstance(item, Problem):
        return f"{member}{entry}! {item.message}"
    if isinstance(item, Skipped):
        return f"{member}~"
    if isinstance(item, Rows):
        return f"{member}{entry}: {len(item.frame)} rows of {item.table}"
    assert isinstance(item, Exchange)
    if item.response is None:
        return f"{member}{entry}: no answer"
    body = item.response.body
    return f"{member}{entry}: {body.decode() if body is not None else item.response.missing}"
