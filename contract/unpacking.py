"""Reading an archive: which of its members are inputs, under which names, and when to stop."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from .archives import Member, is_hidden, members_of
from .beside import BesideMember
from .decompress import DamagedError, Growth
from .exchange import Exchange, Place
from .finding import without_attached
from .inputs import Skipped, printable
from .limits import Context
from .readers.base import Problem, Rows
from .readers.wiremock import NAMED, named_by_mappings
from .sniffing import has_archive_name, has_capture_name
from .spool import seekable

if TYPE_CHECKING:
    from .limits import Limits

_SHARE: Final = 10
"""How many times as much as one input all members of an archive may grow to together."""

Item = Exchange | Problem | Skipped | Rows
_Read = Callable[[Place, io.RawIOBase, Growth, Context], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive that is about to be read: where it is, its bytes, how they begin, and how much they grew already."""

    place: Place
    stream: io.BufferedReader
    start: bytes
    growth: Growth
    nested: bool
    """Whether it is a member of another one, so that its growth is part of that one's."""
    explicit: bool


def read_archive(archive: Archived, limits: Limits, body_column: str | None, read: _Read) -> Iterator[Item]:
    """What `read` makes of each member that is an input; the others are problems, or passed over."""
    plain = archive.stream.seekable()
    with seekable(cast("BinaryIO", archive.stream), limits) as (file, damage):
        total = archive.growth if archive.nested else _total(archive, file, plain=plain)
        members, broken = _listed(cast("io.BufferedIOBase", file), archive.start, total)
        hopeful = archive.explicit or any(_is_named(member.name) for member in members)
        if not hopeful and not ((broken or damage) and _is_named(archive.place.member or archive.place.file)):
            yield Skipped(archive.place, "an archive without captures")
            return
        whole = _Whole(archive.place, members, total, body_column)
        yield from whole.read(read)
        for error in (broken, damage):
            if error is not None:
                yield Problem(archive.place, str(error))
                return
        if whole.is_empty and archive.explicit:
            yield Problem(archive.place, "an archive without captures")


def _total(archive: Archived, file: BinaryIO, *, plain: bool) -> Growth:
    """What all members may grow to, in proportion to the bytes of the file that the user named."""
    stored = file.seek(0, io.SEEK_END) if plain else archive.growth.stored
    return Growth(archive.growth.limits, stored, share=_SHARE)


def _listed(file: io.BufferedIOBase, start: bytes, total: Growth) -> tuple[list[Member], DamagedError | None]:
    members: list[Member] = []
    try:
        members.extend(members_of(file, start, total))
    except DamagedError as error:
        return members, error
    return members, None


def _is_named(name: str) -> bool:
    return not is_hidden(name) and (has_capture_name(name) or has_archive_name(name))


class _Whole:
    """The members of one archive."""

    def __init__(self, place: Place, members: list[Member], total: Growth, body_column: str | None) -> None:
        self.is_empty = True
        self._place = place
        self._members = [member for member in members if not is_hidden(member.name)]
        self._by_name = {posixpath.normpath(member.name): member for member in reversed(self._members)}
        self._total = total
        self._body_column = body_column

    def read(self, read: _Read) -> Iterator[Item]:
        names = frozenset(without_attached([member.name for member in self._members]))
        bodies = named_by_mappings(names)
        seen = set[str]()
        for member in self._members:
            if member.name not in names:
                continue
            if member.name in bodies and member.refusal is None:
                yield Skipped(self._named(member.name), NAMED)
                continue
            for item in self._one(member, seen, read):
                self.is_empty = self.is_empty and isinstance(item, Skipped)
                yield item
            if self._total.is_exhausted:
                yield Problem(self._place, "the members together grow out of all proportion: the rest is not read")
                return

    def _one(self, member: Member, seen: set[str], read: _Read) -> Iterator[Item]:
        place = self._named(member.name)
        why = "a second member of this name" if member.name in seen else member.refusal
        seen.add(member.name)
        if why is not None:
            yield Problem(place, f"not read: {why}")
            return
        growth = Growth(self._total.limits, member.size, total=self._total)
        beside = BesideMember(member.name, self._by_name, self._total)
        context = Context(self._total.limits, self._body_column, beside)
        try:
            with member.open(growth) as file:
                yield from read(place, file, growth, context)
        except DamagedError as error:
            yield Problem(place, str(error))

    def _named(self, name: str) -> Place:
        shown = printable(name)
        inside = shown if self._place.member is None else f"{self._place.member}!{shown}"
        return msgspec.structs.replace(self._place, member=inside)
