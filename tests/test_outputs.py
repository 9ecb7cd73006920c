"""Outputs: what is written is what was found, whole or not at all, and a run that was killed is gone on with."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.arrow import library
from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.findings import State
from interpact.contract.keep import Keep
from interpact.contract.limits import Wish
from interpact.contract.lines import Lines
from interpact.contract.outputs.findings import COLUMNS, findings_output
from interpact.contract.outputs.messages import RowsOutput
from interpact.contract.outputs.parquet import ROW_GROUP, ParquetFile
from interpact.contract.outputs.parts import OutputError, Part
from interpact.contract.outputs.quarantine import NAME, QuarantineOutput
from interpact.contract.outputs.records import records_of
from interpact.contract.outputs.redacting import WITHHELD, redacted
from interpact.contract.outputs.state import Resuming, wanted_of
from interpact.contract.outputs.writing import Outputs
from interpact.contract.packing import packed
from interpact.contract.readers.json_text import load as parsed
from interpact.contract.reports.document import finding_value
from interpact.contract.runner import Checked, Mark, Run
from interpact.contract.settings import Settings
from interpact.contract.sources import Input, read_input
from interpact.schemas.examples import model_exchange
from interpact.schemas.frames.models import frame_schema
from interpact.strategies import defects, exchanges

from .house import unmeasured
from .test_cli import interpact
from .test_privacy import SECRETS, leaks, private_body
from .wire import URL, body_only

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from interpact.contract.findings import Outcome

CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
OPEN = Settings(key=b"tests", now=CALM.now, show_values=True)
BOTH = Keep(failed=True, rows=True)
BODY = model_exchange()["response"]["body"]
TEXTS = ("receiver", "subject", "status", "sentDate", "deliveredTime")
NOT_KEPT = {"IP501"}
"""What is gone with a credential that was replaced."""


@st.composite
def batches(draw: st.DrawFn) -> list[Exchange]:
    """Exchanges of all kinds, some of them bare bodies."""
    samples = draw(st.lists(st.one_of(exchanges(), defects().map(lambda one: one.sample)), max_size=6))
    return [
        Exchange(
            Place(
                "generated",
                draw(st.none() | st.just(index)),
                draw(st.none() | st.just(7)),
                draw(st.none() | st.just("m")),
            ),
            Request.of("GET", sample.query.url("crm.example"), sample.request_headers) if draw(st.booleans()) else None,
            Response.of(sample.content(), sample.status, sample.headers),
        )
        for index, sample in enumerate(samples, 1)
    ]


def cells(outcome: Outcome) -> list[list[Any]]:
    found: list[list[Any]] = []
    for finding in outcome.findings:
        value = finding_value(finding)
        flat = value | {name: value["place"].get(name) for name in ("file", "member", "entry", "line")}
        found.append([flat[name] for name in COLUMNS])
    return found


def read_back(path: Path) -> list[list[Any]]:
    if path.suffix == ".parquet":
        return [list(row) for row in pl.read_parquet(path).iter_rows()]
    if path.suffix == ".ndjson":
        return [list(json.loads(line).values()) for line in path.read_text().splitlines()]
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(COLUMNS)
    numbers = [head.index("entry"), head.index("line")]
    return [[int(cell) if at in numbers and cell else cell or None for at, cell in enumerate(row)] for row in rows]


@pytest.mark.parametrize("suffix", ["parquet", "ndjson", "csv"])
@given(found=st.lists(batches(), max_size=2))
@settings(max_examples=15)
def test_rows_are_the_findings(
    suffix: str, found: list[list[Exchange]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("f") / f"found.{suffix}"
    output = findings_output(path, "t")
    outcomes = [check(batch, CALM) for batch in found]
    for outcome in outcomes:
        output.take(outcome, 0)
    assert not path.exists()
    output.finish()
    wanted = [row for outcome in outcomes for row in cells(outcome)]
    if suffix == "csv":
        wanted = [[None if cell == "" else cell for cell in row] for row in wanted]
    assert read_back(path) == wanted
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def flattened(batch: Sequence[Exchange], passed: set[int]) -> list[dict[str, Any]]:
    """The messages of JSON texts, by hand."""
    found: list[dict[str, Any]] = []
    for number, exchange in enumerate(batch):
        if number not in passed or exchange.response is None or not exchange.response.body:
            continue
        body: Any = parsed(exchange.response.body)
        if "interaction" not in body:
            continue
        for at, entry in enumerate(body["interaction"]):
            for index, message in enumerate(entry.get("messageList") or ()):
                found.append({
                    "place.file": exchange.place.file, "place.member": exchange.place.member,
                    "place.entry": exchange.place.entry, "place.line": exchange.place.line,
                    "exchange": number, "entry": at, "message": index,
                    "entry.name": entry["name"], "entry.count": int(entry["count"]),
                    "entry.usedStatus": entry.get("usedStatus"), "body.name": body["name"],
                    "response.status": exchange.response.status,
                    **{name: int(message[name]) for name in ("id", "campaignId", "userId")},
                    **{name: message.get(name) for name in TEXTS},
                })  # fmt: skip
    return found


@given(batches(), st.sampled_from([0, 2**30]))
@settings(max_examples=60)
def test_rows_of_what_passed_are_the_messages(batch: list[Exchange], large: int) -> None:
    outcome = check(batch, CALM, keep=BOTH, large=large)
    assert outcome.kept is not None
    passed = {index for index, verdict in enumerate(outcome.verdicts) if verdict.state is State.PASS}
    wanted = flattened(batch, passed)
    rows = outcome.kept.rows
    assert rows.select(list(wanted[0])).to_dicts() == wanted if wanted else rows.is_empty()
    assert rows["sentDate.utc"].null_count() == 0
    frame_schema("messages").validate(rows, lazy=True)
    plain = check(batch, CALM)
    assert (plain.verdicts, plain.findings, plain.kept) == (outcome.verdicts, outcome.findings, None)


@pytest.mark.parametrize(
    ("sent", "delivered", "wanted"),
    [
        ("01-06-2023 10:15:00", "2023-06-01T10:15:10Z", ("2023-06-01T10:15:00+00:00", "2023-06-01T10:15:10+00:00")),
        ("01-06-2023 10:15:00.25", "2023-06-01T12:15:10.1234567+02:00",
         ("2023-06-01T10:15:00.250000+00:00", "2023-06-01T10:15:10.123456+00:00")),
    ],
)  # fmt: skip
def test_instants(sent: str, delivered: str, wanted: tuple[str, str]) -> None:
    body = json.loads(json.dumps(BODY))
    body["interaction"][0]["messageList"][0] |= {"sentDate": sent, "deliveredTime": delivered}
    kept = check([body_only(body)], CALM, keep=BOTH).kept
    assert kept is not None
    row = kept.rows.row(0, named=True)
    assert (row["sentDate.utc"].isoformat(), row["deliveredTime.utc"].isoformat()) == wanted


def test_lines_have_their_places_and_exchanges_their_numbers(tmp_path: Path) -> None:
    text = b"\n".join([json.dumps(BODY).encode()] * 2)
    output = RowsOutput(tmp_path / "m.parquet", "t")
    for before in (0, 2):
        output.take(check(Lines("a.ndjson", 5, text), CALM, keep=BOTH), before)
    output.finish()
    frame = pl.read_parquet(tmp_path / "m.parquet")
    assert frame["exchange"].unique(maintain_order=True).to_list() == [0, 1, 2, 3]
    assert frame["place.line"].unique(maintain_order=True).to_list() == [5, 6]
    assert set(frame["place.file"]) == {"a.ndjson"}


def again(path: Path) -> Outcome:
    return check([one for one in read_input(Input.of(str(path))) if isinstance(one, Exchange)], OPEN)


@given(batch=batches())
@settings(max_examples=60)
def test_the_quarantine_gives_the_same_findings(
    batch: list[Exchange], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("q")
    outcome = check(batch, OPEN, keep=BOTH)
    output = QuarantineOutput(folder, "t")
    output.take(outcome, 0)
    output.finish()
    failed = [index for index, verdict in enumerate(outcome.verdicts) if verdict.state is State.FAIL]
    assert (folder / NAME).exists() == bool(failed)
    if failed:
        told = [(failed.index(one.exchange), one.code, one.part, one.pointer, one.expected, one.actual)
                for one in outcome.findings if one.exchange in failed and one.code not in NOT_KEPT]  # fmt: skip
        found = [(one.exchange, one.code, one.part, one.pointer, one.expected, one.actual)
                 for one in again(folder / NAME).findings if one.code not in NOT_KEPT]  # fmt: skip
        assert found == told


def test_nothing_private_is_kept_unless_it_is_asked_for() -> None:
    query = f"identifierName=email&identifierValue={SECRETS['identifier']}&{SECRETS['phone']}=1"
    headers = {"Authorization": f"Basic {SECRETS['basic']}", "X-User": SECRETS["receiver"], SECRETS["phone"]: "x"}
    body = private_body()
    body["interaction"][1]["count"] = 1  # integers where integers are declared are harmless, in findings too
    texts = [json.dumps(body), json.dumps(body, ensure_ascii=True, indent=1)]
    texts += [text[:-40] for text in texts]
    texts += [
        json.dumps(SECRETS["receiver"]),
        SECRETS["subject"],
        f'{{"a": 1}} {SECRETS["receiver"]}',
        f"[{SECRETS['phone']}]",
    ]
    batch = [
        Exchange(Place("a"), Request.of("GET", f"{URL}?{query}", headers), Response.of(text, 200, headers))
        for text in texts
    ]
    outcome = check(batch, CALM, keep=BOTH)
    assert outcome.kept is not None
    assert len(outcome.kept.records) == len(texts)
    assert not [leaks(record) for record in outcome.kept.records if leaks(record)]
    shown = records_of(batch, range(len(batch)), (), OPEN)
    assert "receiver" in leaks(shown[0])
    assert not {"basic", "token", "cookie"} & {name for record in shown for name in leaks(record)}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            b'{"name": "twitter", "name" : "twitter", "x":1.50e3}',
            b'{"name": "twitter", "name" : "twitter", "x":9.99e9}',
        ),
        (b'\xef\xbb\xbf{"interaction": [{"count": NaN}]}\r\n', b'\xef\xbb\xbf{"interaction": [{"count": NaN}]}\r\n'),
        (b'{"interaction": [{"count": 1.0, "name": "  "}', b'{"interaction": [{"count": 1.0, "name": "  "}'),
        (b'{"errors": [{"code": 8015, "message": ""}]}', b'{"errors": [{"code": 8015, "message": ""}]}'),
        (b"{'a': 1}", WITHHELD),
        (b'{"a": "half', WITHHELD),
        (b"}", WITHHELD),
        (b"[" * 300, WITHHELD),
        (b"\xff", WITHHELD),
    ],
)
def test_redacting_leaves_the_rest_as_it_was(body: bytes, wanted: bytes) -> None:
    assert redacted(body, CALM) == wanted
    assert check([body_only(WITHHELD)], CALM).verdicts[0].state is not State.PASS


def test_row_groups_do_not_depend_on_batches(tmp_path: Path) -> None:
    total = 2 * ROW_GROUP + 7
    for number, size in enumerate((70_001, total)):
        file = ParquetFile(tmp_path / f"{number}.parquet", {"n": "integer"}, "t")
        for start in range(0, total, size):
            file.add(library().table({"n": list(range(start, min(start + size, total)))}))
        file.finish()
    first, second = ((tmp_path / f"{number}.parquet").read_bytes() for number in range(2))
    assert first == second
    about = library("parquet").ParquetFile(tmp_path / "0.parquet").metadata
    assert [about.row_group(at).num_rows for at in range(about.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 7]


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    part = Part(target, "t")
    part.write(b"new")
    assert target.read_text() == "old"
    part.discard()
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
    (tmp_path / "link.csv").symlink_to(target)
    part = Part(tmp_path / "link.csv", "t")
    part.write(b"new")
    part.finish()
    assert (tmp_path / "link.csv").is_symlink()
    assert target.read_text() == "new"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps([BODY]))
    (tmp_path / "f.csv").write_text("old")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40));"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from interpact.contract.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "in.json", "--findings", "f.csv"],
        cwd=tmp_path, capture_output=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 2
    assert b"f.csv: cannot be written: File too large" in done.stderr
    assert (tmp_path / "f.csv").read_text() == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["f.csv", "in.json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--findings", "no/f.csv"], b"no/f.csv: cannot be written: No such file or directory"),
        (["--findings", "f.xlsx"], b"must end in .parquet, .ndjson or .csv"),
        (["--messages", "m.csv"], b"must end in .parquet"),
        (["--findings", "."], b"must end in"),
        (["--findings", "folder.csv"], b"it is no regular file"),
        (["--findings", "in.ndjson"], b"it is one of the files that are read"),
        (["--findings", "a.parquet", "--messages", "a.parquet"], b"two outputs cannot be the same file"),
        (["--quarantine", "in.ndjson"], b"cannot be written: File exists"),
        (["--resume", "no/state"], b"no/state: cannot be written"),
        (["--resume", "in.ndjson"], b"no state of a run that --resume wrote"),
        (["--resume", "state", "--all-places"], b"--findings"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_read(
    arguments: list[str], message: bytes, tmp_path: Path
) -> None:
    (tmp_path / "in.ndjson").write_bytes(json.dumps(BODY).encode() + b"\n")
    (tmp_path / "folder.csv").mkdir()
    done = interpact("check", "in.ndjson", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert not done.stdout
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder.csv", "in.ndjson"]


def test_standard_input_cannot_be_gone_on_with(tmp_path: Path) -> None:
    done = interpact("check", "-", "--resume", "state", folder=tmp_path)
    assert b"--resume needs files on disk" in done.stderr
    assert not list(tmp_path.iterdir())


def test_options_come_from_everywhere(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(BODY).replace("4711", "0"))
    (tmp_path / "interpact.toml").write_text('findings = "f.ndjson"\nquarantine = "q"\n')
    done = interpact("check", "in.json", folder=tmp_path, INTERPACT_MESSAGES="m.parquet")
    assert done.returncode == 1
    assert read_back(tmp_path / "f.ndjson")[0][0] == "IP221"
    assert pl.read_parquet(tmp_path / "m.parquet").is_empty()
    assert json.loads((tmp_path / "q" / NAME).read_text())["findings"][0]["rule"] == "IP221"
    (tmp_path / "in.json").write_text(json.dumps(BODY))
    assert interpact("check", "in.json", folder=tmp_path).returncode == 0
    assert not list((tmp_path / "q").iterdir())


EMPTY = b'{"name":"sms","interaction":[]}\n'


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captures of several batches, with defects, problems, and batches that begin in one file and end in another."""
    folder = tmp_path_factory.mktemp("long")
    one = json.dumps(BODY).encode()
    lines = [EMPTY * 6_000, one + b"\n", one.replace(b"4711", b"0") + b"\n", b'{"request": broken\n']
    for number, times in enumerate((1, 4, 3, 4)):
        (folder / f"{number}.ndjson").write_bytes(b"".join(lines) * times)
    (folder / "2b.har").write_text('{"log": {"entries": [')
    return folder


def whole(folder: Path, out: Path, stop: int | None = None, *, jobs: int = 1, resume: bool = True) -> Any:
    """A run with all of its outputs, which ends at once after so many events: what it found, or `None`."""
    wanted = {"quarantine": str(out / "q"), "findings": str(out / "f.csv"), "messages": str(out / "m.parquet")}
    run = Run([str(folder), str(folder), "no-such-file"], CALM, jobs=jobs, keep=BOTH)
    resuming = None
    if resume:
        resuming = Resuming(out / "state", CALM, run.inputs, wanted_of(CALM, Wish(), *wanted.values()), pause=0)
        run = Run(
            [str(folder), str(folder), "no-such-file"],
            resuming.settings(CALM),
            jobs=jobs,
            keep=BOTH,
            since=resuming.state.mark,
        )
        run.report = resuming.report()
    outputs = Outputs(wanted, run.inputs, resuming, run.report.states.total())
    for number, event in enumerate(run):
        outputs.hear(event, run.report)
        if number == stop:
            run.close()
            outputs.abandon()
            return None
    try:
        outputs.finish(run.report, Mark(len(run.inputs)))
    finally:
        outputs.abandon()
    if resuming is not None:
        resuming.remove()
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    return packed(run.report), files


def test_a_run_that_stops_anywhere_is_gone_on_with(long: Path, tmp_path: Path) -> None:
    (tmp_path / "once").mkdir()
    wanted = whole(long, tmp_path / "once", resume=False)
    assert set(wanted[1]) == {"q/failed.ndjson", "f.csv", "m.parquet"}
    for stop, jobs in ((0, 1), (7, 2), (12, 1)):
        out = tmp_path / str(stop)
        out.mkdir()
        found, rounds = None, 0
        while found is None:
            found = whole(long, out, stop if rounds < 3 else None, jobs=jobs)
            assert found is not None or not (out / "f.csv").exists()
            rounds += 1
        assert found == wanted, (stop, jobs)


def test_a_run_that_was_killed_is_gone_on_with(long: Path, tmp_path: Path) -> None:
    arguments = ["check", *[str(long)] * 3, "--show-values", "--format", "json", "--jobs", "2"]
    arguments += ["--findings", "f.csv", "--messages", "m.parquet", "--quarantine", "q"]
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    once = interpact(*arguments, folder=one)
    wanted = {name: (one / name).read_bytes() for name in ("f.csv", "m.parquet", "q/failed.ndjson")}
    waits = random.Random(5)  # noqa: S311 - moments, no secrets
    code = "from interpact.contract.cli import main; main()"
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", code, *arguments, "--resume", "state"],
            cwd=two, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=unmeasured(), start_new_session=True,
        ) as process:  # fmt: skip
            time.sleep(waits.uniform(0.6, 2.0))
            os.killpg(process.pid, signal.SIGKILL)
        there = {name: (two / name).read_bytes() for name in wanted if (two / name).exists()}
        assert there.items() <= wanted.items()
    last = interpact(*arguments, "--resume", "state", folder=two)
    assert (last.returncode, last.stdout) == (once.returncode, once.stdout)
    assert {name: (two / name).read_bytes() for name in wanted} == wanted
    assert sorted(path.name for path in two.rglob("*")) == ["f.csv", "failed.ndjson", "m.parquet", "q"]


def test_a_run_that_is_given_up_leaves_nothing(long: Path, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("old")
    assert whole(long, tmp_path, 3, resume=False) is None
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["f.csv"]
    assert (tmp_path / "f.csv").read_text() == "old"


def is_begun(state: Path) -> bool:
    return state.exists() and b'"source":-1' not in state.read_bytes()


def test_ctrl_c_leaves_what_can_be_gone_on_with(long: Path, tmp_path: Path) -> None:
    code = "from interpact.contract.cli import main; main()"
    arguments = ["check", *[str(long)] * 9, "--findings", "f.csv", "--jobs", "1", "--resume", "state"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, env=unmeasured(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        while process.poll() is None and not is_begun(tmp_path / "state"):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"to go on: the same command with the same --resume" in errors
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[1:] == ["state"]
    assert names[0].startswith(".f.csv.")
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_a_state_of_another_run_is_refused(long: Path, tmp_path: Path) -> None:
    assert whole(long, tmp_path, 3) is None
    inputs = Run([str(long), str(long), "no-such-file"], CALM).inputs
    with pytest.raises(OutputError, match=r"that run had other options and other inputs.*remove this file"):
        Resuming(tmp_path / "state", CALM, inputs[1:], "something else")
    os.utime(long / "0.ndjson", (1, 1))
    with pytest.raises(OutputError, match="inputs that changed"):
        whole(long, tmp_path)


def test_a_run_that_was_killed_while_files_took_their_places_is_gone_on_with(long: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    wanted = whole(long, tmp_path / "a", resume=False)
    assert whole(long, tmp_path / "b", 3) is None
    (tmp_path / "b" / "m.parquet").mkdir()
    with pytest.raises(OutputError, match=r"m\.parquet"):
        whole(long, tmp_path / "b")
    (tmp_path / "b" / "m.parquet").rmdir()
    assert whole(long, tmp_path / "b") == wanted


def test_nothing_is_loaded_that_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(BODY))
    code = (
        "import sys; from interpact.contract.cli.main import run; run(['check', 'a.json']);"
        "print([name for name in sys.modules if name in ('pyarrow', 'interpact.contract.outputs.writing')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_event_knows_how_far_the_run_is(long: Path) -> None:
    marks = [event.mark for event in Run([str(long)], CALM) if isinstance(event, Checked)]
    assert marks == sorted(marks, key=lambda mark: (mark.source, mark.items))
    assert len(marks) > 2
