"""Coverage of the contract: how often each of its points was seen, small enough to keep, send and merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..schemas.coverage import universe
from ..schemas.rules import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..schemas.coverage import Point


class Coverage(msgspec.Struct):
    """How often each point was seen, by its id; of a point that was not seen there is nothing.

    Seen by whom: only exchanges that were judged and passed count. A point is seen once for each object that shows
    it, so three messages of one answer count three times.

    >>> from interpact.contract.checker import check
    >>> from interpact.contract.exchange import Exchange, Place, Response
    >>> body = '{"name": "capillary", "interaction": [], "warnings": null}'
    >>> coverage = check([Exchange(Place("body.json"), response=Response.of(body))]).coverage
    >>> coverage.counts["response:/warnings null"]
    1
    >>> coverage.gaps()[0].gap
    '`identifierName=email` was never asked for'
    """

    counts: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    profile: Profile = Profile.DOCUMENTED
    """The profile under which was judged, which decides what can be seen at all; `strict` if any part was."""

    def points(self) -> tuple[Point, ...]:
        """What can be seen, in the order of the universe."""
        return universe(self.profile)

    @property
    def seen(self) -> tuple[Point, ...]:
        """The points that were seen, in the order of the universe."""
        return tuple(point for point in self.points() if point.is_seen(self.counts))

    def gaps(self) -> tuple[Point, ...]:
        """The points that were not seen, in the order of the universe."""
        return tuple(point for point in self.points() if not point.is_seen(self.counts))

    @property
    def ratio(self) -> float:
        """The share of the points that were seen, from 0 to 1."""
        return len(self.seen) / len(self.points())

    @property
    def percent(self) -> int:
        """The same from 0 to 100, rounded down: only a run that saw every point has 100."""
        return 100 * len(self.seen) // len(self.points())

    def add(self, counts: Mapping[str, int]) -> None:
        """Take in how often points were seen.

        >>> coverage = Coverage()
        >>> coverage.add({"status:200": 2, "status:404": 0})
        >>> coverage.counts
        {'status:200': 2}
        """
        for point, count in counts.items():
            if count:
                self.counts[point] = self.counts.get(point, 0) + count

    def merge(self, other: Coverage) -> None:
        """Take in what others saw; the order does not matter.

        >>> coverage = Coverage({"status:200": 2})
        >>> coverage.merge(Coverage({"status:200": 1, "status:404": 1}))
        >>> coverage.counts
        {'status:200': 3, 'status:404': 1}
        """
        self.add(other.counts)
        if other.profile is Profile.STRICT:
            self.profile = Profile.STRICT
