"""The server without HTTP: from a request to what goes over the wire, with at most one fault planted."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import orjson

from ...schemas.model import FAILURE, TOO_MANY, Answer, Options, Request, answer, refusal
from ...strategies.faults import FAULTS, Fault, Hooks, Reply

if TYPE_CHECKING:
    from ...schemas.population import Population
    from ...strategies.faults import Model

_CACHED: Final = 4096
"""Replies that are kept: consumers and fuzzers ask for the same customers again and again."""


class UnknownFaultError(LookupError):
    """No fault of the catalogue has this name."""


class Service:
    """Answers requests about one population.

    `fault` is a fault, or the name of one; raises `UnknownFaultError` for a name that is not in the catalogue. What a
    fault remembers lives in this object.

    >>> from interpact.schemas.population import Customers
    >>> Service(Customers()).reply(Request("GET", "/elsewhere")).status
    404
    """

    def __init__(
        self, population: Population, *, options: Options | None = None, fault: Fault | str | None = None
    ) -> None:
        self._population = population
        self._options = options or Options()
        hooks = Hooks() if fault is None else find_fault(fault).plant()
        self._model: Model = answer if hooks.model is None else hooks.model(answer)
        self._wire = hooks.wire
        self.reply = lru_cache(_CACHED)(self._reply) if fault is None else self._reply
        """What goes over the wire for a `Request`."""

    def _reply(self, request: Request) -> Reply:
        reply = encoded(self._model(self._population, request, self._options))
        return reply if self._wire is None else self._wire(request, reply)


def find_fault(fault: Fault | str) -> Fault:
    """The fault with this name; raises `UnknownFaultError` where there is none."""
    if isinstance(fault, Fault):
        return fault
    if fault not in FAULTS:
        message = f"no fault is called {fault!r}; `interpact serve --list-faults` lists them"
        raise UnknownFaultError(message)
    return FAULTS[fault]


def encoded(told: Answer) -> Reply:
    r"""An answer as JSON in UTF-8.

    >>> encoded(Answer(200, {"a": "é"})).content
    b'{"a":"\xc3\xa9"}'
    """
    return Reply(told.status, told.headers, orjson.dumps(told.body))


def too_many(seconds: int) -> Reply:
    """The refusal of one request too many, to be repeated after so many seconds (RFC 6585 §4)."""
    return encoded(refusal(429, TOO_MANY, headers=(("retry-after", str(seconds)),)))


def failure() -> Reply:
    """What is answered where the server itself is broken."""
    return encoded(refusal(500, FAILURE))
