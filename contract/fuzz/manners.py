"""How an endpoint is treated: how many requests, for how long, how fast, how patiently and through which door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from .address import Address

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE: Final = re.compile(r"([1-9]\d{0,8})\s*/\s*(\d{0,6})\s*([smhd])(?:ec|in|our|ay)?")


class MannersError(ValueError):
    """A setting that makes no sense; the message names it and what is expected."""


class Rate(NamedTuple):
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """A rate as people write it. Raises `MannersError`.

        >>> Rate.parse("100/m"), Rate.parse("5/10s")
        (Rate(requests=100, seconds=60.0), Rate(requests=5, seconds=10.0))
        """
        found = _RATE.fullmatch(text.strip().lower())
        if found is None:
            message = "a rate is a number of requests and a time, such as 100/m, 5/s or 1000/10m"
            raise MannersError(message)
        return cls(int(found[1]), float(found[2] or 1) * _UNITS[found[3]])


DEFAULT_RATE: Final = Rate(100, 60.0)
"""For hosts that are not loopback: the lower of the two documented limits (facts.md §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What the user chose about sending. Times are in seconds; `None` is no limit.

    >>> Manners(rate=Rate.parse("10/s")).read_timeout
    30.0
    """

    max_requests: int | None = None
    """Requests on the wire, those that are sent again included."""
    max_time: float | None = None
    rate: Rate | Literal["auto"] | None = "auto"
    """`"auto"` is none for loopback hosts and `DEFAULT_RATE` for others."""
    connect_timeout: float = 5.0
    """For each address of the host, and for TLS."""
    read_timeout: float = 30.0
    """From the request to the last byte of the answer: a server that drips is cut off as well. Gateways wait up
    to 30 seconds (facts.md §4)."""
    max_body: int = 64 * 1024 * 1024
    """Bytes of an answer, compressed or not; a larger one is cut off."""
    verify: bool | str = True
    """Whether certificates are verified, or a file of authorities (PEM) that are trusted instead of the usual ones."""
    client_cert: str | tuple[str, str] | None = field(default=None, repr=False)
    """A PEM file with certificate and key, or one file for each."""
    proxy: str | None = field(default=None, repr=False)
    """`None` asks the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), which is never asked for loopback hosts."""
    workers: int = 1
    max_waits: int = 3
    """How often one request is sent again after a Retry-After."""
    longest_wait: float = 60.0
    """What a Retry-After is cut down to."""
    misses: int = 5
    """Requests in a row without an answer after which the endpoint counts as gone."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        positive = ("max_requests", "max_time", "connect_timeout", "read_timeout", "max_body", "workers", "misses")
        for name in positive:
            value = getattr(self, name)
            if value is not None and not value > 0:
                message = f"{name.replace('_', '-')} must be above zero"
                raise MannersError(message)

    def rate_towards(self, address: Address) -> Rate | None:
        """The rate that holds for an endpoint."""
        if self.rate == "auto":
            return None if address.is_loopback else DEFAULT_RATE
        return self.rate
