"""Failed exchanges as lines of NDJSON, each with its findings, that `interpact check` reads again."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

import orjson

from ...schemas.document import digest, operation
from ..http import correlation, is_success, responded_at
from ..hygiene import CONTRACT
from ..reports.document import finding_value, place_value
from ..secrets import REPLACED
from ..values import shown, shown_key
from .redacting import redacted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ..exchange import Exchange, Request, Response
    from ..findings import Finding
    from ..settings import Settings

_ENCODING: Final = "content-encoding"
_MARK: Final = "<"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")
_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,50}(?:\s*;\s*charset=\"?[a-z0-9-]{1,20}\"?)?", re.IGNORECASE)


def records_of(
    exchanges: Sequence[Exchange], failed: Collection[int], found: Iterable[Finding], settings: Settings
) -> tuple[bytes, ...]:
    """A line for each of the failed exchanges, in their order, with all of its findings.

    Personal values become the placeholders that findings use, unless the settings say to show values.
    """
    findings: dict[int, list[Finding]] = {index: [] for index in sorted(failed)}
    for one in found:
        if one.exchange in findings:
            findings[one.exchange].append(one)
    return tuple(_line(exchanges[index], its, settings) for index, its in findings.items())


def _line(exchange: Exchange, findings: Iterable[Finding], settings: Settings) -> bytes:
    request, response = exchange.request, exchange.response
    record = {
        "request": None if request is None else _request(request, settings),
        "response": None if response is None else _response(response, settings),
        "place": place_value(exchange.place),
        "findings": [_finding(finding) for finding in findings],
    }
    return orjson.dumps(record) + b"\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return finding_value(finding) | {"pointer": _sound(finding.pointer)}


def _request(request: Request, settings: Settings) -> dict[str, Any]:
    url = request.url if settings.show_values else _url(request.url, settings)
    fields = list(request.headers) if settings.show_values else _fields(request.headers, {}, settings)
    return {"method": request.method, "url": _sound(url), "headers": _written(fields)}


def _response(response: Response, settings: Settings) -> dict[str, Any]:
    """The answer; its body is plain, so what tells of a compression is kept under another name."""
    fields = [(f"x-{name}" if name == _ENCODING else name, value) for name, value in response.headers]
    if not settings.show_values:
        fields = _fields(fields, _harmless(response), settings)
    if fields:
        fields = [*(pair for pair in fields if pair[0] != CONTRACT), (CONTRACT, digest())]
    found: dict[str, Any] = {"status": response.status, "headers": _written(fields)}
    if response.body is None:
        return found
    success = is_success(response.status)
    body = response.body if settings.show_values else redacted(response.body, settings, success=success)
    try:
        return found | {"body": body.decode()}
    except UnicodeDecodeError:
        return found | {"bodyAsBase64": base64.b64encode(body).decode()}


def _harmless(response: Response) -> dict[str, str]:
    """The fields that findings tell of, as they are."""
    kind, number = response.header("content-type"), correlation(response)
    found = {name: value for name, value in response.headers if value == number}
    if kind is not None and _TYPE.fullmatch(kind):
        found["content-type"] = kind
    if responded_at(response) is not None:
        found["date"] = response.header("date") or ""
    return found


def _fields(fields: Iterable[tuple[str, str]], harmless: dict[str, str], settings: Settings) -> list[tuple[str, str]]:
    return [
        (name, value if value in {REPLACED, harmless.get(name)} else shown(value, None, settings))
        for name, value in fields
        if _NAME.fullmatch(name)
    ]


def _written(fields: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": _sound(name), "value": _sound(value)} for name, value in fields]


def _url(url: str, settings: Settings) -> str:
    """The URL with placeholders for the values of its parameters, and for names that nobody declared."""
    address, mark, asked = url.partition("?")
    return f"{address}{mark}{'&'.join(_pair(pair, settings) for pair in asked.split('&') if pair)}"


def _pair(pair: str, settings: Settings) -> str:
    name, equals, value = pair.partition("=")
    key, text = unquote(name), unquote(value)
    told = shown(text, operation().parameters.get(key), settings)
    known = name if key in operation().parameters else quote(shown_key(key, settings), safe="")
    kept = value if not text.strip() or text == REPLACED or not told.startswith(_MARK) else quote(told, safe="")
    return f"{known}{equals}{kept}"


def _sound(text: str) -> str:
    """The text with halves of surrogate pairs, which no file can hold, as they are escaped in JSON."""
    return text.encode("utf-8", "backslashreplace").decode()
