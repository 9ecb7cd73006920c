"""URLs as test tools keep them: in parts, with `{{variables}}` in them, and with or without a host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlencode

import msgspec

from ..http import is_operation

if TYPE_CHECKING:
    from ..exchange import Exchange

_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]{1,200}?)\s*\}\}")
_ROUNDS: Final = 3
_LONGEST: Final = 8192

Variables = Mapping[str, str]


def filled(text: str, variables: Variables) -> str:
    """`text` with the variables that are known, which may name others.

    >>> filled("{{base}}/a", {"base": "https://{{host}}", "host": "crm.example"})
    'https://crm.example/a'
    """
    for _ in range(_ROUNDS):
        if "{{" not in text or len(text) > _LONGEST:
            break
        text = _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), text)
    return text


def url_of(written: object, variables: Variables) -> str | None:
    """The URL in a text, or in Postman's parts of one; without its host where that is a variable that nobody knows.

    >>> url_of({"host": ["{{baseUrl}}"], "path": ["v2", "a"], "query": [{"key": "b", "value": "c"}]}, {})
    '/v2/a?b=c'
    >>> url_of("crm.example/v2", {})
    'http://crm.example/v2'
    """
    if isinstance(written, dict):
        parts = cast("dict[str, Any]", written)
        raw = parts.get("raw")
        text = _joined(parts) if parts.get("path") or not isinstance(raw, str) else raw
    elif isinstance(written, str):
        text = written
    else:
        return None
    return _rooted(filled(text.strip(), variables))


def is_open(url: str) -> bool:
    """Whether a variable that nobody knows is left in the query."""
    return "{{" in url.partition("?")[2]


def unasked(found: Exchange) -> Exchange:
    """The same without its request, where only the answer can be judged; what asks for something else keeps it."""
    return msgspec.structs.replace(found, request=None) if is_operation(found.request) else found


def with_query(path: str, query: Mapping[str, object]) -> str:
    """A path with a query of plain values.

    >>> with_query("/v2", {"a": ["b c"]})
    '/v2?a=b%20c'
    """
    return f"{path}?{urlencode(query, doseq=True, errors='replace', quote_via=quote)}" if query else path


def _rooted(text: str) -> str:
    """A URL whose first thing is a scheme or the path."""
    if text.startswith("{{"):
        text = text.partition("}}")[2]
        return text if text.startswith("/") else f"/{text.partition('/')[2]}"
    return text if text.startswith("/") or "://" in text.partition("?")[0] else f"http://{text}"


def _joined(parts: dict[str, Any]) -> str:
    host = _list(parts.get("host"), ".")
    port = parts.get("port")
    protocol = "" if "://" in host or host.startswith("{{") else f"{parts.get('protocol') or 'http'}://"
    path = _path(parts).removeprefix("/")
    query = _query(parts.get("query"))
    return f"{protocol}{host}{f':{port}' if port else ''}/{path}{query}" if host else f"/{path}{query}"


def _list(value: object, separator: str) -> str:
    values = cast("list[object]", value) if isinstance(value, list) else [value or ""]
    return separator.join(_word(one) for one in values)


def _word(value: object) -> str:
    return str(cast("dict[str, object]", value).get("value", "")) if isinstance(value, dict) else str(value)


def _path(parts: dict[str, Any]) -> str:
    """The path with the values of its `:variables`."""
    listed = parts.get("variable")
    known = {f":{key}": value for key, value in named(listed).items()}
    return "/".join(known.get(word, word) for word in _list(parts.get("path"), "/").split("/"))


def named(values: object) -> dict[str, str]:
    """The values of a list of `{key, value}`, without those that are switched off.

    >>> named([{"key": "a", "value": 1}, {"key": "b", "value": 2, "disabled": True}, 5])
    {'a': '1'}
    """
    return dict(_pairs(values))


def _pairs(values: object) -> list[tuple[str, str]]:
    listed = cast("list[object]", values) if isinstance(values, list) else []
    found = [cast("dict[str, object]", one) for one in listed if isinstance(one, dict)]
    used = (one for one in found if not one.get("disabled"))
    return [(str(one.get("key")), str(one["value"])) for one in used if isinstance(one.get("value"), str | int | float)]


def _query(query: object) -> str:
    if isinstance(query, str):
        return f"?{query}" if query else ""
    pairs = _pairs(query)
    return "?" + "&".join(f"{key}={value}" for key, value in pairs) if pairs else ""
