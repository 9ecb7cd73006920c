"""JSON files: one body, one record, or a list of bodies or records."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
import orjson

from ..decoding import Allowance
from ..exchange import Exchange, Reason, Response
from ..limits import NO_CONTEXT, Context
from .base import NoCaptureError, Problem, UnreadableError
from .json_text import BrokenJsonError, elements, outline, unsigned
from .own import is_foreign
from .record import exchange_in
from .whole import document_limit, read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exchange import Place
    from .base import Head
    from .whole import Whole

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
        if _is_list(whole.data):
            yield from _listed(whole.data, place, Allowance(context.limits))
        elif is_foreign(outline(unsigned(whole.data)).keys):
            raise NoCaptureError(Problem(place, _FOREIGN))
        else:
            yield _single(whole, place, Allowance(context.limits))
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


JSON: Final = JsonReader()


def exchange_or_body(text: bytes, place: Place, allowance: Allowance | None = None) -> Exchange | Problem:
    """The recorded exchange in a JSON text, or one of which nothing is known but that `text` is the body.

    >>> from interpact.contract.exchange import Place
    >>> exchange_or_body(b'{"a": 1}', Place("a.json")).response.body
    b'{"a": 1}'
    """
    found = exchange_in(text, place, allowance)
    return Exchange(place, None, Response(text)) if found is None else found


def _single(whole: Whole, place: Place, allowance: Allowance) -> Exchange | Problem:
    if whole.too_large:
        return Exchange(place, None, Response(None, missing=Reason.TOO_LARGE))
    if whole.damage:
        return Exchange(place, None, Response(None, missing=Reason.TRUNCATED))
    return exchange_or_body(whole.data, place, allowance)


def _is_list(data: bytes) -> bool:
    """Whether this is a list of bodies: one whose first element is an object."""
    start = unsigned(data)
    return start.startswith(b"[") and start[1:].lstrip(b" \t\r\n").startswith(b"{")


def _listed(data: bytes, place: Place, allowance: Allowance) -> Iterator[Exchange | Problem]:
    try:
        for number, text in enumerate(elements(unsigned(data)), 1):
            yield exchange_or_body(text, msgspec.structs.replace(place, entry=number), allowance)
    except BrokenJsonError as error:
        raise UnreadableError(Problem(place, str(error))) from None


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
