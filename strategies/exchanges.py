"""Valid exchanges: a request, and an answer or a refusal that agrees with it (facts.md §1-§4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .remarks import error_envelopes
from .requests import requests
from .responses import responses
from .sample import Json, Pairs, Query, Sample
from .times import FIRST, LAST, http_date, instants

if TYPE_CHECKING:
    from datetime import datetime

SUCCESS: Final = 200
REFUSALS: Final = (400, 401, 403, 404, 409, 429)
_MEDIA_TYPES: Final = ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8")
_XML: Final = b'<?xml version="1.0"?><response><status><success>false</success></status></response>'


@st.composite
def exchanges(
    draw: st.DrawFn,
    *,
    refused: bool | None = None,
    min_time: datetime = FIRST,
    max_time: datetime = LAST,
    unusual: bool = False,
) -> Sample:
    """Exchanges that break no rule: answers, or refusals, or (by default) either.

    Times lie between `min_time` and `max_time`; the header field `Date`, where there is one, is later. With
    `unusual`, also what is worth a warning or an information (see `responses`), and refusals without a body or in XML.

    >>> from hypothesis import find
    >>> find(exchanges(), lambda sample: True).status
    200
    """
    query = draw(requests())
    if draw(st.booleans()) if refused is None else refused:
        return draw(refusals(query, max_time=max_time, unusual=unusual))
    kind, network = query.get("type"), query.get("network")
    body = responses(type=kind, network=network, min_time=min_time, max_time=max_time, unusual=unusual)
    return draw(answers_with(query, draw(body), max_time=max_time))


def answers_with(query: Query, body: Json, *, max_time: datetime = LAST) -> st.SearchStrategy[Sample]:
    """Successful exchanges with this query and body."""
    return headers(max_time=max_time).map(lambda fields: Sample(query, SUCCESS, fields, body))


@st.composite
def refusals(draw: st.DrawFn, query: Query, *, max_time: datetime = LAST, unusual: bool = False) -> Sample:
    """Exchanges in which the service refused `query`; with `unusual`, also an empty 400 and a 401 in XML."""
    fields = draw(headers(max_time=max_time))
    odd = [Sample(query, 400, fields, b""), Sample(query, 401, (("content-type", "application/xml"),), _XML)]
    if unusual and draw(st.booleans()):
        return draw(st.sampled_from(odd))
    return Sample(query, draw(st.sampled_from(REFUSALS)), fields, draw(error_envelopes(unusual=unusual)))


def headers(*, max_time: datetime = LAST) -> st.SearchStrategy[Pairs]:
    """Header fields of a response: `Content-Type` and `Date`, either of which may be missing."""
    dates = instants(min_time=max_time, max_time=max_time + timedelta(days=30)).map(http_date)
    fields = {"content-type": st.sampled_from(_MEDIA_TYPES), "date": dates}
    return st.fixed_dictionaries({}, optional=fields).map(lambda found: tuple(found.items()))
