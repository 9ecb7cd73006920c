"""Where reports go: files that are whole or not there, and the step summary of GitHub Actions."""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self, cast

from ..outputs.parts import Part, told_of

if TYPE_CHECKING:
    from typing_extensions import Buffer

_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of a step's summary."""
_MOST: Final = 1024 * 1024
"""Bytes that the summary of a step may have; a larger one is not shown at all
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits)."""


class ReportFile(io.RawIOBase):
    """A file that takes its place when it is finished, and of which nothing is left otherwise.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = ReportFile(Path(folder, "a.md"))
    ...     _ = file.write(b"a")
    ...     file.finish()
    ...     [path.name for path in Path(folder).iterdir()]
    ['a.md']
    """

    def __init__(self, target: Path) -> None:
        """Raises `OutputError` where the file cannot be written."""
        super().__init__()
        self.target = target
        self._part: Part | None = Part(target, secrets.token_hex(4))

    @property
    def stream(self) -> IO[bytes]:
        """The file as what it is, and typeshed does not know."""
        return cast("IO[bytes]", self)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Buffer, /) -> int:
        """Go on with the file. Raises `OutputError`."""
        view = memoryview(data)
        if self._part is not None:
            self._part.write(view)
        return view.nbytes

    def finish(self) -> None:
        """Put the file in its place. Raises `OutputError`."""
        if self._part is not None:
            self._part.finish()
            self._part = None

    def discard(self) -> None:
        """Leave nothing, if it is not in its place yet."""
        if self._part is not None:
            self._part.discard()
            self._part = None


class StepSummary:
    """The file to which a step of GitHub Actions adds what its page shows."""

    def __init__(self, path: Path) -> None:
        """Raises `OutputError` where nothing can be added."""
        self._path = path
        with told_of(path), path.open("ab") as file:
            self._size = file.seek(0, os.SEEK_END)

    @classmethod
    def asked(cls) -> Self | None:
        """The one that the environment asks for, if any."""
        named = os.environ.get(_SUMMARY)
        return cls(Path(named)) if named else None

    @property
    def room(self) -> int:
        """Bytes that may be added."""
        return max(0, _MOST - self._size - 1)

    def add(self, page: str) -> None:
        """Add a page; one that does not fit is left out, since GitHub would leave out all. Raises `OutputError`."""
        data = page.encode()
        if len(data) <= self.room:
            with told_of(self._path), self._path.open("ab") as file:
                self._size += file.write(data)
