"""What HTTP says about an exchange: which operation it is, whether a body is to be judged, and what is odd about it."""

from __future__ import annotations

import codecs
import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ..schemas.document import correlation_headers, operation
from ..schemas.rules import Part
from .exchange import Exchange, Reason, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BODILESS: Final = frozenset({204, 205, 304})
"""Statuses whose responses have no content (RFC 9110 §15.3.5, §15.3.6, §15.4.5)."""
_EXACT_TYPE: Final = re.compile(r"application/json\s*;\s*charset=\"?utf-8\"?", re.IGNORECASE)
"""The media type that reference-behaviour R10 asks for (RFC 9110 §8.3.1: parameters may be quoted, case is free)."""

_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,50}")
_FIELD: Final = re.compile(r"[a-z][a-z-]{0,40}")
_PARAMETER: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,40}")
"""Names that can be shown: of header fields (RFC 9110 §5.6.2), and of parameters, which hold nothing else."""
_NUMBER: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,80}")
"""What the number of a request looks like; anything else would not be harmless in a report."""


class Oddity(NamedTuple):
    """A protocol or hygiene rule broken: the rule, the part, the pointer into it, and what was there."""

    code: str
    part: Part
    pointer: str
    actual: str


def is_success(status: int | None) -> bool:
    """Whether the body should be an answer; a status that is not known counts as 200."""
    return status is None or 200 <= status < 300  # noqa: PLR2004 - RFC 9110 §15.3


def is_refusal(status: int | None) -> bool:
    """Whether the service refused, or failed (RFC 9110 §15.5, §15.6)."""
    return status is not None and status >= 400  # noqa: PLR2004


def is_operation(request: Request | None) -> bool:
    """Whether a request asks for the contracted operation; one that is not known does.

    >>> is_operation(Request.of("GET", "https://crm.example/v2/customers/interaction/export"))
    False
    """
    if request is None:
        return True
    return request.method == operation().method and _path(request.url) == operation().path


def unjudged(exchange: Exchange) -> Reason | None:
    """Why there is no body to judge, or `None` where there is one."""
    if not is_operation(exchange.request):
        return Reason.OTHER_OPERATION
    response = exchange.response
    if response is None:
        return Reason.NO_BODY
    if response.body is None:
        return response.missing or Reason.NO_BODY
    if not is_success(response.status) and not is_refusal(response.status):
        return Reason.NO_BODY
    if not response.body.strip():
        return None if is_success(response.status) and response.status not in _BODILESS else Reason.NO_BODY
    return Reason.NOT_JSON if is_refusal(response.status) and not _claims_json(response) else None


def oddities(exchange: Exchange) -> Iterator[Oddity]:
    """What is odd about an exchange of the operation, whatever its body says."""
    if exchange.request is not None:
        for name in exchange.request.credentials:
            in_url, named = name.startswith("?"), name.removeprefix("?")
            part = Part.QUERY if in_url else Part.REQUEST_HEADERS
            known = _PARAMETER.fullmatch(named) if in_url else _FIELD.fullmatch(named)
            at = named if known else "(a name that is none)"
            yield Oddity("IP501", part, f"/{at}" if named else "", "a credential")
    if exchange.response is not None:
        yield from _odd_status(exchange.response)
        yield from _odd_type(exchange.response)


def query(request: Request) -> list[tuple[str, str]]:
    """The query parameters of a request in their order, percent-decoded.

    A plus is a plus: the page asks for percent-encoding (RFC 3986 §2.1), not for the encoding of HTML forms.

    >>> query(Request.of("GET", "/v2?identifierValue=%2B49+1&type="))
    [('identifierValue', '+49+1'), ('type', '')]
    """
    pairs = (pair.partition("=") for pair in urlsplit(request.url).query.split("&") if pair)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: str) -> str:
    """Percent-decoded; what is no Unicode text becomes U+FFFD."""
    if text.isascii() and "%" not in text:
        return text
    return unquote(text.encode("utf-8", "replace").decode())


def responded_at(response: Response) -> datetime | None:
    """The time of the response's own Date field (RFC 9110 §6.6.1), or `None`."""
    text = response.header("date")
    return None if text is None else _instant(text)


def correlation(response: Response | None) -> str | None:
    """What identifies an exchange in the provider's logs."""
    names = correlation_headers()
    headers = () if response is None else response.headers
    return next((value for name, value in headers if name in names and _NUMBER.fullmatch(value)), None)


@lru_cache(maxsize=256)
def _instant(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.astimezone(UTC) if parsed.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _odd_status(response: Response) -> Iterator[Oddity]:
    status = response.status
    if status is None or status in {200, 304}:
        return
    if not is_refusal(status):
        yield Oddity("IP411", Part.STATUS, "", str(status))
    elif status >= 500:  # noqa: PLR2004 - RFC 9110 §15.6
        yield Oddity("IP412", Part.STATUS, "", str(status))


def _odd_type(response: Response) -> Iterator[Oddity]:
    declared = response.header("content-type")
    if declared and response.body and not _is_json(declared) and _looks_like_json(response.body):
        yield Oddity("IP409", Part.RESPONSE_HEADERS, "/content-type", _essence(declared))
    elif response.headers and response.body and not _EXACT_TYPE.fullmatch(declared or ""):
        yield Oddity("IP415", Part.RESPONSE_HEADERS, "/content-type", _essence(declared or "no such field"))


def _claims_json(response: Response) -> bool:
    """Whether a refusal is to be read as JSON: 401 bodies may be XML, gateways send pages (facts.md §4)."""
    return response.body is not None and _looks_like_json(response.body)


def _looks_like_json(body: bytes) -> bool:
    return body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"["}


def _is_json(declared: str) -> bool:
    essence = _essence(declared)
    return essence in {"application/json", "text/json"} or essence.endswith("+json")


def _essence(declared: str) -> str:
    """Type and subtype without parameters (RFC 9110 §8.3.1); a text that is none is not repeated."""
    found = declared.partition(";")[0].strip().lower()
    return found if _TYPE.fullmatch(found) else "another text"
