"""Apache Spark finds what one process finds, whoever is killed in the middle; needs Java 17, which CI installs."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyspark
import pytest
from pyspark.sql import SparkSession

from interpact.contract.inputs import Input
from interpact.contract.keep import Keep
from interpact.contract.limits import Wish
from interpact.contract.outputs.folders import Folders
from interpact.contract.outputs.parts import OutputError
from interpact.contract.packing import unpacked
from interpact.contract.pieces import PIECE
from interpact.contract.planning import shares
from interpact.contract.readers.base import Problem
from interpact.contract.report import merged
from interpact.contract.runner import Checked, Mark, Run
from interpact.contract.shares import KINDS, Wanted
from interpact.contract.sources import find_inputs
from interpact.contract.spark import SparkError, SparkRun, check_frame, start

from .bodies import body
from .test_cli import interpact
from .test_jobs import CALM, lines
from .test_shares import told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from interpact.contract.report import Report

pytestmark = [
    pytest.mark.xdist_group("spark"),  # one session, not one for each worker
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # PySpark leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
KEPT = Keep(failed=True, rows=True)
ROOT = Path(__file__).parent.parent
CONF = {
    "spark.ui.enabled": "false",
    "spark.executor.memory": "600m",
}
BRIEF = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""What runs is over before it pays to compile much."""
FEW = ("findings", "quarantine")


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    assert shutil.which("java") or os.environ.get("JAVA_HOME"), (
        "Spark needs Java: apt-get install openjdk-17-jre-headless"
    )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A large file that is divided, and others that are not."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "large.ndjson").write_bytes(b"\n".join(lines(5 * PIECE)) + b"\n")
    (folder / "packed.ndjson.gz").write_bytes(gzip.compress(b"\n".join(body(at, campaignId=0) for at in range(50))))
    bodies = [body(at, **({"status": "Delivered"} if at % 9 == 0 else {})).decode() for at in range(200)]
    pl.DataFrame({"payload": bodies}).write_parquet(folder / "table.parquet", row_group_size=50)
    return [str(folder), str(ROOT / "examples" / "drifted"), "no-such-file"]


@pytest.fixture(scope="module")
def expected(corpus: list[str]) -> tuple[Any, dict[str, Any]]:
    """What one process finds; a second one helps it to find the same."""
    run = Run(corpus, CALM, keep=KEPT)
    rows: dict[str, list[Any]] = {name: [] for name in KINDS}
    before = 0
    for event in run:
        if isinstance(event, Checked):
            for name, kind in KINDS.items():
                rows[name] += kind.table(event.outcome, before).to_pylist()
            before += len(event.outcome.verdicts)
    helped = Run(corpus, CALM, jobs=2)
    assert [event for event in helped if isinstance(event, Problem)]
    assert told_of(helped.report) == told_of(run.report)
    return told_of(run.report), {name: ordered(found) for name, found in rows.items()}


@contextmanager
def session(master: str) -> Generator[SparkSession]:
    os.environ.update(BRIEF)
    found = start(master, CONF, 2)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def local() -> Iterator[SparkSession]:
    with session("local[2,4]") as found:
        yield found


@pytest.fixture(scope="module")
def cluster() -> Iterator[SparkSession]:
    """One at a time in a process: the tests on this machine alone come first."""
    before = SparkSession.getActiveSession()
    if before is not None:
        before.stop()
    with session("local-cluster[2,1,1024]") as found:
        yield found
    shutil.rmtree(Path(pyspark.__file__).parent / "work", ignore_errors=True)  # where Spark wants it


def ordered(rows: list[Any]) -> list[str]:
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def checked(
    spark: SparkSession, paths: list[str], folder: Path | None = None, kinds: Sequence[str] = FEW
) -> tuple[Report, dict[str, Any]]:
    """The report, and what is written."""
    inputs = list(find_inputs(paths))
    plan = list(shares(inputs, PIECE))
    wanted = {name: str(folder / f"{name}.parquet") for name in kinds} if folder else {}
    folders = Folders(wanted) if wanted else None
    run = SparkRun(spark, inputs, plan, CALM, Wish(), wanted=Wanted(tuple(wanted)), folders=folders)
    for _ in run:
        pass
    if folders is None or folder is None:
        return run.report, {}
    folders.finish(run.report, Mark())
    folders.abandon()
    left = {path.name for path in folder.iterdir()}
    assert left == {f"{name}.parquet" for name in kinds}
    return run.report, {
        name: ordered(pl.read_parquet(f"{written(folder, name)}/*.parquet").to_dicts()) for name in kinds
    }


def written(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet" / ("failed.parquet" if name == "quarantine" else "")


def below(pid: int) -> dict[int, str]:
    """The processes that a process started, and those that these did, each with its command line."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {one: command(one) for one in found - {pid}}


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def workers(pids: dict[int, str]) -> list[int]:
    """Python workers: forks of a daemon."""
    daemons = [pid for pid, text in pids.items() if "pyspark.daemon" in text]
    return [pid for pid in daemons if any(pid in below(other) for other in daemons)]


def executors(pids: dict[int, str]) -> list[int]:
    return [pid for pid, text in pids.items() if "CoarseGrainedExecutorBackend" in text]


@contextmanager
def killing(spark: SparkSession, which: Callable[[dict[int, str]], list[int]]) -> Generator[list[int]]:
    """Kill one of some processes while the tasks of the block run."""
    context: Any = spark.sparkContext
    tracker, jvm = context.statusTracker(), context._gateway.proc.pid  # noqa: SLF001 - nothing else knows
    killed: list[int] = []
    over = threading.Event()

    def hunt() -> None:
        while not killed and not over.wait(0.02):
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            if not any(stage is not None and stage.numTasks > 2 and stage.numActiveTasks for stage in stages):
                continue
            for pid in which(below(jvm))[:1]:
                time.sleep(0.2)
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield killed
    finally:
        over.set()
        hunter.join()


def test_tasks_find_what_one_process_finds(
    local: SparkSession, corpus: list[str], expected: tuple[Any, Any], tmp_path: Path
) -> None:
    report, rows = checked(local, corpus, tmp_path, tuple(KINDS))
    assert told_of(report) == expected[0]
    assert rows == expected[1]
    again = Run([str(written(tmp_path, "quarantine"))], CALM)
    assert len(list(again)) > 1
    assert again.report.states["fail"] == report.states["fail"]


def test_a_python_worker_that_is_killed_costs_nothing(
    local: SparkSession, corpus: list[str], expected: tuple[Any, Any], tmp_path: Path
) -> None:
    with killing(local, workers) as killed:
        report, rows = checked(local, corpus, tmp_path)
    assert killed
    assert told_of(report) == expected[0]
    assert rows == {name: expected[1][name] for name in FEW}


def made(spark: Any, *given: Any) -> Any:
    """A DataFrame; PySpark's own types name pyarrow's, which has none."""
    return spark.createDataFrame(*given)


BODIES = [body(at, **({"campaignId": 0} if at % 10 == 0 else {})).decode() for at in range(200)]


def reference(folder: Path) -> Report:
    path = folder / "reference.ndjson"
    path.write_text("\n".join(BODIES))
    run = Run([str(path)], CALM)
    list(run)
    return run.report


def counts(report: Report) -> Any:
    groups = {key: (group.count, group.exchanges, group.fingerprint) for key, group in report.found.items()}
    return report.states, groups, report.coverage


def test_a_data_frame_is_checked_where_it_is(local: SparkSession, tmp_path: Path) -> None:
    rows = [("topic", at, "b.ndjson", at + 1, text) for at, text in enumerate(BODIES)]
    frame = made(local, rows, "topic string, offset bigint, file string, line int, payload string")
    found = check_frame(frame.repartition(3), CALM, provenance=("topic", "offset", "file", "line"))
    assert counts(found.report()) == counts(reference(tmp_path))
    places = [(row.topic, row.offset, row.file, row.line, row.entry) for row in found.findings.collect()]
    assert sorted(places) == [("topic", at, "b.ndjson", at + 1, None) for at in range(0, 200, 10)]
    found.close()


def test_columns_that_are_members_of_a_body_and_flattened_tables(local: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "reference.ndjson"
    expected = counts(reference(tmp_path))
    nested = check_frame(local.read.json(str(path)), CALM)
    assert nested.report().states == expected[0]
    nested.close()
    run = Run([str(path)], CALM, keep=KEPT)
    tables = [KINDS["messages"].table(event.outcome) for event in run if isinstance(event, Checked)]
    frame = made(local, tables[0])
    flat = check_frame(frame.coalesce(1).withColumnRenamed("place.file", "origin"), CALM, provenance=("origin",))
    assert flat.report().states["pass"] == len(tables[0])
    assert not flat.findings.count()
    flat.close()


def test_a_table_that_spark_wrote_as_csv_is_read(local: SparkSession, tmp_path: Path) -> None:
    expected = counts(reference(tmp_path))
    frame = made(local, list(enumerate(BODIES)), "offset bigint, payload string")
    frame.coalesce(1).write.option("header", value=True).csv(str(tmp_path / "csv"))
    run = Run([str(path) for path in (tmp_path / "csv").glob("*.csv")], CALM)
    assert [event for event in run if isinstance(event, Problem)] == []
    assert counts(run.report) == expected


def test_a_stream_is_checked_batch_by_batch(local: SparkSession, tmp_path: Path) -> None:
    expected = counts(reference(tmp_path))
    arriving = tmp_path / "arriving"
    arriving.mkdir()
    for at in range(0, 200, 50):
        (arriving / f"{at}.txt").write_text("\n".join(BODIES[at : at + 50]))
    stream = local.readStream.option("maxFilesPerTrigger", 2).text(str(arriving))
    with pytest.raises(SparkError, match="foreachBatch"):
        check_frame(stream, CALM)
    reports: list[Report] = []

    def take(batch: Any, number: int) -> None:
        del number
        found = check_frame(batch, CALM, body="value")
        reports.append(found.report())
        found.close()

    query = stream.writeStream.foreachBatch(take).trigger(availableNow=True).start()
    assert query.awaitTermination(120)
    assert len(reports) == 2
    assert counts(merged(reports)) == expected


@pytest.mark.parametrize(
    ("wanted", "message"),
    [({"body": "none"}, "no column of this name"), ({"provenance": ("rule",)}, "give yours another name")],
)
def test_a_frame_that_cannot_be_checked_says_why(local: SparkSession, wanted: Any, message: str) -> None:
    frame = made(local, [("x", "y")], "rule string, other string")
    with pytest.raises(SparkError, match=message):
        check_frame(frame, CALM, **wanted)


def test_a_task_that_always_fails_names_the_file(local: SparkSession, corpus: list[str]) -> None:
    broken: Any = "no wish"
    plan = list(shares(find_inputs(corpus), PIECE))[:1]
    run = SparkRun(local, (), plan, CALM, broken, wanted=Wanted())
    with pytest.raises(SparkError, match=r"large\.ndjson from byte \d+ to \d+: AttributeError$"):
        list(run)


def test_an_executor_that_is_killed_costs_nothing(
    cluster: SparkSession, corpus: list[str], expected: tuple[Any, Any], tmp_path: Path
) -> None:
    assert str(cluster.sparkContext.master).startswith("local-cluster")
    with killing(cluster, executors) as killed:
        report, rows = checked(cluster, corpus, tmp_path)
    assert killed
    assert told_of(report) == expected[0]
    assert rows == {name: expected[1][name] for name in FEW}
    assert told_of(checked(cluster, corpus)[0]) == expected[0]


CONNECT = """
import sys
from datetime import UTC, datetime
from pyspark.sql import SparkSession
from interpact.contract.packing import packed
from interpact.contract.settings import Settings
from interpact.contract.spark import check_frame

settings = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
spark = SparkSession.builder.remote("local[2]").getOrCreate()
assert "connect" in type(spark).__module__
found = check_frame(spark.read.text(sys.argv[1]).repartition(2), settings, body="value")
print(found.findings.count())
print(packed(found.report()))
found.close()
spark.stop()
"""


def test_spark_connect(tmp_path: Path) -> None:
    expected = reference(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, str(tmp_path / "reference.ndjson")],
        capture_output=True, text=True, check=False, env={**os.environ, **BRIEF, "PYSPARK_PYTHON": sys.executable},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    number, report = done.stdout.splitlines()[-2:]
    assert int(number) == 20
    assert counts(unpacked(report)) == counts(expected)


def test_the_command_tells_what_it_tells_locally(tmp_path: Path) -> None:
    reference(tmp_path)
    words = ["check", "reference.ndjson", str(ROOT / "examples" / "drifted"), "none", "--show-values", "--all-places"]
    options = ["--max-findings", "25", "--color", "never"]
    here = interpact(*words, *options, folder=tmp_path)
    conf = ["--spark-conf", "spark.ui.enabled=false", "--spark-master", "local[2,4]"]
    there = interpact(
        *words, *options, "--engine", "spark", *conf, "--findings", "f.parquet", folder=tmp_path, stdin=b"", **BRIEF
    )
    assert there.stdout == here.stdout
    assert there.returncode == here.returncode == 1
    assert len(pl.read_parquet(str(tmp_path / "f.parquet" / "*.parquet"))) == 27
    assert {path.name for path in tmp_path.iterdir()} == {"reference.ndjson", "f.parquet"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--spark-master", "local[2]"], "--spark-master is for --engine spark"),
        (["--engine", "spark", "--spark-conf", "x"], "write KEY=VALUE"),
        (["--engine", "spark", "--findings", "a.csv"], "must end in .parquet"),
        (["--engine", "spark", "--resume", "s", "--all-places"], "--resume cannot repeat"),
        (["--engine", "spark", "-"], "standard input cannot be read"),
    ],
)
def test_what_cannot_be_is_a_usage_error(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(body(1))
    done = interpact("check", "a.json", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert {path.name for path in tmp_path.iterdir()} == {"a.json"}


@pytest.mark.parametrize(
    ("before", "variables", "message"),
    [
        ("import sys; sys.modules['pyspark'] = None; ", {}, "pip install 'interpact[spark]'"),
        ("", {"JAVA_HOME": "/nowhere"}, "it needs Java 17 or newer"),
    ],
)
def test_what_is_missing_is_named(before: str, variables: dict[str, str], message: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(body(1))
    code = f"{before}from interpact.contract.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "a.json", "--engine", "spark"],
        cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert message in done.stderr


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").mkdir()
    (tmp_path / "a.parquet" / "precious").write_text("")
    with pytest.raises(OutputError, match="holds something else"):
        Folders({"findings": str(tmp_path / "a.parquet")})
    with pytest.raises(OutputError, match="files that are read"):
        Folders({"messages": str(tmp_path / "b.parquet")}, [Input.of(str(tmp_path / "b.parquet"))])
    with pytest.raises(OutputError, match="cannot be the same"):
        Folders(dict.fromkeys(("findings", "messages"), str(tmp_path / "b.parquet")))
