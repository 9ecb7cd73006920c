"""Files that are whole or not there: written under another name beside their place, which they take at the end."""

from __future__ import annotations

import contextlib
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs import Input

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from ..readers.base import Problem


class OutputError(Exception):
    """A file that cannot be written; the message names it, and says why."""

    def __init__(self, target: Path | str, why: str) -> None:
        super().__init__(f"{target}: {why}")


@contextmanager
def told_of(target: Path) -> Generator[None]:
    """Errors of the system become an `OutputError` about `target`."""
    try:
        yield
    except OSError as error:
        raise OutputError(target, f"cannot be written: {error.strerror or 'input/output error'}") from None


def part_path(target: Path, token: str) -> Path:
    """Where a file is written before it takes its place.

    >>> part_path(Path("/no/such/a.csv"), "7f").name
    '.a.csv.7f.part'
    """
    place = Path(os.path.realpath(target))
    return place.with_name(f".{place.name}.{token}.part")


class Part:
    """The beginning of a file, up to `size` bytes of which stood there before; what was after them is gone.

    A part of the same `token` and target has the same name, so that another run can go on with it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     part = Part(Path(folder, "a.txt"), "token")
    ...     part.write(b"a")
    ...     part.finish()
    ...     [path.name for path in Path(folder).iterdir()]
    ['a.txt']
    """

    def __init__(self, target: Path, token: str, size: int | None = None) -> None:
        """Raises `OutputError` where the file cannot be written, or has not the bytes that it had."""
        self.target = target
        self.path = part_path(target, token)
        with told_of(target):
            if self.target.exists() and not self.target.is_file():
                raise OutputError(target, "it is no regular file")
            self._file = self.path.open("w+b" if size is None else "r+b")
            have = self._file.seek(0, os.SEEK_END)
            if size is not None and have < size:
                raise OutputError(target, "what was written of it is gone: remove the state file to begin anew")
            self._file.truncate(size or 0)
            self._file.seek(size or 0)

    def write(self, data: bytes | memoryview) -> None:
        """Go on with the file. Raises `OutputError`."""
        with told_of(self.target):
            self._file.write(data)

    def sync(self) -> int:
        """Have everything on disk; how many bytes that is. Raises `OutputError`."""
        with told_of(self.target):
            self._file.flush()
            os.fsync(self._file.fileno())
            return self._file.tell()

    def finish(self) -> None:
        """Take the place of the target. Raises `OutputError`."""
        self.sync()
        self.close()
        replace(self.path, self.target)

    def close(self) -> None:
        """Leave the part as it is."""
        with contextlib.suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Leave nothing."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def replace(path: Path, target: Path) -> None:
    """Put a file that is on disk in the place of another one; a link stays one. Raises `OutputError`."""
    place = Path(os.path.realpath(target))
    with told_of(target):
        path.replace(place)
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def write_whole(target: Path, data: bytes, *, private: bool = True) -> None:
    """Write a small file, perhaps readable for its owner only, at once or not at all. Raises `OutputError`."""
    part = Part(target, secrets.token_hex(4))
    try:
        if private:
            part.path.chmod(0o600)
        part.write(data)
        part.finish()
    except BaseException:
        part.discard()
        raise


def refuse_conflicts(files: Sequence[Path], inputs: Sequence[Input | Problem]) -> None:
    """Raise `OutputError` where two files that are written are the same, or one is a file that is read.

    >>> refuse_conflicts([Path("a.json"), Path("./a.json")], [])
    Traceback (most recent call last):
    ...
    interpact.contract.outputs.parts.OutputError: a.json: two outputs cannot be the same file
    """
    read = {os.path.realpath(one.path) for one in inputs if isinstance(one, Input) and not one.remote}
    for number, file in enumerate(files):
        place = os.path.realpath(file)
        if place in read:
            raise OutputError(file, "it is one of the files that are read")
        if place in {os.path.realpath(other) for other in files[:number]}:
            raise OutputError(file, "two outputs cannot be the same file")
