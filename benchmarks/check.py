"""What `check` costs, as a multiple of `orjson.loads` over the same bytes: `python benchmarks/check.py [--size MB]`.

Each round times parsing alone, the check, and the way by hand (on a sample, scaled by bytes) one after the other, in
seconds of the processor, so that it matters little what else the machine does; the median of the rounds' ratios is
printed with its range. Everything happens in one process and one thread.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import islice
from pathlib import Path

import corpus
from measure import MEGABYTE, parse, processor_seconds, tell

from interpact.contract.runner import run
from interpact.contract.settings import Settings

SAMPLE = 60
"""Responses that are checked by hand in each round."""


def ratios(path: Path, size: int, rounds: int, *, hand: bool) -> dict[str, list[float]]:
    """For each round: check over parsing, and by hand over check."""
    found: dict[str, list[float]] = {"check / orjson.loads": [], "by hand / check": []}
    run([str(path)], Settings())
    for _ in range(rounds):
        parsing = min(processor_seconds(lambda: parse(path)) for _ in range(3))
        checking = processor_seconds(lambda: run([str(path)], Settings()))
        found["check / orjson.loads"].append(checking / parsing)
        if hand:
            found["by hand / check"].append(_by_hand(path, size) / checking)
    return {name: values for name, values in found.items() if values}


def _by_hand(path: Path, size: int) -> float:
    import by_hand  # noqa: PLC0415 - needs pandas, which only this figure does

    with path.open("rb") as file:
        sample = list(islice(file, SAMPLE))
    return processor_seconds(lambda: by_hand.check(sample)) * size / sum(map(len, sample))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="megabytes of NDJSON (default 200)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--messages", type=int, default=20, help="messages in each response (default 20)")
    parser.add_argument("--defective", type=float, default=0.0, help="share of responses with a defect")
    parser.add_argument("--hand", action="store_true", help="compare with the way by hand, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        shape = {"messages": options.messages, "defective": options.defective}
        size = corpus.write(path, options.size * MEGABYTE, **shape)
        print(f"{size / MEGABYTE:.0f} MB, {options.messages} messages a response, {options.defective:.0%} defective")
        for name, values in ratios(path, size, options.rounds, hand=options.hand).items():
            tell(name, values)


if __name__ == "__main__":
    main()
