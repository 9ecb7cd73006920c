"""Doors to the endpoint: a pool of connections, its TLS settings, and the proxy on the way."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Timeout
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, make_headers, parse_url

from .manners import MannersError
from .wire import TlsWireConnection, WireConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .address import Address
    from .manners import Manners


class _Pool(HTTPConnectionPool):
    ConnectionCls: ClassVar[Any] = WireConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls: ClassVar[Any] = TlsWireConnection


_POOLS: Final[dict[str, type[HTTPConnectionPool]]] = {"http": _Pool, "https": _TlsPool}


class Door:
    """The way to one endpoint. Safe to share between threads."""

    def __init__(self, address: Address, manners: Manners) -> None:
        proxy = proxy_towards(address, manners)
        self._manager = _manager(address, manners, proxy)
        self._manager.pool_classes_by_scheme = _POOLS
        self._pool = self._manager.connection_from_host(address.host.strip("[]"), address.port, address.scheme)
        forwarded = proxy is not None and address.scheme == "http"
        self._url = f"http://{address.host}:{address.port}/" if forwarded else "/"

    def open(self, method: str, headers: Mapping[str, str]) -> Any:
        """Send a request and return urllib3's response when the head of the answer is there; its body was not read.

        Raises what urllib3 raises.
        """
        return self._pool.urlopen(
            method,
            self._url,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )

    def close(self) -> None:
        """Close the connections that are idle."""
        self._pool.close()
        self._manager.clear()


def proxy_towards(address: Address, manners: Manners) -> Url | None:
    """The proxy on the way to an endpoint: the one that was given, or the environment's.

    The environment is not asked for a loopback host; NO_PROXY is heeded in both cases.
    Raises `MannersError` for one that cannot be used.
    """
    name = address.host.strip("[]")
    given = manners.proxy
    if given is None and not address.is_loopback:
        given = getproxies().get(address.scheme) or getproxies().get("all")
    elif given is not None and "@" in given:
        message = "the proxy's URL must not hold a password: give it in the environment, HTTPS_PROXY or HTTP_PROXY"
        raise MannersError(message)
    return None if not given or proxy_bypass(name) else _proxy(given)


def _proxy(given: str) -> Url:
    try:
        found = parse_url(given if "://" in given else f"http://{given}")
    except LocationParseError:
        found = Url()
    if found.scheme not in _POOLS or not found.host:
        message = "the proxy must be a URL such as http://proxy.example:3128; only http and https are understood"
        raise MannersError(message)
    return found


def _manager(address: Address, manners: Manners, proxy: Url | None) -> PoolManager:
    settings: dict[str, Any] = {
        "num_pools": 1,
        "maxsize": manners.workers,
        "block": True,
        "timeout": Timeout(connect=manners.connect_timeout, read=manners.read_timeout),
        "ssl_context": tls_context(manners) if address.scheme == "https" else None,
    }
    if proxy is None:
        return PoolManager(**settings)
    # urllib3 wants the user of a proxy apart from its URL, or it would show it in its errors.
    settings["proxy_headers"] = make_headers(proxy_basic_auth=proxy.auth) if proxy.auth else None
    return ProxyManager(proxy._replace(auth=None).url, proxy_ssl_context=tls_context(manners), **settings)


def tls_context(manners: Manners) -> ssl.SSLContext:
    """What is trusted: the system's authorities and certifi's, those of a file, or everything.

    Raises `MannersError` for files that cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=manners.verify if isinstance(manners.verify, str) else None)
        _adjust(context, manners)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
    else:
        return context
    message = f"the certificate files cannot be used ({reason}): they must be PEM, and the key not encrypted"
    raise MannersError(message)


def _adjust(context: ssl.SSLContext, manners: Manners) -> None:
    if manners.verify is True:
        context.load_verify_locations(certifi.where())
    elif manners.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if manners.client_cert is not None:
        files = (manners.client_cert,) if isinstance(manners.client_cert, str) else manners.client_cert
        context.load_cert_chain(*files, password=_no_password)


def _no_password() -> str:
    """OpenSSL would ask at the terminal."""
    return ""
