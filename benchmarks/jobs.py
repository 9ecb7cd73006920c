"""How much faster two processes are than one: `python benchmarks/jobs.py [--size MB]`, on a machine with idle cores.

Each round runs `interpact check` with `--jobs 1` and with `--jobs N`, start included, one after the other, in either
order by turns; of the rounds' ratios the median is printed with its range, and the reports are compared byte by byte.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import corpus
from measure import MEGABYTE, seconds, tell


def check(path: Path, jobs: int) -> bytes:
    """The report of a run in a process of its own; values are shown, since placeholders differ from run to run."""
    command = [sys.executable, "-c", "from interpact.contract.cli import main; main()", "check", str(path)]
    options = ["--jobs", str(jobs), "--format", "json", "--show-values"]
    return subprocess.run([*command, *options], capture_output=True, check=False, env=_environment()).stdout


def _keep(reports: dict[int, bytes], path: Path, jobs: int) -> None:
    reports[jobs] = check(path, jobs)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="megabytes of NDJSON (default 1000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    faster: list[float] = []
    dearer: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        corpus.write(path, options.size * MEGABYTE, defective=0.001)
        for number in range(options.rounds):
            times: dict[int, float] = {}
            costs: dict[int, float] = {}
            reports: dict[int, bytes] = {}
            for jobs in (1, options.jobs) if number % 2 else (options.jobs, 1):
                before = _spent()
                times[jobs] = seconds(partial(_keep, reports, path, jobs))
                costs[jobs] = _spent() - before
            assert reports[1] == reports[options.jobs]  # noqa: S101 - a benchmark
            faster.append(times[1] / times[options.jobs])
            dearer.append(costs[options.jobs] / costs[1])
    tell(f"{options.jobs} processes, times as fast", faster)
    tell("times the processor time", dearer)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
