"""What the outcome of a batch carries of the exchanges themselves: nothing, unless somebody wants to write it down."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Keep(msgspec.Struct, frozen=True):
    """What is asked for: the exchanges that failed, and the rows of those that passed."""

    failed: bool = False
    rows: bool = False


NOTHING: Final = Keep()
"""What nobody has asked for costs nothing."""


class Kept(msgspec.Struct, frozen=True):
    """What was kept of a batch."""

    records: tuple[bytes, ...] = ()
    """The failed exchanges in their order, each as a line of JSON with its findings (`outputs.records`)."""
    rows: Any = None
    """The rows of those that passed, a frame of Polars (`outputs.rows`), or `None`."""
