"""What was heard so far, and which call of a client library is going on."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import msgspec

from ...answers import answer_of
from ...exchange import Exchange, Place, Request
from ...http import is_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@dataclass(frozen=True, eq=False, slots=True)
class Play:
    """A response that was played from a cassette, to a request for this method and URL; `told` makes the exchange."""

    method: str
    url: str
    told: Callable[[], Exchange]

    def answers(self, method: str, url: str) -> bool:
        """Whether it was played for such a request; clients differ in what they percent-encode."""
        return self.method.upper() == method.upper() and _target(self.url) == _target(url)


def _target(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.netloc.rpartition("@")[2].lower(), unquote(parts.path)


@dataclass(frozen=True, slots=True)
class _Note:
    """One exchange of the operation: the response of a client, what was played for it, or both."""

    response: object | None
    request: Request | None = None
    play: Play | None = None

    def exchange(self, place: Place) -> Exchange | None:
        played = None if self.play is None else self.play.told()
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


@dataclass(eq=False, slots=True)
class _Call:
    """A call of a client library; what is played on its behalf waits for the response that it becomes."""

    library: str
    plays: list[Play] = field(default_factory=list[Play])
    is_over: bool = False


_CALL: Final[ContextVar[_Call | None]] = ContextVar("interpact_recording", default=None)


class Notes:
    """Responses of the contracted operation, in the order in which they arrived. Threads and tasks may share it.

    Responses are kept as they are and looked at when they are taken: by then, those that are no streams were read.
    """

    def __init__(self) -> None:
        self.active = False
        self._lock = threading.RLock()
        self._notes: list[_Note] = []
        self._known: set[int] = set()

    @contextmanager
    def call(self, library: str) -> Generator[None]:
        """A call of a client library as long as the context lasts; what was played and not heard is noted then."""
        call = _Call(library)
        token = _CALL.set(call)
        try:
            yield
        finally:
            with suppress(ValueError):  # a coroutine that was given up may be closed from anywhere
                _CALL.reset(token)
            with self._lock:
                call.is_over = True
            for play in call.plays:
                self._add_play(play)

    def is_within(self, *libraries: str) -> bool:
        """Whether a call of one of these libraries is going on here."""
        call = _CALL.get()
        return call is not None and call.library in libraries

    def hear(
        self, response: object, method: object, url: object, request: Request | None = None, *, oldest: bool = False
    ) -> None:
        """Keep a response, unless it is known already or of another operation; `request` if it cannot tell itself.

        Where several were played for such a request during the call, it is the last one, since a client tries again;
        `oldest` where the client hands out all of them.
        """
        if not self.active or not isinstance(method, str) or url is None:
            return
        with self._lock:
            if id(response) in self._known or not is_operation(Request(method.upper(), str(url))):
                return
            self._known.add(id(response))
            self._notes.append(_Note(response, request, _play_for(method, str(url), oldest=oldest)))

    def play(self, play: Play) -> None:
        """Keep what was played from a cassette, for the call that is going on or by itself."""
        call = _CALL.get()
        with self._lock:
            if call is not None and not call.is_over:
                call.plays.append(play)
                return
        self._add_play(play)

    def take(self, file: str) -> list[Exchange]:
        """What was heard, which is forgotten; `file` names the place of what came from none."""
        with self._lock:
            notes, self._notes = self._notes, []
            self._known = set()
        found = (note.exchange(Place(file, entry=number)) for number, note in enumerate(notes, 1))
        return [exchange for exchange in found if exchange is not None]

    def _add_play(self, play: Play) -> None:
        if self.active and is_operation(Request(play.method.upper(), play.url)):
            with self._lock:
                self._notes.append(_Note(None, play=play))


def _play_for(method: str, url: str, *, oldest: bool) -> Play | None:
    """What was played for such a request during the call that is going on; it waits no longer."""
    call = _CALL.get()
    waiting = [] if call is None else [play for play in call.plays if play.answers(method, url)]
    if call is None or not waiting:
        return None
    found = waiting[0 if oldest else -1]
    call.plays.remove(found)
    return found
