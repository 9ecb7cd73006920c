"""Gates are made of what a report counted, and decide the exit code."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.coverage import Coverage
from interpact.contract.ending import Ending, Gate
from interpact.contract.exchange import Reason
from interpact.contract.gates import Asked, covered, exit_code, unchecked
from interpact.contract.report import Report
from interpact.contract.settings import Settings
from interpact.schemas.coverage import universe
from interpact.schemas.examples import model_exchange

from .test_cli import interpact

if TYPE_CHECKING:
    from pathlib import Path

numbers = st.integers(0, 50)


def report(passed: int, failed: int, reasons: dict[Reason, int], forgiven: int = 0) -> Report:
    why = Counter({reason.value: count for reason, count in reasons.items() if count})
    states = Counter({"pass": passed, "fail": failed, "unchecked": why.total()})
    return Report(states=states, reasons=why, forgiven=forgiven)


@given(numbers, numbers, numbers, numbers, st.floats(0, 100))
def test_what_was_not_judged_is_a_share_of_the_operation(
    passed: int, failed: int, empty: int, others: int, most: float
) -> None:
    found = report(passed, failed, {Reason.NO_BODY: empty, Reason.OTHER_OPERATION: others})
    gate = unchecked(found, most)
    total = passed + failed + empty
    assert gate.kept is (None if not total else 100 * empty / total <= most or 100 * empty == most * total)
    assert ("no body" in gate.message) == (bool(empty) and bool(total))
    assert Reason.OTHER_OPERATION.value not in gate.message


@given(st.sets(st.sampled_from([point.id for point in universe() if not point.shown_by])), st.floats(0, 100))
def test_coverage_is_a_share_of_the_points(seen: set[str], least: float) -> None:
    gate = covered(Coverage(dict.fromkeys(seen, 1)), least)
    covered_points = sum(point.is_seen(seen) for point in universe())
    assert gate.kept is (100 * covered_points / len(universe()) >= least)
    assert gate.message.startswith("100.0%") == (covered_points == len(universe()))


@given(numbers, st.integers(0, 9), st.integers(0, 9), st.sampled_from([True, False, None]))
def test_the_exit_code_follows(passed: int, failed: int, pardoned: int, kept: bool | None) -> None:  # noqa: FBT001
    found = report(passed, failed + pardoned, {}, pardoned)
    ending = Ending(gates=(Gate(name="x", kept=kept, message=""),))
    expected = 1 if failed or kept is False else 0 if passed + pardoned else 2
    assert exit_code(found, ending) == expected


def test_nothing_is_asked_unless_somebody_asks() -> None:
    assert Asked().gates(Report(), Settings()) == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    body = model_exchange()["response"]["body"]
    (tmp_path / "clean.json").write_text(json.dumps(body))
    url = "https://crm.example/v2/customers/interaction?identifierName=email&identifierValue=ada%40example.com"
    record = {"request": {"url": url}, "response": {"status": 204}}
    (tmp_path / "empty.json").write_text(json.dumps(record))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--max-unchecked", "50"], 0, b"kept max-unchecked: 50% of the exchanges were not judged, 1 of 2 (1 no body)"),
        (["--max-unchecked", "49.9"], 1, b"NOT KEPT max-unchecked"),
        (["--fail-under", "0"], 0, b"kept fail-under"),
        (["--fail-under", "100"], 1, b"NOT KEPT fail-under"),
        (["--coverage"], 0, b"Contract coverage: "),
        (["--all-gaps"], 0, b"no response had the status 404"),
        (["--max-unchecked", "101"], 2, b""),
    ],
)
def test_a_broken_gate_fails_the_run(arguments: list[str], code: int, said: bytes, folder: Path) -> None:
    done = interpact("check", "clean.json", "empty.json", *arguments, folder=folder)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout


def test_gates_stand_in_the_configuration(folder: Path) -> None:
    (folder / "interpact.toml").write_text("max-unchecked = 5\nfail-under = 0.5\ncoverage = true\n")
    done = interpact("check", "clean.json", "empty.json", folder=folder)
    assert done.returncode == 1
    assert b"kept fail-under" in done.stdout
    assert b"NOT KEPT max-unchecked" in done.stdout


def test_a_run_of_text_messages_has_not_covered_e_mails(tmp_path: Path) -> None:
    body = model_exchange()["response"]["body"]
    body["interaction"] = [one for one in body["interaction"] if one["name"] == "sms"]
    (tmp_path / "sms.json").write_text(json.dumps(body))
    done = interpact("check", "sms.json", "--all-gaps", folder=tmp_path)
    for gap in (b"no email message had `subject`", b"no entry had the name email", b"no email entry had anything in"):
        assert gap in done.stdout
