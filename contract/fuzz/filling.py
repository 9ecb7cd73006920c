"""How our strategies fill Schemathesis's requests: hooks for one document, or for whoever registers them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, cast

from hypothesis import strategies as st

from ...strategies import cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemathesis.generation.case import Case
    from schemathesis.hooks import HookContext

_FUZZING = "fuzzing"
"""Schemathesis's own name of the phase in which strategies make requests up."""


class Filling:
    """Hooks that fill requests with what identifies `customers`, and with parameters that agree."""

    def __init__(self, customers: Sequence[Mapping[str, str]]) -> None:
        self._customers = customers
        self._valid = cases.queries(customers)
        self._turn = count()

    def before_generate_query(self, _: HookContext, __: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        """Valid queries in place of Schemathesis's; for a phase that makes valid ones only."""
        return self._valid

    def flatmap_query(self, _: HookContext, query: Mapping[str, Any] | None) -> st.SearchStrategy[Any]:
        """What is right in an invalid query names a known customer; for a phase that makes invalid ones only."""
        return cases.completions(query or {}, self._customers)

    def flatmap_case(self, _: HookContext, case: Case[Any]) -> st.SearchStrategy[Any]:
        """Both of these, for a phase that mixes them."""
        meta = case.meta
        if meta is None or meta.phase.name.value != _FUZZING:
            return st.just(case)
        positive = meta.generation.mode.is_positive
        queries = self._valid if positive else cases.completions(case.query, self._customers)
        return queries.map(lambda query: _with(case, query))

    def map_case(self, _: HookContext, case: Case[Any]) -> Case[Any]:
        """What is made from the document's examples names a known customer, and agrees."""
        meta = case.meta
        if meta is None or meta.phase.name.value == _FUZZING:
            return case
        return _with(case, cases.settled(case.query, self._customers, next(self._turn), meta.phase.data.parameter))

    def examples(self, context: HookContext, found: list[Case[Any]], limit: int) -> None:
        """Add the plainest question about each customer to the document's examples, at most `limit`."""
        operation: Any = cast("Any", context).operation
        found.extend(operation.Case(query=dict(query)) for query in cases.openers(self._customers, limit))


def _with(case: Case[Any], query: Mapping[str, Any]) -> Case[Any]:
    if query != case.query:
        case.query = dict(query)
    return case
