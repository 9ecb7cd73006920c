"""Where the time of a check goes: `python benchmarks/parts.py [--messages N]`, in milliseconds a batch of 16 MB.

Each part is timed by itself, in seconds of the processor, over the same batch; told is the least of some rounds.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corpus
from measure import parse, processor_seconds

from interpact.contract import bulk, columns, together
from interpact.contract.checker import check
from interpact.contract.counting import in_bodies, in_frame
from interpact.contract.frames import bare_context, breaches
from interpact.contract.lines import Lines
from interpact.contract.pieces import PIECE
from interpact.contract.settings import Settings
from interpact.schemas.frames import PREPARE
from interpact.schemas.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = Settings()


def parts(path: Path) -> dict[str, Callable[[], Any]]:
    """What is done to a batch, by name."""
    data = path.read_bytes()
    lines = Lines("corpus", 1, data)
    texts, context = together.Texts(data, lines.ends), bare_context(range(len(lines)), SETTINGS.now)
    tables = [piece.table for piece in together.pieces(texts)]
    found = columns.columns_of(tables, context)
    frames = found.frames
    return {
        "orjson.loads alone": partial(parse, path),
        "reading, finding lines": lambda: Lines.of("corpus", 1, path.read_bytes()),
        "pyarrow, with guards before it": lambda: [*together.pieces(together.Texts(data, lines.ends))],
        "tables": lambda: columns.columns_of(tables, context),
        "guards after pyarrow": lambda: (bulk._refused(found), bulk._signs(texts, context)),  # noqa: SLF001 - parts
        "rules: what they share": lambda: PREPARE["messages"](frames["messages"]),
        "rules: all": lambda: [list(breaches(name, frame, _asked)) for name, frame in frames.items()],
        "coverage": lambda: (in_bodies(found.bodies), [in_frame(name, frame) for name, frame in frames.items()]),
        "check, all of it": lambda: check(lines, SETTINGS),
    }


def _asked(code: str) -> bool:
    return SETTINGS.severity(RULES[code]) is not None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.ndjson")
        corpus.write(path, PIECE, messages=options.messages)
        works = parts(path)
        times = {name: [processor_seconds(work) for work in works.values()] for name in range(options.rounds)}
        for name, spent in zip(works, zip(*times.values(), strict=True), strict=True):
            print(f"{name:32}{1000 * min(spent):8.1f}")


if __name__ == "__main__":
    main()
