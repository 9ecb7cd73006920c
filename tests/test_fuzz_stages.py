"""A run in stages: what each sends and finds, whatever was run before, and what a pause of the budget does."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.fuzz.budget import Budget, BudgetSpent, Pace, Spent
from interpact.contract.fuzz.client import Client
from interpact.contract.fuzz.launch import Aim, examine, known_customers, open_client, plan_of
from interpact.contract.fuzz.manners import Manners, Rate
from interpact.contract.fuzz.session import Plan, Session
from interpact.contract.fuzz.stages import Stage, lacking, probes_of
from interpact.contract.report import merged
from interpact.contract.server import Service
from interpact.contract.settings import Settings
from interpact.schemas.population import Customers
from interpact.schemas.rules import Profile

from .endpoints import Endpoint
from .test_fuzz import PEOPLE, Leaving, Talking, honest, identifiers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from interpact.contract.fuzz.discoveries import Discoveries
    from interpact.contract.report import Key

TWO = Customers(list(PEOPLE)[:2])
SETTINGS = Settings(profile=Profile.STRICT)
SEED = 5


@contextmanager
def session_with(
    fault: str | None = None, manners: Manners | None = None, customers: Customers = TWO
) -> Generator[tuple[Session, Endpoint]]:
    """A session with one worker, and the endpoint that it asks."""
    plan = Plan(identifiers(customers), SETTINGS, SEED, workers=1, examples=12)
    with (
        Endpoint(Talking(Service(TWO, fault=fault).reply)) as endpoint,
        Client(endpoint.url, manners or Manners(read_timeout=5)) as client,
    ):
        yield Session(client, plan), endpoint


def lines(endpoint: Endpoint) -> Counter[bytes]:
    return Counter(request.partition(b"\r\n")[0] for request in endpoint.requests)


def counts(found: Iterable[Discoveries]) -> dict[Key, int]:
    return {key: group.count for key, group in merged(one.report for one in found).found.items()}


def whole(fault: str | None) -> tuple[Discoveries, Counter[bytes]]:
    with session_with(fault) as (session, endpoint):
        return session.run(), lines(endpoint)


@pytest.mark.parametrize("fault", [None, "count-as-string", "type-ignored"])
def test_the_stages_together_are_the_run(fault: str | None) -> None:
    found, sent = whole(fault)
    with session_with(fault) as (session, endpoint):
        parts = [session.run_stage(stage) for stage in Stage]
        assert lines(endpoint) == sent
        assert counts(parts) == counts([session.found]) == counts([found])
    assert sum((part.tried for part in parts), Counter[str]()) == found.tried
    assert sum(part.requests for part in parts) == found.requests == sent.total()
    assert merged(part.report for part in parts).states == found.report.states


def test_the_order_of_the_stages_does_not_matter() -> None:
    _, sent = whole(None)
    with session_with() as (session, endpoint):
        for stage in reversed(Stage):
            session.run_stage(stage)
        assert lines(endpoint) == sent


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CUSTOMERS])
def test_a_stage_alone_reads_the_customers_before_and_reports_its_own(stage: Stage) -> None:
    with session_with("count-as-string") as (session, endpoint):
        found = session.run_stage(stage)
        both = len(endpoint.requests)
        learned = session.run_stage(Stage.CUSTOMERS)
        assert len(endpoint.requests) == both == found.requests + learned.requests
        assert session.run_stage(Stage.CUSTOMERS) is learned
    assert learned.report.count(SETTINGS.fail_on)
    assert counts([found, learned]) == counts([session.found])


def test_a_witness_of_a_stage_is_a_request_of_that_stage() -> None:
    with session_with("count-as-string") as (session, _):
        session.run_stage(Stage.CUSTOMERS)
        found = session.run_stage(Stage.COVERAGE)
    assert {one.probe.what.partition(":")[0] for one in found.witnesses.values()} == {"Schemathesis, coverage"}


def test_what_would_be_sent_is_what_is_sent() -> None:
    with session_with() as (session, endpoint):
        planned = {probe.target for probe in session.planned()}
        for stage in (Stage.CUSTOMERS, Stage.PROTOCOL, Stage.REFUSALS, Stage.RELATIONS):
            session.run_stage(stage)
        sent = {request.split(b" ", 2)[1].decode() for request in endpoint.requests}
    assert planned <= sent


def test_a_spent_budget_ends_every_later_stage_and_is_said() -> None:
    with session_with(manners=Manners(max_requests=10)) as (session, endpoint):
        found = [session.run_stage(stage) for stage in Stage if stage is not Stage.CREDENTIALS]
        assert len(endpoint.requests) == 10
    assert {why for one in found for why in one.unchecked.values()} == {"the budget of 10 requests is spent"}
    assert all(one.unchecked for one in found[1:])


def test_time_between_the_stages_does_not_count() -> None:
    with session_with(manners=Manners(max_time=30)) as (session, _):
        session.run_stage(Stage.CUSTOMERS)
        client = session._client  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        left = client.budget.left
        sleep(0.05)
        assert client.budget.left == left
        session.run_stage(Stage.PROTOCOL)
        assert client.budget.left < left


def test_nothing_is_sent_to_an_endpoint_that_is_gone_until_it_is_forgotten() -> None:
    leaving = Leaving(honest(TWO), 30)
    plan = Plan(identifiers(TWO), SETTINGS, SEED, workers=1, examples=5)
    with Endpoint(leaving) as endpoint, Client(endpoint.url, Manners(connect_timeout=1)) as client:
        leaving.endpoint = endpoint
        session = Session(client, plan)
        session.run_stage(Stage.REFUSALS)
        assert session.ended is not None
        taken = client.budget.taken
        assert not session.run_stage(Stage.COVERAGE).requests
        assert client.budget.taken == taken
        session.forget()
        session.run_stage(Stage.CUSTOMERS)
        assert client.budget.taken > taken


def test_a_stage_that_lacks_something_sends_nothing() -> None:
    plan = Plan([], SETTINGS, examples=0)
    lacks = {stage: lacking(stage, plan) for stage in Stage}
    assert {stage for stage, lack in lacks.items() if lack is None} == {
        Stage.PROTOCOL,
        Stage.REFUSALS,
        Stage.RELATIONS,
    }
    assert all(not list(probes_of(stage, plan)) for stage, lack in lacks.items() if lack)


# The budget


def test_time_stands_still_in_a_pause() -> None:
    budget = Budget(max_time=60)
    budget.pause()
    left, spent = budget.left, budget.spent
    sleep(0.02)
    budget.pause()
    assert (budget.left, budget.spent) == (left, spent)
    budget.resume()
    budget.resume()
    sleep(0.02)
    assert budget.left < left - 0.01


def test_a_budget_without_pauses_counts_from_when_it_is_made() -> None:
    budget = Budget(max_time=60)
    sleep(0.02)
    assert 50 < budget.left < 60 - 0.01


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(1, 20))
def test_a_budget_is_shared_by_all_who_go_on_from_it(takes: list[int], most: int) -> None:
    spent, taken = Spent(), 0
    for wanted in takes:
        mine = Budget(max_requests=most, max_time=60)
        mine.pause()
        mine.go_on(spent)
        for _ in range(wanted):
            try:
                mine.take()
            except BudgetSpent:
                break
            taken += 1
        spent = mine.spent
    assert spent.requests == taken == min(sum(takes), most)


def test_a_budget_goes_on_from_the_seconds_of_others() -> None:
    budget = Budget(max_time=10)
    budget.pause()
    budget.go_on(Spent(3, 9.5))
    assert budget.left == pytest.approx(0.5)
    budget.go_on(Spent(3, 10.5))
    with pytest.raises(BudgetSpent, match="the budget of 10 seconds is spent"):
        budget.take()


def test_a_rate_is_shared_through_a_file(tmp_path: Path) -> None:
    paces = [Pace(Rate(3, 0.5), Budget(), tmp_path / "rate.sqlite") for _ in range(2)]
    began = monotonic()
    for number in range(7):
        paces[number % 2].wait()
    for pace in paces:
        pace.close()
    assert 0.9 < monotonic() - began < 3


# From what is chosen to what is run


def test_an_aim_is_made_into_a_run() -> None:
    aim = Aim(url="https://crm.example/api", seed=3, workers=4, examples=7, max_time=9, max_requests=8)
    with open_client(aim) as client:
        manners = client.manners
    assert (manners.workers, manners.max_time, manners.max_requests, manners.read_timeout) == (4, 9, 8, 30)
    plan = plan_of(aim, SETTINGS, known_customers(aim))
    assert (plan.seed, plan.workers, plan.examples, plan.authenticated) == (3, 4, 7, False)
    assert plan_of(Aim(url=aim.url), SETTINGS, []).seed > 700_000
    examine(aim)
