"""Inputs elsewhere, named by URLs and read through fsspec, which is an extra; credentials stay out of every message."""

from __future__ import annotations

import io
import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from .exchange import Place
from .inputs import Input, printable
from .readers.base import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_WEB: Final = frozenset({"http", "https"})
_MAGIC: Final = "*?["
MISSING: Final = "URLs are read through fsspec: pip install 'interpact[remote]'"


class RemoteError(OSError):
    """A file elsewhere that cannot be read; the message names the kind of error only."""

    def __init__(self, why: str) -> None:
        super().__init__(None, why)


def is_url(path: str) -> bool:
    """Whether a word of the user's is a URL.

    >>> is_url("s3://bucket/a.har"), is_url("C:/a.har")
    (True, False)
    """
    return _URL.match(path) is not None


def shown(url: str) -> str:
    """A URL without anything that may be a credential: no user, no query, no fragment.

    >>> shown("https://ada:secret@crm.example/a.har?sig=secret#x")
    'https://crm.example/a.har?...'
    """
    scheme, _, rest = url.partition("://")
    start, mark, _ = rest.partition("?")
    place, slash, path = start.partition("#")[0].partition("/")
    return printable(f"{scheme}://{place.rpartition('@')[2]}{slash}{path}{'?...' if mark else ''}")


def local_path(url: str) -> str | None:
    """The path of a `file:` URL on this machine, or `None` for another URL.

    >>> local_path("file:///tmp/a%20b.har")
    '/tmp/a b.har'
    """
    parts = urlsplit(url)
    return unquote(parts.path, errors="surrogateescape") if parts.scheme.lower() == "file" else None


def find_remote(url: str) -> Iterator[Input | Problem]:
    """The files that a URL stands for: one, those below a folder, or those that match a pattern."""
    try:
        found = list(_found(url))
    except RemoteError as error:
        yield Problem(Place(shown(url)), f"cannot be read: {error.strerror}")
        return
    yield from found
    if not found:
        yield Problem(Place(shown(url)), "no such file or folder")


def open_remote(url: str) -> io.RawIOBase:
    """A file elsewhere as a stream. Raises `RemoteError`."""
    try:
        fsspec = import_module("fsspec")
    except ImportError:
        raise RemoteError(MISSING) from None
    return _Remote(_tried(lambda: fsspec.open(url, "rb").open()))


def remove(url: str) -> None:
    """Remove a folder, wherever it is, with all that it holds. Raises `RemoteError`."""
    system, path = _tried(lambda: import_module("fsspec.core").url_to_fs(url))
    _tried(lambda: system.rm(path, recursive=True))


def _found(url: str) -> Iterator[Input]:
    try:
        core = import_module("fsspec.core")
    except ImportError:
        raise RemoteError(MISSING) from None
    if urlsplit(url).scheme.lower() in _WEB:
        yield Input(url, shown(url), remote=True)  # no folder, and `?` is no pattern
        return
    system, path = _tried(lambda: core.url_to_fs(url))
    for one, about, explicit in _tried(lambda: list(_listed(system, path))):
        whole = str(system.unstrip_protocol(one))
        yield Input(whole, shown(whole), explicit, remote=True, length=about.get("size") or 0)


def _listed(system: Any, path: str) -> Iterator[tuple[str, Any, bool]]:
    """Paths on a file system, what it tells of each, and whether each was named."""
    if system.isfile(path):
        yield path, system.info(path), True
    elif system.isdir(path):
        found = sorted(system.find(path, detail=True).items())
        yield from ((one, about, False) for one, about in found if not _is_hidden(one[len(path) :]))
    elif any(mark in path for mark in _MAGIC):
        found = sorted(system.glob(path, detail=True).items())
        yield from ((one, about, True) for one, about in found if about["type"] == "file")


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _tried(action: Any) -> Any:
    """What an action gives; whatever goes wrong becomes a `RemoteError` that quotes nothing."""
    try:
        return action()
    except FileNotFoundError:
        why = "no such file or folder"
    except ImportError as error:
        why = f"the package {error.name or 'for this kind of URL'} is not installed" if error.name else str(MISSING)
    except Exception as error:  # noqa: BLE001 - each file system raises errors of its own library, with URLs in them
        why = type(error).__name__
    raise RemoteError(why)


class _Remote(io.RawIOBase):
    """A file of fsspec as a raw stream of Python; it can seek if that can."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(_tried(self._file.seekable))

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return int(_tried(lambda: self._file.seek(offset, whence)))

    def tell(self) -> int:
        return int(_tried(self._file.tell))

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        found: bytes = _tried(lambda: self._file.read(len(view)))
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            _tried(self._file.close)
        super().close()
