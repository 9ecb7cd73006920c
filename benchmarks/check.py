"""What `check` costs, as a multiple of `orjson.loads` over the same bytes: `python benchmarks/check.py [--size MB]`.

Each round times parsing alone, the check, and the way by hand (on a sample, scaled by bytes) one after the other, so
that whatever else the machine does weighs on all of them; the median of the rounds' ratios is printed with its range.
Peak memory is that of a process of its own for each size.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import by_hand
import corpus
import orjson

from interpact.contract.runner import run
from interpact.contract.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTE = 1_000_000
SAMPLE = 60
"""Responses that are checked by hand in each round."""

PEAK = """
import resource, sys
from interpact.contract.runner import run
from interpact.contract.settings import Settings
report = run([sys.argv[1]], Settings())
assert report.judged and not report.states["fail"]
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def parse(path: Path) -> None:
    """The yardstick: parse each line and forget it."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def ratios(path: Path, size: int, rounds: int, *, hand: bool) -> dict[str, list[float]]:
    """For each round: check over parsing, and by hand over check."""
    with path.open("rb") as file:
        sample = list(islice(file, SAMPLE))
    scale = size / sum(map(len, sample))
    found: dict[str, list[float]] = {"check / orjson.loads": [], "by hand / check": []}
    run([str(path)], Settings())
    for _ in range(rounds):
        parsing = min(seconds(lambda: parse(path)) for _ in range(3))
        checking = seconds(lambda: run([str(path)], Settings()))
        found["check / orjson.loads"].append(checking / parsing)
        if hand:
            found["by hand / check"].append(seconds(lambda: by_hand.check(sample)) * scale / checking)
    return {name: values for name, values in found.items() if values}


def peak(path: Path) -> int:
    """Peak memory of checking a file in a process of its own, in MiB."""
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20, help="megabytes of NDJSON (default 20)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--messages", type=int, default=20, help="messages in each response (default 20)")
    parser.add_argument("--defective", type=float, default=0.0, help="share of responses with a defect")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        shape = {"messages": options.messages, "defective": options.defective}
        size = corpus.write(path, options.size * MEGABYTE, **shape)
        print(f"{size / MEGABYTE:.0f} MB, {options.messages} messages a response, {options.defective:.0%} defective")
        for name, values in ratios(path, size, options.rounds, hand=not options.defective).items():
            print(f"{name:22}{statistics.median(values):7.2f}  ({min(values):.2f} to {max(values):.2f})")
        if not options.defective:
            larger = Path(folder, "larger.ndjson")
            corpus.write(larger, 5 * size, **shape)
            print(f"peak memory           {peak(path):7} MiB, of five times as much {peak(larger)} MiB")


if __name__ == "__main__":
    main()
