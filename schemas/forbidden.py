"""What the profile `strict` does not let pass, so that a run under it cannot be asked to have seen it.

A test holds this to the rules: whatever shows such a point breaks one of them, and every other point can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .population import CHANNELS
from .vocabulary import CONTENT, MESSAGE_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

STATUSES: Final = ("DELIVERED", "NOT-DELIVERED", "SOFT_BOUNCED")
"""The statuses of reference-behaviour S9."""

_BARRED: Final = frozenset(MESSAGE_CHANNELS | CONTENT.keys()) - frozenset(CHANNELS)
"""Names of entries that are documented, and that reference-behaviour S2 does not allow."""


class _Others:
    """All values but some."""

    def __init__(self, some: Container[Any]) -> None:
        self._some = some

    def __contains__(self, value: object) -> bool:
        return value not in self._some


_FORBIDDEN: Final[dict[tuple[str, str, str], tuple[str, Container[Any]]]] = {
    ("response", "warnings", "absent"): ("S1", {None}),
    ("response", "warnings", "null"): ("S1", {None}),
    ("entries", "name", "equal"): ("S2", _BARRED),
    ("messages", "entry.name", "equal"): ("S2", _BARRED),
    ("entries", "messageList", "absent"): ("S2", {None}),
    ("entries", "messageList", "empty"): ("S2", {None}),
    ("entries", "count", "equal"): ("S2", {0}),
    ("messages", "id", "up to"): ("S5", {2**31}),
    ("messages", "subject", "empty"): ("S7", {None}),
    ("messages", "status", "equal"): ("S9", _Others({one.replace("-", "_") for one in STATUSES})),
    ("error", "errors", "absent"): ("E1", {None}),
    ("error", "errors", "null"): ("E1", {None}),
    ("error", "errors", "empty"): ("E1", {None}),
    ("error", "warnings", "absent"): ("E1", {None}),
    ("error", "warnings", "null"): ("E1", {None}),
    ("error.errors", "message", "empty"): ("E1", {None}),
}
"""By kind of object, member and question: the clause, and the values that it forbids."""


def clause_against(holder: str, where: Iterable[tuple[str, str, Any]]) -> str | None:
    """The clause of reference-behaviour that an object of a kind breaks which meets the conditions, if there is one.

    A condition is a member, a question as `coverage.Question` words it, and a value.

    >>> clause_against("messages", [("subject", "empty", None)])
    'S7'
    """
    for member, question, value in where:
        clause, values = _FORBIDDEN.get((holder, member, question), ("", ()))
        if value in values:
            return clause
    return None
