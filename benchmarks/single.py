"""One response: how long a check takes, and how long the command takes to start: `python benchmarks/single.py`."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
from measure import processor_seconds, tell

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Response

COMMAND = "from interpact.contract.cli import main; main()"


def spent(*arguments: str) -> float:
    """Seconds of the processor that this Python takes with some arguments, start and end included."""
    before = _children()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    body = next(corpus.lines())
    batch = [Exchange(Place("body.json"), response=Response.of(body))]
    check(batch)
    tell("one response, milliseconds", [1000 * processor_seconds(lambda: check(batch)) for _ in range(rounds)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "body.json")
        path.write_bytes(body)
        command = ("-c", COMMAND, "check", str(path))
        libraries = ("-c", "import polars, jsonschema")
        spent(*command), spent(*libraries)
        both = [(spent(*command), spent(*libraries)) for _ in range(rounds)]
    tell("start-up, seconds", [one for one, _ in both])
    tell("start-up / import of the libraries", [one / other for one, other in both])


if __name__ == "__main__":
    main()
