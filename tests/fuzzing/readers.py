"""Coverage-guided fuzzing of everything that reads: `python -m tests.fuzzing.readers [SECONDS] [FOLDER]`.

Needs the extra `fuzz` (atheris). Any exception, a hang of more than ten seconds or more than two GiB of memory stops
it with exit status 77 or 70, and the input that did it is kept as a file in FOLDER.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from .seeds import seeds

atheris: Any = import_module("atheris")

with atheris.instrument_imports(include=["interpact.contract"]):
    from interpact.contract.checker import check
    from interpact.contract.exchange import Exchange
    from interpact.contract.limits import Limits, Wish
    from interpact.contract.readers.base import Rows
    from interpact.contract.readers.tables.judging import judge_rows
    from interpact.contract.sources import Input, read_input

_MIB = 1 << 20
_WISH = Wish(limits=Limits(max_body=_MIB, free_expansion=8 * _MIB, max_spool=16 * _MIB, max_members=1000))
_MOST = 200


def one(path: Path, data: bytes) -> None:
    """Read and judge one input, as a file that is named and as one that is found."""
    path.write_bytes(data)
    batch: list[Exchange] = []
    for item in read_input(Input.of(str(path)), wish=_WISH):
        if isinstance(item, Rows):
            judge_rows(item)
        elif isinstance(item, Exchange) and len(batch) < _MOST:
            batch.append(item)
    check(batch)


def main(seconds: int, folder: Path) -> None:
    """Fuzz for some seconds; what breaks anything is kept in `folder`."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in seeds().items():
        (corpus / name.replace(" ", "-")).write_bytes(data)
    path = folder / "input"
    options = (
        f"-max_total_time={seconds}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-max_len=20000",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        "-verbosity=1",
    )

    def read(data: bytes) -> None:
        one(path, data)

    atheris.Setup([sys.argv[0], *options, str(corpus)], read)
    atheris.Fuzz()


if __name__ == "__main__":
    words = sys.argv[1:]
    main(
        int(words[0]) if words else 60, Path(words[1] if len(words) > 1 else tempfile.mkdtemp(prefix="interpact-fuzz-"))
    )
