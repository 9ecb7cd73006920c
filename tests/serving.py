"""One exchange after the other, served to real client libraries: over a socket, and by the frameworks' test clients."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import httpx
import requests
import urllib3
from starlette.responses import Response as StarletteResponse
from starlette.testclient import TestClient
from werkzeug.test import Client as WerkzeugClient

from .endpoints import Endpoint

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Served:
    """What is answered, whatever is asked."""

    status: int = 200
    headers: Pairs = ()
    body: bytes = b"{}"
    chunked: bool = False

    def compressed(self) -> Served:
        """The same with gzip."""
        return Served(
            self.status, (*self.headers, ("content-encoding", "gzip")), gzip.compress(self.body), self.chunked
        )

    def wire(self) -> bytes:
        """The bytes of HTTP/1.1."""
        framing = ("transfer-encoding", "chunked") if self.chunked else ("content-length", str(len(self.body)))
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in (*self.headers, framing))]
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body) if self.chunked and self.body else self.body
        if self.chunked and not self.body:
            body = b"0\r\n\r\n"
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Stage:
    """What is served at the moment, on a socket and in this process."""

    def __init__(self) -> None:
        self.served = Served()
        self.endpoint = Endpoint(self._answer)

    def _answer(self, connection: socket.socket, _: bytes) -> bool:
        connection.sendall(self.served.wire())
        return False

    def wsgi(self, _: object, start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
        """The same as a WSGI application."""
        start(f"{self.served.status} X", list(self.served.headers))
        return [self.served.body]

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """The same as an ASGI application."""
        response = StarletteResponse(self.served.body, self.served.status)
        response.raw_headers = [(name.encode(), value.encode()) for name, value in self.served.headers]
        await response(scope, receive, send)

    def django(self, _: object) -> Any:
        """The same as a Django view."""
        response = django_http.HttpResponse(
            self.served.body, status=self.served.status, content_type="application/json"
        )
        del response["content-type"]
        for name, value in self.served.headers:
            response[name] = value
        return response


STAGE: Final = Stage()
# Django comes without types.
django_http: Any = import_module("django.http")
django_test: Any = import_module("django.test")
_urls: Any = import_module("django.urls")
_conf: Any = import_module("django.conf")
_conf.settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=(_urls.re_path("", STAGE.django),), DATABASES={})


def by_requests(url: str) -> Any:
    """As `requests.get` does, without the proxies of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=10)


def by_httpx(url: str) -> Any:
    """A client of its own."""
    with httpx.Client(trust_env=False) as client:
        return client.get(url)


def by_httpx_async(url: str) -> Any:
    """A client of its own, in an event loop of its own."""

    async def fetch() -> Any:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(url)

    return asyncio.run(fetch())


def by_aiohttp(url: str) -> Any:
    """Read in the session, and used after it."""

    async def fetch() -> Any:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            await response.read()
            return response

    return asyncio.run(fetch())


def by_urllib3(url: str) -> Any:
    """A manager of its own."""
    with urllib3.PoolManager() as manager:
        return manager.request("GET", url, retries=False)


def by_werkzeug(url: str) -> Any:
    """In this process."""
    return WerkzeugClient(STAGE.wsgi).get(_target(url))


def by_django(url: str) -> Any:
    """In this process."""
    return django_test.Client().get(_target(url))


def by_django_async(url: str) -> Any:
    """In this process."""

    async def fetch() -> Any:
        return await django_test.AsyncClient().get(_target(url))

    return asyncio.run(fetch())


def by_starlette(url: str) -> Any:
    """In this process."""
    return TestClient(STAGE.asgi).get(_target(url))


OVER_SOCKETS: Final = (by_requests, by_httpx, by_httpx_async, by_aiohttp, by_urllib3)
IN_PROCESS: Final = (by_werkzeug, by_django, by_django_async, by_starlette)


def _target(url: str) -> str:
    return "/" + url.split("/", 3)[3]
