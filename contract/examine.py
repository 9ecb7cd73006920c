"""One body read slowly and to the letter: everything that is wrong with its text and its structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import MsgspecError

from ..schemas.shapes import Shape, refusal, shape_of, unsaid
from ..schemas.values import is_object
from .jsontext import MAX_DEPTH, UNREADABLE, Flaw, Path, parse
from .loose import Broken, loosen
from .structure import Departure, departures, liberties
from .typed import decoder

if TYPE_CHECKING:
    import msgspec


_ERRORS: Final = "IP410"


class Examined(NamedTuple):
    """What was found: flaws of the text, departures from the schema, and the rows as far as they are sound."""

    flaws: list[Flaw]
    departures: list[Departure]
    rows: msgspec.Struct | None = None
    refused: bool = False
    readable: bool = True
    sound: Any = None
    """The body, if it has the structure that the schema of an answer or of a refusal asks for."""


def examine(raw: bytes, *, success: bool, broken: Broken, max_depth: int = MAX_DEPTH) -> Examined:
    """Examine a body that came with a successful status (or with an unknown one), or with another one.

    The broken properties of its rows are added to `broken`.

    >>> found = examine(b'{"name": 7, "interaction": []}', success=True, broken={})
    >>> found.departures[0].code, found.departures[0].path
    ('IP103', ('name',))
    """
    if not raw.strip():
        return Examined([Flaw("IP408", (), "an empty body")], [], readable=False)
    value, flaws = parse(raw, max_depth)
    if value is UNREADABLE:
        return Examined(flaws, [], readable=False)
    shape = shape_of(value, success=success)
    if shape is Shape.LEGACY:
        return Examined(flaws, [Departure("IP110", (), value, None)], refused=True)
    departed = [] if _accepted(raw, shape) else departures(value, shape.value)
    found = _told(departed, value, shape, {flaw.path for flaw in flaws if flaw.path})
    sound = value if all(one.code == _ERRORS for one in departed) else None
    if shape is Shape.REFUSAL:
        return Examined([*flaws, *_refusal_flaws(value, success=success)], found, refused=True, sound=sound)
    errors = [Flaw(one.code, one.path, refusal(value)) for one in found if one.code == _ERRORS]
    found = [one for one in found if one.code != _ERRORS]
    rows = loosen(value, broken) if is_object(value) else None
    return Examined([*flaws, *errors], found, rows, sound=sound)


def _told(found: list[Departure], value: Any, shape: Shape, flawed: set[Path]) -> list[Departure]:
    """Departures and liberties; where the text itself has a flaw, its value is not judged a second time."""
    if any(not one.path for one in found):
        return found
    return [one for one in (*found, *liberties(value, shape.value)) if one.path not in flawed]


def _accepted(raw: bytes, shape: Shape) -> bool:
    """Whether the typed decoder takes the body once undeclared properties are passed over."""
    if shape is not Shape.ANSWER:
        return False
    try:
        decoder(strict=False).decode(raw)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _refusal_flaws(value: Any, *, success: bool) -> list[Flaw]:
    """A refusal with a status that says success (facts.md §4), or one that does not say why (E1)."""
    said = refusal(value)
    despite = [Flaw(_ERRORS, ("errors",), said)] if success and said else []
    return despite + [Flaw("IP252", (name,), "nothing, or something else") for name in unsaid(value)]
