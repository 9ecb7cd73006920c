"""The two profiles: what the pages promise, and every clause of reference-behaviour."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Profile(StrEnum):
    """How much an implementation is held to."""

    DOCUMENTED = "documented"
    STRICT = "strict"


HELD: Final = {
    "IP105": "S3", "IP109": "S1", "IP202": "S3", "IP205": "S2", "IP206": "S9", "IP213": "S11",
    "IP214": "S10", "IP217": "S11", "IP220": "S10", "IP224": "S6", "IP225": "S6", "IP226": "S7", "IP227": "S12",
    "IP404": "R10", "IP409": "R10", "IP410": "R5", "IP411": "F4", "IP412": "R9", "IP413": "E1", "IP502": "S1",
    "IP302": "F2",
}  # fmt: skip
"""Rules that the profile `strict` makes errors, and the clauses of reference-behaviour that say so."""

ALLOWED: Final = frozenset({"IP219"})
"""Rules that the profile `strict` does not ask for: reference-behaviour S10 allows any time in the past."""
