"""How a run came to its end: whether it was interrupted, and what was asked of it as a whole."""

from __future__ import annotations

from typing import Final

import msgspec


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was asked of the run as a whole, beside what each exchange must keep.

    >>> Gate(name="fail-under", kept=False, message="12.5% of the contract was covered, 40% is asked for").kept
    False
    """

    name: str
    """The flag, or the key of the configuration: `fail-under`, `tolerance IP214`."""
    kept: bool | None
    """`None` where too little was seen to decide, which fails no run."""
    message: str
    """One sentence, with the figures."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended.

    >>> Ending().is_good, Ending(gates=(Gate(name="fail-under", kept=False, message=""),)).is_good
    (True, False)
    """

    interrupted: bool = False
    gates: tuple[Gate, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether no gate is broken."""
        return all(gate.kept is not False for gate in self.gates)


COMPLETE: Final = Ending()
"""The end of a run of which nothing more was asked."""
