"""Defects of HTTP: status, header fields, refusals (IP409-IP413), and credentials left in a recording (IP501)."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.document import secret_headers
from ...schemas.rules import Part
from ..exchanges import exchanges
from ..remarks import error_envelopes, remarks
from .record import Defect, broken
from .sites import answer_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sample import Json

_TYPES: Final = ("text/html", "text/plain; charset=utf-8", "application/xml", "application/octet-stream", "text/css")
_SUCCESSES: Final = (201, 202, 203, 206, 207, 226)
_REDIRECTIONS: Final = (300, 301, 302, 303, 307, 308)
_NOT_MODIFIED: Final = 304
_FAILURES: Final = (500, 501, 502, 503, 504, 599)
_FOREIGN: Final[tuple[Json, ...]] = (
    {"detail": "nope"}, {"message": "Not found", "status": 404}, {}, {"error": "x"}, [], [{"code": 1}],
)  # fmt: skip
_SECRETS: Final = (*sorted(secret_headers()), "authorization", "proxy-authorization", "x-api-key")


@st.composite
def wrong_content_type(draw: st.DrawFn) -> Defect:
    """IP409: a JSON body declared as something else."""
    sample = draw(answer_sites()).sample
    return broken("IP409", sample, "/content-type", draw(st.sampled_from(_TYPES)), part=Part.RESPONSE_HEADERS)


@st.composite
def business_error(draw: st.DrawFn) -> Defect:
    """IP410: a refusal with a 200, or errors beside interactions."""
    sample = draw(answer_sites()).sample
    errors = st.lists(remarks(failed=True), min_size=1, max_size=2)
    if draw(st.booleans()):
        return broken("IP410", sample, "/errors", draw(errors))
    return broken("IP410", sample, "", draw(error_envelopes(min_size=1)), pointer="/errors")


@st.composite
def undocumented_status(draw: st.DrawFn) -> Defect:
    """IP411: another success than 200, or a redirection in place of 304 (both without a body)."""
    sample = draw(answer_sites()).sample
    if draw(st.booleans()):
        return broken("IP411", sample, "", draw(st.sampled_from(_SUCCESSES)), part=Part.STATUS)
    empty = replace(sample, status=_NOT_MODIFIED, body=b"")
    return broken("IP411", empty, "", draw(st.sampled_from(_REDIRECTIONS)), part=Part.STATUS)


@st.composite
def server_error(draw: st.DrawFn) -> Defect:
    """IP412: a status from 500 on."""
    sample = draw(exchanges(refused=True))
    return broken("IP412", sample, "", draw(st.sampled_from(_FAILURES)), part=Part.STATUS)


@st.composite
def unexpected_error_body(draw: st.DrawFn) -> Defect:
    """IP413: a refusal in JSON that is not the documented envelope."""
    return broken("IP413", draw(exchanges(refused=True)), "", draw(st.sampled_from(_FOREIGN)))


@st.composite
def credential(draw: st.DrawFn) -> Defect:
    """IP501: a request with the credential that was used."""
    secret = st.text(string.hexdigits, min_size=16, max_size=32).map("c2Vj".__add__)
    value = draw(secret | secret.map("Basic {}".format) | secret.map("Bearer {}".format))
    sample = draw(exchanges())
    name = draw(st.sampled_from(_SECRETS))
    return broken("IP501", sample, f"/{name}", value, part=Part.REQUEST_HEADERS)


HTTP: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP409": wrong_content_type(),
    "IP410": business_error(),
    "IP411": undocumented_status(),
    "IP412": server_error(),
    "IP413": unexpected_error_body(),
    "IP501": credential(),
}
"""The strategies of this file by the rule that they break."""
