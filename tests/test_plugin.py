"""The plugin from outside: other people's suites in processes of their own, whose output is what they see."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from interpact.contract.baseline import today
from interpact.contract.findings import fingerprint
from interpact.contract.pytest_plugin.options import OPTIONS, Kind
from interpact.schemas.rules import Part

from .house import sources
from .plugin import ALONE, answer, cassette, interaction, lines, run
from .test_imports import loaded_by

if TYPE_CHECKING:
    from pathlib import Path

LIGHT = {"polars", "msgspec", "hypothesis", "schemathesis", "jsonschema", "orjson", "starlette", "httpx", "requests"}
DEFECTS = (answer(count=0), answer())
"""A count below its list, and an answer that keeps the contract."""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with one test of its own, and one cassette: its first exchange is defective, its second is not."""
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    folder = pytester.mkdir("cassettes")
    (folder / "refund.json").write_text(cassette(*DEFECTS), encoding="utf-8")
    return pytester


def configure(project: pytest.Pytester, text: str) -> None:
    project.makepyprojecttoml(f"[tool.pytest.ini_options]\n{text}\n")


# --- what it costs, and what it does when nothing was asked for


def test_loading_the_plugin_loads_pytest_only() -> None:
    assert not loaded_by("import interpact.contract.pytest_plugin") & LIGHT


def test_an_unused_plugin_loads_nothing_and_says_nothing(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makepyfile(
        test_own=f"""
        import sys

        def test_own():
            assert not {{name.partition(".")[0] for name in sys.modules}} & {LIGHT!r}
        """
    )
    result = run(project, "-p", "interpact.contract.pytest_plugin", alone=False)
    result.assert_outcomes(passed=1)
    assert "interpact" not in lines(result).partition("test session starts")[2]


def test_the_plugin_can_be_switched_off(project: pytest.Pytester) -> None:
    run(project, "-p", "no:interpact").assert_outcomes(passed=1)


# --- options


def test_every_option_is_a_flag_and_an_ini_key(project: pytest.Pytester) -> None:
    told = lines(run(project, "--help"))
    assert [option.name for option in OPTIONS if f"{option.flag}" not in told] == []
    assert [option.name for option in OPTIONS if f"{option.key} (" not in told] == []


WRONG = {
    "captures": "no-such-folder",
    "report": "sarf=a.sarif",
    "fail-under": "much",
    "fail-on": "eror",
    "profile": "strickt",
    "select": "IP9",
    "ignore": "XX",
    "customers": "no-such-file.json",
    "learn": "no-such-file.json",
    "seed": "first",
    "examples": "-1",
    "max-requests": "0",
    "max-time": "0",
    "workers": "33",
    "connect-timeout": "soon",
    "read-timeout": "-2",
    "ca": "no-such.pem",
    "cert": "no-such.pem",
    "baseline": "no-such.json",
    "url": "ftp://crm.example",
    "rate-limit": "fast",
    "auth": "till:secret",
}


LATE = {"url", "rate-limit", "auth"}
"""What is looked at when the tests of the live implementation are collected."""


@pytest.mark.parametrize(("name", "value"), [(name, WRONG[name]) for name in WRONG if name not in LATE])
def test_a_bad_value_is_a_usage_error_that_names_the_flag(pytester: pytest.Pytester, name: str, value: str) -> None:
    with pytest.raises(pytest.UsageError, match=f"^--interpact-{name}: "):
        pytester.parseconfigure(f"--interpact-{name}", value)


@pytest.mark.parametrize("name", sorted(LATE))
def test_so_is_one_that_says_how_to_ask(project: pytest.Pytester, name: str) -> None:
    url = () if name == "url" else ("--interpact-url", "http://127.0.0.1:9")
    for more in ((), ("-n", "1")):
        result = run(project, *url, f"--interpact-{name}", WRONG[name], *more)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert f"ERROR: --interpact-{name}: " in result.stderr.str()
        assert "Traceback" not in lines(result)
        assert "secret" not in result.stderr.str().replace("a secret on", "")


@pytest.mark.parametrize("name", ["fail-on", "seed", "customers", "ignore", "max-time"])
def test_so_is_one_in_an_ini_file(pytester: pytest.Pytester, name: str) -> None:
    key = f"interpact_{name.replace('-', '_')}"
    pytester.makepyprojecttoml(f'[tool.pytest.ini_options]\n{key} = "{WRONG[name]}"\n')
    with pytest.raises(pytest.UsageError, match=rf"^{key} in .*pyproject\.toml \(--interpact-{name}\): "):
        pytester.parseconfigure()


def test_a_flag_wins_over_the_ini_file(project: pytest.Pytester) -> None:
    configure(project, 'interpact_captures = ["cassettes"]\ninterpact_ignore = ["IP2"]')
    run(project).assert_outcomes(passed=3)
    run(project, "--interpact-ignore", "IP5").assert_outcomes(passed=2, failed=1)


def test_what_is_configured_for_the_command_holds_here_too(project: pytest.Pytester) -> None:
    project.makepyprojecttoml(
        '[tool.interpact]\nignore = ["IP201"]\n[tool.pytest.ini_options]\ninterpact_captures = "cassettes"\n'
    )
    run(project).assert_outcomes(passed=3)


def test_a_broken_configuration_of_the_command_is_a_usage_error(project: pytest.Pytester) -> None:
    project.makepyprojecttoml('[tool.interpact]\nignor = ["IP201"]\n')
    result = run(project, "--interpact-captures", "cassettes")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "did you mean ignore?" in result.stderr.str()


def test_the_header_names_the_contract(project: pytest.Pytester) -> None:
    result = run(project, "--interpact-captures", "cassettes")
    result.stdout.re_match_lines([r"interpact: contract \d+\.\d+\.\d+, sha256:[0-9a-f]{12}, from .*openapi\.yaml"])


def test_flags_are_texts_and_lists_and_switches() -> None:
    assert {option.kind for option in OPTIONS} == set(Kind)


# --- captures


def test_each_exchange_is_a_test_with_a_readable_id(project: pytest.Pytester) -> None:
    result = run(project, "--interpact-captures", "cassettes", "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines_random(
        ["cassettes/refund.json::1 GET email *FAILED*", "cassettes/refund.json::2 GET email *PASSED*"]
    )


def test_a_failure_is_the_finding_and_no_traceback(project: pytest.Pytester) -> None:
    told = lines(run(project, "--interpact-captures", "cassettes"))
    assert "error IP201 count-below-list: /interaction/0/count" in told
    assert "expected  at least 1, the length of messageList" in told
    assert "fix       " in told
    assert "captures.py" not in told
    assert "FAILED cassettes/refund.json::1 GET email - " in told


def test_what_cannot_be_judged_is_a_skip_with_its_reason(project: pytest.Pytester) -> None:
    entry = interaction("")
    entry["response"]["status"]["code"] = 204
    (project.path / "cassettes" / "refund.json").write_text(cassette(entry), encoding="utf-8")
    result = run(project, "--interpact-captures", "cassettes", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *cassettes/refund.json:1: unchecked: no body"])


def test_what_cannot_be_read_fails_and_the_rest_is_tested(project: pytest.Pytester) -> None:
    (project.path / "cassettes" / "cut.har").write_text('{"log": {"entries": [', encoding="utf-8")
    result = run(project, "--interpact-captures", "cassettes")
    result.assert_outcomes(passed=2, failed=2)
    assert "not read: " in lines(result)


def test_exchanges_of_other_operations_are_no_tests(project: pytest.Pytester) -> None:
    other = interaction(answer())
    other["request"]["uri"] = "https://crm.example/v2/other"
    (project.path / "cassettes" / "refund.json").write_text(cassette(other, answer()), encoding="utf-8")
    result = run(project, "--interpact-captures", "cassettes", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::2 GET email *PASSED*"])


def test_identifiers_are_not_in_names(project: pytest.Pytester) -> None:
    entry = interaction(answer(), "identifierName=mobile&identifierValue=4915112345678&type=zalo&network=nobody")
    (project.path / "cassettes" / "refund.json").write_text(cassette(entry), encoding="utf-8")
    told = lines(run(project, "--interpact-captures", "cassettes", "--collect-only", "-q"))
    assert "cassettes/refund.json::1 GET mobile network=? type=zalo" in told
    assert "4915112345678" not in told


SELECTIONS = {
    "-k": (("-k", "2 and GET"), {"passed": 1, "deselected": 2}),
    "-m": (("-m", "not slow"), {"passed": 2, "failed": 1}),
    "an id": (("cassettes/refund.json::2 GET email",), {"passed": 1}),
    "a file": (("cassettes/refund.json",), {"passed": 1, "failed": 1}),
    "a test of the project": (("test_own.py",), {"passed": 1}),
    "the folder above": ((".",), {"passed": 2, "failed": 1}),
    "-x": (("-x",), {"passed": 1, "failed": 1}),
}


@pytest.mark.parametrize(("arguments", "outcomes"), SELECTIONS.values(), ids=SELECTIONS)
def test_a_part_can_be_run(project: pytest.Pytester, arguments: tuple[str, ...], outcomes: dict[str, int]) -> None:
    configure(project, 'interpact_captures = ["cassettes"]')
    run(project, *arguments).assert_outcomes(**outcomes)


def test_the_last_failed_are_run_again(project: pytest.Pytester) -> None:
    configure(project, 'interpact_captures = ["cassettes"]')
    cached = ("-p", "no:schemathesis", "-p", "no:asyncio")
    run(project, *cached, alone=False).assert_outcomes(passed=2, failed=1)
    run(project, *cached, "--lf", alone=False).assert_outcomes(failed=1)
    run(project, *cached, "--ff", alone=False).assert_outcomes(passed=2, failed=1)


def test_captures_that_lie_elsewhere_have_ids_too(project: pytest.Pytester, tmp_path: Path) -> None:
    elsewhere = tmp_path / "recorded [1]"
    elsewhere.mkdir()
    (elsewhere / "a b.json").write_text(cassette(*DEFECTS), encoding="utf-8")
    result = run(project, "--interpact-captures", str(elsewhere))
    result.assert_outcomes(passed=2, failed=1)


def test_patterns_are_resolved_from_where_they_stand(project: pytest.Pytester) -> None:
    configure(project, 'interpact_captures = ["cassettes/*.json"]')
    project.mkdir("deeper")
    result = project.run(sys.executable, "-m", "pytest", *ALONE, "--rootdir", ".", "-c", "pyproject.toml", "deeper/..")
    result.assert_outcomes(passed=2, failed=1)


def test_junit_xml_has_the_codes(project: pytest.Pytester) -> None:
    run(project, "--interpact-captures", "cassettes", "--junitxml", "junit.xml")
    tree = ET.parse(project.path / "junit.xml")  # noqa: S314 - our own
    found = {
        case.get("name"): [one.get("value") for one in case.iter("property") if one.get("name") == "interpact"]
        for case in tree.iter("testcase")
    }
    assert found["1 GET email"] == ["IP201 count-below-list"]
    assert found["2 GET email"] == []


def test_a_thousand_exchanges_are_judged_together(project: pytest.Pytester) -> None:
    body = json.dumps(answer())
    (project.path / "cassettes" / "many.ndjson").write_text(f"{body}\n" * 1000, encoding="utf-8")
    run(project, "--interpact-captures", "cassettes").assert_outcomes(passed=1002, failed=1)


def accept(project: pytest.Pytester, days: int) -> str:
    """A baseline that accepts the only defect until so many days from now; its last day."""
    until = (today() + timedelta(days)).isoformat()
    entry = {"fingerprint": fingerprint("IP201", Part.BODY, "/interaction/*/count"), "until": until, "why": "ticket 17"}
    (project.path / "known.json").write_text(json.dumps({"accepted": [entry]}))
    return until


def test_what_a_baseline_accepts_is_an_expected_failure(project: pytest.Pytester) -> None:
    until = accept(project, 1)
    result = run(project, "--interpact-captures", "cassettes", "--interpact-baseline", "known.json", "-rx")
    result.assert_outcomes(passed=2, xfailed=1)
    assert f"IP201 accepted until {until}: ticket 17" in lines(result)
    assert "1 fail (1 of them accepted by the baseline)" in lines(result)


def test_past_its_day_it_fails(project: pytest.Pytester) -> None:
    accept(project, -1)
    result = run(project, "--interpact-captures", "cassettes", "--interpact-baseline", "known.json")
    result.assert_outcomes(passed=2, failed=1)
    assert "NOT KEPT --interpact-baseline: 1 entry of the baseline past their day" in lines(result)


def test_an_accepted_response_is_an_expected_failure(project: pytest.Pytester) -> None:
    accept(project, 1)
    project.makepyfile(
        test_own=f"""
        def test_bad(interpact_check):
            interpact_check({answer(count=0)!r})
        """
    )
    run(project, "test_own.py", "--interpact-baseline", "known.json").assert_outcomes(xfailed=1)


def test_a_tolerance_of_the_configuration_holds_here_too(project: pytest.Pytester) -> None:
    project.makepyprojecttoml('[tool.interpact.tolerance]\nIP201 = "40%"\n')
    for more in ((), ("-n", "2")):
        result = run(project, "--interpact-captures", "cassettes", *more)
        result.assert_outcomes(passed=3)
        assert "note tolerance IP201: 1 of 2 entries" in lines(result)


def test_what_is_counted_of_captures_together_is_counted_once(project: pytest.Pytester) -> None:
    response = {"status": 200, "body": json.dumps(answer())}
    record = {"request": {"method": "GET", "url": "/v2/customers/interaction"}, "response": response}
    (project.path / "cassettes" / "copies.ndjson").write_text(f"{json.dumps(record)}\n" * 8, encoding="utf-8")
    asked = ("--interpact-captures", "cassettes", "--interpact-hygiene", "--interpact-ignore", "IP150")
    reports: list[str] = []
    for more in ((), ("-n", "2")):
        result = run(project, *asked, "--interpact-report", "all.json", "--interpact-report", "all.html", *more)
        result.assert_outcomes(passed=10, failed=1)
        reports.append((project.path / "all.json").read_text(encoding="utf-8"))
        page = (project.path / "all.html").read_text(encoding="utf-8")
        assert "of 10 judged exchanges, by day" in page
    assert reports[0] == reports[1]
    assert [group["count"] for group in json.loads(reports[0])["groups"] if group["rule"] == "IP508"] == [7]


def test_too_much_that_was_not_judged_fails_the_run(project: pytest.Pytester) -> None:
    result = run(
        project, "--interpact-captures", "cassettes", "--interpact-ignore", "IP2", "--interpact-max-unchecked", "0"
    )
    assert result.ret == pytest.ExitCode.OK
    assert "kept --interpact-max-unchecked" in lines(result)


# --- the marker, and one response at a time


def test_one_response_is_checked(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_own=f"""
        GOOD = {answer()!r}

        def test_good(interpact_check):
            assert interpact_check(GOOD).verdicts[0].state == "pass"

        def test_bad(interpact_check):
            interpact_check(GOOD | {{"interaction": [GOOD["interaction"][0] | {{"count": 0}}]}})
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)
    told = lines(result)
    assert "IP201" in told
    assert ">       interpact_check(GOOD | " in told
    assert "2 exchanges: 1 pass, 1 fail." in told
    assert "asserting.py" not in told


def test_a_marker_changes_how_one_test_judges(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_own=f"""
        import pytest

        BAD = {answer(count=0)!r}

        @pytest.mark.interpact(ignore=["IP201"])
        def test_ignored(interpact_check):
            interpact_check(BAD)

        @pytest.mark.interpact(profile="strict", ignore="IP201")
        def test_strict(interpact_check):
            interpact_check(BAD)
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)
    assert "IP242" in lines(result)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("recrod=False", "did you mean record?"),
        ("'IP2'", "keyword arguments only"),
        ("profile='strickt'", "'strickt' is none of documented, strict"),
        ("ignore=['IP9']", "no rule code begins with 'IP9'"),
        ("fail_on='eror'", "'eror' is none of error, warning, info"),
    ],
)
def test_a_misspelled_marker_is_a_usage_error(project: pytest.Pytester, arguments: str, said: str) -> None:
    project.makepyfile(test_own=f"import pytest\n@pytest.mark.interpact({arguments})\ndef test_own(): pass\n")
    result = run(project)
    assert result.ret != pytest.ExitCode.OK
    assert said in lines(result)
    assert "test_own.py::test_own" in lines(result)


def test_the_marker_is_declared(project: pytest.Pytester) -> None:
    project.makepyfile(test_own="import pytest\n@pytest.mark.interpact\ndef test_own(): pass\n")
    run(project, "--strict-markers", "-W", "error").assert_outcomes(passed=1)


def test_the_contract_is_a_fixture(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_own="""
        def test_own(interpact_contract):
            assert interpact_contract.version == interpact_contract.document["info"]["version"]
            assert len(interpact_contract.digest) == 64
            assert "IP201" in interpact_contract.rules
            assert interpact_contract.response_schema["$schema"].startswith("https://json-schema.org/")
            assert "sha256:" in repr(interpact_contract)
        """
    )
    run(project).assert_outcomes(passed=1)


# --- the reference server


def test_the_server_has_a_fault_where_one_is_wanted(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_own="""
        import json
        import urllib.parse, urllib.request
        import pytest

        def ask(server):
            query = urllib.parse.urlencode({"identifierName": "email", "identifierValue": server.customers[0]["email"]})
            with urllib.request.urlopen(f"{server.url}/v2/customers/interaction?{query}") as response:
                return json.load(response)

        def test_clean(interpact_server, interpact_check):
            interpact_check(ask(interpact_server))

        @pytest.mark.interpact(fault="count-as-string", customers=3, seed=5)
        def test_faulty(interpact_server, interpact_check):
            assert len(interpact_server.customers) == 3
            interpact_check(ask(interpact_server))

        @pytest.mark.interpact(fault="no-such-fault")
        def test_unknown(interpact_server):
            pass

        def test_session(interpact_session_server, interpact_server):
            assert interpact_session_server.url != interpact_server.url
            assert ask(interpact_session_server) == ask(interpact_session_server)
        """
    )
    result = run(project)
    result.assert_outcomes(passed=2, failed=1, errors=1)
    assert "IP103 wrong-type" in lines(result)
    assert "no fault is called 'no-such-fault'" in lines(result)


# --- the summary


def test_the_summary_says_what_was_covered(project: pytest.Pytester) -> None:
    told = lines(run(project, "--interpact-captures", "cassettes"))
    assert "2 exchanges: 1 pass, 1 fail." in told
    assert "Contract coverage: " in told
    verbose = lines(run(project, "--interpact-captures", "cassettes", "-v"))
    assert "`identifierName=mobile` was never asked for" in verbose


def test_there_is_no_summary_where_nothing_was_judged(project: pytest.Pytester) -> None:
    assert "=== interpact ===" not in lines(run(project))
    assert "=== interpact ===" not in lines(run(project, "--interpact-captures", "cassettes", "--collect-only"))


@pytest.mark.parametrize(("least", "code"), [("1", 0), ("99.5", 1)])
def test_too_little_coverage_fails_the_run(project: pytest.Pytester, least: str, code: int) -> None:
    arguments = ("--interpact-captures", "cassettes", "--interpact-ignore", "IP201", "--interpact-fail-under", least)
    for more in ((), ("-n", "2")):
        result = run(project, *arguments, *more)
        result.assert_outcomes(passed=3)
        assert result.ret == code
        assert ("NOT KEPT --interpact-fail-under" in lines(result)) is bool(code)


def test_nothing_covered_is_too_little(project: pytest.Pytester) -> None:
    result = run(project, "--interpact-fail-under", "1")
    assert result.ret == 1
    assert "0.0% of the contract was covered, 1% is asked for" in lines(result)


# --- beside other plugins


def findings(result: pytest.RunResult) -> list[str]:
    """The lines of the summary."""
    told = result.stdout.str().partition("= interpact =")[2]
    return told.partition("= short test summary")[0].splitlines()[1:]


def test_workers_find_the_same_and_there_is_one_summary(project: pytest.Pytester) -> None:
    (project.path / "cassettes" / "more.json").write_text(cassette(answer(count=3), answer(count=0)), encoding="utf-8")
    alone = run(project, "--interpact-captures", "cassettes")
    for more in (("-n", "2"), ("-n", "2", "--dist", "loadfile"), ("-n", "2", "--dist", "worksteal")):
        shared = run(project, "--interpact-captures", "cassettes", *more)
        shared.assert_outcomes(passed=3, failed=2)
        assert sorted(findings(shared)) == sorted(findings(alone))
        assert lines(shared).count("Contract coverage") == 1


def test_a_dead_worker_loses_nothing_but_its_test(project: pytest.Pytester) -> None:
    project.makepyfile(test_own="import os\ndef test_own():\n    os._exit(1)\n")
    result = run(project, "--interpact-captures", "cassettes", "-n", "2")
    result.assert_outcomes(passed=1, failed=2)
    assert "2 exchanges: 1 pass, 1 fail." in lines(result)


def test_a_test_that_is_run_again_counts_once(project: pytest.Pytester) -> None:
    result = run(project, "--interpact-captures", "cassettes", "--reruns", "1")
    result.assert_outcomes(passed=2, failed=1)
    assert result.parseoutcomes()["rerun"] == 1
    assert "2 exchanges: 1 pass, 1 fail." in lines(result)


def test_order_does_not_matter(project: pytest.Pytester) -> None:
    arguments = ("-p", "no:schemathesis", "-p", "no:asyncio", "-p", "no:cacheprovider")
    for seed in ("1", "2", "3"):
        result = run(project, *arguments, "--interpact-captures", "cassettes", f"--randomly-seed={seed}", alone=False)
        result.assert_outcomes(passed=2, failed=1)
        assert "2 exchanges: 1 pass, 1 fail." in lines(result)


def test_coverage_of_code_is_measured_beside(project: pytest.Pytester) -> None:
    result = run(project, "--interpact-captures", "cassettes", "--cov", ".", "--cov-report", "term")
    result.assert_outcomes(passed=2, failed=1)
    assert "TOTAL" in lines(result)


def test_a_projects_own_rooms_stay_its_own(project: pytest.Pytester) -> None:
    for room in ("schemas", "contract", "strategies"):
        project.mkpydir(room).joinpath("mine.py").write_text("MINE = True\n", encoding="utf-8")
    project.makepyfile(
        test_own="""
        import contract.mine, schemas.mine, strategies.mine

        def test_own(interpact_contract):
            assert schemas.mine.MINE and interpact_contract.version
        """
    )
    run(project).assert_outcomes(passed=1)


def test_every_late_import_of_the_plugin_is_there() -> None:
    ours = [source.module for source in sources() if source.module.startswith("interpact.contract.pytest_plugin")]
    subprocess.run([sys.executable, "-I", "-c", "; ".join(f"import {name}" for name in ours)], check=True)
