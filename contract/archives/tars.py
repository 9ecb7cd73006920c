"""Tar archives (POSIX ustar and pax, GNU, v7), read header by header.

The standard library's module believes what a header says about sizes, keeps headers of any length in memory, and in
the releases of Python that we support loops over some of them; so what little is needed of the format is read here.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from ..decompress import DamagedError, Growth
from .members import LINK, Member, Slice, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = 512
_LONGEST_EXTENSION: Final = 64 * 1024
"""Bytes of a header that tells a long name; paths have at most 4 KiB."""

_REGULAR: Final = frozenset({b"0", b"\0", b"7"})
_REFUSED: Final = {
    b"1": LINK,
    b"2": LINK,
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a file with holes: unpack it yourself",
}
_NAME, _LINK_NAME, _PAX = b"L", b"K", b"x"


def is_tar(start: bytes) -> bool:
    """Whether a file that begins like this is a tar archive: its first header has the checksum that it tells."""
    return len(start) >= _BLOCK and start[:1] != b"\0" and _is_header(start[:_BLOCK])


def tar_members(file: io.BufferedIOBase, growth: Growth) -> Iterator[Member]:
    """The regular files of a tar archive, and what stands in place of some."""
    whole = file.seek(0, io.SEEK_END)
    position, count, told = 0, 0, dict[str, str]()
    while (header := _header(file, position)) is not None:
        kind = header[156:157]
        size = _size(header, told)
        start = position + _BLOCK
        position = start + (size + _BLOCK - 1) // _BLOCK * _BLOCK
        if start + size > whole:
            message = "the archive was cut: the rest is not read"
            raise DamagedError(message)
        if kind in {_NAME, _LINK_NAME, _PAX}:
            told |= _extension(kind, _extended(file, start, size))
            continue
        if kind in _REGULAR or kind in _REFUSED:
            count += 1
            yield _member(Slice(file, start, size), size, header, told)
        told = {}
        if count >= growth.limits.max_members:
            message = f"more than {count} members: the rest is not read"
            raise DamagedError(message)


def _member(content: Slice, size: int, header: bytes, told: dict[str, str]) -> Member:
    name = told.get("path") or _path(header)
    sparse = any(key.startswith("GNU.sparse.") for key in told)
    refusal = _REFUSED.get(header[156:157]) or (_REFUSED[b"S"] if sparse else refusal_of(name))

    def opened(growth: Growth) -> io.RawIOBase:
        del growth  # nothing in here is compressed
        return content

    return Member(name, size, opened, refusal)


def _header(file: io.BufferedIOBase, position: int) -> bytes | None:
    """The header at a position; `None` at the end of the archive."""
    file.seek(position)
    block = file.read(_BLOCK)
    if not block or block == bytes(_BLOCK):
        return None
    if len(block) < _BLOCK or not _is_header(block):
        message = "the archive is damaged, or was cut: the rest is not read"
        raise DamagedError(message)
    return block


def _is_header(block: bytes) -> bool:
    signed = sum(block[:148]) + 8 * ord(" ") + sum(block[156:])
    try:
        return int(block[148:156].strip(b" \0") or b"x", 8) == signed
    except ValueError:
        return False


def _size(header: bytes, told: dict[str, str]) -> int:
    """The size of the content: octal digits, a binary number where it is too large for them, or in a pax header."""
    field = header[124:136]
    try:
        if told.get("size", "").isascii() and told.get("size", "").isdigit():
            return int(told["size"][:20])
        found = int.from_bytes(field[1:], "big") if field[0] == 0x80 else int(field.strip(b" \0") or b"0", 8)  # noqa: PLR2004
    except ValueError:
        found = -1
    if found < 0:
        message = "the archive is damaged: a member has no size"
        raise DamagedError(message)
    return found


def _extended(file: io.BufferedIOBase, start: int, size: int) -> bytes:
    if size > _LONGEST_EXTENSION:
        message = f"a name of more than {_LONGEST_EXTENSION >> 10} KiB: the rest is not read"
        raise DamagedError(message)
    file.seek(start)
    return file.read(size)


def _extension(kind: bytes, data: bytes) -> dict[str, str]:
    """What a header tells about the member after it."""
    if kind == _PAX:
        return dict(_records(data))
    return {"path": _text(data)} if kind == _NAME else {}


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    """The records of a pax header: `length key=value` and a line feed each."""
    while data:
        digits, _, _ = data[:12].partition(b" ")
        if not digits.isdigit() or not 0 < int(digits) <= len(data):
            return
        key, _, value = data[len(digits) + 1 : int(digits) - 1].partition(b"=")
        yield _text(key), _text(value)
        data = data[int(digits) :]


def _path(header: bytes) -> str:
    name, prefix = _text(header[:100]), _text(header[345:500])
    return f"{prefix}/{name}" if header[257:263] == b"ustar\0" and prefix else name


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "surrogateescape")
