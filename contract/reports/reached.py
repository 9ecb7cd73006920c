"""Which rules a run has tried: a rule that found nothing is kept only where there was something for it to find.

A rule is reached where an exchange that passed shows the case in which it could be broken (`schemas/cases.py`), or, for
a rule across exchanges, where a request was made for its sake. What only failing exchanges hold does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..coverage import Coverage


def reached(code: str, coverage: Coverage, tried: Collection[str] = ()) -> bool:
    """Whether a run has tried a rule; `tried` holds the rules for whose sake requests were made.

    >>> from interpact.contract.coverage import Coverage
    >>> reached("IP213", Coverage({"response:/interaction/*/messageList/*/deliveredTime present": 1}))
    True
    >>> reached("IP213", Coverage({"response:/name = capillary": 1})), reached("IP302", Coverage(), ["IP302"])
    (False, True)
    """
    return code in tried or any(one in coverage.counts for one in CASES.get(code, ()))
