"""WireMock: stub mappings, one or many in a file, what its recorder made of traffic, and its request journal."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from ..beside import BesideFile, BesideMember
from ..exchange import Exchange, Reason
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import located, read_records
from .json_text import texts, unsigned
from .record import exchange_of, kept
from .sketch import Sketch, sketched
from .templates import unasked
from .whole import read_document
from .wiremock_urls import url_of_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..decoding import Allowance
    from ..exchange import Place
    from .base import Head
    from .bodies import Record

    Beside = Callable[[str], bytes | Reason]

FILES: Final = "__files"
"""The folder of the bodies, beside the one of the mappings."""

NAMED: Final = "a body that mappings of WireMock name"
"""Why such a body is passed over."""

_MAPPINGS: Final = "mappings"
_LISTS: Final = (("mappings",), ("requests",))
_MAPPING: Final = frozenset({
    "id", "uuid", "name", "priority", "persistent", "insertionIndex", "scenarioName", "requiredScenarioState",
    "newScenarioState", "metadata", "postServeActions", "serveEventListeners", "request", "response",
})  # fmt: skip
_PATTERNS: Final = frozenset({"urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate"})
_FILLED: Final = frozenset({"bodyFileName", "jsonBody", "base64Body", "proxyBaseUrl", "transformers", "fault"})
_BODIES: Final = (_FILLED - {"fault"}) | {"body"}
"""Where the body of a stub comes from; without any of these WireMock answers with an empty one."""
_SIDES: Final = frozenset({"request", "response"})
_EXPORT: Final = frozenset({"mappings", "meta", "importOptions"})
"""What an export holds (https://wiremock.org/docs/standalone/admin-api-reference/); it may have no mapping in it."""
_EVENT: Final = frozenset({"responseDefinition", "wasMatched"})


class WireMockReader:
    """Mappings and journals; the bodies that a mapping names in `bodyFileName` are read from `__files` beside it."""

    name = "wiremock"
    title = "WireMock mappings, recordings and journals (.json)"

    def recognises(self, head: Head) -> bool:
        """A list of mappings or of served requests, or one mapping: a record with a matcher, or another trace."""
        found = sketched(head, b'"mappings"', b'"requests"', b'"request"')
        if found is None or found.is_list:
            return False
        if found.begins("mappings", b"["):
            return bool(found.inside("mappings") & _SIDES) or found.keys <= _EXPORT
        if found.begins("requests", b"["):
            return "requestJournalDisabled" in found.keys or bool(found.inside("requests") & _EVENT)
        return _is_mapping(found)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every mapping, or every served request, in the order of the file."""
        whole = read_document(stream, place, context)
        data = unsigned(whole.data)
        read = partial(_exchange, beside=_files_beside(context))
        if _is_single(data):
            for found in read_records(iter([kept(data)]), place, read, context):
                yield _placed(found, place)
        else:
            yield from read_records(located(whole.data, texts(data, *_LISTS), kept, *_LISTS), place, read, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


WIREMOCK: Final = WireMockReader()


def lies_in_files(path: str) -> bool:
    """Whether a file on disk is a body that mappings name, which is not to be read once more.

    >>> lies_in_files("__files/a.json")
    False
    """
    return _named_by_mappings(PurePath(path), lambda folder: Path(folder).is_dir())


def named_by_mappings(names: Iterable[str]) -> frozenset[str]:
    """Which of the members of an archive are bodies that mappings in it name.

    >>> named_by_mappings(["a/mappings/b.json", "a/__files/c.json", "__files/d.json"])
    frozenset({'a/__files/c.json'})
    """
    paths = {name: PurePosixPath(name) for name in names if FILES in name or _MAPPINGS in name}
    folders = {folder for path in paths.values() for folder in path.parents if folder.name == _MAPPINGS}
    return frozenset(name for name, path in paths.items() if _named_by_mappings(path, folders.__contains__))


def _named_by_mappings(path: PurePath, is_folder: Callable[[PurePath], bool]) -> bool:
    return any(folder.name == FILES and is_folder(folder.parent / _MAPPINGS) for folder in path.parents)


def _is_mapping(found: Sketch) -> bool:
    keys = found.keys
    if not keys >= {"request", "response"} or not keys <= _MAPPING:
        return False
    return bool(
        {"uuid", "persistent"} & keys or found.inside("request") & _PATTERNS or found.inside("response") & _FILLED
    )


def _is_single(data: bytes) -> bool:
    from_lists = (key for path in _LISTS for key in path)
    found = kept(data)
    return found is not None and not any(key in found for key in from_lists)


def _placed(found: Exchange | Problem, place: Place) -> Exchange | Problem:
    """A file that holds one thing only has no entries."""
    return msgspec.structs.replace(found, place=place)


def _files_beside(context: Context) -> Beside:
    """Reads what `bodyFileName` names: from `__files` beside the folder `mappings`, or beside the file itself."""
    if isinstance(context.beside, BesideFile | BesideMember):
        return context.beside.moved(_MAPPINGS, FILES)
    return context.beside


def _exchange(record: Record, place: Place, allowance: Allowance, *, beside: Beside) -> Exchange | Problem:
    request, response = record.get("request"), record.get("response")
    if not isinstance(request, dict):
        unmatched = {"method": record.get("method"), "url": record.get("absoluteUrl", record.get("url"))}
        return exchange_of({"request": unmatched, "response": None}, place, allowance)
    asked = cast("Record", request)
    told = {"status": 200, **cast("Record", response)} if isinstance(response, dict) else None
    if told is None or told.get("fault"):
        told = None
    elif _EVENT & record.keys():
        told = {**told, "body": None} if isinstance(told.get("bodyAsBase64"), str) else told
    else:
        told = _with_body(told, beside)
    url, whole = url_of_mapping(asked)
    method = asked.get("method")
    known = {**asked, "url": url, "absoluteUrl": None, "query": None, "method": "GET" if method == "ANY" else method}
    found = exchange_of({"request": known, "response": told}, place, allowance)
    return found if whole or not isinstance(found, Exchange) else unasked(found)


def _with_body(response: Record, beside: Beside) -> Record:
    """A response with the body that it names; without one where WireMock makes it up for each request."""
    name = response.get("bodyFileName")
    if isinstance(name, str):
        return {**response, "body": beside(name)}
    if not _BODIES & response.keys():
        return {**response, "body": ""}
    made_up = "{{" in str(response.get("body", response.get("jsonBody"))) and response.get("transformers")
    return {**response, "body": Reason.NOT_RECORDED, "jsonBody": None} if made_up else response
