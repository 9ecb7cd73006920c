"""Uvicorn, listening on a socket that is bound before it starts, so that the port is known at once."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from starlette.types import ASGIApp

LOOPBACK: Final = "127.0.0.1"

_LONGEST_HEAD: Final = 1_048_576
"""Bytes of a request's head; a longer one is refused by uvicorn itself."""

_PATIENCE: Final = 2
"""Seconds that open requests have when the server stops."""


class Listener(uvicorn.Server):
    """A server on a free or a given port. Raises `OSError` where the port is taken.

    Signals are left to whoever runs it; `stop` may be called from any thread and from a signal handler.
    """

    def __init__(
        self, app: ASGIApp, *, host: str = LOOPBACK, port: int = 0, started: Callable[[str], None] | None = None
    ) -> None:
        self._socket = _bound(host, port)
        self._announce = started
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=_LONGEST_HEAD,
                timeout_graceful_shutdown=_PATIENCE,
            )
        )

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def listen(self) -> None:
        """Answer requests until `stop` is called."""
        with contextlib.closing(self._socket):
            asyncio.run(self.serve(sockets=[self._socket]))

    def stop(self) -> None:
        """Take no more requests, answer those that are here, and end."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        if self._announce is not None:
            self._announce(self.url)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sends small packets at once (it looks for it); otherwise each waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound
