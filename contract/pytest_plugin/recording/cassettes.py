"""Cassettes that were played: which entry of which file it was, and which entries nobody asked for."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec

from ...answers import asked
from ...exchange import Exchange, Place, Request
from ...http import is_operation
from ...readers.record import exchange_of
from .notes import Play

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Use:
    """What was used of a cassette: its entries of the contracted operation, and those that were played."""

    file: str
    entries: frozenset[int]
    played: frozenset[int]


def unplayed(uses: Iterable[Use]) -> list[Place]:
    """The entries that none of the uses played; those of several processes may be given together.

    >>> one, other = frozenset({1}), frozenset({1, 2, 3})
    >>> [str(place) for place in unplayed([Use("a.yaml", other, one), Use("a.yaml", other, frozenset({3}))])]
    ['a.yaml entry 2']
    """
    left: defaultdict[str, set[int]] = defaultdict(set)
    played: defaultdict[str, set[int]] = defaultdict(set)
    for use in uses:
        left[use.file] |= use.entries
        played[use.file] |= use.played
    return [Place(file, entry=entry) for file in sorted(left) for entry in sorted(left[file] - played[file])]


class Cassettes:
    """The cassettes that were played so far. Files are named from `root` or from the working directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._places: WeakKeyDictionary[Any, list[Place]] = WeakKeyDictionary()
        self._entries: dict[str, frozenset[int]] = {}
        self._played: defaultdict[str, set[int]] = defaultdict(set)

    def uses(self) -> list[Use]:
        """What was used of each."""
        with self._lock:
            return [
                Use(file, entries, frozenset(self._played[file])) for file, entries in sorted(self._entries.items())
            ]

    def play(self, cassette: Any, request: Any, response: Any) -> Play:
        """Remember what a cassette played for a request."""
        index = next((at for at, (_, stored) in enumerate(cassette.data) if stored is response), None)
        with self._lock:
            places = self._places_in(cassette)
            known = places[index : index + 1] if index is not None else []
            place = known[0] if known else Place(self._name(_path(cassette)))
            if place.entry is not None:
                self._played[place.file].add(place.entry)
        recorded = request if index is None else cassette.data[index][0]
        is_restored = bool(getattr(cassette, "_after_load_interaction", ()))
        return Play(request.method, request.uri, lambda: _told(recorded, response, place, is_restored=is_restored))

    def _places_in(self, cassette: Any) -> list[Place]:
        """The places of its exchanges, found out when it plays for the first time."""
        if cassette not in self._places:
            places = self._places[cassette] = list(self._spread(cassette))
            self._remember(places, [request for request, _ in cassette.data])
        return self._places[cassette]

    def _remember(self, places: list[Place], requests: list[Any]) -> None:
        for file in {place.file for place in places} - self._entries.keys():
            here = [(place.entry, asked) for place, asked in zip(places, requests, strict=False) if place.file == file]
            self._entries[file] = frozenset(entry for entry, asked in here if entry is not None and _is_ours(asked))

    def _spread(self, cassette: Any) -> Iterator[Place]:
        """The place of each exchange; without a number where some of a file were filtered out by the user's hooks."""
        path, count = _path(cassette), len(cassette.data)
        loaded = getattr(cassette, "_loaded_count", count)
        if len(getattr(cassette, "_old_interactions", ())) > loaded:
            yield from [Place(self._name(path))] * count
            return
        for file, size in _sizes(cassette, path, count):
            yield from (Place(self._name(file), entry=entry) for entry in range(1, size + 1))

    def _name(self, path: str) -> str:
        """As somebody would name it who stands at the root, or here."""
        found = Path(os.path.abspath(path))  # noqa: PTH100 - a link stays one
        base = next((base for base in (self._root, Path.cwd()) if found.is_relative_to(base)), None)
        return str(found if base is None else found.relative_to(base))


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
