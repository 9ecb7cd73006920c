"""Where the endpoint is: a base URL taken apart, or a clear word on why it cannot be one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

_PORTS: Final = {"http": 80, "https": 443}


class AddressError(ValueError):
    """A base URL that cannot be used; the message says why and what to write, and never repeats a credential."""


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint. `prefix` stands before every path and does not end in a slash."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> Address:
        """The parts of a base URL such as `https://crm.example:8443/gateway`.

        International names become their ASCII form (RFC 5891). Raises `AddressError`.

        >>> Address.of("http://[::1]:8080/")
        Address(scheme='http', host='[::1]', port=8080, prefix='')
        """
        parts = _parsed(url)
        complaint = _complaint(parts)
        if complaint:
            raise AddressError(complaint)
        scheme, host = parts.scheme or "", parts.host or ""
        return cls(scheme, host, parts.port or _PORTS[scheme], (parts.path or "").rstrip("/"))

    @property
    def origin(self) -> str:
        """Scheme, host and port as they begin a URL; a port that goes without saying is left out.

        >>> Address.of("https://CRM.example:443/v1").origin
        'https://crm.example'
        """
        return f"{self.scheme}://{self.host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether the endpoint is on this machine.

        >>> Address.of("http://127.0.0.1").is_loopback, Address.of("http://crm.example").is_loopback
        (True, False)
        """
        name = self.host.strip("[]").rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(name.partition("%")[0]).is_loopback
        except ValueError:
            return False


def _parsed(url: str) -> Url:
    found = None
    if "://" in url and not any(letter.isspace() or ord(letter) < ord(" ") for letter in url):
        found = _parsed_or_none(url)
    if found is None:
        message = "not a URL: write https://host, with a port and a path prefix where there are some"
        raise AddressError(message)
    return found


def _parsed_or_none(url: str) -> Url | None:
    try:
        return parse_url(url)
    except LocationParseError:
        return None


def _complaint(parts: Url) -> str | None:
    if parts.auth is not None:
        return "a URL must not hold a user or a password: take them out and give them with --auth env:NAME or file:PATH"
    if parts.scheme not in _PORTS:
        return "the URL must begin with http:// or https://"
    if not parts.host:
        return "the URL names no host"
    if parts.query is not None or parts.fragment is not None:
        return "the URL must end before the ? or #: the parameters are what is tested"
    return None
