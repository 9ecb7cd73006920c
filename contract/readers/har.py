"""HAR 1.2, the HTTP Archive that browsers, proxies and test tools write: every entry of `log.entries`."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from ...schemas.values import is_object
from ..exchange import Exchange, Place, Reason
from ..limits import NO_CONTEXT, Context, nothing_beside
from .base import Problem
from .bodies import Record, is_sound
from .entries import read_list
from .json_text import outline, unsigned
from .own import is_body
from .record import exchange_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..decoding import Allowance
    from .base import Head

_BEFORE: Final = ("version", "browser", "pages")
"""Members of a log that may fill more than its head."""

_STATUSES: Final = range(100, 600)


class HarReader:
    """HTTP Archives; the standard allows a member under any name that begins with an underscore."""

    name = "har"
    title = "HAR 1.2 (.har, .zhar)"

    def recognises(self, head: Head) -> bool:
        """An object with an object `log`, which has `entries` or names its creator, perhaps after many pages."""
        data = unsigned(head.data)
        if not data.startswith(b"{") or b'"log"' not in data:
            return False
        found = outline(data)
        log = found.find("log")
        if log is None or data[log.start : log.start + 1] != b"{" or is_body(found.keys):
            return False
        inside = outline(data, log.start)
        return inside.find("entries", "creator", *(() if head.whole else _BEFORE)) is not None

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every entry, whatever it was that the browser asked for."""
        read = partial(entry_of, beside=context.beside)
        return read_list(stream, place, ("log", "entries"), read=read, context=context)


HAR: Final = HarReader()

ON_PURPOSE: Final = "interpact: asked for on purpose"
"""The comment of an entry of our own whose request is not to be judged: it was wrong, or odd, on purpose."""


def entry_of(
    record: Record,
    place: Place,
    allowance: Allowance | None = None,
    *,
    beside: Callable[[str], bytes | Reason] = nothing_beside,
) -> Exchange | Problem:
    """The exchange in an entry, in which the standard demands a request with a URL and a response with a status.

    >>> from interpact.contract.exchange import Place
    >>> print(entry_of({"request": None}, Place("a.har", entry=1)))
    a.har entry 1: an entry without a request that has a URL
    """
    request, response = record.get("request"), record.get("response")
    if not is_object(request) or not isinstance(request.get("url"), str):
        return Problem(place, "an entry without a request that has a URL")
    if response is None:
        return exchange_of(record, place, allowance)
    if not is_object(response) or not _is_status(response.get("status")):
        return Problem(place, "an entry whose response has no status from 100 to 599")
    found = _answered(record, _with_file(response, beside), place, allowance)
    if isinstance(found, Exchange) and record.get("comment") == ON_PURPOSE:
        return msgspec.structs.replace(found, request=None)
    return found


def _answered(record: Record, response: Record, place: Place, allowance: Allowance | None) -> Exchange | Problem:
    content = response.get("content")
    if not is_object(content):
        return exchange_of(record, place, allowance)
    if "mimeType" not in content or response is not record["response"]:
        content = {"mimeType": "", **content}
        record = {**record, "response": {**response, "content": content}}
    found = exchange_of(record, place, allowance)
    unread = isinstance(found, Exchange) and found.response and found.response.missing is Reason.UNDECODABLE
    return Problem(place, "an entry whose content is no base64") if unread and not is_sound(content) else found


def _with_file(response: Record, beside: Callable[[str], bytes | Reason]) -> Record:
    """A response whose body Playwright has put into a file of its own (recorders.md, Traps 10), with that body."""
    content = response.get("content")
    if not is_object(content):
        return response
    name = content.get("_file")
    if not isinstance(name, str) or "text" in content:
        return response
    body = beside(name)
    if isinstance(body, bytes):
        text = base64.b64encode(body).decode()
        return {**response, "content": {**content, "encoding": "base64", "text": text}}
    return response


def _is_status(value: object) -> bool:
    """Whether this is a status, or the 0 or -1 that browsers write for a request that was not answered."""
    if isinstance(value, str):
        return len(value) == len("200") and value.isascii() and value.isdigit() and int(value) in _STATUSES
    return isinstance(value, int) and not isinstance(value, bool) and (value in {-1, 0} or value in _STATUSES)
