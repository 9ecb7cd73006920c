"""What an output is: it listens to what was checked, and at the end its file is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from ..findings import Outcome


class Output(Protocol):
    """One kind of file. Every method may raise `OutputError`."""

    target: Path

    def take(self, outcome: Outcome, before: int) -> None:
        """Write down what a batch gave; so many exchanges came before it."""
        ...

    def sync(self) -> int:
        """Have everything on disk so far; how many bytes another run has to find there to go on."""
        ...

    def finish(self) -> None:
        """Put the file in its place."""
        ...

    def close(self) -> None:
        """Stop, and leave what is written for another run."""
        ...

    def discard(self) -> None:
        """Stop, and leave nothing."""
        ...
