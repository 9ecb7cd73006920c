"""The reference server as a fixture: a real socket, customers who are made up, and one fault where one is wanted."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ...schemas.population import Customers
from ...strategies.faults import FAULTS
from ...strategies.people import make_population
from ..server import running

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is running: where it is, and whom it knows."""

    url: str
    """`http://127.0.0.1:` and a port; the path of the operation comes after it."""
    population: Customers

    @property
    def customers(self) -> list[dict[str, str]]:
        """The identifiers of each customer, by their kind."""
        return [dict(person.identifiers) for person in self.population]


@contextmanager
def serving(told: Mapping[str, Any]) -> Generator[Served]:
    """Serve as a marker says: `customers` (a number, or a population) of a `seed`, with a `fault`, `auth`, `masked`.

    `auth` is a user and a password: a pair, or a text with a colon between them.
    """
    wanted = told.get("customers", 12)
    people = make_population(told.get("seed", 1), wanted) if isinstance(wanted, int) else wanted
    fault = told.get("fault")
    complaint = _complaint(people, fault, told.get("auth"))
    if complaint:
        pytest.fail(f"interpact_server: {complaint}", pytrace=False)
    with running(people, fault=fault, auth=_pair(told.get("auth")), masked=told.get("masked", True)) as url:
        yield Served(url, people)


def _complaint(people: object, fault: object, auth: object) -> str | None:
    if not isinstance(people, Customers):
        return "customers is a number, or a population of interpact.strategies.populations"
    if fault is not None and fault not in FAULTS:
        return f"no fault is called {fault!r}; `interpact serve --list-faults` lists them"
    if auth is not None and _pair(auth) is None:
        return 'auth is a user and a password: ("user", "password") or "user:password"'
    return None


def _pair(auth: object) -> tuple[str, str] | None:
    parts = tuple(auth.split(":", 1)) if isinstance(auth, str) else auth
    match parts:
        case (str(user), str(password)) if user:
            return user, password
        case _:
            return None
