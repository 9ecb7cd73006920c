"""Which columns the rules of a table read, so that nothing else is carried along."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ..schemas.frames import VIOLATIONS
from ..schemas.rules import RULES
from ..schemas.tables import TABLES

NAMED: Final = re.compile(r"\{([\w.]+)\}")
"""A column that a rule's message names."""


@cache
def needs(table: str) -> frozenset[str]:
    """The columns that the rules of a table and of the tables nested in it read or name in their messages."""
    found = VIOLATIONS[table]
    read = {name for one in found for name in (*one.where.meta.root_names(), *one.reads)}
    named = {name for one in found for name in NAMED.findall(RULES[one.rule].expected)}
    nested = TABLES[table].nested if table in TABLES else ()
    return frozenset(read | named).union(*(needs(inner.name) for inner in nested))
