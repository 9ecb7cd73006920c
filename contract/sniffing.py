"""What an input is, by its first bytes: who reads it, whether it is a capture at all, what else it looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .readers import JSON, NDJSON
from .readers.base import Head
from .readers.flat import is_ours
from .readers.installed import readers
from .readers.json_text import outline, unsigned
from .reencoding import wide_encoding

if TYPE_CHECKING:
    from .readers.base import Reader

_EXTENSIONS: Final = (".json", ".ndjson", ".jsonl", ".har", ".zhar", ".yaml", ".yml")
_COMPRESSED: Final = (".gz", ".zst", ".bz2", ".xz")
_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst")
_MAGIC: Final = (
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, or a sound"),
    (b"%PDF", "a PDF document"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
)
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body|title|script|meta)\b", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LINES: Final = 50
_NO_OBJECTS: Final = re.compile(rb"\{\s*\}|\[\s*[^\s{]")
"""An empty object, or a list of other things: a body that lost its members, or was replaced."""


def narrow(head: Head) -> Head:
    """The same head in UTF-8, where it is in UTF-16 or UTF-32."""
    codec = wide_encoding(head.data)
    if codec is None:
        return head
    return Head(head.data.decode(codec, "ignore").encode("utf-8", "ignore"), head.whole)


def reader_for(head: Head) -> Reader | None:
    """The reader that recognises the head, which is in UTF-8.

    >>> reader_for(Head(b'{"log": {"entries": []}}', whole=True)).name
    'har'
    """
    return next((reader for reader in readers().usable if reader.recognises(head)), None)


def is_capture(name: str, head: Head, reader: Reader) -> bool:
    """Whether an input was made for this purpose, rather than being some other JSON that lies in the same folder."""
    if reader not in {JSON, NDJSON}:
        return True
    data = unsigned(head.data)
    if reader is JSON and has_capture_name(name) and _NO_OBJECTS.match(data):
        return True
    texts = [line for line in data.split(b"\n") if line.strip()][:_LINES] if reader is NDJSON else [data]
    return any(_is_ours(text) for text in texts)


def is_cut(head: Head) -> bool:
    """Whether a JSON text ends before it says anything that it could be recognised by."""
    found = outline(unsigned(head.data))
    return head.whole and found.end is None and not found.keys and unsigned(head.data).lstrip()[:1] in {b"{", b"["}


def has_capture_name(name: str) -> bool:
    """Whether captures have names like this.

    >>> has_capture_name("a.HAR.gz"), has_capture_name("README.md")
    (True, False)
    """
    return _uncompressed(name).endswith(_EXTENSIONS)


def has_archive_name(name: str) -> bool:
    """Whether archives have names like this.

    >>> has_archive_name("a.tar.xz")
    True
    """
    return _uncompressed(name).endswith(_ARCHIVES)


def is_yaml_name(name: str) -> bool:
    """Whether the name is one of a YAML file, which are rarely captures."""
    return _uncompressed(name).endswith((".yaml", ".yml"))


def is_readable_text(head: Head) -> bool:
    """Whether this is a text for people, or a configuration: neither empty, nor binary, nor a web page."""
    return looks_like(head) == "a plain text"


def looks_like(head: Head) -> str:
    r"""What an input that no reader recognises looks like, to say so.

    >>> looks_like(Head(b"\n<!DOCTYPE html>", whole=True))
    'an HTML page'
    """
    data = unsigned(head.data)
    if not data:
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if _CONTROL.search(data) or not _is_utf8(data):
        return "binary"
    if data.startswith(b"<"):
        return "an HTML page" if _HTML.search(data[:1024]) else "XML"
    return "a plain text"


def _is_ours(text: bytes) -> bool:
    found = outline(text)
    return is_ours(text[found.parts[0].start :] if text.startswith(b"[") and found.parts else text)


def _uncompressed(name: str) -> str:
    lower = name.lower()
    for extension in _COMPRESSED:
        lower = lower.removesuffix(extension)
    return lower


def _is_utf8(data: bytes) -> bool:
    """Whether a text that may have been cut within a character is in UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(data) - 3
    return True
