"""`--findings FILE`: every finding as a row, as Parquet, NDJSON or CSV."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from ...schemas.rules import RULES
from ..arrow import library
from ..findings import fingerprint
from .parquet import ParquetFile, schema_of
from .parts import OutputError, Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..findings import Finding, Outcome
    from .base import Output

COLUMNS: Final = {
    **dict.fromkeys(("rule", "slug", "severity", "part", "pointer", "expected", "actual", "file", "member"), "string"),
    **dict.fromkeys(("entry", "line"), "integer"),
    **dict.fromkeys(("request_id", "fingerprint"), "string"),
}
"""The columns and their kinds."""

_MANY: Final = 20_000


def row(finding: Finding) -> tuple[Any, ...]:
    """A finding as the cells of its row."""
    place = finding.place
    return (
        finding.code,
        RULES[finding.code].slug,
        finding.severity.value,
        finding.part.value,
        sound(finding.pointer),
        finding.expected,
        finding.actual,
        place.file,
        place.member,
        place.entry,
        place.line,
        finding.correlation,
        _fingerprint(finding.code, finding.part, finding.where),
    )


def schema() -> Any:
    """The columns as a schema of Arrow."""
    return schema_of(COLUMNS)


def table(outcome: Outcome, before: int = 0) -> Any:
    """The findings of a batch as a table of Arrow."""
    del before
    cells = zip(*map(row, outcome.findings), strict=True) if outcome.findings else ((),) * len(COLUMNS)
    return library().table(list(map(list, cells)), schema=schema())


def sound(text: str) -> str:
    r"""The text with halves of surrogate pairs, which no file can hold, as they are escaped in JSON.

    >>> sound("\ud83d") == "\\ud83d"
    True
    """
    return text.encode("utf-8", "backslashreplace").decode()


_fingerprint = lru_cache(maxsize=4096)(fingerprint)


class FindingsLines:
    r"""The rows as lines of text: NDJSON, or CSV with a head (RFC 4180, but with `\n`), where null is empty."""

    def __init__(self, target: Path, token: str, size: int | None = None) -> None:
        self.target = target
        self._is_csv = target.suffix.lower() == ".csv"
        self._part = Part(target, token, size)
        if self._is_csv and not size:
            self._part.write(_csv([tuple(COLUMNS)]))

    def take(self, outcome: Outcome, before: int) -> None:
        """Write the findings of a batch."""
        del before
        for start in range(0, len(outcome.findings), _MANY):
            rows = [row(one) for one in outcome.findings[start : start + _MANY]]
            self._part.write(_csv(rows) if self._is_csv else _ndjson(rows))

    def sync(self) -> int:
        """Have everything on disk."""
        return self._part.sync()

    def finish(self) -> None:
        """Put the file in its place."""
        self._part.finish()

    def close(self) -> None:
        """Leave what is written."""
        self._part.close()

    def discard(self) -> None:
        """Leave nothing."""
        self._part.discard()


class FindingsParquet:
    """The rows as Parquet."""

    def __init__(self, target: Path, token: str, size: int | None = None) -> None:
        self.target = target
        self._file = ParquetFile(target, COLUMNS, token, size)

    def take(self, outcome: Outcome, before: int) -> None:
        """Write the findings of a batch."""
        self._file.add(table(outcome, before))

    def sync(self) -> int:
        """Have everything on disk."""
        return self._file.part.sync()

    def finish(self) -> None:
        """Put the file in its place."""
        self._file.finish()

    def close(self) -> None:
        """Leave what is written."""
        self._file.part.close()

    def discard(self) -> None:
        """Leave nothing."""
        self._file.part.discard()


def findings_output(target: Path, token: str, size: int | None = None) -> Output:
    """The output for a file of this name. Raises `OutputError` where it cannot be written, or ends in something else.

    >>> from pathlib import Path
    >>> findings_output(Path("findings.xlsx"), "token")
    Traceback (most recent call last):
    ...
    interpact.contract.outputs.parts.OutputError: findings.xlsx: its name must end in .parquet, .ndjson or .csv
    """
    kinds = {".parquet": FindingsParquet, ".ndjson": FindingsLines, ".csv": FindingsLines}
    kind = kinds.get(target.suffix.lower())
    if kind is None:
        raise OutputError(target, "its name must end in .parquet, .ndjson or .csv")
    return kind(target, token, size)


def _ndjson(rows: Sequence[tuple[Any, ...]]) -> bytes:
    return b"".join(orjson.dumps(dict(zip(COLUMNS, cells, strict=True))) + b"\n" for cells in rows)


def _csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
