"""What Spark adds to the check, and what two cores gain: `python benchmarks/spark.py [--size MB]`, on an idle machine.

Each round checks a file in this process and then on Spark, in seconds of the processor of all processes that take part;
and on sessions of one core and of several, in seconds of the clock. A session is warm before it is measured. Of the
rounds' ratios the median is printed with its range.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import corpus
from measure import MEGABYTE, processor_seconds, seconds, tell

from interpact.contract.limits import Wish
from interpact.contract.planning import SHARE, shares
from interpact.contract.runner import run
from interpact.contract.settings import Settings
from interpact.contract.shares import Wanted
from interpact.contract.sources import find_inputs
from interpact.contract.spark import SparkRun, start

_TICKS = os.sysconf("SC_CLK_TCK")


def on_spark(session: Any, path: Path, size: int) -> None:
    """Check a file on Spark."""
    inputs = list(find_inputs([str(path)]))
    done = SparkRun(session, inputs, list(shares(inputs, size)), Settings(), Wish(), wanted=Wanted())
    list(done)


def spent(session: Any) -> float:
    """Seconds of the processor of this process, of the JVM, and of all that it started and that still lives."""
    jvm = session.sparkContext._gateway.proc.pid  # noqa: SLF001 - nothing else knows
    about = {int(path.parent.name): _stat(path) for path in Path("/proc").glob("[0-9]*/stat")}
    found = {jvm}
    while more := {pid for pid, (parent, _) in about.items() if parent in found} - found:
        found |= more
    return time.process_time() + sum(about[pid][1] for pid in found) / _TICKS


def _stat(path: Path) -> tuple[int, int]:
    """The parent of a process, and its ticks with those of its children that have ended."""
    try:
        words = path.read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0
    return int(words[1]), sum(map(int, words[11:15]))


def measure(cores: int, path: Path, size: int, rounds: int) -> list[tuple[float, float, float]]:
    """For each round seconds of the processor, here and on a session of so many cores, and of its clock."""
    here = partial(run, [str(path)], Settings())
    session = start(f"local[{cores},4]", {"spark.ui.enabled": "false"}, cores)
    there = partial(on_spark, session, path, size)
    here()
    there()
    found: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        plain, before = processor_seconds(here), spent(session)
        clock = seconds(there)
        found.append((plain, spent(session) - before, clock))
    session.stop()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=500, help="megabytes of NDJSON (default 500)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--share", type=int, default=SHARE // MEGABYTE // 2, help="megabytes of a share")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        size = corpus.write(path, options.size * MEGABYTE)
        print(f"{size / MEGABYTE:.0f} MB in shares of {options.share} MB")
        one, many = (measure(cores, path, options.share * MEGABYTE, options.rounds) for cores in (1, options.cores))
        tell("processor: Spark / local", [there / here for here, there, _ in one])
        tell(
            f"clock: 1 core / {options.cores} cores",
            [slow / fast for (*_, slow), (*_, fast) in zip(one, many, strict=True)],
        )


if __name__ == "__main__":
    main()
