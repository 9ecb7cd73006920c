"""What tells two recordings apart: the same exchange at the same time, twice, is one that was copied (IP508)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from .exchange import Exchange
    from .findings import Finding

MOST: Final = 50_000
"""Recordings that are remembered, of half a kilobyte each; whatever comes after them is compared with these."""


def identity(exchange: Exchange) -> str | None:
    """Sixteen hexadecimal digits for all that was recorded but its place; `None` where part of it was not recorded.

    Of a body alone nobody knows whether it was given twice, so there must be a request. Credentials do not count.

    >>> from interpact.contract.exchange import Exchange, Place, Request, Response
    >>> one = Exchange(Place("a.har", 1), Request.of("GET", "/v2"), Response.of("{}"))
    >>> identity(one) == identity(msgspec.structs.replace(one, place=Place("b.har", 7)))
    True
    """
    request, response = exchange.request, exchange.response
    if request is None or response is None or response.body is None:
        return None
    told = (request.method, request.url, request.headers, response.status, response.headers, exchange.recorded)
    found = hashlib.blake2b(repr(told).encode(), digest_size=8)
    found.update(response.body)
    return found.hexdigest()


def again(first: dict[str, Finding], identity: str, finding: Finding) -> Finding | None:
    """The finding, if the same exchange was recorded elsewhere before; otherwise it is remembered in `first`.

    `first` holds for each exchange its first recording, as the finding that it would be if it were the second one.
    """
    known = first.get(identity)
    if known is None:
        if len(first) < MOST:
            first[identity] = finding
        return None
    return None if known.place == finding.place else msgspec.structs.replace(finding, actual=f"a copy of {known.place}")
