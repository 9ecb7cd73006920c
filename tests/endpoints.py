"""Tiny servers on loopback that answer in bytes, right or wrong; real sockets, no mocks."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    Answering = Callable[[socket.socket, bytes], bool]
    """Answers a request on a connection and tells whether the connection stays open."""


def answer(body: bytes = b"{}", *fields: bytes, status: bytes = b"200 OK", length: int | None = None) -> bytes:
    """A well-formed answer, unless the fields or the length say otherwise."""
    size = len(body) if length is None else length
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % size, *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def always(data: bytes, *, close: bool = False) -> Answering:
    """Send the same bytes to everybody."""

    def answering(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(data)
        return not close

    return answering


class Endpoint:
    """A server that hands each request to a function; remembers the requests, and how many connections there were."""

    def __init__(self, answering: Answering, *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answering = answering
        self._context = context
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        shown = f"[{host}]" if ":" in host else host
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if context is None else 'https'}://{shown}:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for thread in self._threads:
            thread.join(5)

    def kill(self) -> None:
        """Stop listening and cut every connection."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, self._dressed(connection) as dressed:
            while request := _request(dressed):
                self.requests.append(request)
                if not self._answering(dressed, request):
                    break

    def _dressed(self, connection: socket.socket) -> socket.socket:
        return connection if self._context is None else self._context.wrap_socket(connection, server_side=True)


def _request(connection: socket.socket) -> bytes:
    """The head of the next request, or nothing where the client has closed."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = connection.recv(65536)
        if not piece:
            return b""
        head += piece
    return head
