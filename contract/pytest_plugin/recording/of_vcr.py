"""VCR.py, and pytest-recording, which uses it: what cassettes play, to whichever client.

It has no hook for playing: `before_record_response` is called for what is loaded and recorded. All its stubs get what
they play from `Cassette.play_response`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cassettes import Cassettes
    from .notes import Notes
    from .patches import Method, Patches


def hook(patches: Patches, notes: Notes, cassettes: Cassettes) -> None:
    """Note what all cassettes play."""

    def make(play_response: Method) -> Method:
        def replacement(cassette: Any, request: Any) -> Any:
            response = play_response(cassette, request)
            if notes.active:
                notes.play(cassettes.play(cassette, request, response))
            return response

        return replacement

    patches.replace(getattr(sys.modules.get("vcr.cassette"), "Cassette", None), "play_response", make)
