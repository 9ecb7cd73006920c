"""What can be read: a file that the user named, or one that was found; and what was found and passed over."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .exchange import encode_text

if TYPE_CHECKING:
    from .exchange import Place

STDIN: Final = "-"
_SHOWN_STDIN: Final = "<stdin>"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read. `path` opens it, `name` is safe to print, `explicit` says that the user named it."""

    path: str
    name: str
    explicit: bool = True
    remote: bool = False
    """Whether `path` is a URL."""

    @property
    def size(self) -> int:
        """Bytes on disk; 0 for what has no size, such as a pipe."""
        try:
            about = os.stat(self.path)
        except (OSError, ValueError):
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
    """A file in a folder, or in an archive, that is no capture, and what it is."""

    place: Place
    why: str


def printable(text: str, most: int | None = None) -> str:
    r"""`text` with everything escaped that a terminal or a page cannot or should not show, at most so many characters.

    Escaped are control characters, line ends, what turns the direction of writing, what has no width, bytes that are no
    text, and halves of surrogate pairs; so the result is one line that any encoding of Unicode takes.

    >>> printable("caf\u00e9\n.json") == "caf\u00e9\\n.json"
    True
    >>> printable("\u202e\x1b[31m" + "a" * 50, most=5)
    '\\u202e\\x1b[31... (56 characters)'
    """
    if most is not None and len(text) > most:
        return f"{printable(text[:most])}... ({len(text)} characters)"
    if text.isprintable():
        return text
    known = encode_text(text).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in known)
