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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .recording import of_httpx, of_requests, of_urllib3, of_vcr
from .recording.arrivals import Arrivals
from .recording.cassettes import Cassettes, Use, unplayed
from .recording.notes import Notes
from .recording.patches import Patches

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..exchange import Exchange, Place

__all__ = ["Recorder", "Use", "unplayed"]

_CLIENTS: Final = {
    "requests": of_requests.hook,
    "httpx": of_httpx.hook,
    "httpx2": of_httpx.hook,
    "urllib3": of_urllib3.hook,
}
"""Client libraries, by the names of their modules."""

_PLAYER: Final = "vcr"


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
        self._notes = Notes()
        self._cassettes = Cassettes(root or Path.cwd())
        self._patches = Patches()
        self._arrivals = Arrivals({*_CLIENTS, _PLAYER}, self.refresh)
        self._attached: list[Callable[[], None]] = []
        self._lock = threading.RLock()
        self._depth = 0

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
        with self._lock:
            if not self._depth:
                return
            for name, hook in _CLIENTS.items():
                if name in sys.modules:
                    hook(sys.modules[name], self._patches, self._notes)
            of_vcr.hook(self._patches, self._notes, self._cassettes)

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
        """Let go of the attached clients."""
        with self._lock:
            attached, self._attached = self._attached, []
            self._notes.active = self._depth > 0
        for detach in reversed(attached):
            detach()

    def take(self, file: str = "response") -> list[Exchange]:
        """What was recorded since the last time, in the order in which it arrived.

        What a cassette played has its place there; `file` names the place of everything else, numbered from 1.
        A body that was streamed elsewhere is missing.
        """
        return self._notes.take(file)

    def uses(self) -> list[Use]:
        """What was used of the cassettes that were played; see `unplayed`."""
        return self._cassettes.uses()

    def played(self) -> frozenset[str]:
        """The files of the cassettes that were played."""
        return frozenset(use.file for use in self.uses())

    def unplayed(self) -> list[Place]:
        """Recorded exchanges of the contracted operation in these cassettes that were never played."""
        return unplayed(self.uses())

    def _enter(self) -> None:
        with self._lock:
            self._depth += 1
            self._notes.active = True
            self._arrivals.start()
            self.refresh()

    def _leave(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth:
                return
            self._arrivals.stop()
            self._patches.undo()
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
