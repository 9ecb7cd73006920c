"""Readers of other packages: whatever they registered under the entry point group `interpact.readers`.

They are strangers: whatever one of them raises is told with its name, and keeps nothing else from being read.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from ..decompress import DamagedError
from ..exchange import Exchange
from ..limits import NO_CONTEXT, Context
from . import GENERAL, PARTICULAR
from .base import Problem, Rows, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exchange import Place
    from .base import Head, Reader

GROUP: Final = "interpact.readers"


class Broken(NamedTuple):
    """A reader of another package that cannot be used, and why."""

    name: str
    package: str
    why: str

    def __str__(self) -> str:
        """In one line."""
        return f"the reader {self.name} of {self.package} cannot be used: {self.why}"


class Readers(NamedTuple):
    """All readers in the order in which they are asked, and those that cannot be."""

    usable: tuple[Reader, ...]
    broken: tuple[Broken, ...]


class Foreign:
    """A reader of another package, at arm's length."""

    def __init__(self, reader: Reader, entry: EntryPoint) -> None:
        self._reader = reader
        self.name = str(reader.name)
        self.title = str(reader.title)
        self.package = _package(entry)

        self.requires: tuple[str, ...] = tuple(getattr(reader, "requires", ()))

    def recognises(self, head: Head) -> bool:
        """What the reader of another package says; nothing, if it fails."""
        try:
            return bool(self._reader.recognises(head))
        except Exception:  # noqa: BLE001 - a stranger's code may raise anything
            return False

    def read(
        self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT
    ) -> Iterator[Exchange | Problem | Rows]:
        """What the reader yields, and a problem where it fails."""
        try:
            for found in self._reader.read(stream, place, context):
                yield found if _is_sound(found) else Problem(place, self._failed("it yields something else"))
        except (UnreadableError, DamagedError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
            raise UnreadableError(Problem(place, self._failed(type(error).__name__))) from None

    def _failed(self, why: str) -> str:
        return f"the reader {self.name} of {self.package} failed: {why}"


@cache
def readers() -> Readers:
    """Our own readers and those that are installed: particular formats first, strangers next, what is general last."""
    usable: list[Reader] = []
    broken: list[Broken] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (_package(one), one.name)):
        found = _loaded(entry)
        if isinstance(found, Broken):
            broken.append(found)
        else:
            usable.append(found)
    return Readers((*PARTICULAR, *usable, *GENERAL), tuple(broken))


def _loaded(entry: EntryPoint) -> Foreign | Broken:
    try:
        found: Any = entry.load()
        reader = found() if isinstance(found, type) else found
        if not (callable(reader.recognises) and callable(reader.read) and reader.name and reader.title):
            return Broken(entry.name, _package(entry), "it is no reader")
        return Foreign(reader, entry)
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        return Broken(entry.name, _package(entry), type(error).__name__)


def _is_sound(found: object) -> bool:
    return isinstance(found, Exchange | Problem | Rows)


def _package(entry: EntryPoint) -> str:
    return "?" if entry.dist is None else entry.dist.name
