"""`assert_kept`: the contract in one line of somebody's own test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from ..schemas.document import operation
from .checker import check
from .exchange import Reason
from .explained import explained
from .findings import State
from .keep import NOTHING
from .report import Report, failing
from .responses import exchange_from
from .settings import Settings

if TYPE_CHECKING:
    from .exchange import Request
    from .findings import Outcome
    from .keep import Keep


_LOST: Final = frozenset({Reason.NOT_RECORDED, Reason.TRUNCATED, Reason.UNDECODABLE, Reason.TOO_LARGE})
"""Reasons that say nothing about the response, but that its body is not there."""


class BrokenContractError(AssertionError):
    """A response that breaks the contract; the text tells where, and what to do."""


class NotJudgedError(AssertionError):
    """A response of another operation than the contracted one, or one whose body is not there."""


def assert_kept(response: object, settings: Settings | None = None, *, anywhere: bool = False) -> Outcome:
    """Check that a response keeps the contract; returns what checking it gave.

    `response` is whatever `exchange_from` takes. With `anywhere`, its body is judged wherever it came from, and not
    what was asked. Raises `BrokenContractError` and, where another operation was asked for or the body is not there,
    as of a stream, `NotJudgedError`, which are assertion errors, and what `exchange_from` raises. A response in which
    there is nothing to judge, such as one without a body, is let pass.

    >>> assert_kept({"name": "capillary", "interaction": []}).verdicts[0].state.value
    'pass'
    """
    __tracebackhide__ = True
    chosen = settings or Settings()
    outcome = judge(response, chosen, anywhere=anywhere)
    refuse(outcome, chosen)
    return outcome


def judge(response: object, settings: Settings, *, anywhere: bool = False, keep: Keep = NOTHING) -> Outcome:
    """What checking a response gives, as `assert_kept` does it; raises `NotJudgedError`."""
    __tracebackhide__ = True
    exchange = exchange_from(response)
    if anywhere:
        exchange = msgspec.structs.replace(exchange, request=None)
    outcome = check([exchange], settings, keep=keep)
    if exchange.request is not None and outcome.verdicts[0].reason is Reason.OTHER_OPERATION:
        raise NotJudgedError(_elsewhere(exchange.request))
    if outcome.verdicts[0].reason in _LOST:
        message = f"nothing was judged: {outcome.verdicts[0].reason}; a streamed response has to be read first"
        raise NotJudgedError(message)
    return outcome


def refuse(outcome: Outcome, settings: Settings) -> None:
    """Raise `BrokenContractError` where a verdict is fail, by anything that no baseline accepts."""
    __tracebackhide__ = True
    if all(verdict.state is not State.FAIL for verdict in outcome.verdicts):
        return
    report = Report()
    report.add(outcome)
    groups = failing(report, settings)
    if groups:
        raise BrokenContractError(explained(groups))


def _elsewhere(request: Request) -> str:
    """The path, and never the query, which identifies people."""
    return (
        f"the response answers {request.method} {urlsplit(request.url).path or '/'}, and the contract is about "
        f"{operation().method} {operation().path}; anywhere=True judges the body wherever it came from"
    )
