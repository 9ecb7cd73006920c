"""Zip archives (APPNOTE 6.3.9), also zip64, read by their directory; the content comes out in bounded steps.

The standard library's module takes the whole directory into memory, and lets members of bzip2 and LZMA grow without
bounds; so what little is needed of the format is read here.
"""

from __future__ import annotations

import io
import stat
import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from ..decompress import DamagedError, Growth, Kind, expanded, stream_of
from .members import CHECKSUM, LINK, Member, Slice, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_EXTRA: Final = struct.Struct("<2H")
_COMMENT: Final = 0xFFFF
_FARTHEST: Final = 2**62
_MANY: Final = 0xFFFF
_LARGE: Final = 0xFFFFFFFF
_ZIP64: Final = 1
_ENCRYPTED: Final = 0x41
_UTF8: Final = 0x800
_UNIX: Final = 3
_STORED: Final = 0
_METHODS: Final = {8: Kind.DEFLATE, 12: Kind.BZIP2, 93: Kind.ZSTD, 95: Kind.XZ}


class _Entry(NamedTuple):
    """What the directory says about a member."""

    name: str
    flags: int
    method: int
    checksum: int
    stored: int
    size: int
    offset: int
    mode: int


class _Directory(NamedTuple):
    start: int
    size: int
    before: int
    """Bytes in front of the archive, which its own offsets do not count."""


def is_zip(start: bytes) -> bool:
    """Whether a file that begins like this is a zip archive."""
    return start.startswith(_STARTS)


def zip_members(file: io.BufferedIOBase, growth: Growth) -> Iterator[Member]:
    """The members of a zip archive, without its folders."""
    directory = _directory(file)
    for number, entry in enumerate(_entries(file, directory)):
        if number >= growth.limits.max_members:
            message = f"more than {growth.limits.max_members} members: the rest is not read"
            raise DamagedError(message)
        if not entry.name.endswith("/"):
            yield _member(file, entry, directory.before)


def _member(file: io.BufferedIOBase, entry: _Entry, before: int) -> Member:
    def opened(growth: Growth) -> io.RawIOBase:
        return _content(file, entry, before, growth)

    return Member(entry.name, entry.stored, opened, _refusal(entry))


def _refusal(entry: _Entry) -> str | None:
    if entry.flags & _ENCRYPTED:
        return "encrypted: unpack it yourself"
    if stat.S_ISLNK(entry.mode):
        return LINK
    if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG}:
        return "no regular file"
    if entry.method != _STORED and entry.method not in _METHODS:
        return f"compressed by a method that is not read (number {entry.method}): unpack it yourself"
    return refusal_of(entry.name)


def _content(file: io.BufferedIOBase, entry: _Entry, before: int, growth: Growth) -> io.RawIOBase:
    header = _read_at(file, before + entry.offset, _LOCAL.size)
    magic, *_, name, extra = _LOCAL.unpack(header) if len(header) == _LOCAL.size else (b"", 0, 0)
    if magic != _STARTS[0]:
        message = "the archive is damaged: a member does not begin where it should"
        raise DamagedError(message)
    start = before + entry.offset + _LOCAL.size + name + extra
    if start + entry.stored > file.seek(0, io.SEEK_END):
        message = "the archive is damaged: a member is not where it should be"
        raise DamagedError(message)
    if entry.method == _STORED:
        return Slice(file, start, entry.stored, entry.checksum)
    raw = Slice(file, start, entry.stored)
    return stream_of(_checked(expanded(raw, _METHODS[entry.method], growth), entry.checksum))


def _checked(parts: Iterator[bytes], expected: int) -> Iterator[bytes]:
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
        yield part
    if checksum != expected:
        raise DamagedError(CHECKSUM)


def _directory(file: io.BufferedIOBase) -> _Directory:
    whole = file.seek(0, io.SEEK_END)
    start = max(0, whole - _COMMENT - _END.size)
    tail = _read_at(file, start, whole - start)
    at = tail.rfind(_STARTS[1], 0, max(0, len(tail) - _END.size + len(_STARTS[1])))
    if at < 0:
        message = "a zip archive without the directory that stands at the end: the file was cut"
        raise DamagedError(message)
    _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
    end = start + at
    if count == _MANY or _LARGE in {size, offset}:
        size, offset, end = _large(file, end, size, offset)
    before = end - size - offset
    if before < 0:
        message = "a zip archive whose directory is damaged"
        raise DamagedError(message)
    return _Directory(before + offset, size, before)


def _large(file: io.BufferedIOBase, end: int, size: int, offset: int) -> tuple[int, int, int]:
    """Size and offset of the directory, and where it ends, of a zip64 archive; of any other as they were."""
    locator = _read_at(file, end - _LOCATOR.size, _LOCATOR.size) if end >= _LOCATOR.size else b""
    if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
        return size, offset, end
    place = end - _LOCATOR.size - _END64.size
    record = _read_at(file, place, _END64.size) if place >= 0 else b""
    if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
        message = "a zip archive whose directory is damaged"
        raise DamagedError(message)
    *_, size, offset = _END64.unpack(record)
    return size, offset, place


def _entries(file: io.BufferedIOBase, directory: _Directory) -> Iterator[_Entry]:
    position, end = directory.start, directory.start + directory.size
    while position < end:
        fixed = _read_at(file, position, _ENTRY.size)
        if len(fixed) < _ENTRY.size or not fixed.startswith(b"PK\x01\x02"):
            message = "a zip archive whose directory is damaged: the rest is not read"
            raise DamagedError(message)
        _, made, _, flags, method, _, _, crc, stored, size, name, extra, comment, _, _, mode, offset = _ENTRY.unpack(
            fixed
        )
        texts = _read_at(file, position + _ENTRY.size, name + extra)
        size, stored, offset = _widened(texts[name:], size, stored, offset)
        unix = mode >> 16 if made >> 8 == _UNIX else 0
        yield _Entry(_name(texts[:name], flags), flags, method, crc, stored, size, offset, unix)
        position += _ENTRY.size + name + extra + comment


def _widened(extra: bytes, size: int, stored: int, offset: int) -> tuple[int, int, int]:
    """The numbers that are too large for their fields, from the extra field of zip64."""
    wide = _zip64_extra(extra)
    values = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
    size, stored, offset = (next(values, one) if one == _LARGE else one for one in (size, stored, offset))
    return size, stored, offset


def _zip64_extra(extra: bytes) -> bytes:
    position = 0
    while position + _EXTRA.size <= len(extra):
        kind, size = _EXTRA.unpack_from(extra, position)
        position += _EXTRA.size
        if kind == _ZIP64:
            return extra[position : position + size]
        position += size
    return b""


def _name(raw: bytes, flags: int) -> str:
    return raw.decode("utf-8", "surrogateescape") if flags & _UTF8 else raw.decode("cp437")


def _read_at(file: io.BufferedIOBase, position: int, size: int) -> bytes:
    if position > _FARTHEST:
        return b""
    file.seek(position)
    return file.read(size)
