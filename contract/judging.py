"""Rows of somebody's table, judged where they are: batches of Arrow in, findings and a summary out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .checker import check
from .decoding import Allowance
from .exchange import Exchange, Place
from .outputs.findings import COLUMNS, schema, table
from .packing import packed
from .readers.base import Problem, Rows
from .readers.tables.columns import Kind
from .readers.tables.conversion import frame_of
from .readers.tables.judging import judge_rows
from .readers.tables.rows import exchanges
from .report import Report
from .runner import BATCH_BYTES, BATCH_EXCHANGES, carefully
from .shares import Wanted, rows, schema_of, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from .findings import Finding, Outcome
    from .limits import Wish
    from .readers.tables.columns import Layout
    from .settings import Settings

PLACE: Final = ("file", "member", "entry", "line")
"""Columns of these names tell where a row was recorded."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the parts of one table. `provenance` are the columns that are told beside each finding."""

    layout: Layout
    provenance: tuple[str, ...]
    extras: Any
    """Those of them that findings do not have anyway, as a schema of Arrow."""
    settings: Settings
    wish: Wish

    @property
    def schema(self) -> Any:
        """The columns of what is found."""
        return schema_of({"findings": [*schema(), *self.extras]})

    def judge(self, number: int, batches: Iterator[Any]) -> Iterator[Any]:
        """Judge one part: batches with its findings, and at the end one with its summary."""
        report = Report()
        for its_rows, outcome in self._outcomes(Place(f"partition {number}"), map(frame_of, batches)):
            if isinstance(outcome, Problem):
                report.add_problem(outcome)
                continue
            placed = tuple(self._placed(one, its_rows) for one in outcome.findings)
            found = msgspec.structs.replace(outcome, findings=placed)
            report.add(found)
            yield from rows(number, "findings", self._with_extras(found, its_rows), self.schema)
        yield summary((number, packed(report.shortened(Wanted().recordings))), self.schema)

    def _outcomes(
        self, whole: Place, frames: Iterator[pl.DataFrame]
    ) -> Iterator[tuple[pl.DataFrame, Outcome | Problem]]:
        """What judging gives, each with the rows that its exchanges are."""
        pieces = (piece for frame in frames for piece in _cut(frame))
        allowance, first = Allowance(self.wish.limits), 1
        if self.layout.kind is Kind.FLAT:
            for item in exchanges(pieces, self.layout, whole, allowance):
                if isinstance(item, Rows):
                    yield item.frame, judge_rows(item, self.settings)
            return
        for piece in pieces:
            items = list(exchanges(iter((piece,)), self.layout, whole, allowance, first=first))
            first += len(piece)
            yield from ((piece, item) for item in items if isinstance(item, Problem))
            yield from self._judged(piece, {at: item for at, item in enumerate(items) if isinstance(item, Exchange)})

    def _judged(
        self, piece: pl.DataFrame, known: dict[int, Exchange]
    ) -> Iterator[tuple[pl.DataFrame, Outcome | Problem]]:
        at, indices = 0, list(known)
        for outcome in carefully(partial(check, settings=self.settings), list(known.values())) if known else ():
            size = 1 if isinstance(outcome, Problem) else len(outcome.verdicts)
            yield piece[indices[at : at + size]], outcome
            at += size

    def _placed(self, finding: Finding, its_rows: pl.DataFrame) -> Finding:
        """The finding at the place that its row tells, if it tells one."""
        names = [name for name in PLACE if name in self.provenance]
        told = {name: its_rows.item(finding.exchange, name) for name in names}
        told = {name: value for name, value in told.items() if value is not None}
        if not told:
            return finding
        here = msgspec.structs.replace(finding.place, **({"entry": None} if "line" in told else {}) | told)
        return msgspec.structs.replace(finding, place=here)

    def _with_extras(self, outcome: Outcome, its_rows: pl.DataFrame) -> Any:
        found = table(outcome)
        if len(self.extras) and len(found):
            known: Any = its_rows.select(self.extras.names)[[one.exchange for one in outcome.findings]]
            beside: Any = known.to_arrow().cast(self.extras)
            for field in self.extras:
                found = found.append_column(field, beside.column(field.name))
        return found


def extras_of(provenance: Sequence[str]) -> list[str]:
    """The columns that findings get besides their own. Raises `ValueError` for one that would hide another.

    >>> extras_of(["file", "offset"])
    ['offset']
    """
    extras = [name for name in provenance if name not in PLACE]
    hidden = sorted(set(extras) & set(COLUMNS))
    if hidden:
        message = f"findings have a column {hidden[0]!r} of their own: give yours another name"
        raise ValueError(message)
    return extras


def _cut(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A frame in pieces that are judged together."""
    step = max(1, min(BATCH_EXCHANGES, len(frame) * BATCH_BYTES // max(1, int(frame.estimated_size()))))
    yield from frame.iter_slices(step)
