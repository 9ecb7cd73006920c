"""A server that sends what `captures/sent.json` says, for recorders; `python -m tests.recording` starts it."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Generator

CAPTURES: Final = Path(__file__).parent / "captures"


class Sent(NamedTuple):
    """One answer of the server."""

    name: str
    target: str
    status: int
    kind: str
    body: bytes
    coding: str
    chunked: bool
    pointer: str

    @classmethod
    def of(cls, case: dict[str, Any]) -> Sent:
        body = base64.b64decode(case["base64"]) if "base64" in case else case.get("body", "").encode()
        told = (case.get("coding", ""), case.get("chunked", False), case.get("pointer", ""))
        return cls(case["name"], case["target"], case["status"], case.get("type", ""), body, *told)


SENT: Final = tuple(map(Sent.of, json.loads((CAPTURES / "sent.json").read_text(encoding="utf-8"))))
BY_NAME: Final = {sent.name: sent for sent in SENT}
DEFECT: Final = BY_NAME["defect"]
CONTRACTED: Final = tuple(sent for sent in SENT if sent.target.startswith("/v2/customers/interaction?"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = next((one for one in SENT if one.target == self.path), None)
        if sent is None:
            self.send_error(404)
            return
        body = gzip.compress(sent.body, mtime=0) if sent.coding else sent.body
        self.send_response(sent.status)
        self._describe(sent, len(body))
        self.end_headers()
        if sent.chunked:
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:400], body[400:], b""))
        self.wfile.write(body)

    def _describe(self, sent: Sent, size: int) -> None:
        if sent.kind:
            self.send_header("Content-Type", sent.kind)
        if sent.coding:
            self.send_header("Content-Encoding", sent.coding)
        if sent.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif sent.kind:
            self.send_header("Content-Length", str(size))

    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return "Thu, 01 Jan 2026 00:00:00 GMT"

    def version_string(self) -> str:
        return "recorded"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def sending(port: int = 0) -> Generator[str]:
    """The server's URL, while it runs."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    with sending(18077) as url:
        print(url, flush=True)  # noqa: T201
        threading.Event().wait()
