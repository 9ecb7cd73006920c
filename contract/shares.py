"""A share of a run, checked somewhere else: what it finds as batches of Arrow, and how all of them become one report.

Lines and exchanges are counted from the beginning of the share, since nobody knows what is before it until that is
read, too. Whoever has all shares knows how many there are before each, and adds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from .arrow import library
from .findings import Finding, Outcome
from .inputs import Input
from .keep import Keep
from .outputs import findings, messages, quarantine
from .packing import packed, unpacked
from .planning import told
from .report import Report, moved
from .runner import Checked, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .limits import Wish
    from .planning import Share
    from .readers.base import Problem
    from .settings import Settings

KINDS: Final = {"findings": findings, "quarantine": quarantine, "messages": messages}
"""What a run writes, each with a `schema()` and a `table(outcome, before)`."""
SUMMARY: Final = {"id": "int64", "report": "string", "lines": "int64", "exchanges": "int64", "places": "string"}
"""The columns of the one row that sums up a share; rows of findings and the like have only the first of them."""


class ShareError(Exception):
    """A share that could not be checked; the message names the file and the bytes, and nothing that they hold."""


class Wanted(msgspec.Struct, frozen=True):
    """What is wanted of a share: which `KINDS`, how many places of findings beside the report, and its figures.

    So many of its recordings are compared with those of other shares, if copies are looked for.
    """

    kinds: tuple[str, ...] = ()
    places: int = 0
    statistics: bool = False
    recordings: int = 1_000


def schema_of(kinds: Mapping[str, Any]) -> Any:
    """The columns of what a share finds: its summary, and some kinds of rows, each a structure."""
    arrow = library()
    summary = [(name, getattr(arrow, kind)()) for name, kind in SUMMARY.items()]
    return arrow.schema([*summary, *((name, arrow.struct(schema)) for name, schema in kinds.items())])


def schema_of_kinds(kinds: Iterable[str]) -> Any:
    """The columns of what a share finds that was asked for some kinds of rows."""
    return schema_of({name: KINDS[name].schema() for name in kinds})


def work(number: int, share: Share, settings: Settings, wish: Wish, wanted: Wanted) -> Iterator[Any]:
    """Check a share: batches with its rows, and at the end its summary. Raises `ShareError`."""
    try:
        yield from _work(number, share, settings, wish, wanted)
    except Exception as error:  # noqa: BLE001 - a traceback may quote what was read
        message = f"{told(share)}: {type(error).__name__}"
        raise ShareError(message) from None


def _work(number: int, share: Share, settings: Settings, wish: Wish, wanted: Wanted) -> Iterator[Any]:
    schema = schema_of_kinds(wanted.kinds)
    keep = Keep(failed="quarantine" in wanted.kinds, rows="messages" in wanted.kinds, statistics=wanted.statistics)
    run = Run(share, settings, wish, keep=keep, careful=True)
    before = 0
    places: list[Finding] = []
    for event in run:
        if not isinstance(event, Checked):
            continue
        for name in wanted.kinds:
            yield from rows(number, name, KINDS[name].table(event.outcome, before), schema)
        before += len(event.outcome.verdicts)
        places += event.outcome.findings[: wanted.places - len(places)]
    lines = sum(one.span.lines for one in share if isinstance(one, Input) and one.span is not None)
    shown = msgspec.json.encode(places).decode() if wanted.places else None
    yield summary((number, packed(run.report.shortened(wanted.recordings)), lines, before, shown), schema)


def rows(number: int, name: str, table: Any, schema: Any) -> Iterator[Any]:
    """The rows of one kind as batches with all columns."""
    arrow = library()
    for batch in table.to_batches():
        given = {
            "id": arrow.repeat(arrow.scalar(number, arrow.int64()), len(batch)),
            name: arrow.StructArray.from_arrays(batch.columns, fields=list(batch.schema)),
        }
        lacking = {field.name: arrow.nulls(len(batch), field.type) for field in schema if field.name not in given}
        yield arrow.record_batch([(lacking | given)[name] for name in schema.names], schema=schema)


def summary(cells: tuple[Any, ...], schema: Any) -> Any:
    """The row that sums up a share."""
    return library().RecordBatch.from_pylist([dict(zip(SUMMARY, cells, strict=False))], schema=schema)


class Some(tuple[Finding, ...]):  # noqa: SLOT001 - a tuple has room for no other slots
    """The first ones of some findings; its length is how many there are in all."""

    total: int

    def __len__(self) -> int:
        return self.total


class Joined:
    """Shares put together, which come in their order."""

    def __init__(self) -> None:
        self.report = Report()
        self.offsets: dict[str, list[int]] = {"id": [], "lines before": [], "exchanges before": []}
        """For each share how many lines of its file, and how many exchanges of the run, come before it."""
        self._lines = self._exchanges = 0

    def add(self, number: int, share: Share, told: Sequence[Any]) -> Iterator[Checked | Problem]:
        """Take in the summary of a share; what there is to tell of it, at its place in the whole."""
        report, lines, exchanges, places = told
        first = share[0]
        if not (isinstance(first, Input) and first.is_later):
            self._lines = 0
        found = moved(unpacked(report), self._lines)
        for column, value in zip(self.offsets.values(), (number, self._lines, self._exchanges), strict=True):
            column.append(value)
        self._lines += lines
        self._exchanges += exchanges
        self.report.merge(found)
        yield from found.problems
        if places:
            here = msgspec.json.decode(places, type=list[Finding])
            some = Some(one.moved(self.offsets["lines before"][-1]) for one in here)
            some.total = sum(group.count for group in found.found.values())
            yield Checked(Outcome((), some))
