"""`.http` and `.rest` files of JetBrains' and VS Code's HTTP clients, as far as they hold responses."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from ..exchange import Exchange, Reason
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import read_records
from .json_text import unsigned
from .messages import FIELDS, STATUS_LINE, fields_of, parsed, response_record
from .record import exchange_of
from .templates import Variables, is_open, unasked, url_of
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..decoding import Allowance
    from ..exchange import Place
    from .base import Head
    from .bodies import Record

_METHODS: Final = rb"GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|CONNECT"
_REQUEST: Final = re.compile(
    rb"^(?P<method>"
    + _METHODS
    + rb")[ \t]+(?P<url>[^\s]+)(?:[ \t]+HTTP/[0-9.]+)?[ \t]*\r?\n(?P<fields>"
    + FIELDS
    + rb")",
    re.MULTILINE,
)
_BEGINS: Final = re.compile(rb"(?:[ \t]*(?:#|//|@)[^\n]*\n|[ \t\r]*\n)*(?:" + _METHODS + rb")[ \t]+[^\s]+")
_SENT: Final = re.compile(rb"[A-Z]+ /[^\s]* HTTP/[0-9]")
"""A request as it was sent, and as a transcript shows it."""

_SECTION: Final = re.compile(rb"^###[^\n]*(?:\n|\Z)", re.MULTILINE)
_FILE: Final = re.compile(rb"^<>[ \t]+(?P<name>[^\r\n]+?)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_ANSWER: Final = re.compile(rb"^" + STATUS_LINE, re.MULTILINE)
_VARIABLE: Final = re.compile(rb"^@([\w.-]+)[ \t]*=[ \t]*([^\r\n]*?)[ \t]*\r?$", re.MULTILINE)
_STATUS: Final = re.compile(r"\.([1-5][0-9]{2})(?:\.[\w-]+)?$")


class RestReader:
    """Requests, each with the answers that were recorded: in the file, or in others that it names (`<> name`)."""

    name = "http-client"
    title = ".http and .rest files with recorded responses"

    def recognises(self, head: Head) -> bool:
        """A request after comments and variables, and somewhere the name of an answer, or an answer itself."""
        data = unsigned(head.data)
        if _BEGINS.match(data) is None:
            return False
        return _FILE.search(data) is not None or (_SENT.match(data) is None and _ANSWER.search(data) is not None)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every answer of every request; one that lies in a file that cannot be read was not recorded."""
        whole = read_document(stream, place, context)
        variables = {name.decode(): value.decode("utf-8", "replace") for name, value in _VARIABLE.findall(whole.data)}
        records = (record for section in _SECTION.split(whole.data) for record in _answers(section, context.beside))
        yield from read_records(records, place, partial(_exchange, variables=variables), context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


REST: Final = RestReader()


def _answers(section: bytes, beside: Callable[[str], bytes | Reason]) -> Iterator[dict[str, object]]:
    asked = _REQUEST.search(section)
    if asked is None:
        return
    request = {
        "method": asked["method"].decode(),
        "url": asked["url"].decode("utf-8", "replace"),
        "headers": fields_of(asked["fields"]),
    }
    for named in _FILE.finditer(section, asked.end()):
        yield {"request": request, "response": _file(named["name"].decode("utf-8", "replace"), beside)}
    if inline := _ANSWER.search(section, asked.end()):
        found = parsed(section[inline.start() :])
        yield {"request": request, "response": None if found is None else response_record(*found)}


def _file(name: str, beside: Callable[[str], bytes | Reason]) -> dict[str, object]:
    """An answer in a file of its own: the body, or all of it; the status is in the name."""
    content = beside(name)
    if isinstance(content, bytes) and (found := parsed(content)) is not None:
        return response_record(*found)
    status = _STATUS.search(name)
    return {"status": int(status[1]) if status else None, "body": content}


def _exchange(record: Record, place: Place, allowance: Allowance, *, variables: Variables) -> Exchange | Problem:
    request = cast("Record", record["request"])
    url = url_of(request["url"], variables) or ""
    found = exchange_of({**record, "request": {**request, "url": url}}, place, allowance)
    return unasked(found) if isinstance(found, Exchange) and is_open(url) else found
