"""Who listens in this process: what a hook hears is told to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import calling, is_kept
from .cassettes import Cassettes

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ...exchange import Request
    from .calls import Play
    from .notes import Notes


class Ears:
    """The notes of the recorders that are on, and no others."""

    def __init__(self) -> None:
        self._all: tuple[Notes, ...] = ()
        self._cassettes = Cassettes()

    @property
    def are_open(self) -> bool:
        """Whether anybody listens."""
        return bool(self._all)

    def add(self, notes: Notes) -> None:
        """Tell these notes, too."""
        self._all = (*self._all, notes)

    def remove(self, notes: Notes) -> None:
        """Tell them no more."""
        self._all = tuple(one for one in self._all if one is not notes)

    def calling(self, library: str) -> AbstractContextManager[None]:
        """A call of a client library is going on."""
        return calling(library, self._keep)

    def hear(
        self, response: object, method: object, url: object, request: Request | None = None, *, oldest: bool = False
    ) -> None:
        """Tell of a response; see `Ear`."""
        for notes in self._all:
            notes.hear(response, method, url, request, oldest=oldest)

    def play(self, cassette: Any, request: Any, response: Any) -> None:
        """Tell of what a cassette played, for the call that is going on or by itself."""
        if not self._all:
            return
        play = self._cassettes.play(cassette, request, response)
        for notes in self._all:
            notes.use(play)
        if not is_kept(play):
            self._keep(play)

    def _keep(self, play: Play) -> None:
        for notes in self._all:
            notes.keep(play)
