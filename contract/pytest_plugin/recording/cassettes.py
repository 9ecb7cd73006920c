"""Cassettes that are played: which entry of which file it is, and what else the file holds."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec

from ...answers import asked
from ...exchange import Exchange, Request
from ...http import is_operation
from ...readers.record import exchange_of
from .calls import Play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...exchange import Place


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What a cassette holds: the file and the entry of each exchange, and what `Play.held` tells."""

    places: list[tuple[str, int | None]]
    held: dict[str, int]


class Cassettes:
    """The cassettes that are being played."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shelves: WeakKeyDictionary[Any, _Shelf] = WeakKeyDictionary()

    def play(self, cassette: Any, request: Any, response: Any) -> Play:
        """What a cassette played for a request."""
        index = next((at for at, (_, stored) in enumerate(cassette.data) if stored is response), None)
        with self._lock:
            if cassette not in self._shelves:
                self._shelves[cassette] = _shelf(cassette)
            shelf = self._shelves[cassette]
        known = shelf.places[index : index + 1] if index is not None else []
        path, entry = known[0] if known else (_path(cassette), None)
        recorded = request if index is None else cassette.data[index][0]
        is_restored = bool(getattr(cassette, "_after_load_interaction", ()))

        def told(place: Place) -> Exchange:
            return _told(recorded, response, place, is_restored=is_restored)

        return Play(request.method, request.uri, path, entry, shelf.held, told)


def _shelf(cassette: Any) -> _Shelf:
    """What a cassette holds when it plays for the first time."""
    places = list(_spread(cassette))
    held = {path: 0 for path, _ in places}
    for (path, entry), (request, _) in zip(places, cassette.data, strict=False):
        if entry is not None and _is_ours(request):
            held[path] |= 1 << entry
    return _Shelf(places, held)


def _spread(cassette: Any) -> Iterator[tuple[str, int | None]]:
    """The place of each exchange; without a number where some of a file were filtered out by the user's hooks."""
    path, count = _path(cassette), len(cassette.data)
    loaded = getattr(cassette, "_loaded_count", count)
    if len(getattr(cassette, "_old_interactions", ())) > loaded:
        yield from [(path, None)] * count
        return
    for file, size in _sizes(cassette, path, count):
        yield from ((file, entry) for entry in range(1, size + 1))


def _sizes(cassette: Any, path: str, count: int) -> Iterator[tuple[str, int]]:
    """The files that pytest-recording loads one after the other as if they were one, and how much each holds."""
    persister = copy(cassette._persister)  # noqa: SLF001 - this and what follows has no public name
    others = getattr(persister, "extra_paths", ())
    if not others:
        yield path, count
        return
    persister.extra_paths = []
    for file in dict.fromkeys([path, *map(os.fspath, others)]):
        with suppress(Exception):  # one that is not there holds nothing; what else is wrong is for VCR.py to tell
            yield file, len(list(persister.load_cassette(file, cassette._serializer)[0]))  # noqa: SLF001


def _told(request: Any, response: object, place: Place, *, is_restored: bool) -> Exchange:
    """The exchange; a credential that was put back when the cassette was loaded does not stand in it."""
    record = {"method": request.method, "uri": request.uri, "headers": dict(request.headers.items())}
    found = exchange_of({"request": record, "response": response}, place)
    if not isinstance(found, Exchange):
        return Exchange(place, asked(request.method, request.uri))
    if not is_restored or found.request is None:
        return found
    return msgspec.structs.replace(found, request=msgspec.structs.replace(found.request, credentials=()))


def _is_ours(request: Any) -> bool:
    return is_operation(Request(request.method.upper(), request.uri))


def _path(cassette: Any) -> str:
    return str(cassette._path)  # noqa: SLF001 - `path` is new in VCR.py 9
