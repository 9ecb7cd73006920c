"""Findings are written here, and personal values become placeholders in that moment."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..schemas.document import load, operation, resolve
from ..schemas.rules import ABSENT, RULES, Part
from ..schemas.tables import TABLES
from ..schemas.values import is_array
from .findings import Finding, fingerprint
from .http import correlation
from .needs import NAMED
from .pointers import pointer
from .values import shown, shown_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..schemas.document import Schema
    from ..schemas.frames import Violation
    from .exchange import Exchange
    from .frames import Row
    from .http import Oddity
    from .jsontext import Flaw, Path
    from .settings import Settings
    from .structure import Departure

_A_COUNT: Final[Schema] = {"type": "integer"}


class Scribe:
    """Writes the findings of one batch; those of rules that were not selected are dropped."""

    def __init__(self, exchanges: Sequence[Exchange], settings: Settings) -> None:
        self._exchanges = exchanges
        self._settings = settings
        self.findings: list[Finding] = []

    def is_asked(self, code: str) -> bool:
        """Whether findings of this rule are wanted at all."""
        return self._settings.severity(RULES[code]) is not None

    def oddity(self, exchange: int, odd: Oddity) -> None:
        """Something about the exchange as HTTP."""
        self._write(odd.code, exchange, odd.part, odd.pointer, actual=odd.actual)

    def flaw(self, exchange: int, flaw: Flaw) -> None:
        """Something about the text of a body."""
        self._write(flaw.code, exchange, Part.BODY, self._pointer(flaw.path), actual=flaw.actual)

    def departure(self, exchange: int, departure: Departure) -> None:
        """A value that its schema does not allow, or that is not declared."""
        where = self._pointer(departure.path)
        actual = shown(departure.value, departure.schema, self._settings)
        self._write(departure.code, exchange, Part.BODY, where, told=_types(departure.schema), actual=actual)

    def undeclared_parameter(self, exchange: int, name: str) -> None:
        """A query parameter that the document does not know."""
        where = pointer([shown_key(name, self._settings)])
        self._write("IP162", exchange, Part.QUERY, where, actual="a parameter that is not declared")

    def row(self, table: str, violation: Violation, row: Row) -> None:
        """A row that breaks a rule of its table."""
        told = {name: self._cell(table, name, row) for name in NAMED.findall(RULES[violation.rule].expected)}
        if table in TABLES:
            part, where = Part.BODY, TABLES[table].pointer(row, violation.column)
        else:
            part, where = Part.QUERY, pointer([violation.column])
        actual = self._cell(table, violation.column, row)
        self._write(violation.rule, row["exchange"], part, where, told=told, actual=actual)

    def recording(self, exchange: int) -> Finding | None:
        """What it would be to find this exchange recorded a second time, if that is asked for."""
        return self._finding("IP508", exchange, Part.BODY, "")

    def _cell(self, table: str, column: str, row: Row) -> str:
        value = row.get(column)
        return shown(ABSENT if value is None else value, _schema(table, column), self._settings)

    def _pointer(self, path: Path) -> str:
        return pointer(shown_key(token, self._settings) if isinstance(token, str) else token for token in path)

    def _write(self, code: str, exchange: int, part: Part, where: str, **words: Any) -> None:
        found = self._finding(code, exchange, part, where, **words)
        if found is not None:
            self.findings.append(found)

    def _finding(  # noqa: PLR0913 - the fields of a finding
        self,
        code: str,
        exchange: int,
        part: Part,
        where: str,
        *,
        told: dict[str, str] | None = None,
        actual: str = "",
    ) -> Finding | None:
        rule = RULES[code]
        severity = self._settings.severity(rule)
        if severity is None:
            return None
        expected = NAMED.sub(lambda match: (told or {}).get(match[1], match[0]), rule.expected)
        source = self._exchanges[exchange]
        identity = correlation(source.response)
        found = Finding(code, severity, part, where, expected, actual, source.place, exchange, identity)
        return marked(found, self._settings)


def marked(finding: Finding, settings: Settings) -> Finding:
    """The finding, which a baseline perhaps accepts."""
    if not settings.accepted or _fingerprint(finding.code, finding.part, finding.where) not in settings.accepted:
        return finding
    return msgspec.structs.replace(finding, accepted=True)


_fingerprint: Final = lru_cache(maxsize=4096)(fingerprint)


def _schema(table: str, column: str) -> Schema:
    """What the document declares for a column; the columns that were counted are integers."""
    parameters = operation().parameters
    if column.startswith("query."):
        return parameters[column.removeprefix("query.")]
    declared = TABLES[table].properties if table in TABLES else parameters
    return declared.get(column, _A_COUNT)


def _types(schema: Schema | None) -> dict[str, str]:
    """What `{type}` stands for in a message."""
    kind: Any = resolve(schema or {}, load("response")).get("type", "another value")
    kinds = kind if is_array(kind) else [kind]
    return {"type": " or ".join(_article(str(one)) for one in kinds)}


def _article(kind: str) -> str:
    if kind == "null":
        return kind
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}"
