"""Exchange documents (see `interpact.schemas.examples`) as exchanges."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from interpact.contract.exchange import Exchange, Place, Request, Response

URL = "https://crm.example/v2/customers/interaction"


def exchange_of(document: dict[str, Any], file: str = "example") -> Exchange:
    """An exchange document, with `text` in place of `body` where the text itself matters, as an exchange."""
    asked, answered = document["request"], document["response"]
    text = answered.get("text", json.dumps(answered["body"], ensure_ascii=False))
    return Exchange(
        Place(file),
        Request.of(asked["method"], f"{URL}?{query_of(asked['query'])}", asked["headers"]),
        Response.of(text, answered["status"], answered["headers"]),
    )


def query_of(parameters: dict[str, Any]) -> str:
    pairs = [(name, one) for name, value in parameters.items() for one in (value if isinstance(value, list) else [value])]
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def body_only(body: Any, file: str = "body.json") -> Exchange:
    """A bare body, as JSON value or as text."""
    return Exchange(Place(file), response=Response.of(body if isinstance(body, (bytes, str)) else json.dumps(body)))
