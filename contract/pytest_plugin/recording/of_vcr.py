"""VCR.py, and pytest-recording, which uses it: what cassettes play, to whichever client.

It has no hook for playing: `before_record_response` is called for what is loaded and recorded. All its stubs get what
they play from `Cassette.play_response`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ears import Ears
    from .patches import Method, Patches


def hook(patches: Patches, ears: Ears) -> None:
    """Tell of what all cassettes play."""

    def make(play_response: Method, is_outermost: Callable[[], bool]) -> Method:
        def replacement(cassette: Any, request: Any) -> Any:
            __tracebackhide__ = True
            response = play_response(cassette, request)
            if is_outermost():
                ears.play(cassette, request, response)
            return response

        return replacement

    patches.replace(getattr(sys.modules.get("vcr.cassette"), "Cassette", None), "play_response", make)
