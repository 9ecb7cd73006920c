"""Counting what tolerances ask for over the frames of a batch: objects that were judged, and those that were hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ..schemas.frames import VIOLATIONS
from ..schemas.rules import RULES, Part
from ..schemas.tables import TABLES
from .frames import sound
from .tolerance import Tally, take

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .findings import Finding
    from .settings import Settings
    from .tolerance import Tolerance


class Tallying:
    """What was counted of one batch, for each tolerance by its name; nothing where nothing is tolerated."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tallies: dict[str, Tally] = {}

    def rows(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Count the rows of tables; each is given once."""
        for one in self._settings.tolerances:
            for name, frame in frames.items():
                found = _of_rule(one.rule, name, frame) if one.rule else _of_value(one, name, frame)
                if found is not None:
                    take(self._tallies, {one.name: found})

    def tallies(self, found: Collection[Finding], ours: int, unjudged: Collection[int]) -> dict[str, Tally]:
        """All that was counted of `ours` exchanges of the operation, of which the bodies of some were not judged.

        An object is hit once, however many findings there are of it. What is no row of a table is an exchange; a body
        in which something was found was judged that far.
        """
        blank = set(unjudged) - {one.exchange for one in found if one.part is Part.BODY}
        rules = {one.rule: one.name for one in self._settings.tolerances if one.rule}
        hits: dict[str, set[tuple[int, str]]] = {}
        for finding in found if rules else ():
            if finding.code in rules:
                where = finding.pointer.rpartition("/")[0] if table_of(finding.code) else ""
                hits.setdefault(finding.code, set()).add((finding.exchange, where))
        for rule, name in rules.items():
            if table_of(rule) is None:
                objects = ours - len(blank) if RULES[rule].part is Part.BODY else ours
                self._tallies[name] = Tally(objects)
            tally = self._tallies.setdefault(name, Tally(noun=table_of(rule) or "exchanges"))
            tally.hits = len(hits.get(rule, ()))
            tally.objects = max(tally.objects, tally.hits)
        return self._tallies


def table_of(rule: str) -> str | None:
    """The table whose rows a rule judges; `None` for one that judges exchanges.

    >>> table_of("IP214"), table_of("IP401")
    ('messages', None)
    """
    return next((name for name, found in VIOLATIONS.items() if any(one.rule == rule for one in found)), None)


def _of_rule(rule: str, name: str, frame: pl.DataFrame) -> Tally | None:
    """The rows that a rule judged: those of its table in which something that it reads is not broken."""
    violations = [one for one in VIOLATIONS[name] if one.rule == rule]
    if not violations:
        return None
    if "broken" not in frame.columns:
        return Tally(len(frame), noun=name)
    judged = pl.any_horizontal(sound(one, TABLES[name]) for one in violations)
    return Tally(int(frame.select(judged.sum()).item()), noun=name)


def _of_value(one: Tolerance, name: str, frame: pl.DataFrame) -> Tally | None:
    """The rows that have anything in the column, and those that have the value."""
    if one.table != name or one.column is None:
        return None
    kept = frame
    if "broken" in frame.columns:
        kept = frame.filter((pl.col("broken") & TABLES[name].bits[one.column]) == 0)
    cells = kept.get_column(one.column)
    return Tally(cells.count(), int((cells == one.value).sum()), name)
