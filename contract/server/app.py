"""The ASGI application: reads a request from its scope, waits as long as it has to, and sends the reply."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import Response
from starlette.routing import Router

from ...schemas.model import Request
from .service import failure, too_many

if TYPE_CHECKING:
    from starlette.requests import Request as Incoming
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ...strategies.faults import Reply
    from .accesslog import AccessLog
    from .pace import Latency, RateLimit
    from .service import Service


def application(
    service: Service,
    *,
    limit: RateLimit | None = None,
    latency: Latency | None = None,
    log: AccessLog | None = None,
) -> ASGIApp:
    """The ASGI application of a service. A failure of its own is answered like any refusal, and shows nothing."""
    endpoint = _Endpoint(service, limit, latency, log)
    return ServerErrorMiddleware(Router(default=endpoint, redirect_slashes=False), handler=_failed)


class _Endpoint:
    """Every path and every method: the model decides, not a router."""

    def __init__(
        self, service: Service, limit: RateLimit | None, latency: Latency | None, log: AccessLog | None
    ) -> None:
        self._service = service
        self._limit = limit
        self._latency = latency
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - bodies are not read
        started = time.perf_counter()
        request = _request(scope)
        reply = await self._reply(request)
        await _send(request, reply, send)
        if self._log is not None:
            self._log.write(request, reply.status, len(reply.content), time.perf_counter() - started)

    async def _reply(self, request: Request) -> Reply:
        wait = 0 if self._limit is None else self._limit.wait()
        if wait:
            return too_many(wait)
        reply = self._service.reply(request)
        delay = reply.delay + (0.0 if self._latency is None else self._latency.seconds())
        if delay:
            await asyncio.sleep(delay)
        return reply if reply.late is None else reply.late()


def _request(scope: Scope) -> Request:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name in {b"authorization", b"x-forwarded-for"}
    )
    return Request(scope["method"], scope["path"], scope["query_string"], headers)


async def _send(request: Request, reply: Reply, send: Send) -> None:
    """Send a reply. One that is `cut` ends without its end, upon which the server closes the connection."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(reply.content)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    content = b"" if request.method == "HEAD" else reply.content
    await send({"type": "http.response.body", "body": content, "more_body": reply.cut})


def _failed(_: Incoming, __: Exception) -> Response:
    reply = failure()
    return Response(reply.content, reply.status, dict(reply.headers))
