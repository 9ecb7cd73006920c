"""What the benchmarks share: how time is taken, and how figures are told."""

from __future__ import annotations

import gc
import os
import statistics
import time
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEGABYTE = 1_000_000
os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as `interpact check` does: `--jobs` says how many cores are used


def processor_seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor that `work` takes in this process, all threads together.

    In a process of one thread they are seconds of the clock, less what other processes take.
    """
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def seconds(work: Callable[[], object]) -> float:
    """Seconds of the clock that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def parse(path: Path) -> None:
    """The yardstick: parse each line and forget it."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def tell(name: str, values: list[float], unit: str = "") -> None:
    """Print the median and the range of a figure."""
    print(f"{name:34}{statistics.median(values):8.2f}{unit}  ({min(values):.2f} to {max(values):.2f})")
