"""The plugin listening to the clients of other people's tests, in suites that run in processes of their own."""

from __future__ import annotations

from typing import Final

import pytest

from .plugin import answer, cassette, lines, run

ASK: Final = """
import pytest, requests

def ask(server, client=requests):
    query = {"identifierName": "email", "identifierValue": server.customers[0]["email"]}
    return client.get(f"{server.url}/v2/customers/interaction", params=query, timeout=10)

faulty = pytest.mark.interpact(fault="count-one-less")
"""
"""The beginning of each suite: how a customer is asked for."""


def suite(pytester: pytest.Pytester, body: str) -> None:
    pytester.makepyfile(test_own=ASK + body)


def test_what_is_received_fails_the_test_that_received_it(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_clean(interpact_server):
    assert ask(interpact_server).status_code == 200

@faulty
def test_faulty(interpact_server):
    assert ask(interpact_server).status_code == 200
""",
    )
    run(pytester).assert_outcomes(passed=2)
    result = run(pytester, "--interpact-record")
    result.assert_outcomes(passed=1, failed=1)
    told = lines(result)
    assert "error IP201 count-below-list: /interaction/0/count" in told
    assert "in        test_own.py::test_faulty entry 1" in told
    assert "2 exchanges: 1 pass, 1 fail." in told


def test_a_test_asks_for_it_or_opts_out(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
@faulty
@pytest.mark.interpact(record=True)
def test_asks(interpact_server):
    ask(interpact_server)

@faulty
@pytest.mark.interpact
def test_asks_with_a_bare_marker(interpact_server):
    ask(interpact_server)

@faulty
def test_asks_by_the_fixture(interpact_server, interpact_recorder):
    ask(interpact_server)

@pytest.mark.interpact(record=False)
class TestOut:
    @faulty
    def test_is_out(self, interpact_server):
        ask(interpact_server)

    @faulty
    @pytest.mark.interpact
    def test_is_in_again(self, interpact_server):
        ask(interpact_server)

    @faulty
    def test_attaches_nobody(self, interpact_server, interpact_recorder):
        ask(interpact_server)

    @faulty
    def test_attaches_one(self, interpact_server, interpact_recorder):
        session = requests.Session()
        interpact_recorder.attach(session)
        ask(interpact_server, session)
""",
    )
    run(pytester).assert_outcomes(passed=2, failed=5)
    run(pytester, "--interpact-record", "-k", "is_out").assert_outcomes(passed=1, deselected=6)


def test_a_recorder_that_comes_too_late_says_so(pytester: pytest.Pytester) -> None:
    suite(pytester, "def test_late(request):\n    request.getfixturevalue('interpact_recorder')\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    assert "make it an argument of the test" in lines(result)
    assert "StashKey" not in lines(result)


def test_what_is_received_is_told_beside_a_failure(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import unittest

@faulty
def test_fails(interpact_server):
    ask(interpact_server)
    assert not "its own reason"

@pytest.mark.usefixtures("serve")
class TestCase(unittest.TestCase):
    @faulty
    def test_case(self):
        ask(self.server)
        assert not "a reason of a case"

@pytest.fixture
def serve(request, interpact_server):
    request.cls.server = interpact_server
""",
    )
    result = run(pytester, "--interpact-record")
    result.assert_outcomes(failed=2)
    told = lines(result)
    assert "its own reason" in told
    assert "a reason of a case" in told
    assert told.count("Captured interpact call") == 2
    assert told.count("error IP201 count-below-list: /interaction/0/count\n") == 2


def test_what_fixtures_receive_is_judged(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
@pytest.fixture
def before(interpact_server):
    ask(interpact_server)
    return interpact_server

@pytest.fixture
def after(interpact_server):
    yield interpact_server
    ask(interpact_server)

@faulty
def test_before(before):
    pass

@faulty
def test_after(after):
    ask(after)
""",
    )
    result = run(pytester, "--interpact-record")
    result.assert_outcomes(failed=2, errors=1)
    assert "test_own.py::test_after entry 2" in lines(result)


def test_a_response_that_the_test_checks_counts_once(pytester: pytest.Pytester) -> None:
    suite(pytester, "def test_own(interpact_server, interpact_check):\n    interpact_check(ask(interpact_server))\n")
    assert "1 exchange: 1 pass, 0 fail." in lines(run(pytester, "--interpact-record"))


def test_attempts_that_are_repeated_do_not_count(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
@pytest.fixture
def checked(interpact_server, interpact_check):
    interpact_check(ask(interpact_server))

def test_flaky(checked, tmp_path_factory):
    seen = tmp_path_factory.getbasetemp() / "seen"
    again = seen.exists()
    seen.touch()
    assert again
""",
    )
    result = run(pytester, "--reruns", "1")
    result.assert_outcomes(passed=1)
    assert "1 exchange: 1 pass, 0 fail." in lines(result)


PLAYING: Final = """
import vcr

def play(name):
    with vcr.use_cassette(f"cassettes/{name}.json", serializer="json", record_mode="none"):
        return requests.get(
            "https://crm.example/v2/customers/interaction?identifierName=email&identifierValue=a%40b.example",
            timeout=10,
        )
"""


@pytest.fixture
def playing(pytester: pytest.Pytester) -> pytest.Pytester:
    """Three cassettes: one with an entry too many, one that is broken, one that nobody plays."""
    folder = pytester.mkdir("cassettes")
    contents = {"good": (answer(), answer()), "bad": (answer(count=0),), "stale": (answer(),)}
    for name, bodies in contents.items():
        (folder / f"{name}.json").write_text(cassette(*bodies), encoding="utf-8")
    tests = "\ndef test_good():\n    play('good')\n\ndef test_bad():\n    play('bad')\n"
    suite(pytester, PLAYING + tests)
    return pytester


ALL: Final = ("--interpact-record", "--interpact-captures", "cassettes")


def test_cassettes_are_checked_as_they_are_played(playing: pytest.Pytester) -> None:
    result = run(playing, "--interpact-record")
    result.assert_outcomes(passed=1, failed=1)
    assert "in        cassettes/bad.json entry 1" in lines(result)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_was_recorded_and_never_played_is_named(playing: pytest.Pytester, workers: str) -> None:
    told = lines(run(playing, *ALL, "-n", workers))
    assert "recorded, but not played by any test: cassettes/good.json entry 2" in told
    assert "a cassette that no test plays: cassettes/stale.json" in told
    assert "no test plays: cassettes/good.json" not in told


PARTS: Final = (("-k", "good"), ("-k", "good", "-n", "2"), ("test_own.py::test_good",), ("-x",))


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_part_of_the_tests_says_nothing_about_what_was_not_used(
    playing: pytest.Pytester, part: tuple[str, ...]
) -> None:
    told = lines(run(playing, *ALL, *part))
    assert "Contract coverage" in told
    assert "played by any test" not in told
    assert "no test plays" not in told
