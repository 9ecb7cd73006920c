"""`--resume STATE`: how far a run is, in a small file from which another run goes on to the same end."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..inputs import STDIN, Input
from ..packing import packed, unpacked
from ..report import Report
from ..runner import Mark
from .parts import OutputError, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..limits import Wish
    from ..readers.base import Problem
    from ..settings import Settings

PAUSE: Final = 1.0
"""Seconds of work that are lost at most, beside that on one batch."""


class State(msgspec.Struct):
    """Everything that a run needs to go on where another one stopped."""

    version: str
    wanted: str
    """What was asked for, as a text to compare."""
    files: str
    """Sixteen hexadecimal digits for the paths, sizes and times of change of all inputs."""
    now: datetime
    key: bytes
    token: str
    """What the names of the beginnings of outputs have in common."""
    source: int = -1
    items: int = 0
    report: str = msgspec.field(default_factory=lambda: packed(Report()))
    sizes: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Bytes of each output, by the name of its option."""
    ended: bool = False
    """Whether everything was checked, and outputs may have taken their places."""

    @property
    def mark(self) -> Mark:
        """How far the run is."""
        return Mark(self.source, self.items)


def wanted_of(settings: Settings, wish: Wish, *others: str) -> str:
    """What a run was asked for, without what is drawn anew for each."""
    told: list[Any] = msgspec.to_builtins([settings, wish], order="deterministic")
    del told[0]["now"], told[0]["key"]
    return msgspec.json.encode([told, others]).decode()


def files_of(inputs: Sequence[Input | Problem]) -> str:
    """The inputs as they are now, as a text to compare. Raises `OutputError` for one that cannot be read twice.

    >>> files_of([Input.of("-")])
    Traceback (most recent call last):
    ...
    interpact.contract.outputs.parts.OutputError: <stdin>: --resume needs files on disk
    """
    found = hashlib.blake2b(digest_size=8)
    for one in inputs:
        found.update(msgspec.json.encode(_file(one) if isinstance(one, Input) else (str(one.place), "")))
    return found.hexdigest()


def _file(one: Input) -> tuple[str, int, int]:
    if one.remote or one.path == STDIN:
        raise OutputError(one.name, "--resume needs files on disk")
    try:
        about = os.stat(one.path)  # noqa: PTH116 - the path as it was given
    except (OSError, ValueError):
        return one.name, -1, 0
    return one.name, about.st_size, about.st_mtime_ns


class Resuming:
    """The state of one run: read at its beginning, written while it goes on, gone at its end."""

    def __init__(
        self, path: Path, settings: Settings, inputs: Sequence[Input | Problem], wanted: str, pause: float = PAUSE
    ) -> None:
        """Raises `OutputError` where the state is that of another run, or cannot be read or written."""
        self._path = path
        self._pause = pause
        self._saved = 0.0
        fresh = State(version("interpact"), wanted, files_of(inputs), settings.now, settings.key, secrets.token_hex(4))
        known = _read(path)
        self.state = fresh if known is None else known
        self.goes_on = known is not None
        """Whether there is another run to go on with."""
        if known is not None:
            _compare(path, known, fresh)
        else:
            self._write()

    def report(self) -> Report:
        """What was found so far."""
        return unpacked(self.state.report)

    def settings(self, settings: Settings) -> Settings:
        """The settings with the time and the key of the run that is gone on with, so that both find the same."""
        return msgspec.structs.replace(settings, now=self.state.now, key=self.state.key)

    def note(self, mark: Mark, report: Report, sizes: Callable[[], dict[str, int]], *, ended: bool = False) -> None:
        """Write the state if it is time, or the end. `sizes` has the outputs on disk."""
        if not ended and time.monotonic() - self._saved < self._pause:
            return
        self.state.sizes = sizes()
        self.state.source, self.state.items = mark.source, mark.items
        self.state.report, self.state.ended = packed(report), ended
        self._write()

    @property
    def is_noted(self) -> bool:
        """Whether anything was done that another run can go on with."""
        return self.state.source >= 0

    def remove(self) -> None:
        """The run is at its end, or never began."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        write_whole(self._path, msgspec.json.encode(self.state))
        self._saved = time.monotonic()


def _read(path: Path) -> State | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(path, f"cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError:
        raise OutputError(path, "no state of a run that --resume wrote") from None


def _compare(path: Path, known: State, fresh: State) -> None:
    differences = {
        "another version of interpact": known.version != fresh.version,
        "other options": known.wanted != fresh.wanted,
        "other inputs, or inputs that changed": known.files != fresh.files,
    }
    found = [what for what, differs in differences.items() if differs]
    if found:
        raise OutputError(path, f"that run had {' and '.join(found)}: remove this file to begin anew")
