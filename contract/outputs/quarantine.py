"""`--quarantine DIR`: the failed exchanges with their findings, as NDJSON that `interpact check` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from ..arrow import library
from .parts import Part, told_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..findings import Outcome

NAME: Final = "failed.ndjson"


def schema() -> Any:
    """The members of a record as columns of Arrow, from which `interpact check` reads it, too."""
    arrow = library()
    text, number = arrow.string(), arrow.int64()
    fields = arrow.list_(arrow.struct([("name", text), ("value", text)]))
    request = arrow.struct([("method", text), ("url", text), ("headers", fields)])
    response = arrow.struct([("status", number), ("headers", fields), ("body", text), ("bodyAsBase64", text)])
    place = arrow.struct([("file", text), ("member", text), ("entry", number), ("line", number)])
    told = ("rule", "slug", "severity", "part", "pointer", "expected", "actual", "request_id", "fingerprint")
    found = arrow.list_(arrow.struct([(name, text) for name in told]))
    return arrow.schema([("request", request), ("response", response), ("place", place), ("findings", found)])


def table(outcome: Outcome, before: int = 0) -> Any:
    """The failed exchanges of a batch as a table of Arrow."""
    del before
    records = () if outcome.kept is None else outcome.kept.records
    return library().Table.from_pylist([orjson.loads(record) for record in records], schema=schema())


class QuarantineOutput:
    """One file in the folder; none where nothing failed, also if there was one before."""

    def __init__(self, folder: Path, token: str, size: int | None = None) -> None:
        """Raises `OutputError` where the folder cannot be made or written to."""
        self.target = folder / NAME
        with told_of(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._part = Part(self.target, token, size)

    def take(self, outcome: Outcome, before: int) -> None:
        """Write the failed exchanges of a batch."""
        del before
        for record in () if outcome.kept is None else outcome.kept.records:
            self._part.write(record)

    def sync(self) -> int:
        """Have everything on disk."""
        return self._part.sync()

    def finish(self) -> None:
        """Put the file in its place."""
        if self._part.sync():
            self._part.finish()
            return
        self._part.discard()
        with told_of(self.target):
            self.target.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave what is written."""
        self._part.close()

    def discard(self) -> None:
        """Leave nothing."""
        self._part.discard()
