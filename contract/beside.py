"""Bodies that a capture keeps in files of their own, read from beside it and from nowhere else."""

from __future__ import annotations

import io
import os
import posixpath
import stat
from typing import TYPE_CHECKING

from .archives.members import refusal_of
from .decompress import DamagedError, Growth
from .exchange import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .archives import Member
    from .limits import Limits


class _Beside:
    """What the names in one capture may fetch together is bounded: one file may be named by many entries."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: set[str] = set()
        self._stored = 0
        self._read = 0

    def __call__(self, name: str) -> bytes | Reason:
        """The content of the file that is called `name` from where the capture lies."""
        if refusal_of(name) is not None:
            return Reason.NOT_RECORDED
        try:
            found = self._content(name.replace("\\", "/"))
        except (OSError, ValueError, DamagedError):
            return Reason.NOT_RECORDED
        return found if isinstance(found, Reason) else self._counted(name, found)

    def _counted(self, name: str, found: bytes) -> bytes | Reason:
        self._stored += 0 if name in self._known else len(found)
        self._known.add(name)
        self._read += len(found)
        if len(found) > self._limits.max_body or self._read > self._limits.allowed(self._stored):
            return Reason.TOO_LARGE
        return found

    def _content(self, name: str) -> bytes | Reason:
        raise NotImplementedError


class BesideFile(_Beside):
    """What lies beside a file on disk."""

    def __init__(self, path: str, limits: Limits) -> None:
        super().__init__(limits)
        self._path = path
        self._folder = os.path.realpath(os.path.dirname(path) or os.curdir)

    def moved(self, folder: str, target: str) -> BesideFile:
        """What lies in `target` beside the innermost `folder` around the file, or beside the file itself."""
        return BesideFile(_moved(os.path.abspath(self._path).replace(os.sep, "/"), folder, target), self._limits)

    def _content(self, name: str) -> bytes | Reason:
        path = os.path.realpath(os.path.join(self._folder, name))
        if os.path.commonpath([path, self._folder]) != self._folder or not stat.S_ISREG(os.stat(path).st_mode):
            return Reason.NOT_RECORDED
        with open(path, "rb") as file:
            return file.read(self._limits.max_body + 1)


class BesideMember(_Beside):
    """What lies beside a member of an archive."""

    def __init__(self, member: str, members: Mapping[str, Member], total: Growth) -> None:
        super().__init__(total.limits)
        self._member = member
        self._folder = posixpath.dirname(member)
        self._members = members
        self._total = total

    def moved(self, folder: str, target: str) -> BesideMember:
        """What lies in `target` beside the innermost `folder` around the member, or beside the member itself."""
        return BesideMember(_moved(self._member, folder, target), self._members, self._total)

    def _content(self, name: str) -> bytes | Reason:
        member = self._members.get(posixpath.normpath(posixpath.join(self._folder, name)))
        if member is None or member.refusal is not None:
            return Reason.NOT_RECORDED
        growth = Growth(self._limits, member.size, total=self._total)
        with io.BufferedReader(member.open(growth)) as file:
            return file.read(self._limits.max_body + 1)


def _moved(path: str, folder: str, target: str) -> str:
    """A path in `target`, which lies beside the innermost `folder` in `path`, or else beside its last part.

    >>> _moved("a/mappings/b/c.json", "mappings", "__files"), _moved("c.json", "mappings", "__files")
    ('a/__files/c.json', '__files/c.json')
    """
    parts = path.split("/")
    above = next((at for at in range(len(parts) - 2, -1, -1) if parts[at] == folder), len(parts) - 1)
    return "/".join([*parts[:above], target, parts[-1]])
