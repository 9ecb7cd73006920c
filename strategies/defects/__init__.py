"""Labelled mutations of valid exchanges, one or more for each rule, by the kind of what they break."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from ...schemas.rules import RULES, Rule, find_rule
from .http import HTTP
from .hygiene import HYGIENE
from .jsontext import JSON_TEXT
from .meaning import MEANING
from .record import Defect
from .request import REQUEST
from .structure import STRUCTURE
from .texts import TEXTS
from .times import TIMES

__all__ = ["BREAKABLE", "OPTIONAL", "Defect", "defects"]

_BY_RULE: Final = dict(
    sorted({**STRUCTURE, **REQUEST, **MEANING, **TIMES, **TEXTS, **JSON_TEXT, **HTTP, **HYGIENE}.items())
)

BREAKABLE: Final = tuple(code for code in _BY_RULE if RULES[code].opt_in is None)
"""Codes of the rules that have a defect and are judged unless they are ignored; a test compares them."""

OPTIONAL: Final = tuple(code for code in _BY_RULE if RULES[code].opt_in is not None)
"""Codes of those that are judged where somebody asks for it."""


def defects(rule: str | Rule | None = None) -> st.SearchStrategy[Defect]:
    """Valid exchanges with one labelled mutation that breaks exactly one rule.

    `rule` is a rule, its code or its slug; by default every one of `BREAKABLE` is as likely as another. Raises
    `KeyError` for a rule that does not exist.

    >>> from hypothesis import find
    >>> found = find(defects("empty-body"), lambda defect: True)
    >>> found.rule, found.pointer, found.after
    ('IP408', '', b'')
    """
    if rule is None:
        return st.one_of([_BY_RULE[code] for code in BREAKABLE])
    return _BY_RULE[rule.code if isinstance(rule, Rule) else find_rule(rule).code]
