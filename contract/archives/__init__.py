"""Archives: files that hold files. Their members are read as inputs of their own, and nothing is ever unpacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .members import Member, is_hidden
from .tars import is_tar, tar_members
from .zips import is_zip, zip_members

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from ..decompress import Growth

__all__ = ["Member", "is_archive", "is_hidden", "members_of"]


def is_archive(start: bytes) -> bool:
    r"""Whether a file that begins like this (with at least 512 bytes of it) is an archive.

    >>> is_archive(b"PK\x05\x06")
    True
    """
    return is_zip(start) or is_tar(start)


def members_of(file: io.BufferedIOBase, start: bytes, growth: Growth) -> Iterator[Member]:
    """The members of an archive that begins with `start`, in its order; `growth` is that of all of them together.

    `file` can seek, and stays open while members are read. Raises `DamagedError` after the last one that is sound.
    """
    return zip_members(file, growth) if is_zip(start) else tar_members(file, growth)
