"""Which rules a run has tried: a rule that found nothing is kept only where there was something for it to find.

A rule is reached where an exchange that passed shows the place that the rule is about (the place of its example), or,
for a rule across exchanges, where a request was made for its sake. What only failing exchanges hold does not count.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from ...schemas.coverage import universe
from ...schemas.rules import RULES, Part
from ..pointers import folded

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..coverage import Coverage

_BEGINNINGS: Final = {
    Part.QUERY: "request:",
    Part.REQUEST_HEADERS: "request:",
    Part.STATUS: "status:",
    Part.RESPONSE_HEADERS: "status:",
    Part.BODY: "response:",
}
"""How the ids of the points begin that show a part of an exchange (`schemas/coverage.py`)."""
_REFUSAL: Final = "error:"
_NOT_THERE: Final = " absent"


def reached(code: str, coverage: Coverage, tried: Collection[str] = ()) -> bool:
    """Whether a run has tried a rule; `tried` holds the rules for whose sake requests were made.

    >>> from interpact.contract.coverage import Coverage
    >>> reached("IP213", Coverage({"response:/interaction/*/messageList/*/deliveredTime present": 1}))
    True
    >>> reached("IP213", Coverage({"response:/name = capillary": 1})), reached("IP302", Coverage(), ["IP302"])
    (False, True)
    """
    rule = RULES[code]
    if rule.across:
        return code in tried
    return any(_shows(point, beginning) for beginning in _beginnings(code) for point in coverage.counts)


@cache
def _beginnings(code: str) -> tuple[str, ...]:
    """What the ids of the points begin with that show the place of a rule; a whole body may be that of a refusal.

    A place that no point shows, as that of an undeclared member, is shown where the object is that holds it.
    """
    rule = RULES[code]
    start, example = _BEGINNINGS[rule.part], rule.example
    if rule.part is not Part.BODY:
        return (start,)
    place = folded((example.found or "") if example.text or example.found is not None else example.at)
    while place and not any(_shows(point.id, start + place) for point in universe()):
        place = place.rpartition("/")[0]
    return (start + place,) if place else (start, _REFUSAL)


def _shows(point: str, beginning: str) -> bool:
    rest = point.removeprefix(beginning)
    is_there = rest != point and (beginning.endswith(":") or rest.startswith((" ", "/")))
    return is_there and not point.endswith(_NOT_THERE)
