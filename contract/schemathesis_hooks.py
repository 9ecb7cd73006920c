"""Hooks for users of stock Schemathesis: our check of each answer, and our strategies for each request.

    SCHEMATHESIS_HOOKS=interpact.contract.schemathesis_hooks schemathesis run openapi.json --url https://host

The check is called `interpact` and can be chosen with `--checks`. It applies to the contracted operation and reports
what is an error of the answer; what is wrong with the request was meant to be. Where the variable INTERPACT_CUSTOMERS
names a file of customers (JSON, NDJSON or CSV), most requests are about them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import schemathesis
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.failures import Severity as Weight

from ..schemas.document import operation
from ..schemas.rules import RULES, Part, Severity
from .checker import check
from .exchange import Exchange, Place, Request, Response
from .fuzz.customers import read_customers
from .fuzz.filling import Filling
from .http import is_operation
from .settings import Settings

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from schemathesis.checks import CheckContext
    from schemathesis.core.transport import Response as Answer
    from schemathesis.generation.case import Case
    from schemathesis.hooks import HookContext

    from .findings import Finding

CUSTOMERS: Final = "INTERPACT_CUSTOMERS"
"""The variable that names a file of known customers."""


class BrokenRule(Failure):
    """A rule of the contract that a response breaks."""

    checks: ClassVar[tuple[str, ...]] = ("interpact",)


_KINDS: Final[dict[str, type[BrokenRule]]] = {
    code: type(code, (BrokenRule,), {"code": code, "kind_title": rule.title}) for code, rule in RULES.items()
}
"""A class for each rule, since Schemathesis tells failures apart by their class."""

_SETTINGS: Final = Settings()


@schemathesis.check
def interpact(_: CheckContext, response: Answer, case: Case[Any]) -> bool | None:
    """Check an answer as `interpact check` does; `True` tells Schemathesis that there was nothing to check."""
    request = Request.of(response.request.method or "", response.request.url or "")
    if not is_operation(request):
        return True
    answer = Response.of(response.content, response.status_code, response.headers)
    outcome = check([Exchange(Place(case.operation.label), request, answer)], _SETTINGS)
    failures = {one.code: _failure(one, case) for one in outcome.findings if _matters(one)}
    if failures:
        raise FailureGroup(list(failures.values()))
    return None


def _matters(finding: Finding) -> bool:
    return finding.severity.reaches(Severity.ERROR) and finding.part not in {Part.QUERY, Part.REQUEST_HEADERS}


def _failure(finding: Finding, case: Case[Any]) -> Failure:
    where = f"{finding.part.value} {finding.pointer}".rstrip()
    message = f"{where}: expected {finding.expected}, got {finding.actual}"
    return _KINDS[finding.code](operation=case.operation.label, message=message, severity=Weight.HIGH)


def _filling() -> Filling:
    path = os.environ.get(CUSTOMERS)
    return Filling(read_customers(Path(path)) if path else ())


_FILLING: Final = _filling()


def flatmap_case(context: HookContext, case: Case[Any]) -> SearchStrategy[Any]:
    """Fill what is made up."""
    return _FILLING.flatmap_case(context, case)


def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
    """Fill what is made from examples."""
    return _FILLING.map_case(context, case)


for _hook in (flatmap_case, map_case):
    cast("Any", schemathesis).hook.apply_to(method=operation().method, path=operation().path)(_hook)
