"""The files that the user's words stand for: files, folders, patterns, URLs, and standard input."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import stat
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from .exchange import Place
from .inputs import STDIN, Input, printable
from .readers.base import Problem
from .remote import find_remote, is_url, local_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAGIC: Final = "*?["
_ATTACHED: Final = re.compile(r"[0-9a-f]{40}(?:\.\w{1,10})?")


def find_inputs(paths: Sequence[str]) -> Iterator[Input | Problem]:
    """The files that the user's words stand for, in the order of the words and within a folder by name.

    A word is a file, a folder (read with its subfolders, but without what is hidden), a pattern with `*`, `?` or
    `[...]` where nothing has that very name, a URL, or `-` for standard input. What does not exist is a `Problem`.

    >>> [found.name for found in find_inputs(["-"])]
    ['<stdin>']
    """
    for path in paths:
        if path == STDIN:
            yield Input.of(path)
        elif os.path.lexists(path):
            yield from _existing(path)
        elif (local := local_path(path)) is not None:
            yield from find_inputs([local])
        elif is_url(path):
            yield from find_remote(path)
        else:
            yield from _matching(path)


def without_attached(names: Sequence[str]) -> list[str]:
    """Names of files of one folder or archive, without the bodies that a HAR among them has put beside itself.

    Playwright names these by their SHA-1 (recorders.md).

    >>> without_attached(["a.har", "0a4d55a8d778e5022fab701977c5d840bbc486d0.json"])
    ['a.har']
    """
    if not any(name.lower().endswith(".har") for name in names):
        return list(names)
    return [name for name in names if not _ATTACHED.fullmatch(name.rpartition("/")[2])]


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
    names = without_attached(sorted(os.listdir(folder or os.curdir)))
    return [os.path.join(folder, name) for name in names if not name.startswith(".")]


def _found(path: str, mode: int) -> Input | Problem:
    if stat.S_ISREG(mode):
        return Input.of(path, explicit=False)
    return Problem(Place(printable(path)), "not a regular file: name it on the command line to read it")
