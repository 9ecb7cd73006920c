"""What a test receives by requests, httpx, urllib3 and from cassettes of VCR.py, recorded without its noticing.

Where a library has a hook for what one wants to hear, that is used. None has a hook for clients that are made anywhere
in the code under test: there, one method of a class is replaced while recording and put back afterwards (each module
in `recording/` says which, and why). Return values, exceptions and streams stay as they are, and nothing is read that
the code under test did not read. Libraries that are not loaded are not loaded here either; one that a test imports is
hooked once it is there.
"""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .recording import of_httpx, of_requests, of_urllib3
from .recording.hub import HUB
from .recording.naming import shown
from .recording.notes import Notes
from .recording.uses import Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..exchange import Exchange

__all__ = ["Recorder", "Uses"]


class Recorder:
    """Records exchanges of the contracted operation while `on`, and what attached clients receive.

    Threads and tasks may share it. Cassettes are named from `root`, by default from the working directory.

    >>> recorder = Recorder()
    >>> with recorder.on():
    ...     pass  # the test
    >>> recorder.take()
    []
    """

    def __init__(self, root: Path | None = None) -> None:
        base = root or Path.cwd()

        @cache
        def named(path: str) -> str:
            return shown(path, base)

        self._notes = Notes(named)
        self._attached: list[Callable[[], None]] = []
        self._lock = threading.RLock()
        self._depth = 0

    @property
    def on_full(self) -> Callable[[], None] | None:
        """What is called when a thousand exchanges or 16 MB of bodies wait to be taken; by default nothing is.

        It is for `take(file, finished=True)`: who judges what that gives at once keeps no bodies. It is called by the
        thread that has received the last of them, in the middle of the code under test; it must not raise.
        """
        return self._notes.on_full

    @on_full.setter
    def on_full(self, call: Callable[[], None] | None) -> None:
        self._notes.on_full = call

    @contextmanager
    def on(self) -> Generator[None]:
        """Record as long as the context lasts; contexts may lie in each other. Clients are detached at the end."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def refresh(self) -> None:
        """Hook what is loaded and not hooked, or what somebody has replaced since; nothing where recording is off."""
        HUB.refresh()

    def attach(self, client: object) -> None:
        """Record what one client receives, until `detach` or until recording ends.

        `client` is a `requests.Session`, a client of httpx, or a `PoolManager` of urllib3, whose redirects are not
        seen. Raises `TypeError` for anything else.
        """
        detach = self._detacher(client)
        with self._lock:
            self._attached.append(detach)
            self._notes.active = True

    def detach(self) -> None:
        """Let go of the attached clients, of all of them even where one raises."""
        with self._lock:
            attached, self._attached = self._attached, []
            self._notes.active = self._depth > 0
        with ExitStack() as stack:
            for detach in attached:
                stack.callback(detach)

    def take(self, file: str = "response", *, finished: bool = False) -> list[Exchange]:
        """What was recorded since the last time, in the order in which it arrived.

        What a cassette played has its place there; `file` names the place of everything else, by the number of the
        exchange among all that this recorder heard. A response that has yet to be read has no body; it waits for the
        next time if only what is `finished` is asked for.
        """
        return self._notes.take(file, waiting=finished)

    def judged(self, response: object) -> bool:
        """Do not give a response to `take`, because the test itself has judged it.

        `False` if it was taken, or judged, before: it counts already. What was never heard of does not.
        """
        return self._notes.forget(response)

    def uses(self) -> Uses:
        """What was used of the cassettes that were played; those of several tests can be merged."""
        return self._notes.uses

    def _enter(self) -> None:
        with self._lock:
            self._depth += 1
            self._notes.active = True
            if self._depth == 1:
                HUB.join(self._notes)
            else:
                HUB.refresh()

    def _leave(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth:
                return
            HUB.leave(self._notes)
        self.detach()

    def _detacher(self, client: Any) -> Callable[[], None]:
        packages = {kind.__module__.partition(".")[0] for kind in type(client).__mro__}
        for name in ("httpx", "httpx2"):
            if name in packages:
                return of_httpx.attach(client, of_httpx.hearing(sys.modules[name], self._notes))
        if "requests" in packages and hasattr(client, "hooks") and hasattr(client, "send"):
            return of_requests.attach(client, of_requests.hearing(sys.modules["requests"], self._notes))
        if "urllib3" in packages and hasattr(client, "urlopen"):
            return of_urllib3.attach(client, self._notes)
        message = "only a requests.Session, an httpx.Client or AsyncClient, or a urllib3.PoolManager can be attached"
        raise TypeError(message)
