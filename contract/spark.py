"""The same check on Apache Spark: of files, in shares that its tasks read themselves, and of somebody's DataFrame.

Bodies are judged in the Python workers by the code that judges them locally. Nothing is shuffled, and the driver gets
one small row for each share. PySpark is an extra; what follows runs on classic Spark and on Spark Connect alike.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from .exchange import Place
from .findings import Outcome
from .inputs import Input
from .limits import Wish
from .packing import unpacked
from .planning import told, weight
from .readers.base import NoCaptureError
from .readers.tables.columns import SAMPLE
from .report import merged
from .runner import Checked, Mark, Opened
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from .outputs.folders import Folders
    from .planning import Share
    from .readers.base import Problem
    from .report import Report
    from .runner import Event
    from .shares import Wanted

AT_ONCE: Final = 10_000
"""Shares of one job. What a job has committed need not be done again, and the driver holds one job's summaries."""
_RETRIES: Final = 4
"""How often a task may fail; only a local master has to be told (spark.task.maxFailures is 4 elsewhere)."""
_QUIET: Final = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}
_BEFORE: Final = ("lines before", "exchanges before")
_MOVED: Final = {"findings": "line", "quarantine": "place", "messages": "place.line"}
"""The columns that hold lines, which are counted from the beginning of a share at first."""
_NO_POLARS_THREADS: Final = {"POLARS_MAX_THREADS": "1"}


class SparkError(Exception):
    """Spark is not there, or could not do it; the message tells why, and names the file where there is one."""


def start(master: str | None, conf: Mapping[str, str], jobs: int) -> SparkSession:
    """A session: of the master, or the one that `spark-submit` gives, or of so many threads of this machine."""
    sql = _library("pyspark.sql")
    submitted = {"PYSPARK_GATEWAY_PORT", "SPARK_REMOTE"} & os.environ.keys()
    where = master or ("" if submitted else f"local[{jobs},{_RETRIES}]")
    if where.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.appName("interpact")
    if where:
        builder = builder.remote(where) if where.startswith("sc://") else builder.master(where)
    try:
        return builder.config(map={**({} if where.startswith("sc://") else _QUIET), **conf}).getOrCreate()
    except Exception as error:  # noqa: BLE001 - of PySpark, of Py4J, of gRPC
        java = "JAVA_GATEWAY" in str(error) or isinstance(error, FileNotFoundError)
        why = "it needs Java 17 or newer: install it, or set JAVA_HOME" if java else _first_line(error)
        message = f"Spark does not start: {why}"
        raise SparkError(message) from None


class SparkRun:
    """A run as `runner.Run` is one: iterate over it for its events, then ask it for its `report`."""

    def __init__(  # noqa: PLR0913 - what a run is told
        self,
        session: SparkSession,
        inputs: Sequence[Input | Problem],
        plan: Sequence[Share],
        settings: Settings,
        wish: Wish,
        *,
        wanted: Wanted,
        folders: Folders | None = None,
    ) -> None:
        """`folders` is where rows are written; without it, nothing is kept but the report."""
        from .shares import SUMMARY, Joined, schema_of_kinds  # noqa: PLC0415 - loads Polars, too early in a worker

        self.inputs, self.size, self.position = inputs, sum(map(weight, plan)), 0
        self._plan, self._folders = plan, folders
        self._joined, self._summary = Joined(), list(SUMMARY)
        self._session: Any = session
        self._session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")  # INT96 tells no time zone
        self._functions = _library("pyspark.sql.functions")
        self._schema = _types(session, schema_of_kinds(wanted.kinds))
        self._work = partial(_work, settings=settings, wish=wish, wanted=wanted)

    @property
    def report(self) -> Report:
        """What was found so far."""
        return self._joined.report

    def __iter__(self) -> Iterator[Event]:
        """Check everything, job by job. Raises `SparkError`."""
        firsts = range(0, len(self._plan), AT_ONCE)
        for first in firsts:
            for row in self._summaries(first, self._plan[first : first + AT_ONCE]):
                number: int = row[0]
                share = self._plan[number]
                yield from (Opened(one) for one in share if isinstance(one, Input) and not one.is_later)
                yield from self._joined.add(number, share, row[1:])
                self.position += weight(share)
            yield Checked(Outcome((), ()), Mark(first))
        if self._folders is not None:
            for name, target in self._folders.targets.items():
                self._put(name, [self._folders.job(first) for first in firsts], target)

    def close(self) -> None:
        """End what is going on, and the session; the report tells what was found so far."""
        with suppress(Exception):
            self._session.interruptAll()
        with suppress(Exception):
            self._session.stop()

    def _summaries(self, first: int, some: Sequence[Share]) -> list[Any]:
        """The summaries of the shares of one job, each exactly once."""
        try:
            found = self._found(first, [pickle.dumps(share) for share in some])
            rows = sorted(found.where("report IS NOT NULL").select(self._summary).collect())
        except Exception as error:  # noqa: BLE001 - of PySpark, of Py4J, of gRPC
            raise SparkError(_failure(error, some)) from None
        if [row[0] for row in rows] != list(range(first, first + len(some))):
            message = "Spark gave the summary of a share twice, or not at all"
            raise SparkError(message)
        return rows

    def _found(self, first: int, some: list[bytes]) -> Any:
        end = first + len(some)
        plan = self._session.createDataFrame(_arrow({"id": range(first, end), "share": some}))
        tasks = self._session.range(first, end, 1, len(some)).join(self._functions.broadcast(plan), "id")
        found = tasks.mapInArrow(self._work, self._schema)
        if self._folders is None:
            return found
        if not self._folders.has(first):
            found.write.mode("overwrite").parquet(self._folders.job(first))
        return self._session.read.schema(self._schema).parquet(self._folders.job(first))

    def _put(self, name: str, jobs: Sequence[str], target: str) -> None:
        """Write one kind of rows, with the lines of the files and the exchanges of the run."""
        col = self._functions.col
        offsets = self._functions.broadcast(self._session.createDataFrame(_arrow(self._joined.offsets)))
        found = self._session.read.schema(self._schema).parquet(*jobs).where(f"{name} IS NOT NULL").join(offsets, "id")
        rows = found.select(f"{name}.*", *(f"`{one}`" for one in _BEFORE))
        lines, exchanges = (col(f"`{one}`") for one in _BEFORE)
        place, line = _MOVED[name], col(f"`{_MOVED[name]}`")
        nested = place == "place"
        rows = rows.withColumn(place, line.withField("line", line["line"] + lines) if nested else line + lines)
        if name == "messages":
            rows = rows.withColumn("exchange", col("exchange") + exchanges)
        try:
            rows.drop(*_BEFORE).write.mode("overwrite").parquet(target)
        except Exception as error:  # noqa: BLE001 - of PySpark, of Py4J, of gRPC
            message = f"{target} cannot be written: {_first_line(error)}"
            raise SparkError(message) from None


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What checking a DataFrame gives, computed once, when it is first asked for; `close` it in the end."""

    rows: DataFrame

    @property
    def findings(self) -> DataFrame:
        """A row for each finding: the columns of `--findings`, and those that were to be told beside them."""
        return self.rows.where("findings IS NOT NULL").select("findings.*")

    def report(self) -> Report:
        """Counts, groups with samples, and coverage: `merge` it with others, or make a text of it (`packing`)."""
        found: list[Any] = sorted(self.rows.where("report IS NOT NULL").select("id", "report").collect())
        return merged(unpacked(row[1]) for row in found)

    def close(self) -> None:
        """Let the cluster forget it."""
        self.rows.unpersist()


def check_frame(
    frame: DataFrame,
    settings: Settings | None = None,
    *,
    body: str | None = None,
    provenance: Sequence[str] = (),
    wish: Wish | None = None,
) -> FrameCheck:
    """Check the rows of a DataFrame, none of which leaves its partition; of a stream, within `foreachBatch`.

    `body` is the column of the bodies; without it, what the columns hold is found out from the first rows, as of a
    table that `interpact check` reads. The columns of `provenance` are told beside each finding; those called file,
    member, entry or line say where the row was recorded. Raises `SparkError` for a table without bodies.
    """
    from .judging import Judge, extras_of  # noqa: PLC0415 - loads Polars, too early in a worker
    from .readers.tables.conversion import frame_of  # noqa: PLC0415 - the same
    from .readers.tables.rows import layout_or_refusal  # noqa: PLC0415 - the same

    given: Any = frame
    if frame.isStreaming:
        message = "a stream is checked batch by batch: call check_frame in a function given to foreachBatch"
        raise SparkError(message)
    try:
        extras = extras_of(provenance)
        sample = frame_of(given.limit(0 if body else SAMPLE).toArrow())
        layout = layout_or_refusal(sample, body, Place("the DataFrame"))
    except (NoCaptureError, ValueError) as error:
        raise SparkError(str(error)) from None
    names = list(dict.fromkeys((*layout.columns, *provenance)))
    plain = [f"`{name}` AS c{number}" for number, name in enumerate(names)]  # mapInArrow minds a dot in a name
    beside = given.selectExpr(*(f"`{name}`" for name in extras)).limit(0).toArrow() if extras else _arrow({})
    told = (layout, tuple(provenance), beside.schema, settings or Settings(), wish or Wish())
    schema = _types(frame.sparkSession, Judge(*told).schema)
    return FrameCheck(given.selectExpr(*plain).mapInArrow(partial(_judge, names=names, told=told), schema).persist())


def _work(batches: Iterator[Any], settings: Settings, wish: Wish, wanted: Wanted) -> Iterator[Any]:
    """A task: check the shares that the batches name."""
    os.environ.update(_NO_POLARS_THREADS)
    from .shares import work  # noqa: PLC0415 - loads Polars, which reads the number of its threads then

    for batch in batches:
        for row in batch.to_pylist():
            yield from work(row["id"], pickle.loads(row["share"]), settings, wish, wanted)  # noqa: S301 - by the driver


def _judge(batches: Iterator[Any], names: list[str], told: tuple[Any, ...]) -> Iterator[Any]:
    """A task: judge the rows of a partition."""
    os.environ.update(_NO_POLARS_THREADS)
    from .judging import Judge  # noqa: PLC0415 - loads Polars, which reads the number of its threads then

    number = _library("pyspark").TaskContext.get().partitionId()
    yield from Judge(*told).judge(number, (batch.rename_columns(names) for batch in batches))


def _failure(error: Exception, some: Sequence[Share]) -> str:
    """Which share it is that Spark gave up, and why, without anything that was read."""
    text = str(error)
    named = re.search(r"ShareError: (.+)", text)
    task = re.search(r"Task (\d+) in stage", text)
    if named is not None:
        return f"it cannot be checked: {named[1]}"
    if task is not None and int(task[1]) < len(some):
        ended = "ython worker" in text
        why = "its Python worker was ended, perhaps since memory ran out" if ended else _first_line(error)
        return f"it cannot be checked: {told(some[int(task[1])])}: {why}"
    return f"Spark failed: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:300]


def _types(session: Any, schema: Any) -> Any:
    """A schema of Arrow in Spark's types, which Spark only tells of a table with rows."""
    return session.createDataFrame(import_module("pyarrow").Table.from_pylist([{}], schema=schema)).schema


def _arrow(columns: Mapping[str, Any]) -> Any:
    return import_module("pyarrow").table({name: list(values) for name, values in columns.items()})


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        message = "checking on Spark needs PySpark: pip install 'interpact[spark]'"
        raise SparkError(message) from None
