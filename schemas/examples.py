"""The model exchange that the examples of the rules edit: plain JSON values, taken from the document's own example."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from .document import load
from .rules import ABSENT, Part, Rule

PREFIXES: Final = {
    Part.QUERY: "/request/query",
    Part.REQUEST_HEADERS: "/request/headers",
    Part.STATUS: "/response/status",
    Part.RESPONSE_HEADERS: "/response/headers",
    Part.BODY: "/response/body",
}
"""Where each part of an exchange stands in the model exchange."""


def model_exchange() -> dict[str, Any]:
    """An exchange that keeps every rule: `request` with `method`, `query`, `headers`, `response` with `status`, ...

    >>> model_exchange()["response"]["body"]["interaction"][0]["count"]
    1
    """
    (item, *_) = load("openapi")["paths"].values()
    content = item["get"]["responses"]["200"]["content"]["application/json"]
    (example, *_) = content["examples"].values()
    return {
        "request": {
            "method": "GET",
            "query": {"identifierName": "email", "identifierValue": "ada@example.com"},
            "headers": {},
        },
        "response": {
            "status": 200,
            "headers": {"content-type": "application/json; charset=utf-8"},
            "body": deepcopy(example["value"]),
        },
    }


def edited(rule: Rule, value: Any) -> dict[str, Any]:
    """The model exchange with what the rule's example gives, and with `value` where it is broken or kept.

    >>> from interpact.schemas.rules import RULES
    >>> edited(RULES["IP201"], 0)["response"]["body"]["interaction"][0]["count"]
    0
    """
    exchange = model_exchange()
    for place, given in rule.example.given.items():
        edit(exchange, place, given)
    prefix = "" if rule.example.text else PREFIXES[rule.example.part]
    edit(exchange, prefix + rule.example.at, value)
    return exchange


def edit(document: Any, pointer: str, value: Any) -> None:
    """Put a copy of `value` at a JSON Pointer (RFC 6901), or remove what is there; the next index of a list appends.

    Raises `LookupError` where the pointer leads nowhere.
    """
    *above, last = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    for token in above:
        document = document[int(token) if isinstance(document, list) else token]
    if isinstance(document, list):
        document[int(last) : int(last) + 1] = [] if value is ABSENT else [deepcopy(value)]
    elif value is ABSENT:
        document.pop(last, None)
    else:
        document[last] = deepcopy(value)
