"""What the outcome of a batch carries beside verdicts, findings and coverage: nothing, unless somebody wants it."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Keep(msgspec.Struct, frozen=True):
    """What is asked for: the exchanges that failed, the rows of those that passed, and `Statistics`."""

    failed: bool = False
    rows: bool = False
    statistics: bool = False


NOTHING: Final = Keep()
"""What nobody has asked for costs nothing."""


class Kept(msgspec.Struct, frozen=True):
    """What was kept of a batch."""

    records: tuple[bytes, ...] = ()
    """The failed exchanges in their order, each as a line of JSON with its findings (`outputs.records`)."""
    rows: Any = None
    """The rows of those that passed, a frame of Polars (`outputs.rows`), or `None`."""
