"""What a defect is: a labelled mutation of a valid exchange that breaks exactly one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.rules import Part
from ..edits import read, write

if TYPE_CHECKING:
    from ..sample import Json, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One edit of a valid exchange, and what it breaks.

    `sample` is the broken exchange: at `at`, a JSON Pointer into its `part`, `after` stands where the valid one has
    `before` (`ABSENT` for a member that is not there). `rule` is the code of the one rule that this breaks, and
    `pointer` the placein the same part where the breach has to be reported.
    """

    rule: str
    part: Part
    pointer: str
    before: Json
    after: Json
    sample: Sample
    at: str

    @property
    def original(self) -> Sample:
        """The valid exchange that the edit was made in."""
        return write(self.sample, self.part, self.at, self.before)


def broken(  # noqa: PLR0913 - one for each field
    rule: str, sample: Sample, at: str, after: Json, *, part: Part = Part.BODY, pointer: str | None = None
) -> Defect:
    """The defect that `after` at `at` makes of a valid `sample`, reported at `pointer` (default: `at`)."""
    return Defect(
        rule=rule,
        part=part,
        pointer=at if pointer is None else pointer,
        before=read(sample, part, at),
        after=after,
        sample=write(sample, part, at, after),
        at=at,
    )
