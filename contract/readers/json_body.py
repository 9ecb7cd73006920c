"""JSON files: one body, one record, or a list of bodies or records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
import orjson

from ..decoding import Allowance
from ..exchange import Exchange, Reason, Response
from ..limits import NO_CONTEXT, Context
from .base import NoCaptureError, Problem, UnreadableError
from .flat import FlatRecords, is_ours
from .json_text import BrokenJsonError, elements, outline, unsigned
from .own import is_foreign
from .record import exchange_in
from .whole import document_limit, read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exchange import Place
    from .base import Head
    from .whole import Whole

_LIST: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*\[[ \t\r\n]*\{")
_NEXT: Final = re.compile(rb"\}[ \t\r]*\n\s*\{")
_GAP: Final = re.compile(rb"[ \t\r]*\n[ \t\r\n]*|[ \t]*\Z")
_OPENING: Final = (b"{", b"[")
_FOREIGN: Final = "not a capture: JSON of some other tool, in no format that can be read, and no response of this API"


class JsonReader:
    """Bodies are handed on byte for byte, broken ones as well: to judge them is the checker's business."""

    name = "json"
    title = "one JSON body or a list of them per file (.json)"

    def recognises(self, head: Head) -> bool:
        """A text that begins like an object or a list, in whatever encoding, or a whole JSON text of another type."""
        start = unsigned(head.data).removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")
        return start.startswith(_OPENING) or (head.whole and _is_json(unsigned(head.data)))

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """One exchange, or one for each object in a list of objects."""
        whole = read_whole(stream, document_limit(context))
        if is_foreign(_first_keys(whole.data)):
            raise NoCaptureError(Problem(place, _FOREIGN))
        if _is_list(whole.data):
            yield from _numbered(elements(unsigned(whole.data)), place, context)
        elif not whole.too_large and (several := _several(unsigned(whole.data))):
            yield from _numbered(iter(several), place, context)
        else:
            yield _single(whole, place, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


JSON: Final = JsonReader()


def exchange_or_body(
    text: bytes, place: Place, allowance: Allowance | None = None, flat: FlatRecords | None = None
) -> Exchange | Problem:
    """The recorded exchange in a JSON text, or one of which nothing is known but that `text` is the body.

    >>> from interpact.contract.exchange import Place
    >>> exchange_or_body(b'{"a": 1}', Place("a.json")).response.body
    b'{"a": 1}'
    """
    known = allowance or Allowance()
    found = exchange_in(text, place, known) or (flat or FlatRecords()).exchange(unsigned(text), place, known)
    return Exchange(place, None, Response(text)) if found is None else found


def _single(whole: Whole, place: Place, context: Context) -> Exchange | Problem:
    if whole.too_large:
        return Exchange(place, None, Response(None, missing=Reason.TOO_LARGE))
    if whole.damage:
        return Exchange(place, None, Response(None, missing=Reason.TRUNCATED))
    return exchange_or_body(whole.data, place, Allowance(context.limits), FlatRecords(context.body_column))


def _is_list(data: bytes) -> bool:
    """Whether this is a list of bodies: one whose first element is an object."""
    return _LIST.match(data) is not None


def _first_keys(data: bytes) -> tuple[str, ...]:
    """The keys of an object, or of the first one in a list."""
    text = unsigned(data)
    return outline(text, text.find(b"{") if _is_list(text) else 0).keys


def _several(data: bytes) -> list[bytes]:
    """Bodies or records that follow each other, each from a line of its own on; none where that is not all there is."""
    if not data.startswith(b"{") or _NEXT.search(data) is None:
        return []
    found: list[bytes] = []
    start = 0
    while data.startswith(b"{", start):
        end = outline(data, start).end
        if end is None or not is_ours(text := data[start:end]) or (gap := _GAP.match(data, end)) is None:
            return []
        found.append(text)
        start = gap.end()
    return found if start == len(data) else []


def _numbered(texts: Iterator[bytes], place: Place, context: Context) -> Iterator[Exchange | Problem]:
    allowance, flat = Allowance(context.limits), FlatRecords(context.body_column)
    try:
        for number, text in enumerate(texts, 1):
            yield exchange_or_body(text, msgspec.structs.replace(place, entry=number), allowance, flat)
    except BrokenJsonError as error:
        raise UnreadableError(Problem(place, str(error))) from None


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
