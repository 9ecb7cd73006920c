"""WARC, which archivers and `wget --warc-file` write: responses as they were sent, read one record at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from ..decoding import Allowance
from ..decompress import DamagedError
from ..exchange import Exchange, Place, Reason, Request, Response
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .messages import fields_of, parsed, response_record
from .record import exchange_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .base import Head

_VERSION: Final = re.compile(rb"WARC/[0-9]+\.[0-9]+\r?\n")
_REQUEST: Final = re.compile(rb"([A-Z]{1,20}) [^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)")
_ANSWERS: Final = frozenset({"response", "revisit"})
_MOST_FIELDS: Final = 200
_LINE: Final = 64 * 1024
_PORTION: Final = 1024 * 1024


class WarcReader:
    """WARC files; entries are records, those of requests and of the file itself included."""

    name = "warc"
    title = "web archives of wget and others (.warc, .warc.gz)"

    def recognises(self, head: Head) -> bool:
        """The version that every record begins with."""
        return _VERSION.match(head.data) is not None

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every response; a request counts to the response for the same URL that comes next."""
        try:
            yield from _Archive(stream, place, context).exchanges()
        except DamagedError as error:
            raise UnreadableError(Problem(place, str(error))) from None


WARC: Final = WarcReader()

_Fields = dict[str, str]


class _Archive:
    """A WARC file that is being read."""

    def __init__(self, stream: BinaryIO, place: Place, context: Context) -> None:
        self._stream = stream
        self._place = place
        self._limit = context.limits.max_body
        self._allowance = Allowance(context.limits)
        self._asked: dict[str, tuple[str, list[tuple[str, str]]]] = {}

    def exchanges(self) -> Iterator[Exchange | Problem]:
        number = 0
        while (line := self._stream.readline(_LINE)) or not number:
            if not line.strip() and line:
                continue
            number += 1
            here = Place(self._place.file, number, None, self._place.member)
            fields = self._fields() if _VERSION.fullmatch(line) else None
            size = None if fields is None else fields.get("content-length", "")
            if fields is None or size is None or not size.isdecimal():
                raise UnreadableError(Problem(here, "no WARC record: what comes from here on cannot be read"))
            found = self._record(fields, int(size[:18]), here)
            if found is not None:
                yield found

    def _fields(self) -> _Fields | None:
        lines: list[bytes] = []
        while (line := self._stream.readline(_LINE)).strip():
            lines.append(line)
            if len(lines) > _MOST_FIELDS:
                return None
        return {name.lower(): value.strip() for name, value in fields_of(b"".join(lines))} if line else None

    def _record(self, fields: _Fields, size: int, here: Place) -> Exchange | Problem | None:
        kind, url = fields.get("warc-type", ""), fields.get("warc-target-uri", "").strip("<>")
        if kind not in {*_ANSWERS, "request"} or "application/http" not in fields.get("content-type", "").lower():
            self._skip(size)
            return None
        if size > self._limit:
            self._skip(size)
            missing = Response(None, missing=Reason.TOO_LARGE)
            return Exchange(here, Request.of("GET", url), missing) if kind == "response" else None
        block = self._block(size)
        if kind == "request":
            self._remember(url, block)
            return None
        return self._answer(fields, url, block, here, cut=len(block) < size)

    def _remember(self, url: str, block: bytes) -> None:
        if found := _REQUEST.match(block):
            self._asked.clear()  # requests come right before or after their answers: never keep them all
            self._asked[url] = (found[1].decode(), fields_of(found[2]))

    def _answer(self, fields: _Fields, url: str, block: bytes, here: Place, *, cut: bool) -> Exchange | Problem:
        message = parsed(block)
        if message is None:
            return Problem(here, "a response that is no HTTP message")
        method, headers = self._asked.pop(url, ("GET", []))
        told = response_record(*message)
        if fields["warc-type"] == "revisit":
            told["body"] = Reason.NOT_RECORDED
        if cut or "warc-truncated" in fields:
            told["truncated"] = True
        request = {"method": method, "url": url, "headers": headers}
        return exchange_of({"request": request, "response": told}, here, self._allowance)

    def _block(self, size: int) -> bytes:
        kept = bytearray()
        while len(kept) < size and (piece := self._stream.read(min(_PORTION, size - len(kept)))):
            kept += piece
        return bytes(kept)

    def _skip(self, size: int) -> None:
        while size > 0 and (piece := self._stream.read(min(_PORTION, size))):
            size -= len(piece)
