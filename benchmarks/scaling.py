"""Cost and memory from 1 MB to 1 GB, a table and a plot: `python benchmarks/scaling.py [--largest MB]`.

Each size is checked in a process of its own; told are seconds of the processor for a megabyte, without what it takes
to load the libraries, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from math import ceil
from pathlib import Path

import corpus
from measure import MEGABYTE

STEP = 100
SIZES = (1, 3, 10, 30, *range(STEP, 1001, STEP))
CHECK = """
import resource, sys, time
from interpact.contract.arrow import library
from interpact.contract.checker import check
from interpact.contract.runner import run
from interpact.contract.settings import Settings
library("json"), library("compute"), check([])
start = time.process_time()
report = run([sys.argv[1]], Settings())
assert report.judged and not report.states["fail"]
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


PLOT = """
```mermaid
xychart-beta
    x-axis "megabytes" 0 --> {width}
    y-axis "seconds of the processor" 0 --> {height}
    line {line}
```"""


def measured(path: Path) -> tuple[float, int]:
    """Seconds of the processor, and the peak memory in MiB."""
    done = subprocess.run([sys.executable, "-c", CHECK, str(path)], capture_output=True, text=True, check=True)
    spent, peak = done.stdout.split()
    return float(spent), int(peak)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=1000, help="megabytes (default 1000)")
    parser.add_argument("--messages", type=int, default=20)
    options = parser.parse_args()
    print("| size | seconds | milliseconds a megabyte | peak memory |\n| --- | --- | --- | --- |")
    line = [0.0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        for size in (one for one in SIZES if one <= options.largest):
            written = corpus.write(path, size * MEGABYTE, messages=options.messages)
            spent, peak = min(measured(path) for _ in range(3 if size <= STEP else 1))
            print(f"| {size} MB | {spent:.3f} | {1000 * spent * MEGABYTE / written:.1f} | {peak} MiB |", flush=True)
            line += [round(spent, 2)] if size % STEP == 0 else []
    print(PLOT.format(width=STEP * (len(line) - 1), height=ceil(line[-1]), line=line))


if __name__ == "__main__":
    main()
