"""What the plugin costs a suite that does not use it: `python benchmarks/plugin.py [--rounds N]`.

Each round runs a suite of one empty test with the plugin and with `-p no:interpact`, one after the other, in either
order by turns; of the rounds' differences and ratios, in processor time, which other work on the machine disturbs
less, the median is printed with its range.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ALONE = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
"""Other plugins of this environment that would make the times unsteady."""


def seconds(folder: Path, *arguments: str) -> float:
    """Seconds of the processor that a suite takes, start and end included."""
    start = _spent()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *ALONE, *arguments], cwd=folder, check=True, capture_output=True
    )
    return _spent() - start


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    with_plugin: list[float] = []
    without: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_empty.py").write_text("def test_empty():\n    pass\n", encoding="utf-8")
        seconds(folder)
        for number in range(rounds):
            for off in (number % 2 == 0, number % 2 == 1):
                (without if off else with_plugin).append(seconds(folder, *(("-p", "no:interpact") if off else ())))
    more = [1000 * (one - other) for one, other in zip(with_plugin, without, strict=True)]
    ratios = [one / other for one, other in zip(with_plugin, without, strict=True)]
    show("with the plugin, more milliseconds", more, 1)
    show("with / without", ratios, 3)


def show(name: str, values: list[float], digits: int) -> None:
    """The median and the range."""
    low, middle, high = (f"{one:.{digits}f}" for one in (min(values), statistics.median(values), max(values)))
    print(f"{name:36}{middle:>8}  ({low} to {high})")


if __name__ == "__main__":
    main()
