"""Inputs: from what the user named to exchanges, whatever the files are packed in and however broken they are."""

from __future__ import annotations

import contextlib
import glob
import os
import stat
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from .decompress import DamagedError, opened, peeked
from .exchange import Exchange, Place
from .readers import JSON, READERS
from .readers.base import Head, Problem, UnreadableError
from .sniffing import (
    has_capture_name,
    is_capture,
    is_cut,
    is_readable_text,
    is_yaml_name,
    looks_like,
    narrow,
    reader_for,
    wide_encoding,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Sequence

    from .readers.base import Reader

HEAD_SIZE: Final = 64 * 1024
"""Bytes, decompressed, that a format is recognised by."""

STDIN: Final = "-"
_SHOWN_STDIN: Final = "<stdin>"
_MAGIC: Final = "*?["


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read. `path` opens it, `name` is safe to print, `explicit` says that the user named it."""

    path: str
    name: str
    explicit: bool = True

    @property
    def size(self) -> int:
        """Bytes on disk; 0 for what has no size, such as a pipe."""
        try:
            about = os.stat(self.path)
        except OSError:
            return 0
        return about.st_size if stat.S_ISREG(about.st_mode) else 0

    @classmethod
    def of(cls, path: str, *, explicit: bool = True) -> Input:
        r"""The input at `path`, with a name without control characters and bytes that are no text.

        >>> Input.of("a\udce9\x1b.json").name
        'a\\xe9\\x1b.json'
        """
        return cls(path, _SHOWN_STDIN if path == STDIN else printable(path), explicit)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file in a folder that is no capture, and what it is."""

    place: Place
    why: str


def find_inputs(paths: Sequence[str]) -> Iterator[Input | Problem]:
    """The files that the user's words stand for, in the order of the words and within a folder by name.

    A word is a file, a folder (read with its subfolders, but without what is hidden), a pattern with `*`, `?` or
    `[...]` where nothing has that very name, or `-` for standard input. What does not exist is a `Problem`.

    >>> [found.name for found in find_inputs(["-"])]
    ['<stdin>']
    """
    for path in paths:
        if path == STDIN:
            yield Input.of(path)
        elif os.path.lexists(path):
            yield from _existing(path)
        else:
            yield from _matching(path)


def read_input(
    source: Input, stdin: io.RawIOBase | None = None, tell: Callable[[io.RawIOBase], None] = lambda _: None
) -> Iterator[Exchange | Problem | Skipped]:
    """The exchanges of one input. Never raises for what the input holds: that becomes a `Problem`, after what was read.

    `stdin` is what `-` reads, by default the standard input of the process; `tell` is told of the file that is read,
    whose position tells how much of it was.
    """
    place = Place(source.name)
    try:
        with _open(source, stdin) as file:
            tell(file)
            yield from _read(source, file, place)
    except UnreadableError as error:
        yield error.problem
    except DamagedError as error:
        yield Problem(place, str(error))
    except OSError as error:
        yield Problem(place, f"cannot be read: {error.strerror or 'input/output error'}")


def format_of(source: Input) -> Reader | None:
    """The reader of an input's format, or `None` where it has none, or cannot be read."""
    with contextlib.suppress(OSError, DamagedError), _open(source, None) as file:
        data, _ = peeked(opened(file), HEAD_SIZE)
        return reader_for(narrow(Head(data, whole=len(data) < HEAD_SIZE)))
    return None


def printable(path: str) -> str:
    r"""`path` with everything escaped that a terminal cannot or should not print.

    >>> printable("caf\u00e9\n.json") == "caf\u00e9\\n.json"
    True
    """
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _existing(path: str) -> Iterator[Input | Problem]:
    if not os.path.isdir(path):
        yield Input.of(path)
        return
    empty = True
    for found in _walk(path):
        empty = False
        yield found
    if empty:
        yield Problem(Place(printable(path)), "the folder holds no files (hidden ones are not looked at)")


def _matching(pattern: str) -> Iterator[Input | Problem]:
    found = sorted(_matches(pattern)) if any(mark in pattern for mark in _MAGIC) else []
    for path in found:
        if not os.path.isdir(path):
            yield Input.of(path)
        elif "**" not in pattern:
            yield from _walk(path)
    if not found:
        yield Problem(Place(printable(pattern)), "no such file or folder")


def _matches(pattern: str) -> set[str]:
    """What a pattern stands for. `**` enters each folder once: `glob` would follow links that lead back for ever."""
    parts = pattern.split("/")
    if "**" not in parts:
        return set(glob.iglob(pattern))
    split = parts.index("**")
    after = list(dropwhile("**".__eq__, parts[split:])) or ["*"]
    seen: set[tuple[int, int]] = set()
    found: set[str] = set()
    for top in sorted(glob.iglob("/".join([*parts[:split], ""]))) if split else [""]:
        for folder in _folders(top, seen):
            found |= _matches(os.path.join(glob.escape(folder), *after))
    return found


def _folders(top: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """A folder and all folders below it, without hidden ones."""
    waiting = [top]
    while waiting:
        folder, known = waiting.pop(), len(seen)
        with contextlib.suppress(OSError):
            waiting += [path for path in reversed(_inside(folder, seen)) if os.path.isdir(path)]
        if len(seen) > known:
            yield folder


def _walk(folder: str) -> Iterator[Input | Problem]:
    """Files in a folder and below it; a folder that links lead to twice is read once."""
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            mode = os.stat(path).st_mode
            inside = _inside(path, seen) if stat.S_ISDIR(mode) else None
        except OSError as error:
            yield Problem(Place(printable(path)), f"cannot be read: {error.strerror}")
            continue
        if inside is None:
            yield _found(path, mode)
        else:
            waiting += reversed(inside)


def _inside(folder: str, seen: set[tuple[int, int]]) -> list[str]:
    """What is in a folder, by name, without what is hidden; nothing where the folder was seen before."""
    about = os.stat(folder or os.curdir)
    if (about.st_dev, about.st_ino) in seen:
        return []
    seen.add((about.st_dev, about.st_ino))
    names = sorted(os.listdir(folder or os.curdir))
    return [os.path.join(folder, name) for name in names if not name.startswith(".")]


def _found(path: str, mode: int) -> Input | Problem:
    if stat.S_ISREG(mode):
        return Input.of(path, explicit=False)
    return Problem(Place(printable(path)), "not a regular file: name it on the command line to read it")


def _open(source: Input, stdin: io.RawIOBase | None) -> io.RawIOBase:
    if source.path != STDIN:
        return open(source.path, "rb", buffering=0, opener=_opener)
    return stdin or open(0, "rb", buffering=0, closefd=False)


def _opener(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to is empty, one that somebody does is read to its end."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return descriptor


def _read(source: Input, file: io.RawIOBase, place: Place) -> Iterator[Exchange | Problem | Skipped]:
    data, stream = peeked(opened(file), HEAD_SIZE)
    original = Head(data, whole=len(data) < HEAD_SIZE)
    head = narrow(original)
    reader = reader_for(head)
    unread = _unread(source, head, reader, place, stream)
    if unread is not None:
        yield unread
    elif reader is not None:
        found = _read_with(reader, original, stream, place)
        yield next(found, None) or _nothing(source, place)
        yield from found


def _nothing(source: Input, place: Place) -> Problem | Skipped:
    return Problem(place, "it holds no exchanges") if source.explicit else Skipped(place, "a capture of no exchanges")


def _read_with(reader: Reader, head: Head, stream: io.BufferedReader, place: Place) -> Iterator[Exchange | Problem]:
    codec = wide_encoding(head.data)
    if codec is not None and reader is not JSON:
        name = codec[:6].upper()
        yield Problem(place, f"written in {name}: convert it to UTF-8, for example with iconv -f {name} -t UTF-8")
    else:
        yield from reader.read(stream, place)


def _unread(
    source: Input, head: Head, reader: Reader | None, place: Place, stream: io.BufferedReader
) -> Problem | Skipped | None:
    """Why an input is not read: no format is recognised, or it was found in a folder and is something else."""
    if reader is None:
        return _unrecognised(source, head, place, stream)
    if source.explicit or is_capture(source.name, head, reader):
        return None
    if is_cut(head):
        return Problem(place, "it ends before anything could be recognised: the file was cut")
    return Skipped(place, "JSON, but no response of this API")


def _unrecognised(source: Input, head: Head, place: Place, stream: io.BufferedReader) -> Problem | Skipped:
    if head.whole:
        stream.read(1)  # raises DamagedError where the beginning is all that could be decompressed
    kind = looks_like(head)
    named = has_capture_name(source.name) and not (is_yaml_name(source.name) and is_readable_text(head))
    if not source.explicit and not named:
        return Skipped(place, kind)
    looks = f"it is {kind}" if kind in {"empty", "binary"} else f"it looks like {kind}"
    return Problem(place, f"{looks}; what can be read are {', '.join(reader.name for reader in READERS)} captures")
