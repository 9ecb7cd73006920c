"""Where a finding is, as CI services name files: from the working directory, with `/`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ..inputs import STDIN, Input
from ..remote import is_url
from .document import text

if TYPE_CHECKING:
    from ..exchange import Place

_NAMELESS: Final = Input.of(STDIN).name
_STRAY: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TEST: Final = "::"
"""What pytest puts between the file of a test and its name."""


def file_of(place: Place) -> str | None:
    """The file of a place: from the working directory where it is below it, else as it was named; `None` for a pipe.

    >>> from interpact.contract.exchange import Place
    >>> file_of(Place("./a/../b.json")), file_of(Place("<stdin>")), file_of(Place("tests/test_a.py::test_b"))
    ('b.json', None, 'tests/test_a.py')
    """
    name = text(place.file).partition(_TEST)[0]
    if name == _NAMELESS or not name:
        return None
    if is_url(name):
        return name
    path = Path(os.path.normpath(name))
    here = Path.cwd()
    return (path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path).as_posix()


def uri_of(file: str) -> str:
    """A file as a URI reference (RFC 3986 §4.1), percent-encoded; one from the working directory is relative.

    >>> uri_of("a b/1:2.json"), uri_of("/tmp/a%.json"), uri_of("https://crm.example/a.har")
    ('a%20b/1%3A2.json', 'file:///tmp/a%25.json', 'https://crm.example/a.har')
    """
    if is_url(file):
        return quote(_STRAY.sub("%25", file), safe=":/?#@!$&'()*+,;=%~")
    return f"file://{quote(file)}" if file.startswith("/") else quote(file)


def is_below(file: str) -> bool:
    """Whether a file is in the working directory or below it.

    >>> is_below("a/b.json"), is_below("../b.json"), is_below("https://crm.example/a.har")
    (True, False, False)
    """
    return not is_url(file) and not file.startswith(("/", "../"))
