"""Shares of a run: wherever files are divided, all shares together find what one run over the whole finds."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.ending import COMPLETE
from interpact.contract.exchange import Exchange, Place, Response
from interpact.contract.inputs import Input, Span
from interpact.contract.keep import Keep
from interpact.contract.limits import Wish
from interpact.contract.outputs import findings, messages, quarantine
from interpact.contract.pieces import PIECE
from interpact.contract.planning import shares, told
from interpact.contract.readers.base import Problem
from interpact.contract.reports.base import About
from interpact.contract.reports.document import group_value, problem_value
from interpact.contract.reports.overview import summary_value
from interpact.contract.runner import Checked, Run, carefully
from interpact.contract.settings import Settings
from interpact.contract.shares import SUMMARY, Joined, ShareError, Wanted, work
from interpact.contract.sources import find_inputs
from interpact.contract.stretch import Stretch

from .bodies import body, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from interpact.contract.findings import Finding
    from interpact.contract.report import Report

CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
SHOWN = Settings(key=b"tests", now=CALM.now, show_values=True)
KINDS = ("findings", "quarantine", "messages")


def told_of(report: Report) -> Any:
    """Everything that a report tells."""
    problems = [problem_value(one) for one in report.problems]
    return summary_value(report, About(), COMPLETE), list(map(group_value, report.groups())), problems, report.coverage


def whole(paths: Sequence[str]) -> tuple[Any, dict[str, list[Any]]]:
    """The report of one run, and the rows that it writes."""
    run = Run(paths, CALM, keep=Keep(failed=True, rows=True))
    found: dict[str, list[Any]] = {name: [] for name in KINDS}
    before = 0
    for event in run:
        if isinstance(event, Checked):
            for name, kind in zip(KINDS, (findings, quarantine, messages), strict=True):
                found[name] += kind.table(event.outcome, before).to_pylist()
            before += len(event.outcome.verdicts)
    return told_of(run.report), found


def divided(paths: Sequence[str], size: int) -> tuple[Any, dict[str, list[Any]]]:
    """The same of shares of this size, put together."""
    joined = Joined()
    found: dict[str, list[Any]] = {name: [] for name in KINDS}
    for number, share in enumerate(shares(find_inputs(paths), size)):
        batches = [row for batch in work(number, share, CALM, Wish(), Wanted(KINDS)) for row in batch.to_pylist()]
        *rows, last = batches
        assert all(row["id"] == number and row["report"] is None for row in rows)
        list(joined.add(number, share, [last[name] for name in SUMMARY if name != "id"]))
        lines, exchanges = (joined.offsets[name][-1] for name in ("lines before", "exchanges before"))
        for row in rows:
            (name,) = (name for name in KINDS if row[name] is not None)
            found[name].append(at(name, row[name], lines, exchanges))
    return told_of(joined.report), found


def at(name: str, row: dict[str, Any], lines: int, exchanges: int) -> dict[str, Any]:
    """A row at its place in the whole, as a cluster puts it there."""
    here, column = (
        (row["place"], "line") if name == "quarantine" else (row, {"messages": "place.line"}.get(name, "line"))
    )
    if here[column] is not None:
        here[column] += lines
    return row if name != "messages" else row | {"exchange": row["exchange"] + exchanges}


LINES = st.sampled_from(
    [
        body(1),
        body(2, campaignId=0),
        body(3, subject="x" * 300),
        body(4, status="Delivered"),
        record(5),
        record(6, campaignId=0),
        record(7, padding="y" * 400),
        b"",
        b"  ",
        b'{"request": broken',
        b"{",
        "\u00e9".encode("latin-1"),
        b" " + body(8) + b"\r",
    ]
)


@given(
    lines=st.lists(LINES, min_size=1, max_size=12).map(lambda lines: [body(0), *lines]),
    size=st.integers(200, 5000),
    last=st.sampled_from([b"", b"\n"]),
    kind=st.sampled_from(["bodies", "records", "packed"]),
)
def test_wherever_lines_are_divided_the_same_is_found(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    size: int,
    last: bytes,
    kind: str,
) -> None:
    data = b"\n".join([record(0), *lines] if kind == "records" else lines) + last
    path = tmp_path_factory.mktemp("lines") / "a.ndjson"
    path.write_bytes(gzip.compress(data) if kind == "packed" else data)
    assert divided([str(path)], size) == whole([str(path)])


@pytest.mark.parametrize("size", [2000, 10**9])
def test_folders_archives_and_what_is_missing(size: int) -> None:
    paths = ["examples", "tests/captures", "no-such-file"]
    assert divided(paths, size) == whole(paths)


@pytest.mark.parametrize("size", [3_000, 10_000])
@pytest.mark.parametrize("flat", [False, True])
def test_row_groups(tmp_path: Path, size: int, *, flat: bool) -> None:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    bodies = [body(number, **({"campaignId": 0} if number % 7 == 0 else {})).decode() for number in range(100)]
    table = arrow.table({"at": list(range(100)), "payload": bodies})
    if flat:
        run = Run([str(write(tmp_path, bodies))], CALM, keep=Keep(rows=True))
        tables = [messages.table(event.outcome) for event in run if isinstance(event, Checked)]
        table = arrow.concat_tables(tables)
    path = tmp_path / "a.parquet"
    parquet.write_table(table, path, row_group_size=9)
    assert divided([str(path)], size) == whole([str(path)])


def write(folder: Path, bodies: Sequence[str]) -> Path:
    path = folder / "bodies.ndjson"
    path.write_text("\n".join(bodies))
    return path


def test_large_files_are_read_in_pieces_of_each_part(tmp_path: Path) -> None:
    path = tmp_path / "large.ndjson"
    line = body(1, subject="z" * 3000)
    lines = [body(9, campaignId=0) if number % 1000 == 999 else line for number in range(2 * PIECE // len(line))]
    lines[1500] = b" " + body(3, campaignId=0)
    path.write_bytes(b"\n".join(lines))
    report, found = divided([str(path)], PIECE - 1000)
    expected, rows = whole([str(path)])
    assert report == expected
    assert found["findings"] == rows["findings"]
    assert [row["place.line"] for row in found["messages"]] == [row["place.line"] for row in rows["messages"]]


@given(data=st.lists(st.sampled_from([b"a", b"bc\n", b"\n", b"d" * 70])).map(b"".join), step=st.integers(1, 90))
def test_each_line_belongs_to_one_part(data: bytes, step: int) -> None:
    spans = [Span(start, min(len(data), start + step)) for start in range(0, len(data), step)]
    parts = [io.BufferedReader(Stretch(io.BytesIO(data), span), 16).read() for span in spans]
    assert b"".join(parts) == data
    assert [span.lines for span in spans] == [part.count(b"\n") for part in parts]
    for span, part in zip(spans, parts, strict=True):
        before = data[: span.start].rpartition(b"\n")[0]
        assert not part or part in data[len(before) :]
        assert part.count(b"\n") <= step


def test_a_share_says_what_it_is() -> None:
    large = Input("s3://b/a", "s3://b/a", remote=True, length=250)
    plan = list(shares([Input.of("x"), large, Problem(Place("y"), "no such file or folder")], 100))
    assert [told(share) for share in plan] == ["x", *(f"s3://b/a from byte {at} to {end}" for at, end in
                                                      ((0, 100), (100, 200), (200, 250))), "y"]  # fmt: skip


def test_places_are_told_up_to_a_number_and_counted_beyond(tmp_path: Path) -> None:
    path = write(tmp_path, [body(number, campaignId=0).decode() for number in range(20)])
    joined = Joined()
    places: list[Finding] = []
    counts = 0
    for number, share in enumerate(shares(find_inputs([str(path)]), 3000)):
        *_, last = work(number, share, CALM, Wish(), Wanted(places=3))
        row = last.to_pylist()[0]
        for event in joined.add(number, share, [row[name] for name in SUMMARY if name != "id"]):
            assert isinstance(event, Checked)
            places += event.outcome.findings[:3]
            counts += len(event.outcome.findings)
    assert [one.place.line for one in places[:3]] == [1, 2, 3]
    assert counts == 20


def test_an_exchange_that_cannot_be_judged_is_a_problem_of_its_own() -> None:
    from interpact.contract.checker import check  # noqa: PLC0415 - loads Polars

    batch = [Exchange(Place("a", None, number), None, Response(body(number))) for number in range(1, 10)]
    broken: Any = 7  # a reader of another package may give anything
    batch[4] = Exchange(Place("a", None, 5), None, Response(broken))
    found = list(carefully(lambda some: check(some, CALM), batch))
    assert [str(one) for one in found if isinstance(one, Problem)] == [
        "a:5: it cannot be judged, a defect of interpact: AttributeError"
    ]
    assert sum(len(one.verdicts) for one in found if not isinstance(one, Problem)) == 8


def test_a_share_that_fails_names_the_file_and_nothing_else(tmp_path: Path) -> None:
    broken: Any = "no wish"
    path = str(write(tmp_path, [body(1).decode()]))
    with pytest.raises(ShareError, match=r"^a from byte 0 to 9: AttributeError$"):
        list(work(0, (Input(path, "a", span=Span(0, 9)),), CALM, broken, Wanted()))


def test_reports_of_records_and_parquet_are_read_again(tmp_path: Path) -> None:
    parquet = import_module("pyarrow.parquet")
    path = write(tmp_path, [body(1, campaignId=0).decode(), body(2, campaignId=0).decode()])
    run = Run([str(path)], SHOWN, keep=Keep(failed=True))
    (table,) = [quarantine.table(event.outcome) for event in run if isinstance(event, Checked)]
    parquet.write_table(table, tmp_path / "failed.parquet")
    again = Run([str(tmp_path / "failed.parquet")], CALM)
    list(again)
    assert again.report.states == run.report.states
    assert again.report.found.keys() == run.report.found.keys()


def test_copies_are_found_across_shares_as_far_as_those_may_tell(tmp_path: Path) -> None:
    urls = [f"/v2/customers/interaction?identifierValue={number % 4}" for number in range(12)]
    records = [{"request": {"url": url}, "response": {"status": 200, "body": json.loads(body(0))}} for url in urls]
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    settings = Settings(key=b"tests", hygiene=True, select=("IP508",))
    plan = [(one,) for one in find_inputs([str(tmp_path)])]
    for most, count in ((1_000, 8 + 12), (0, 8 + 8)):
        joined = Joined()
        for number, share in enumerate(plan):
            *_, last = work(number, share, settings, Wish(), Wanted(recordings=most))
            (row,) = last.to_pylist()
            list(joined.add(number, share, [row[name] for name in SUMMARY if name != "id"]))
        assert [(one.code, one.count) for one in joined.report.groups()] == [("IP508", count)]
