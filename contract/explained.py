"""Findings at length: what a person needs to mend a service without opening anything else."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from ..schemas.rules import RULES, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .findings import Finding
    from .report import Group

_WIDTH: Final = 96
_LABEL: Final = "    {:<10}"
_MOST: Final = 20
"""Groups that are told at length."""


def explained(groups: Sequence[Group]) -> str:
    """Groups of findings in the order given: place, expected, actual, why it matters and the likely mistake.

    >>> from interpact.contract.checker import check
    >>> from interpact.contract.exchange import Exchange, Place, Response
    >>> from interpact.contract.report import Report
    >>> report = Report()
    >>> report.add(check([Exchange(Place("a.json"), response=Response.of("[]"))]))
    >>> print(explained(report.groups()).splitlines()[0])
    error IP101 not-an-object: the body
    """
    told = [line for group in groups[:_MOST] for line in _group(group)]
    left = len(groups) - _MOST
    more = [f"... and {left} more kinds of findings"] if left > 0 else []
    return "\n".join([*told, *more, *_hint(groups)])


def place_of(finding: Finding) -> str:
    """The part of the exchange and the pointer into it, in words.

    >>> from interpact.contract.exchange import Place
    >>> from interpact.contract.findings import Finding
    >>> from interpact.schemas.rules import Severity
    >>> place_of(Finding("IP201", Severity.ERROR, Part.BODY, "/interaction/0/count", "", "", Place("a"), 0))
    '/interaction/0/count'
    """
    if finding.part is Part.BODY:
        return finding.pointer or "the body"
    return f"{finding.part.value} {finding.pointer}".rstrip()


def _group(group: Group) -> Iterator[str]:
    finding, rule = group.samples[0], RULES[group.code]
    yield f"{group.severity.value} {group.code} {rule.slug}: {place_of(finding)}"
    yield from _labelled("in", f"{finding.place}{_correlated(finding)}")
    yield from _labelled("expected", finding.expected)
    yield from _labelled("got", finding.actual)
    if group.count > 1:
        yield from _labelled("also", _also(group))
    yield from _labelled("why", rule.why)
    yield from _labelled("fix", rule.fix)


def _correlated(finding: Finding) -> str:
    return f" (request {finding.correlation})" if finding.correlation else ""


def _also(group: Group) -> str:
    places = group.count - 1
    others = f"at {places} more place{'' if places == 1 else 's'}"
    return others if group.exchanges <= 1 else f"{others}, in {group.exchanges} exchanges in all"


def _labelled(label: str, text: str) -> list[str]:
    indent = " " * len(_LABEL.format(""))
    first = _LABEL.format(label)
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{first if number == 0 else indent}{line}".rstrip() for number, line in enumerate(lines)]


def _hint(groups: Sequence[Group]) -> list[str]:
    if not groups:
        return []
    code = groups[0].code
    return [f'`interpact explain {code}` has examples; ignore = ["{code}"] under [tool.interpact] accepts it.']
