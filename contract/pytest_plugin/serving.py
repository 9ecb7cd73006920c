"""The reference server as a fixture: a real socket, customers who are made up, and one fault where one is wanted."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ...strategies.people import make_population
from ..server import running
from ..server.service import UnknownFaultError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ...schemas.population import Customers


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
    """Serve as a marker says: `customers` (a number, or a population) of a `seed`, with a `fault`, `auth`, `masked`."""
    wanted = told.get("customers", 12)
    people = make_population(told.get("seed", 1), wanted) if isinstance(wanted, int) else wanted
    choices = {name: told[name] for name in ("fault", "auth", "masked") if name in told}
    try:
        with running(people, **choices) as url:
            yield Served(url, people)
    except UnknownFaultError as error:
        pytest.fail(f"interpact_server: {error}", pytrace=False)
