"""The access log: one JSON object a line, with placeholders in place of identifiers, and never a credential."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from ...schemas.asked import pairs
from ...schemas.document import operation
from ..settings import Settings
from ..values import shown, shown_key

if TYPE_CHECKING:
    from ...schemas.model import Request


class AccessLog:
    """Writes one line a request to a stream; equal identifiers have equal placeholders as long as the server runs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._settings = Settings()

    def write(self, request: Request, status: int, size: int, seconds: float) -> None:
        """Log a request and its answer: `size` in bytes, `seconds` from the first to the last byte."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": request.method if request.method.isalpha() else "?",
            "path": request.path if request.path == operation().path else "(another)",
            "query": self._query(request.query),
            "status": status,
            "bytes": size,
            "milliseconds": round(seconds * 1000, 2),
        }
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()

    def _query(self, query: bytes) -> list[list[str]]:
        return [self._pair(*pair) for pair in pairs(query)]

    def _pair(self, name: bytes, value: bytes) -> list[str]:
        key, text = name.decode("utf-8", "replace"), value.decode("utf-8", "replace")
        declared: dict[str, Any] | None = operation().parameters.get(key)
        return [shown_key(key, self._settings), shown(text, declared, self._settings)]
