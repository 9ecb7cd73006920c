"""From what a person chooses to a run that is ready: the one way for the command line and the pytest plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .address import Address, AddressError
from .client import Client
from .credentials import CredentialsError, read_credentials
from .customers import CustomersError, learn_customers, read_customers
from .manners import Manners, MannersError, Rate
from .plan import Plan, seed_of_the_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..settings import Settings
    from .customers import Customer

MISTAKES: Final = (AddressError, CredentialsError, CustomersError, MannersError)
"""What the functions here raise: something that a person chose makes no sense. The message is for that person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A live implementation, and all that a person can choose about a run against it.

    >>> Aim(url="https://crm.example").max_time
    45.0
    """

    url: str
    customers: Path | None = None
    """A file of known customers."""
    learn: tuple[str, ...] = ()
    """Captures from which customers are learned."""
    auth: str | None = None
    """Where the credentials are: `env:NAME` or `file:PATH`."""
    seed: int | None = None
    """`None` is the seed of the day."""
    examples: int = 100
    max_requests: int | None = None
    max_time: float | None = 45.0
    rate_limit: str | None = None
    workers: int = 2
    connect_timeout: float = 5.0
    read_timeout: float | None = None
    """`None` is 5 seconds for loopback hosts and 30 for others."""
    insecure: bool = False
    ca: Path | None = None
    cert: Path | None = None
    proxy: str | None = None


def known_customers(aim: Aim) -> list[Customer]:
    """The customers of the file, then those that are learned. Raises `CustomersError`."""
    known = read_customers(aim.customers) if aim.customers else []
    return [*known, *learn_customers(aim.learn)]


def open_client(aim: Aim, shared: Path | None = None) -> Client:
    """A client with credentials and manners, to be closed; `shared` is the file of a rate that processes share.

    Raises `CredentialsError`, `MannersError` and `AddressError`.

    >>> with open_client(Aim(url="http://127.0.0.1:8080")) as client:
    ...     client.manners.read_timeout
    5.0
    """
    credentials = read_credentials(aim.auth) if aim.auth else None
    return Client(aim.url, manners_of(aim), credentials, shared)


def manners_of(aim: Aim) -> Manners:
    """How the endpoint is treated. Raises `MannersError` and `AddressError`."""
    patience = aim.read_timeout or (5.0 if Address.of(aim.url).is_loopback else 30.0)
    return Manners(
        max_requests=aim.max_requests,
        max_time=aim.max_time,
        rate=Rate.parse(aim.rate_limit) if aim.rate_limit else "auto",
        connect_timeout=aim.connect_timeout,
        read_timeout=patience,
        verify=str(aim.ca) if aim.ca else not aim.insecure,
        client_cert=str(aim.cert) if aim.cert else None,
        proxy=aim.proxy,
        workers=aim.workers,
    )


def plan_of(aim: Aim, settings: Settings, customers: Sequence[Customer]) -> Plan:
    """What the run is about; without a seed it takes that of the day.

    >>> from interpact.contract.settings import Settings
    >>> plan_of(Aim(url="https://crm.example", seed=7), Settings(), []).seed
    7
    """
    seed = seed_of_the_day() if aim.seed is None else aim.seed
    return Plan(customers, settings, seed, aim.workers, aim.examples, authenticated=bool(aim.auth))


def examine(aim: Aim) -> None:
    """Raise what the functions above would, one of `MISTAKES`; nothing is sent.

    >>> examine(Aim(url="https://crm.example", rate_limit="5/s"))
    """
    known_customers(aim)
    open_client(aim).close()
