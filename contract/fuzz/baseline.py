"""A baseline: findings that are known and accepted until a day, by fingerprint; never counted as passed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class BaselineError(Exception):
    """A baseline that cannot be used; the message names the file and what is wrong."""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accepted kind of finding: its fingerprint, the last day of the acceptance, and why."""

    fingerprint: str
    until: date
    why: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: list[Accepted]
    version: int = 1


def read_baseline(path: Path, today: date) -> frozenset[str]:
    """The fingerprints that a baseline accepts today. Raises `BaselineError`.

    The file is JSON: `{"accepted": [{"fingerprint": "...", "until": "2027-01-31", "why": "ticket 17"}]}`.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{path}: not a baseline: {error}"
        raise BaselineError(message) from None
    return frozenset(one.fingerprint for one in found.accepted if today <= one.until)
