"""The contract's own score: the fuzzer over every fault of the catalogue, one at a time, and over the clean server."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ...schemas.rules import Profile, Severity
from ...strategies.faults import FAULTS
from ...strategies.people import make_population
from ..ending import Gate
from ..server.background import running
from ..settings import Settings
from .client import Client
from .credentials import Credentials, Secret
from .manners import Manners
from .session import Plan, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CUSTOMERS: Final = 16
"""Customers of the population: enough for every rare case to be there."""

_AUTH: Final = ("till", "a-password-of-the-selftest")


@dataclass(frozen=True, slots=True)
class Score:
    """What the fuzzer made of one fault, or of the clean server (`fault` is `None`)."""

    fault: str | None
    rules: tuple[str, ...]
    """The rules that were reported as errors."""
    meant: tuple[str, ...]
    """The rules that one answer alone breaks, where the catalogue says so."""
    requests: int
    seconds: float

    @property
    def right(self) -> bool:
        """Whether a fault was found by a rule meant for it, or nothing was on the clean server."""
        if self.fault is None:
            return not self.rules
        return bool(set(self.rules) & set(self.meant)) if self.meant else bool(self.rules)

    @property
    def gate(self) -> Gate:
        """The score as something that is asked of the fuzzer: to tell a fault, and nothing where there is none.

        >>> print(Score(None, (), (), 9, 1).gate.message)
        nothing reported; 9 requests, 1.0 s
        """
        silent = "nothing reported" if self.fault is None else "missed"
        reported = f"reported {', '.join(self.rules)}" if self.rules else silent
        wanted = f", expected {' or '.join(self.meant)}" if self.meant and not self.right else ""
        message = f"{reported}{wanted}; {self.requests} requests, {self.seconds:.1f} s"
        return Gate(name=self.fault or "(clean)", kept=self.right, message=message)


def scores(faults: Iterable[str | None], *, seed: int, max_time: float = 45.0) -> Iterator[Score]:
    """The score of each fault, `None` standing for the clean server; at most `max_time` seconds each."""
    for fault in faults:
        yield score(fault, seed=seed, max_time=max_time)


def score(fault: str | None, *, seed: int, max_time: float = 45.0, profile: Profile = Profile.STRICT) -> Score:
    """Run the fuzzer against the reference server with a fault until that is found, without one to the end."""
    people = make_population(seed % 7 + 1, CUSTOMERS)
    customers = [dict(person.identifiers) for person in people]
    credentials = Credentials.basic(_AUTH[0], Secret(_AUTH[1]))
    manners = Manners(max_time=max_time, workers=2, read_timeout=5.0)
    meant = FAULTS[fault].expected if fault is not None else ()
    until = frozenset(meant) if fault is not None else None
    plan = Plan(customers, Settings(profile=profile), seed, 2, 60, authenticated=True, until=until)
    began = time.monotonic()
    with running(people, fault=fault, auth=_AUTH) as url, Client(url, manners, credentials) as client:
        found = Session(client, plan).run()
    errors = {group.code for group in found.report.groups() if group.severity is Severity.ERROR}
    return Score(fault, tuple(sorted(errors)), tuple(meant), found.requests, time.monotonic() - began)


def sampled(every: int) -> list[str | None]:
    """The clean server, and every n-th fault of the catalogue.

    >>> len(sampled(1)) == len(FAULTS) + 1
    True
    """
    names: Sequence[str] = list(FAULTS)
    return [None, *names[::every]]
