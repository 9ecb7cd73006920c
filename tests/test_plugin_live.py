"""The plugin against live implementations: real servers on loopback, suites in processes of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from interpact.contract.findings import fingerprint
from interpact.contract.fuzz.stages import Stage
from interpact.contract.pytest_plugin.live import kinds_of
from interpact.contract.pytest_plugin.sharing import Board
from interpact.contract.server import Service
from interpact.contract.settings import Settings
from interpact.schemas.population import Customers
from interpact.schemas.rules import Kind, Part, Profile, Severity
from interpact.strategies.people import make_population

from .endpoints import Endpoint
from .plugin import ALONE, lines, run
from .test_fuzz import Leaving, Talking, named, written

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from interpact.schemas.model import Request
    from interpact.strategies.faults import Reply

TWO: Final = Customers(list(make_population(1, 12))[:2])
SMALL: Final = ("--interpact-examples", "6", "--interpact-seed", "3", "-rA")
CACHED: Final = ALONE[: ALONE.index("no:cacheprovider") - 1]
KINDS: Final = ("structure", "meaning", "relation", "protocol")
RERUNS: Final = find_spec("pytest_rerunfailures") is not None
NAMES: Final = [stage.value.replace(" ", "-") for stage in Stage]


@contextmanager
def service(fault: str | None = None) -> Generator[Endpoint]:
    with Endpoint(Talking(Service(TWO, fault=fault).reply)) as endpoint:
        yield endpoint


def tried(pytester: pytest.Pytester, url: str, *arguments: str, alone: tuple[str, ...] = ALONE) -> pytest.RunResult:
    """Run the tests of a live implementation whose customers are known."""
    return run(pytester, *alone, *about(pytester.path, url), *arguments, alone=False)


def tried_in(folder: Path, url: str, *arguments: str) -> pytest.RunResult:
    """The same for several tests together."""
    command = [sys.executable, "-m", "pytest", *ALONE, *about(folder, url), *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), 0)


def about(folder: Path, url: str) -> tuple[str, ...]:
    return "--interpact-url", url, "--interpact-customers", written(TWO, folder), *SMALL


def sent(endpoint: Endpoint) -> Counter[bytes]:
    return Counter(request.partition(b"\r\n")[0] for request in endpoint.requests)


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """What became of each test, by its id."""
    pattern = r"^(PASSED|FAILED|SKIPPED|ERROR) (?:\[\d+\] )?(interpact::\S+)"
    return {name: word for word, name in re.findall(pattern, lines(result), re.MULTILINE)}


def having(result: pytest.RunResult, word: str) -> set[str]:
    return {name.removeprefix("interpact::") for name, became in outcomes(result).items() if became == word}


def exchanges(result: pytest.RunResult) -> str:
    """The line of the summary that counts verdicts."""
    found = re.search(r"^\d+ exchanges: .*$", lines(result), re.MULTILINE)
    assert found is not None, lines(result)
    return found[0]


def properties(file: Path) -> dict[str, set[str]]:
    """The broken rules that JUnit XML names for each test that has some."""
    cases = {case.get("name", ""): case.iter("property") for case in ET.parse(file).iter("testcase")}  # noqa: S314 - it is ours
    found = {
        name: {one.get("value", "") for one in told if one.get("name") == "interpact"} for name, told in cases.items()
    }
    return {name: rules for name, rules in found.items() if rules}


def every(*kinds: str) -> set[str]:
    """The tests of these kinds for which something was asked, without credentials."""
    return {f"{name}[{kind}]" for name in NAMES for kind in kinds if name != "credentials"}


@dataclass(frozen=True)
class Seen:
    """A run of a suite, and what it has sent."""

    result: pytest.RunResult
    sent: Counter[bytes]


FEW: Final = ("-k", "customers or credentials or relations or fuzzing", "--interpact-workers", "1")
"""All kinds of stages, but not the longest ones."""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """One process against a service that is wrong."""
    with service("count-as-string") as endpoint:
        return Seen(tried_in(tmp_path_factory.mktemp("wrong"), endpoint.url, *FEW), sent(endpoint))


# One process


def test_where_the_contract_is_kept_every_test_passes_that_can(pytester: pytest.Pytester) -> None:
    with service() as endpoint:
        result = tried(pytester, endpoint.url, "-W", "error")  # not what is no error of ours: see `Asker`
        number = len(endpoint.requests)
    result.assert_outcomes(passed=32, skipped=4)
    assert having(result, "PASSED") == every(*KINDS)
    assert "no credentials were given; see --interpact-auth" in lines(result)
    assert number > 300
    assert "Traceback" not in lines(result)


def test_what_is_wrong_fails_the_tests_of_its_kind_with_the_request_that_shows_it(wrong: Seen) -> None:
    told = lines(wrong.result)
    failed = having(wrong.result, "FAILED")
    assert failed <= every("structure")
    assert {"customers[structure]", "relations[structure]", "fuzzing[structure]"} <= failed
    assert "error IP103 wrong-type" in told
    assert "IP103 is shown by: " in told
    assert re.search(r"curl -s 'http://127\.0\.0\.1:\d+/v2/customers/interaction\?identifierName=", told)
    assert "identifierValue=<of customer " in told
    assert "again: --interpact-seed 3," in told
    assert "Traceback" not in told
    assert not named(TWO, told.encode())


def test_a_relation_is_told_by_the_tests_of_relations(pytester: pytest.Pytester) -> None:
    few = ("-k", "protocol[", "--interpact-profile", "strict", "--junitxml", "junit.xml")
    with service("head-refused") as endpoint:
        result = tried(pytester, endpoint.url, *few)
        again = tried(pytester, endpoint.url, *few, "--reruns", "2") if RERUNS else result
    for one in (result, again):
        assert having(one, "FAILED") == {"protocol[relation]"}
        assert properties(pytester.path / "junit.xml") == {"protocol[relation]": {"IP307 head-differs"}}
    numbers = [int(exchanges(one).partition(" ")[0]) for one in (result, again)]
    assert numbers[1] <= numbers[0], "a stage that is run again counts once, as it was run last"


def test_identifiers_of_customers_are_not_told(pytester: pytest.Pytester) -> None:
    with service("type-ignored") as endpoint:
        result = tried(pytester, endpoint.url, "--interpact-profile", "strict", "-k", "refusals")
    told = unquote(lines(result))
    assert "IP311 is shown by: " in told
    assert not [value for person in TWO for _, value in person.identifiers if value in told]


def test_nothing_is_sent_to_collect(pytester: pytest.Pytester) -> None:
    with service() as endpoint:
        result = tried(pytester, endpoint.url, "--collect-only", "-q")
        assert not endpoint.requests
    assert [line for line in result.outlines if line.startswith("interpact::")] == [
        f"interpact::{name}[{kind}]" for name in NAMES for kind in KINDS
    ]


def test_one_stage_alone_asks_for_itself_and_the_customers(pytester: pytest.Pytester) -> None:
    with service() as endpoint:
        result = tried(pytester, endpoint.url, "-k", "protocol and relation and not relations")
        asked = {line.split(b" ", 2)[1].decode() for line in sent(endpoint)}
    result.assert_outcomes(passed=1, deselected=35)
    assert any("/interactions?" in path for path in asked)
    assert not any("type=tweet" in path for path in asked)


def test_the_last_failures_are_run_again_in_any_order(pytester: pytest.Pytester) -> None:
    few = ("-k", "refusals or customers")
    with service("count-as-string") as endpoint:
        first = tried(pytester, endpoint.url, *few, "-p", "turned", alone=CACHED)
        again = tried(pytester, endpoint.url, *few, "--lf", alone=CACHED)
    assert having(first, "FAILED") == having(again, "FAILED") == {"customers[structure]"}
    assert (len(outcomes(first)), len(outcomes(again))) == (8, 1)


@pytest.fixture(autouse=True)
def turned(pytester: pytest.Pytester) -> None:
    """A plugin that turns the order of the tests round."""
    pytester.syspathinsert()
    pytester.makepyfile(turned="def pytest_collection_modifyitems(items):\n    items.reverse()\n")


def test_a_test_that_is_run_again_asks_again(pytester: pytest.Pytester) -> None:
    if not RERUNS:
        pytest.skip("pytest-rerunfailures is not there")
    replies = [Service(TWO, fault="count-as-string").reply, Service(TWO).reply]

    def mended(request: Request) -> Reply:
        return replies[len(endpoint.requests) > 40](request)

    with Endpoint(Talking(mended)) as endpoint:
        result = tried(pytester, endpoint.url, "-k", "customers and structure", "--reruns", "9")
    result.assert_outcomes(passed=1, deselected=35)
    assert 40 < len(endpoint.requests) < 100


def test_what_the_baseline_accepts_passes(pytester: pytest.Pytester) -> None:
    until = (datetime.now(UTC).date() + timedelta(2)).isoformat()
    accepted = {"accepted": [{"fingerprint": fingerprint("IP103", Part.BODY, "/interaction/*/count"), "until": until}]}
    (pytester.path / "baseline.json").write_text(json.dumps(accepted))
    few = ("-k", "customers", "--interpact-baseline", "baseline.json", "--junitxml", "junit.xml")
    with service("count-as-string") as endpoint:
        result = tried(pytester, endpoint.url, *few)
    result.assert_outcomes(passed=3, xfailed=1, deselected=32)
    assert f"IP103 accepted until {until}" in lines(result)
    assert re.search(r"^1 kinds? of findings? accepted by the baseline, and not counted", lines(result), re.MULTILINE)
    assert ": 0 pass, " in exchanges(result)
    assert properties(pytester.path / "junit.xml") == {}


def test_what_a_marker_skips_is_skipped(pytester: pytest.Pytester) -> None:
    skip = "item.add_marker('skip') if 'customers' in item.name else None"
    pytester.makeconftest(f"def pytest_collection_modifyitems(items):\n    for item in items:\n        {skip}\n")
    with service() as endpoint:
        result = tried(pytester, endpoint.url, "-k", "customers or credentials")
        assert not endpoint.requests
    result.assert_outcomes(skipped=8, deselected=28)
    assert "INTERNALERROR" not in lines(result)


# What cannot be tested


def test_without_customers_the_rest_is_tested_and_said(pytester: pytest.Pytester) -> None:
    with service() as endpoint:
        result = run(pytester, "--interpact-url", endpoint.url, *SMALL, "-k", "structure and not coverage")
    skipped = {name for name in NAMES if name != "coverage" and f"{name}[structure]" not in having(result, "PASSED")}
    assert skipped == {"customers", "at-the-same-time", "credentials", "relations"}
    assert "no customers are known; name them with --interpact-customers or --interpact-learn" in lines(result)


def test_a_stage_that_the_budget_cut_short_is_no_pass(pytester: pytest.Pytester) -> None:
    with service() as endpoint:
        result = tried(pytester, endpoint.url, "--interpact-max-requests", "40")
        assert len(endpoint.requests) == 40
    assert having(result, "PASSED") == {f"customers[{kind}]" for kind in KINDS}
    assert not having(result, "FAILED")
    assert re.search(r"the budget of 40 requests is spent; nothing was found in \d+ requests", lines(result))


def test_other_tests_may_take_their_time(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import time\n\ndef pytest_runtest_teardown(item):\n    time.sleep(6 * ('customers' in item.name))\n"
    )
    with service() as endpoint:
        result = tried(
            pytester, endpoint.url, "--interpact-max-time", "5", "-k", "structure and (customers or refusals)"
        )
    result.assert_outcomes(passed=2, deselected=34)


def test_an_endpoint_that_goes_away_fails_the_rest(pytester: pytest.Pytester) -> None:
    leaving = Leaving(Service(TWO).reply, 60)
    with Endpoint(leaving) as endpoint:
        leaving.endpoint = endpoint
        result = tried(pytester, endpoint.url)
    assert having(result, "PASSED") == {f"customers[{kind}]" for kind in KINDS}
    assert having(result, "FAILED") == every(*KINDS) - having(result, "PASSED")
    assert "the endpoint went away: the endpoint has stopped answering" in lines(result)


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        (("--interpact-auth", "env:NOT_THERE"), "--interpact-auth env:NOT_THERE: there is no such variable"),
        (("--interpact-rate-limit", "often"), "a rate is a number of requests and a time"),
        (("--interpact-url", "ftp://till:hunter2@host"), "a URL must not hold a user or a password"),
        (("--interpact-auth", "env:NOT_THERE", "-n", "2"), "env:NOT_THERE: there is no such variable"),
    ],
    ids=["auth", "rate", "url", "auth of several processes"],
)
def test_what_makes_no_sense_is_a_usage_error(pytester: pytest.Pytester, mistake: tuple[str, ...], word: str) -> None:
    result = run(pytester, "--interpact-url", "http://127.0.0.1:9", *mistake)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert word in lines(result)
    assert "hunter2" not in lines(result)


# Several processes


@pytest.mark.parametrize("dist", ["load", "loadscope"])
def test_what_was_found_is_told_to_all_and_no_stage_is_sent_twice(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, wrong: Seen, dist: str
) -> None:
    folder = pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    with service("count-as-string") as endpoint:
        result = tried(pytester, endpoint.url, *FEW, "-n", "2", "--dist", dist)
        together = sent(endpoint)
    assert having(result, "FAILED") == having(wrong.result, "FAILED")
    assert exchanges(result) == exchanges(wrong.result), "each was counted once"
    again = together - wrong.sent
    assert not wrong.sent - together
    assert again.total() < 2 * len(TWO) * 10
    assert set(again) <= {line for line in wrong.sent if b"type=" not in line}, "only the customers are read twice"
    assert not list(folder.glob("interpact-*")), "nothing is left behind"


def test_all_processes_together_keep_the_rate_and_the_budget(pytester: pytest.Pytester) -> None:
    times: list[float] = []
    reply = Service(TWO).reply

    def noted(request: Request) -> Reply:
        times.append(monotonic())
        return reply(request)

    with Endpoint(Talking(noted)) as endpoint:
        limits = ("--interpact-rate-limit", "20/s", "--interpact-max-requests", "70")
        result = tried(pytester, endpoint.url, "-n", "2", *limits)
    assert 60 < len(times) <= 70
    assert not having(result, "FAILED")
    assert "the budget of 70 requests is spent" in lines(result)
    assert all(later - earlier > 0.8 for earlier, later in zip(times, times[21:], strict=False))


def test_a_process_that_dies_lets_the_next_one_ask(tmp_path: Path) -> None:
    dying = f"""
import os, pathlib
from interpact.contract.pytest_plugin.sharing import Board
with Board(pathlib.Path({str(tmp_path)!r})).turn() as state:
    state.ended = "never written"
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", dying], check=False, timeout=60).returncode == 9
    with Board(tmp_path).turn() as state:
        assert state.ended is None
        state.ended = "written"
    with Board(tmp_path).turn() as state:
        assert state.ended == "written"


# Kinds


def test_kinds_are_those_that_can_fail() -> None:
    assert [kind.value for kind in kinds_of(Settings())] == list(KINDS)
    assert kinds_of(Settings(profile=Profile.STRICT)) == tuple(Kind)
    assert kinds_of(Settings(fail_on=Severity.INFO)) == tuple(Kind)
    assert kinds_of(Settings(select=("IP2",))) == (Kind.MEANING,)
