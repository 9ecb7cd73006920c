"""Which call of a client library is going on, and what was played from a cassette on its behalf."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ...exchange import Exchange, Place, Request


class Ear(Protocol):
    """Whoever is to be told of a response."""

    def hear(
        self, response: object, method: object, url: object, request: Request | None = None, *, oldest: bool = False
    ) -> None:
        """Take in a response to a request for `method` and `url`; `request` if it cannot tell that itself.

        Where several were played for such a request during the call, it is the last one, since a client tries again;
        `oldest` where the client hands out all of them.
        """
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Play:
    """A response that was played from a cassette, to a request for this method and URL; `told` makes the exchange."""

    method: str
    url: str
    path: str
    entry: int | None
    """Where it stands in the file at `path`."""
    held: Mapping[str, int]
    """By the paths of the cassette's files, their entries of the contracted operation, as the bits of a number."""
    told: Callable[[Place], Exchange]

    def answers(self, method: str, url: str) -> bool:
        """Whether it was played for such a request; clients differ in what they percent-encode."""
        return self.method.upper() == method.upper() and _target(self.url) == _target(url)


@dataclass(eq=False, slots=True)
class _Call:
    """A call of a client library; what is played on its behalf waits for the response that it becomes."""

    library: str
    plays: list[Play] = field(default_factory=list[Play])
    claimed: list[tuple[object, Play]] = field(default_factory=list[tuple[object, Play]])
    is_over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_CALL: Final[ContextVar[_Call | None]] = ContextVar("interpact_recording", default=None)


@contextmanager
def calling(library: str, left: Callable[[Play], None]) -> Generator[None]:
    """A call of a client library is going on; what was played and became no response is `left`."""
    call = _Call(library)
    token = _CALL.set(call)
    try:
        yield
    finally:
        with suppress(ValueError):  # a coroutine that was given up may be closed from anywhere
            _CALL.reset(token)
        with call.lock:
            call.is_over = True
        for play in call.plays:
            left(play)


def is_within(*libraries: str) -> bool:
    """Whether a call of one of these libraries is going on here."""
    call = _CALL.get()
    return call is not None and call.library in libraries


def is_kept(play: Play) -> bool:
    """Keep what was played for the call that is going on, if there is one."""
    call = _CALL.get()
    if call is None:
        return False
    with call.lock:
        if not call.is_over:
            call.plays.append(play)
        return not call.is_over


def play_for(response: object, method: str, url: str, *, oldest: bool) -> Play | None:
    """What was played for such a request during the call that is going on; it waits for no other response."""
    call = _CALL.get()
    if call is None:
        return None
    with call.lock:
        known = next((play for one, play in call.claimed if one is response), None)
        waiting = [play for play in call.plays if play.answers(method, url)]
        if known is not None or not waiting:
            return known
        found = waiting[0 if oldest else -1]
        call.plays.remove(found)
        call.claimed.append((response, found))
        return found


def _target(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.netloc.rpartition("@")[2].lower(), unquote(parts.path)
