"""The frames as pandera schemas (Polars backend), for people who hold flattened tables themselves.

Columns, types and nullability come from the document, the checks are the rules' own expressions, one check a rule,
named after it. pandera takes two seconds to import and a millisecond a check, so the checker, which runs the very
same expressions, does without it; a test holds both to the same verdicts.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

import pandera.polars as pa
import polars as pl

from ..rules import RULES, Profile, Severity
from ..tables import TABLES, Table
from . import PREPARE, VIOLATIONS

if TYPE_CHECKING:
    from pandera.api.polars.types import PolarsData

    from .violation import Violation

_DTYPES: Final = {"string": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "number": pl.Float64}
_CONTEXT: Final = {"responded at": pl.Datetime("us"), "query.type": pl.String}
"""What a table may lack, and then the rules that need it have nothing to say."""


def frame_schema(
    table: str, *, least: Severity = Severity.ERROR, profile: Profile = Profile.DOCUMENTED
) -> pa.DataFrameSchema:
    """The pandera schema of a table, with the rules that have at least this severity under the profile.

    `entries` has the columns `exchange`, `entry`, the scalar properties of an entry, `messages` (the length of its
    list, null where it has none) and `has.messageList`, `has.surveys`; `messages` has `exchange`, `entry`, `message`,
    `entry.name` and the scalar properties of a message; `remarks` has `exchange`, `remark` and those of a warning.
    `entries` may have `query.type`, and `messages` may have `responded at`. Other columns are left alone.

    Raises `KeyError` for a table that does not exist. `schema.validate(frame, lazy=True)` raises pandera's
    `SchemaErrors`, whose failure cases name the rules. Pass an eager DataFrame: of a lazy one pandera checks the
    types only.

    >>> frame = pl.DataFrame({"exchange": [0], "remark": [0], "status": [True], "code": [8069], "message": ["merged"]})
    >>> frame_schema("remarks", least=Severity.INFO).validate(frame, lazy=True)
    Traceback (most recent call last):
    ...
    pandera.errors.SchemaErrors: ...
    """
    declared = TABLES[table]
    severities = {found.rule: RULES[found.rule].severity_under(profile=profile) for found in VIOLATIONS[table]}
    rules = [rule for rule, severity in severities.items() if severity is not None and severity.reaches(least)]
    return pa.DataFrameSchema(
        columns={name: _column(declared, name, kind) for name, kind in declared.columns.items()},
        checks=[_check(table, rule) for rule in rules],
        name=table,
    )


def prepared(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what its rules compute once; validating such a frame is several times faster.

    >>> prepared("remarks", pl.DataFrame({"code": [1]})).columns
    ['code']
    """
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in _CONTEXT.items() if name not in frame.columns]
    whole = frame.with_columns(lacking) if table != "remarks" else frame
    return PREPARE[table](whole) if table in PREPARE else whole


def _column(table: Table, name: str, kind: str) -> pa.Column:
    return pa.Column(_DTYPES[kind], nullable=name in table.optional, required=name not in table.optional)


def _check(table: str, rule: str) -> pa.Check:
    found = [one for one in VIOLATIONS[table] if one.rule == rule]

    def kept(data: PolarsData) -> pl.LazyFrame:
        names = set(data.lazyframe.collect_schema().names())
        ready = all(needed <= names for needed in map(_reads, found))
        frame = data.lazyframe if ready else prepared(table, data.lazyframe.collect()).lazy()
        return frame.select(~reduce(pl.Expr.or_, (one.where.fill_null(value=False) for one in found)))

    return pa.Check(kept, name=rule, title=RULES[rule].title, error=f"{rule} {RULES[rule].slug}")


def _reads(violation: Violation) -> set[str]:
    return set(violation.where.meta.root_names())
