"""What the profile `strict` says of a whole answer, beside its tables (reference-behaviour S1)."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from .document import Schema, load
from .rules import ABSENT


class Answer(Protocol):
    """A response body as the typed decoder gives it: what was left out is neither a text nor a list."""

    name: Any
    warnings: Any


class Clause(NamedTuple):
    """A clause that an answer does not keep: the rule, the path, the value there, and what is declared."""

    code: str
    path: tuple[str, ...]
    value: Any
    schema: Schema | None


def clauses(body: Answer) -> list[Clause]:
    """The clauses about its own members that an answer does not keep.

    >>> from types import SimpleNamespace
    >>> [one.code for one in clauses(SimpleNamespace(name="", warnings=None))]
    ['IP250', 'IP251']
    """
    found: list[Clause] = []
    if isinstance(body.name, str) and (not body.name or "\ufffd" in body.name):
        found.append(Clause("IP250", ("name",), body.name, load("response")["properties"]["name"]))
    if not isinstance(body.warnings, list):
        found.append(Clause("IP251", ("warnings",), ABSENT, load("response")["properties"]["warnings"]))
    return found
