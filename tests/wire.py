"""Exchange documents (see `interpact.schemas.examples`) as exchanges, and the oracle that judges bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jsonschema import Draft202012Validator

from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.lines import Lines
from interpact.schemas.values import is_array

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from interpact.schemas.document import Schema

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
    pairs = [(name, one) for name, value in parameters.items() for one in (value if is_array(value) else [value])]
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def body_only(body: Any, file: str = "body.json") -> Exchange:
    """A bare body, as JSON value or as text."""
    return Exchange(Place(file), response=Response.of(body if isinstance(body, (bytes, str)) else json.dumps(body)))


def lines_of(data: bytes) -> Lines:
    """Bare bodies, one a line, as a file of them is read."""
    found = Lines.of("lines.ndjson", 1, data)
    assert found is not None
    return found


def oracle(schema: Schema) -> Validator:
    """What `jsonschema` makes of a schema, as the protocol, since the stubs of the class leave its methods untyped."""
    return Draft202012Validator(schema)
