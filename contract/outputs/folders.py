"""What a run on a cluster writes: folders of Parquet files, which its tasks write and it commits as a whole."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs import Input
from ..remote import RemoteError, is_url, local_path, remove
from ..runner import Checked
from .parts import OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..readers.base import Problem
    from ..report import Report
    from ..runner import Event, Mark
    from .state import Resuming

_NAME = "failed.parquet"
_MARK = "_SUCCESS"
"""What a folder holds that was committed."""


class Folders:
    """The folders by the names of their options, and one for what is found until all is known."""

    def __init__(
        self,
        wanted: dict[str, str],
        inputs: Sequence[Input | Problem] = (),
        resuming: Resuming | None = None,
        state: str = "",
    ) -> None:
        """Raises `OutputError` for a name that cannot be written to. Plain paths are those of a shared file system."""
        self.targets = {name: _target(name, path) for name, path in wanted.items()}
        read = {_url(one.path) for one in inputs if isinstance(one, Input)}
        for path, target in zip(wanted.values(), self.targets.values(), strict=True):
            if any(one == target or one.startswith(f"{target}/") for one in read):
                raise OutputError(path, "it is one of the files that are read, or holds one")
        if len(set(self.targets.values())) < len(self.targets):
            raise OutputError(next(iter(wanted.values())), "two outputs cannot be the same folder")
        token = secrets.token_hex(4) if resuming is None else resuming.state.token
        beside = next(iter(self.targets.values())) if self.targets else _url(state)
        self._parts = f"{beside}.{token}.parts"
        self._resuming = resuming
        self._done = -1 if resuming is None or resuming.state.ended else resuming.state.source
        self._finished = False

    def job(self, number: int) -> str:
        """Where a job writes what it finds."""
        return f"{self._parts}/{number}"

    def has(self, number: int) -> bool:
        """Whether a job was committed by the run that is gone on with."""
        return number <= self._done

    def hear(self, event: Event, report: Report) -> None:
        """Note that a job was committed."""
        if self._resuming is not None and isinstance(event, Checked) and event.mark.source >= 0:
            self._resuming.note(event.mark, report, dict)

    def finish(self, report: Report, end: Mark) -> None:
        """All is in its place."""
        if self._resuming is not None:
            self._resuming.note(end, report, dict, ended=True)
        self._finished = True

    def abandon(self) -> None:
        """Leave nothing but what is finished, or what another run goes on with."""
        if self._resuming is not None and self._resuming.is_noted and not self._finished:
            return
        path = local_path(self._parts)
        with suppress(RemoteError):
            if path is None:
                remove(self._parts)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _target(name: str, path: str) -> str:
    if name != "quarantine" and not path.endswith(".parquet"):
        raise OutputError(path, "its name must end in .parquet, with --engine spark: it becomes a folder")
    url = _url(f"{path.rstrip('/')}/{_NAME}" if name == "quarantine" else path)
    known = local_path(url)
    if known is not None and Path(known).is_dir() and any(Path(known).iterdir()) and not Path(known, _MARK).exists():
        raise OutputError(path, "it is a folder that holds something else")
    return url


def _url(path: str) -> str:
    return path if is_url(path) else Path(path).absolute().as_uri()
