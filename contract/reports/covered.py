"""What of the contract was exercised and what was not, dimension by dimension, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...schemas.coverage import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..coverage import Coverage
    from .base import About

_GAPS: Final = 5
"""Gaps of each dimension that are named unless all are wanted."""


def by_dimension(coverage: Coverage, about: About) -> Iterator[str]:
    r"""Each dimension with its gaps, line by line.

    >>> from interpact.contract.coverage import Coverage
    >>> from interpact.contract.reports.base import About
    >>> print(*list(by_dimension(Coverage(), About()))[:2], sep="\n")
    coverage of parameter: 0% (0 of 22)
      `identifierName=email` was never asked for
    """
    total, gaps = coverage.points(), coverage.gaps()
    for dimension in Dimension:
        points = [one for one in total if one.dimension is dimension]
        missing = [one.gap for one in gaps if one.dimension is dimension]
        if points:
            seen = len(points) - len(missing)
            yield f"coverage of {dimension.value}: {100 * seen // len(points)}% ({seen} of {len(points)})"
        shown = missing if about.all_gaps else missing[:_GAPS]
        yield from (f"  {gap}" for gap in shown)
        if len(missing) > len(shown):
            yield f"  ... and {len(missing) - len(shown)} more; --all-gaps names them all"
