"""Files in UTF-16 and UTF-32, as some shells and spreadsheets write them, read as if they were in UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from .decompress import DamagedError, stream_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PORTION: Final = 256 * 1024
_WIDE: Final = (
    (re.compile(rb"\xff\xfe\x00\x00"), "utf-32"),
    (re.compile(rb"\x00\x00\xfe\xff"), "utf-32"),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "utf-16"),
    (re.compile(rb"[{\[]\x00[^\x00]\x00", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\x00[{\[]\x00[^\x00]", re.DOTALL), "utf-16-be"),
)


def wide_encoding(data: bytes) -> str | None:
    r"""The UTF-16 or UTF-32 codec that `data` is written in, if it is one of these.

    >>> wide_encoding("\ufeff{}".encode("utf-16-le"))
    'utf-16'
    """
    return next((codec for pattern, codec in _WIDE if pattern.match(data)), None)


def in_utf8(stream: BinaryIO, codec: str) -> io.BufferedReader:
    r"""`stream`, which is in `codec`, in UTF-8 and without a byte order mark; half a pair of surrogates stays one.

    Raises `DamagedError` where it is read up to a place that is not in this encoding.

    >>> in_utf8(io.BytesIO("{}\r\n".encode("utf-16")), "utf-16").read()
    b'{}\r\n'
    """
    return io.BufferedReader(stream_of(_reencoded(stream, codec)))


def _reencoded(stream: BinaryIO, codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass")
    ends = False
    while not ends:
        portion = stream.read(_PORTION)
        ends = not portion
        try:
            text = decoder.decode(portion, final=ends)
        except UnicodeDecodeError:
            message = f"it is not {codec[:6].upper()} from some place on, or ends in the middle of a character"
            raise DamagedError(message) from None
        yield text.encode("utf-8", "surrogatepass")
