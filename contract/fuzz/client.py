"""The polite client: sends within the budget, at the rate, and exactly what it was told to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
from urllib3 import HTTPHeaderDict

from ..exchange import Exchange, Place, Request, Response
from ..secrets import REPLACED
from .address import Address
from .ask import Ask
from .budget import Budget, BudgetSpent, Pace
from .credentials import Credentials
from .failure import ERRORS, Failure, failure_of
from .flaws import Flaw, FlawKind, flaws_of_status
from .heard import Heard, response_of
from .patience import wait_asked
from .pools import Door
from .pulse import Gone, Pulse
from .wire import CALL, Call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .credentials import Secret
    from .manners import Manners

__all__ = ["Ask", "BudgetSpent", "Client", "Gone", "Heard"]

HEADERS: Final = (
    ("User-Agent", "interpact"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip, deflate"),
)
"""What is sent where the request says nothing else."""

_PAUSE: Final = 0.5
"""Seconds before an endpoint that seems to be gone is tried a last time: servers are restarted."""


class Client:
    """Sends requests to one endpoint. Threads may share it.

    `base_url` may have a path prefix; the URL in an exchange is without it, so that the contract's paths apply.
    Processes that take turns at it share the rate through the file `shared`. Raises `AddressError` and `MannersError`.

    >>> from interpact.contract.fuzz.manners import Manners
    >>> with Client("http://127.0.0.1:8080/api", Manners()) as client:
    ...     client.url_of(Ask("GET", "/v2?a=%zz"))
    'http://127.0.0.1:8080/api/v2?a=%zz'
    """

    def __init__(
        self, base_url: str, manners: Manners, credentials: Credentials | None = None, shared: Path | None = None
    ) -> None:
        self.address = Address.of(base_url)
        self.manners = manners
        self.budget = Budget(max_requests=manners.max_requests, max_time=manners.max_time)
        self._credentials = credentials
        self._door = Door(self.address, manners)
        self._pace = Pace(manners.rate_towards(self.address), self.budget, shared)
        self._pulse = Pulse(manners.misses)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every wait with `BudgetSpent`, and close the connections that are idle."""
        self.budget.stop()
        self._pace.close()
        self._door.close()

    def url_of(self, ask: Ask) -> str:
        """The whole URL that a request goes to, for a curl line."""
        return self.address.origin + self._target(ask)

    def send(self, ask: Ask) -> Heard:
        """Send a request when it is polite to, and return what came of it.

        A 429 or 503 with Retry-After is waited out and the request sent again, `manners.max_waits` times at most.
        Raises `BudgetSpent` where no further request may be sent, `Gone` where the endpoint is gone.
        """
        heard = self._sent_patiently(ask)
        if _is_answer(heard):
            self._pulse.beat(ask)
        elif self._pulse.miss():
            self._make_sure(heard)
        return heard

    def _sent_patiently(self, ask: Ask) -> Heard:
        earlier: list[int] = []
        while True:
            heard = self._sent(ask)
            response = heard.exchange.response
            seconds = self._worth_waiting(response, len(earlier))
            if response is None or seconds is None:
                return replace(heard, earlier=tuple(earlier)) if earlier else heard
            earlier.append(response.status or 0)
            self._pace.hold(seconds)

    def _worth_waiting(self, response: Response | None, waits: int) -> float | None:
        """Seconds to wait before the request is sent again; `None` where the answer counts as it is."""
        asked = wait_asked(response)
        if asked is None or waits >= self.manners.max_waits:
            return None
        seconds = min(asked, self.manners.longest_wait)
        return seconds if seconds < self.budget.left else None

    def _make_sure(self, heard: Heard) -> None:
        """Repeat a request that was answered before; `Gone` where that one is not answered either."""
        message = "the endpoint has not answered a single request"
        if self._pulse.answered is not None:
            self.budget.sleep(_PAUSE)
            if _is_answer(self._sent_patiently(self._pulse.answered)):
                self._pulse.beat(self._pulse.answered)
                return
            message = "the endpoint has stopped answering"
        why = heard.why or "it asks to wait, again and again"
        message = f"{message}: {self.manners.misses} in a row failed, the last because {why}"
        raise Gone(message, heard)

    def _sent(self, ask: Ask) -> Heard:
        number = self.budget.take()
        self._pace.wait()
        seconds = min(self.manners.read_timeout, max(self.budget.left, 0.001))
        call = Call(self._target(ask), seconds, self._credential(ask))
        started, began = datetime.now(UTC), monotonic()
        outcome = _outcome(self._door, ask.method, self._headers(ask), call, self.manners.max_body)
        elapsed = monotonic() - began
        if seconds < self.manners.read_timeout and (outcome.failure is Failure.TIMEOUT or outcome.flaws):
            self.budget.check()  # an answer that the end of the budget has cut off says nothing
        response, flaws = self._discreet(outcome.response)
        exchange = Exchange(Place(ask.label or ask.method, number), self._request(ask), response)
        return Heard(exchange, started, elapsed, (*outcome.flaws, *flaws), outcome.failure, outcome.why)

    def _discreet(self, response: Response | None) -> tuple[Response | None, tuple[Flaw, ...]]:
        """A response without our credentials, should its body repeat them."""
        if response is None or response.body is None or self._credentials is None:
            return response, ()
        body = self._credentials.without(response.body)
        if body == response.body:
            return response, ()
        return msgspec.structs.replace(response, body=body), (Flaw(FlawKind.CREDENTIAL),)

    def _target(self, ask: Ask) -> str:
        return ask.target if ask.target == "*" else self.address.prefix + ask.target

    def _credential(self, ask: Ask) -> tuple[str, Secret] | None:
        if isinstance(ask.authorised, str):
            chosen = self._credentials or Credentials.nobodys()
            return chosen.header, chosen.near.get(ask.authorised, chosen.wrong)
        return (self._credentials.header, self._credentials.right) if ask.authorised and self._credentials else None

    def _headers(self, ask: Ask) -> Mapping[str, str]:
        given = {name.lower() for name, _ in ask.headers}
        own = [(name, value) for name, value in HEADERS if name.lower() not in given]
        if ask.method == "HEAD" and "connection" not in given:
            own.append(("Connection", "close"))  # then the end of the connection tells that no body follows
        if len(given) == len(ask.headers):
            return dict([*own, *((name, _on_the_wire(value)) for name, value in ask.headers)])
        several = HTTPHeaderDict(own)
        for name, value in ask.headers:
            several.add(name, _on_the_wire(value))
        return several

    def _request(self, ask: Ask) -> Request:
        """The request as a report may show it; the credential is ours, so that it is no finding."""
        pairs = [*self._headers(ask).items()]
        credential = self._credential(ask)
        pairs += [] if credential is None else [(credential[0], REPLACED)]
        request = Request.of(ask.method, self.address.origin + ask.target, pairs)
        return msgspec.structs.replace(request, credentials=())


def _is_answer(heard: Heard) -> bool:
    """Whether there was an answer that does not ask to wait, or that was not waited for."""
    return heard.failure is None and (not heard.earlier or wait_asked(heard.exchange.response) is None)


class _Outcome(msgspec.Struct, frozen=True):
    response: Response | None = None
    flaws: tuple[Flaw, ...] = ()
    failure: Failure | None = None
    why: str = ""


def _outcome(door: Door, method: str, headers: Mapping[str, str], call: Call, limit: int) -> _Outcome:
    """What became of a call. No exception leaves with the frames below, in whose variables the credential stands."""
    token = CALL.set(call)
    try:
        return _heard(door.open(method, headers), call, limit)
    except ERRORS as error:
        failure, reason = failure_of(error)
    except BaseException as error:  # noqa: BLE001 - it is raised again, an interruption or a mistake of ours
        error.__context__ = None
        raise error.with_traceback(None) from None
    finally:
        CALL.reset(token)
    status = call.wire.lines[0] if failure is Failure.PROTOCOL and call.wire and call.wire.lines else None
    flaws = () if status is None else tuple(flaws_of_status(status))
    return _Outcome(None, flaws, failure, f"{failure}: {reason}" if reason else str(failure))


def _heard(answer: Any, call: Call, limit: int) -> _Outcome:
    """Read the answer and give the connection back, closed if something is left on it."""
    usable = False
    try:
        if call.wire is None:
            return _Outcome(failure=Failure.PROTOCOL, why=str(Failure.PROTOCOL))
        response, flaws, usable = response_of(call.wire, limit)
        return _Outcome(response, flaws)
    finally:
        if not usable:
            answer.close()
        answer.release_conn()


def _on_the_wire(value: str) -> str:
    """The value as http.client wants it, one character for each byte."""
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("latin-1")
