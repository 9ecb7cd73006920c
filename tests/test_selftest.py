"""The contract's own score, on a sample of the catalogue; `interpact selftest` runs the whole of it."""

from __future__ import annotations

import pytest

from interpact.contract.fuzz.selftest import Score, sampled, score, scores
from interpact.schemas.rules import Profile
from interpact.strategies.faults import FAULTS

EVERY = 25
"""A sample for CI."""


@pytest.mark.parametrize("fault", [name for name in sampled(EVERY) if name is not None])
def test_a_fault_is_found_by_a_rule_meant_for_it(fault: str) -> None:
    one = score(fault, seed=2, max_time=20)
    assert one.right, one


@pytest.mark.parametrize("profile", list(Profile))
def test_nothing_is_reported_on_the_clean_server(profile: Profile) -> None:
    one = score(None, seed=3, max_time=20, profile=profile)
    assert one.rules == ()
    assert one.requests > 1000


def test_a_sample_is_the_clean_server_and_every_nth_fault() -> None:
    assert sampled(len(FAULTS)) == [None, next(iter(FAULTS))]
    assert sampled(1) == [None, *FAULTS]


@pytest.mark.parametrize(
    ("one", "right"),
    [
        (Score(None, (), (), 9, 1), True),
        (Score(None, ("IP301",), (), 9, 1), False),
        (Score("type-ignored", ("IP301", "IP311"), ("IP301",), 9, 1), True),
        (Score("type-ignored", ("IP311",), ("IP301",), 9, 1), False),
        (Score("type-ignored", (), (), 9, 1), False),
        (Score("type-ignored", ("IP302",), (), 9, 1), True),
    ],
    ids=str,
)
def test_a_score_is_right_or_not(one: Score, *, right: bool) -> None:
    assert one.right is right


def test_scores_come_one_after_the_other() -> None:
    told = scores(["count-as-string", "type-ignored"], seed=1, max_time=20)
    assert [one.fault for one in told] == ["count-as-string", "type-ignored"]
