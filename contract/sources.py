"""Inputs: from what the user named to exchanges, whatever the files are packed in and however broken they are."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from .archives import is_archive
from .beside import BesideFile
from .decompress import DamagedError, Growth, counting, opened, peeked
from .exchange import Exchange, Place, Reason
from .finding import find_inputs
from .inputs import STDIN, Input, Skipped, printable
from .limits import Context, Wish
from .readers import JSON
from .readers.base import Head, NoCaptureError, Problem, Rows, UnreadableError
from .readers.installed import readers
from .readers.wiremock import NAMED, lies_in_files
from .reencoding import in_utf8, wide_encoding
from .remote import open_remote
from .sniffing import (
    has_capture_name,
    is_capture,
    is_cut,
    is_readable_text,
    is_yaml_name,
    looks_like,
    narrow,
    reader_for,
)
from .unpacking import Archived, read_archive

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    from .readers.base import Reader

__all__ = ["HEAD_SIZE", "STDIN", "Input", "Item", "Skipped", "find_inputs", "format_of", "printable", "read_input"]

HEAD_SIZE: Final = 64 * 1024
"""Bytes, decompressed, that a format is recognised by."""

Item = Exchange | Problem | Skipped | Rows
"""What reading gives."""

_DEFAULT: Final = Wish()


def read_input(
    source: Input,
    stdin: io.RawIOBase | None = None,
    tell: Callable[[io.RawIOBase], None] = lambda _: None,
    wish: Wish = _DEFAULT,
) -> Iterator[Item]:
    """The exchanges of one input. Never raises for what the input holds: that becomes a `Problem`, after what was read.

    `stdin` is what `-` reads, by default the standard input of the process; `tell` is told of the file that is read,
    whose position tells how much of it was.
    """
    place = Place(source.name)
    try:
        with open_input(source, stdin) as file:
            tell(file)
            yield from _Reading(source, place, wish, _context(source, file, wish)).read(file)
    except UnreadableError as error:
        yield error.problem
    except DamagedError as error:
        yield Problem(place, str(error))
    except OSError as error:
        yield Problem(place, f"cannot be read: {error.strerror or 'input/output error'}")
    except ValueError:
        yield Problem(place, "cannot be read: its name holds a zero byte")


def format_of(source: Input) -> Reader | None:
    """The reader of an input's format, or `None` where it has none, or cannot be read."""
    with contextlib.suppress(OSError, DamagedError), open_input(source) as file:
        data, _ = peeked(opened(file), HEAD_SIZE)
        return reader_for(narrow(Head(data, whole=len(data) < HEAD_SIZE)))
    return None


def open_input(source: Input, stdin: io.RawIOBase | None = None) -> io.RawIOBase:
    """The bytes of an input, whatever part of it is wanted. Raises `OSError`."""
    if source.remote:
        return open_remote(source.path)
    if source.path != STDIN:
        return open(source.path, "rb", buffering=0, opener=_opener)
    return stdin or open(0, "rb", buffering=0, closefd=False)


def _opener(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to is empty, one that somebody does is read to its end."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return descriptor


def _context(source: Input, file: io.RawIOBase, wish: Wish) -> Context:
    if source.remote or source.path == STDIN or not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return Context(wish.limits, wish.body_column)
    return Context(wish.limits, wish.body_column, BesideFile(source.path, wish.limits), source.path)


class _Reading:
    """One input while it is read: a file, or a member of an archive in one."""

    def __init__(self, source: Input, place: Place, wish: Wish, context: Context, depth: int = 0) -> None:
        self.source = source
        self.place = place
        self.wish = wish
        self.context = context
        self.depth = depth

    def read(self, file: io.RawIOBase, inside: Growth | None = None) -> Iterator[Item]:
        """What `file` holds; `inside` is its growth as a member of an archive."""
        growth = inside or Growth(self.wish.limits)
        stream = opened(file if inside else counting(file, growth), growth)
        data, stream = peeked(stream, HEAD_SIZE)
        if is_archive(data):
            if not self.source.is_later:
                yield from self._archive(stream, data, growth, nested=inside is not None)
            return
        original = Head(data, whole=len(data) < HEAD_SIZE)
        head = narrow(original)
        reader = reader_for(head)
        plain = stream.seekable() and inside is None
        divided = self.source.span is not None and plain and _divides(reader, original)
        if self.source.is_later and not divided:
            return
        unread = self._unread(head, reader, stream)
        if unread is not None:
            yield from () if self.source.is_later else (unread,)
        elif reader is not None:
            context = self.context if plain else replace(self.context, path=None)
            context = replace(context, span=self.source.span) if divided else context
            yield from self._exchanges(reader, original, stream, context)

    def _archive(self, stream: io.BufferedReader, data: bytes, growth: Growth, *, nested: bool) -> Iterator[Item]:
        if self.depth >= self.wish.limits.max_nesting:
            yield Problem(self.place, f"archives within each other, more than {self.depth} deep: unpack it yourself")
            return
        archive = Archived(self.place, stream, data, growth, nested=nested, explicit=self.source.explicit)
        yield from read_archive(archive, self.wish.limits, self.wish.body_column, self._member)

    def _member(self, place: Place, file: io.RawIOBase, growth: Growth, context: Context) -> Iterator[Item]:
        """Read a member as an input of its own; what is wrong with it is no concern of the others."""
        source = Input(place.file, place.member or "", explicit=False)
        inside = _Reading(source, place, self.wish, context, self.depth + 1)
        try:
            yield from inside.read(file, growth)
        except UnreadableError as error:
            yield error.problem
        except DamagedError as error:
            yield Problem(place, str(error))

    def _exchanges(self, reader: Reader, head: Head, stream: io.BufferedReader, context: Context) -> Iterator[Item]:
        try:
            found = self._read_with(reader, head, stream, context)
            first = next(found, None) or (None if self.source.is_later else self._nothing())
            yield from () if first is None else (first,)
            yield from found
        except NoCaptureError as error:
            if self.source.is_later:
                return
            yield error.problem if self.source.explicit else Skipped(self.place, error.problem.message)

    def _nothing(self) -> Problem | Skipped:
        if self.source.explicit:
            return Problem(self.place, "it holds no exchanges")
        return Skipped(self.place, "a capture of no exchanges")

    def _read_with(
        self, reader: Reader, head: Head, stream: io.BufferedReader, context: Context
    ) -> Iterator[Exchange | Problem | Rows]:
        codec = wide_encoding(head.data)
        if codec is not None and reader is not JSON:
            stream, context = in_utf8(stream, codec), replace(context, path=None)
        largest = self.wish.limits.max_body
        for found in reader.read(cast("BinaryIO", stream), self.place, context):
            yield _within(found, largest)

    def _unread(self, head: Head, reader: Reader | None, stream: io.BufferedReader) -> Problem | Skipped | None:
        """Why an input is not read: no format is recognised, or it was found in a folder and is something else."""
        if not self.source.explicit and self.place.member is None and lies_in_files(self.source.path):
            return Skipped(self.place, NAMED)
        if reader is None:
            return self._unrecognised(head, stream)
        if self.source.explicit or is_capture(self.source.name, head, reader):
            return None
        if is_cut(head):
            return Problem(self.place, "it ends before anything could be recognised: the file was cut")
        return Skipped(self.place, "JSON, but no response of this API")

    def _unrecognised(self, head: Head, stream: io.BufferedReader) -> Problem | Skipped:
        if head.whole:
            stream.read(1)  # raises DamagedError where the beginning is all that could be decompressed
        name, kind = self.source.name, looks_like(head)
        named = has_capture_name(name) and not (is_yaml_name(name) and is_readable_text(head))
        if not self.source.explicit and not named:
            return Skipped(self.place, kind)
        looks = f"it is {kind}" if kind in {"empty", "binary"} else f"it looks like {kind}"
        known = ", ".join(reader.name for reader in readers().usable)
        return Problem(self.place, f"{looks}; what can be read are {known} captures")


def _divides(reader: Reader | None, head: Head) -> bool:
    """Whether parts of a file that begins like this can be read by themselves."""
    return reader is not None and getattr(reader, "divides", False) and wide_encoding(head.data) is None


def _within(found: Exchange | Problem | Rows, largest: int) -> Exchange | Problem | Rows:
    """The same, without a body that is larger than the limit."""
    if not isinstance(found, Exchange) or found.response is None or found.response.body is None:
        return found
    if len(found.response.body) <= largest:
        return found
    unread = msgspec.structs.replace(found.response, body=None, missing=Reason.TOO_LARGE)
    return msgspec.structs.replace(found, response=unread)
