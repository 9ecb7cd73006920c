"""The marker: what `@pytest.mark.interpact(...)` may say, and what it says about a test."""

from __future__ import annotations

import difflib
from typing import Any, Final

import pytest

from .options import JUDGING

MARKER: Final = (
    "interpact(record=..., ignore=..., fault=..., ...): listen to the clients of this test or do not (record), judge "
    "it by other settings (fail_on, profile, strict, select, ignore, otp_masked, show_values), or choose what "
    "interpact_server serves (fault, customers, seed, auth, masked)."
)
"""The line of `pytest --markers`."""

_SERVING: Final = ("fault", "customers", "seed", "auth", "masked")
_KNOWN: Final = ("record", *sorted(JUDGING), *_SERVING)


def marked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say, those of its class and module included; the closest wins.

    A marker without arguments asks to be recorded.
    """
    told: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("interpact"))):
        told |= marker.kwargs or {"record": True}
    return told


def validate(item: pytest.Item) -> None:
    """Raise `pytest.UsageError` for a marker of this test that says something else."""
    for marker in item.iter_markers("interpact"):
        from .reading import told_by_marker

        unknown = next((name for name in marker.kwargs if name not in _KNOWN), None)
        if marker.args or unknown is not None:
            message = f"{item.nodeid}: @pytest.mark.interpact {_complaint(unknown)}"
            raise pytest.UsageError(message)
        for name in JUDGING & marker.kwargs.keys():
            told_by_marker(name, marker.kwargs[name], f"{item.nodeid}: @pytest.mark.interpact({name}=...)")


def _complaint(unknown: str | None) -> str:
    if unknown is None:
        return f"takes keyword arguments only: {', '.join(_KNOWN)}"
    close = difflib.get_close_matches(unknown, _KNOWN, n=1, cutoff=0.5)
    return f"has no argument {unknown!r}" + (
        f"; did you mean {close[0]}?" if close else f"; known are {', '.join(_KNOWN)}"
    )
