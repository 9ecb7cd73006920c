"""Bodies and records as lines of text, made of the model's example."""

from __future__ import annotations

import json
from typing import Any

from interpact.schemas.examples import edit, model_exchange


def body(number: int, **edits: Any) -> bytes:
    """A clean answer of its own, but for the members of its first message that are told."""
    found = model_exchange()["response"]["body"]
    for name, value in {"id": 2**40 + number, **edits}.items():
        edit(found, f"/interaction/0/messageList/0/{name}", value)
    return json.dumps(found).encode()


def record(number: int, padding: str = "", **edits: Any) -> bytes:
    """The same as a record; its request stands far from the beginning where there is padding."""
    found = {"padding": padding} if padding else {}
    answer = {"status": 200, "body": json.loads(body(number, **edits))}
    return json.dumps({**found, "request": model_exchange()["request"], "response": answer}).encode()
