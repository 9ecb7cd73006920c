"""Postman's collections, version 2: the answers that were saved as examples, in folders of any depth."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from ..exchange import Exchange
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import read_records
from .json_text import BrokenJsonError, load, outline, unsigned
from .record import exchange_of
from .sketch import sketched
from .templates import Variables, is_open, named, unasked, url_of
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Place
    from .base import Head
    from .bodies import Record

_ITEM: Final = frozenset({"request", "item", "response"})
_DEPTH: Final = 40
"""Folders within each other that are looked into."""


class PostmanReader:
    """Collections; entries are counted over all saved answers, in the order of the file."""

    name = "postman"
    title = "Postman collections 2.x with saved answers (.json)"

    def recognises(self, head: Head) -> bool:
        """An `info` with a schema of Postman's, or items that hold requests; also in a `collection`, as the API has."""
        found = sketched(head, b'"item"', b'"info"')
        if found is None or found.is_list or "run" in found.keys:
            return False
        if found.begins("info", b"{") and found.inside("info") & {"schema", "_postman_id"}:
            return b"getpostman.com" in found.data or "_postman_id" in found.inside("info")
        wrapped = head.whole and "item" in found.inside("collection")
        return wrapped or (found.begins("item", b"[") and bool(found.inside("item") & _ITEM))

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every saved answer."""
        whole = read_document(stream, place, context)
        yield from read_collection(unsigned(whole.data), place, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


POSTMAN: Final = PostmanReader()


class _Saved(NamedTuple):
    """A saved answer and the request of its item."""

    answer: object
    request: object


def read_collection(data: bytes, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
    """The saved answers of a collection, which may be a member of the document."""
    inner = outline(data).find("collection")
    text = data if inner is None else data[inner.start : inner.end]
    variables = variables_of(text)
    saved = ({"answer": one.answer, "request": one.request} for one in _walk(text, _DEPTH))
    yield from read_records(_unbroken(saved, data), place, partial(_exchange, variables=variables), context)


def variables_of(text: bytes) -> Variables:
    """The variables that a collection comes with."""
    part = outline(text).find("variable")
    try:
        return {} if part is None else named(load(text[part.start : part.end]))
    except BrokenJsonError:
        return {}


def _unbroken(saved: Iterator[object], data: bytes) -> Iterator[object]:
    """What was saved, and then the complaint about what is broken in the document."""
    yield from saved
    load(data)


def _walk(text: bytes, depth: int) -> Iterator[_Saved]:
    """The answers below one item, or collection. A text that is broken is taken apart as far as it goes."""
    try:
        item = load(text)
    except BrokenJsonError:
        yield from _broken(text, depth)
        return
    yield from _saved(item, depth)


def _saved(item: object, depth: int) -> Iterator[_Saved]:
    if not isinstance(item, dict) or not depth:
        return
    found = cast("Record", item)
    for answer in _list(found.get("response")):
        yield _Saved(answer, found.get("request"))
    for inner in _list(found.get("item")):
        yield from _saved(inner, depth - 1)


def _broken(text: bytes, depth: int) -> Iterator[_Saved]:
    for part in outline(text).parts:
        if part.key == "item" and depth:
            for inner in outline(text, part.start).parts:
                yield from _walk(text[inner.start : inner.end], depth - 1)
        elif part.key == "response":
            yield from (_Saved(one, None) for one in _sound(text, part.start))


def _sound(text: bytes, start: int) -> Iterator[object]:
    for part in outline(text, start).parts:
        try:
            yield load(text[part.start : part.end])
        except BrokenJsonError:
            return


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _exchange(record: Record, place: Place, allowance: Allowance, *, variables: Variables) -> Exchange | Problem:
    if not isinstance(record["answer"], dict):
        return Problem(place, "a saved answer that is no object")
    answer = cast("Record", record["answer"])
    return told(answer.get("originalRequest") or record["request"], answer, place, allowance, variables)


def told(
    request: object, answer: object, place: Place, allowance: Allowance, variables: Variables
) -> Exchange | Problem:
    """The exchange in a request and a response as Postman's SDK writes them."""
    asked = cast("Record", request) if isinstance(request, dict) else {"url": request}
    url = url_of(asked.get("url"), variables)
    if url is None:
        return Problem(place, "a request without a URL")
    known = {"method": asked.get("method") or "GET", "url": url, "headers": _headers(asked.get("header"))}
    found = exchange_of({"request": known, "response": _response(answer)}, place, allowance)
    return unasked(found) if isinstance(found, Exchange) and is_open(url) else found


def _response(answer: object) -> object:
    """What the reader of records knows; `stream` has the bytes, `body` is a text of them."""
    if not isinstance(answer, dict):
        return None
    found = cast("Record", answer)
    body = found.get("stream")
    return {
        "status": found.get("code"),
        "headers": found.get("header"),
        "body": found.get("body") if body is None else body,
    }


def _headers(listed: object) -> object:
    """Header fields without the one that Postman numbers its requests with, which looks like a credential."""
    if not isinstance(listed, list):
        return listed
    fields = [cast("Record", field) for field in cast("list[object]", listed) if isinstance(field, dict)]
    return [field for field in fields if str(field.get("key")).lower() != "postman-token"]
