"""The catalogue of faults: named misbehaviours of the reference server, exactly one at a time."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from .calendar import CALENDAR
from .crossfield import CROSS_FIELD
from .filters import FILTERS
from .identifiers import IDENTIFIER
from .methods import METHOD
from .protocol import PROTOCOL
from .rare import RARE
from .record import Family, Fault, Hooks, Model, Reply, Wire
from .security import SECURITY
from .shape import SHAPE
from .stability import STABILITY
from .validation import VALIDATION

__all__ = ["FAULTS", "Family", "Fault", "Hooks", "Model", "Reply", "Wire"]

_ALL: Final = (
    *SHAPE, *CALENDAR, *CROSS_FIELD, *FILTERS, *IDENTIFIER, *VALIDATION, *PROTOCOL, *METHOD, *STABILITY, *SECURITY,
    *RARE,
)  # fmt: skip

FAULTS: Final = MappingProxyType({fault.name: fault for fault in _ALL})
"""Every fault by its name, family after family."""
