"""What one recorder heard so far."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from ...answers import answer_of
from ...exchange import Exchange, Place, Reason, Request
from ...http import is_operation
from .calls import play_for
from .uses import Uses

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Play

MOST: Final = 1_000
"""Exchanges that are a portion."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""Bytes of bodies that are one."""
_FEW: Final = 16
"""Responses that may wait before it is looked which of them have been read."""


@dataclass(frozen=True, slots=True)
class _Note:
    """One exchange of the operation: the response of a client, what was played for it, or both."""

    response: object | None
    request: Request | None = None
    play: Play | None = None

    @property
    def is_read(self) -> bool:
        """Whether nothing is to be expected any more: its body is there, or stands in a cassette."""
        answer = None if self.response is None or self.play is not None else answer_of(self.response)
        return answer is None or not isinstance(answer.body, Reason)

    def exchange(self, place: Place) -> Exchange | None:
        played = None if self.play is None else self.play.told(place)
        answer = None if self.response is None else answer_of(self.response)
        if answer is None:
            return played
        heard = answer.exchange(place)
        request = self.request or heard.request
        return msgspec.structs.replace(heard, request=request) if played is None else _merged(request, played)


def _merged(asked: Request | None, played: Exchange) -> Exchange:
    """What a cassette answered to what was asked now; the credentials are those that stand in the cassette."""
    if asked is None or played.request is None:
        return played
    request = msgspec.structs.replace(asked, credentials=played.request.credentials)
    return msgspec.structs.replace(played, request=request)


class Notes:
    """The exchanges of the contracted operation, numbered from 1 as they arrive; safe to use from several threads.

    A response is kept until it was read, or until a thousand others wait to be read; from then on only what it held
    is, until that is taken. `named` gives the file of a cassette the name that reports have for it; `on_full` is
    called each time a portion is ready.
    """

    def __init__(self, named: Callable[[str], str]) -> None:
        self.active = False
        self.on_full: Callable[[], None] | None = None
        self.uses = Uses()
        self._named = named
        self._lock = threading.RLock()
        self._count = 0
        self._waiting: dict[int, _Note] = {}
        self._look_at = _FEW
        self._ready: dict[int, Exchange] = {}
        self._size = 0
        self._numbers: dict[int, tuple[Callable[[], object], int]] = {}
        """By the identities of responses: the response, if it still lives, and its number."""

    def hear(
        self, response: object, method: object, url: object, request: Request | None = None, *, oldest: bool = False
    ) -> None:
        """Keep a response, unless it is known already or of another operation; see `Ear`."""
        if not self.active or not isinstance(method, str) or url is None:
            return
        if not is_operation(Request(method.upper(), str(url))):
            return
        with self._lock:
            if self._number_of(response) is not None:
                return
            self._add(_Note(response, request, play_for(response, method, str(url), oldest=oldest)))
            self._numbers[id(response)] = self._looked_up(response), self._count
        self._tell()

    def use(self, play: Play) -> None:
        """Keep that an entry of a cassette was played, whatever becomes of it."""
        with self._lock:
            for path, entries in play.held.items():
                self.uses.add(self._named(path), entries)
            if play.entry is not None:
                self.uses.add(self._named(play.path), 0, 1 << play.entry)

    def keep(self, play: Play) -> None:
        """Keep what was played to a client that is not listened to, or to one that failed."""
        if self.active and is_operation(Request(play.method.upper(), play.url)):
            with self._lock:
                self._add(_Note(None, play=play))
            self._tell()

    def take(self, file: str, *, waiting: bool) -> list[Exchange]:
        """What was heard, which is forgotten; what has yet to be read stays where it is `waiting`.

        `file` names the place of what came from no cassette.
        """
        with self._lock:
            self._look(MOST if waiting else 0)
            ready, self._ready, self._size = self._ready, {}, 0
        found = [ready[number] for number in sorted(ready)]
        return [one if one.place.file else _within(file, one) for one in found]

    def forget(self, response: object) -> bool:
        """Let go of a response that somebody else judges; `False` if it was taken before."""
        with self._lock:
            number = self._number_of(response)
            if number is None or self._waiting.pop(number, None) is not None:
                return True
            found = self._ready.pop(number, None)
            self._size -= 0 if found is None else _size(found)
            return found is not None

    def _add(self, note: _Note) -> None:
        self._count += 1
        self._waiting[self._count] = note
        if len(self._waiting) >= self._look_at:
            self._look(MOST)
            self._look_at = 2 * len(self._waiting) + _FEW

    def _look(self, most: int) -> None:
        """Make exchanges of the responses that were read, and of the oldest others, so that at most `most` wait."""
        for number in [number for number, note in self._waiting.items() if note.is_read]:
            self._make(number)
        for number in list(self._waiting)[: max(len(self._waiting) - most, 0)]:
            self._make(number)

    def _make(self, number: int) -> None:
        note = self._waiting.pop(number)
        play = note.play
        place = Place("", entry=number) if play is None else Place(self._named(play.path), entry=play.entry)
        found = note.exchange(place)
        if found is not None:
            self._ready[number] = found
            self._size += _size(found)

    def _tell(self) -> None:
        if self.on_full is not None and (len(self._ready) >= MOST or self._size >= MOST_BYTES):
            self.on_full()

    def _number_of(self, response: object) -> int | None:
        living, number = self._numbers.get(id(response), (None, 0))
        return number if living is not None and living() is response else None

    def _looked_up(self, response: object) -> Callable[[], object]:
        """The response as long as it lives; then nothing is known of it, since another may have its identity."""
        numbers, key = self._numbers, id(response)
        try:
            return weakref.ref(response, lambda _: numbers.pop(key, None) and None)
        except TypeError:
            return lambda: response


def _size(exchange: Exchange) -> int:
    body = None if exchange.response is None else exchange.response.body
    return 0 if body is None else len(body)


def _within(file: str, exchange: Exchange) -> Exchange:
    return msgspec.structs.replace(exchange, place=msgspec.structs.replace(exchange.place, file=file))
