"""The hooks of a process: there as long as a recorder is on."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Final

from . import of_httpx, of_requests, of_urllib3, of_vcr
from .arrivals import Arrivals
from .ears import Ears
from .patches import Patches

if TYPE_CHECKING:
    from .notes import Notes

_CLIENTS: Final = {
    "requests": of_requests.hook,
    "httpx": of_httpx.hook,
    "httpx2": of_httpx.hook,
    "urllib3": of_urllib3.hook,
}
"""Client libraries, by the names of their modules."""

_PLAYER: Final = "vcr"


class Hub:
    """Hooks what is loaded while a recorder is on, and has each recorder hear what the hooks do.

    There is one of it, `HUB`, because there is one of each class that is hooked: a wrapper that a fixture has saved
    during one test comes back during another, and has to tell the recorder of that one. Recorders are known only
    while they are on, and nothing is hooked while none is.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._ears = Ears()
        self._patches = Patches()
        self._arrivals = Arrivals({*_CLIENTS, _PLAYER}, self.refresh)

    def join(self, notes: Notes) -> None:
        """Have a recorder hear from now on."""
        with self._lock:
            self._ears.add(notes)
            self._arrivals.start()
            self.refresh()

    def leave(self, notes: Notes) -> None:
        """Have it hear no more; the last one puts back what was hooked."""
        with self._lock:
            self._ears.remove(notes)
            if not self._ears.are_open:
                self._arrivals.stop()
                self._patches.undo()

    def refresh(self) -> None:
        """Hook what is loaded and not hooked, or what somebody has replaced since; nothing where nobody listens."""
        with self._lock:
            if not self._ears.are_open:
                return
            for name, hook in _CLIENTS.items():
                if name in sys.modules:
                    hook(sys.modules[name], self._patches, self._ears)
            of_vcr.hook(self._patches, self._ears)


HUB: Final = Hub()
