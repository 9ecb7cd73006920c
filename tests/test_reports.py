"""Reports: every form says the same of a run, and each what it is for; how they are asked for."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import msgspec
import pytest

from interpact.contract.checker import check
from interpact.contract.cli.main import run
from interpact.contract.coverage import Coverage
from interpact.contract.ending import Ending, Gate
from interpact.contract.exchange import Exchange, Place, Reason, Response
from interpact.contract.findings import Outcome, State, Verdict
from interpact.contract.fuzz.selftest import Score
from interpact.contract.readers.base import Problem
from interpact.contract.report import Report
from interpact.contract.reports.base import About
from interpact.contract.reports.github import MOST
from interpact.contract.reports.reached import reached
from interpact.contract.reports.registry import FORMS, UnknownFormError, target
from interpact.contract.settings import Settings
from interpact.schemas.coverage import universe
from interpact.schemas.document import digest
from interpact.schemas.examples import edit, edited, model_exchange
from interpact.schemas.rules import RULES, Severity

from .house import unmeasured
from .plugin import answer, cassette
from .plugin import run as run_suite
from .reporting import EVERY, XSD, found, hold, rendered, report_of
from .wire import body_only, exchange_of

if TYPE_CHECKING:
    from pathlib import Path

CALM: Final = Settings(key=b"tests")


def clean() -> Any:
    return model_exchange()["response"]["body"]


def drifted(**edits: Any) -> Any:
    body = clean()
    for name, value in (edits or {"campaignId": 0}).items():
        edit(body, f"/interaction/0/messageList/0/{name}", value)
    return body


def twice_broken(messages: int) -> Any:
    """A body whose messages all have the same two defects."""
    body = clean()
    (first, *_) = body["interaction"][0]["messageList"]
    broken = [first | {"id": number, "campaignId": 0, "userId": "7"} for number in range(1, messages + 1)]
    body["interaction"] = [{"name": "email", "count": messages, "messageList": broken}]
    return body


def accepted(report: Report) -> Report:
    """The same with every group accepted by a baseline."""
    groups = {
        key: msgspec.structs.replace(
            group, accepted=True, samples=[msgspec.structs.replace(one, accepted=True) for one in group.samples]
        )
        for key, group in report.found.items()
    }
    return msgspec.structs.replace(report, found=groups, forgiven=report.states["fail"])


def cases(data: bytes) -> dict[str, str | None]:
    """The test cases of a JUnit report: their names, and what became of them."""
    found = ET.fromstring(data).iter("testcase")  # noqa: S314 - our own
    said = ("failure", "error", "skipped")
    return {case.get("name", ""): next((one for one in said if case.find(one) is not None), None) for case in found}


def log(data: bytes) -> dict[str, Any]:
    """The run of a SARIF report."""
    return json.loads(data)["runs"][0]


# --- all forms


@pytest.mark.parametrize("name", EVERY)
def test_two_defects_in_two_thousand_messages_are_two_findings(name: str) -> None:
    report = report_of(check([body_only(twice_broken(2_000))], CALM))
    data = rendered(name, report)
    hold(name, data)
    assert len(found(name, data)) == 2
    assert b"2000" in data.replace(b"2,000", b"2000"), "how often each was seen"


@pytest.mark.parametrize("name", EVERY)
def test_a_run_that_saw_nothing_says_so(name: str) -> None:
    data = rendered(name, Report())
    hold(name, data)
    assert b"nothing was checked" in data.lower()
    others = report_of(Outcome((Verdict(Place("a.har", 1), State.UNCHECKED, Reason.OTHER_OPERATION),), ()))
    assert b"nothing was checked" in rendered(name, others).lower()


@pytest.mark.parametrize("name", EVERY)
def test_an_interrupted_run_is_no_pass(name: str) -> None:
    report = report_of(check([body_only(clean())], CALM))
    data = rendered(name, report, ending=Ending(interrupted=True))
    hold(name, data)
    assert b"interrupted" in data
    assert "pass" not in verdict(name, data)


def verdict(name: str, data: bytes) -> str:
    """The word for the whole run, where a form has one; a form without has other signs, which others test."""
    words = {
        "json": lambda: json.loads(data)["summary"]["verdict"],
        "ndjson": lambda: json.loads(data.splitlines()[-1])["verdict"],
        "sarif": lambda: log(data)["properties"]["summary"]["verdict"],
        "markdown": lambda: data.decode().splitlines()[0].partition(": ")[2],
        "github": lambda: data.decode().splitlines()[0].partition("%3A ")[2].partition("::")[0],
        "junit": lambda: ET.fromstring(data).findall(".//property[@name='verdict']")[0].get("value"),  # noqa: S314
    }
    return str(words[name]()) if name in words else ""


@pytest.mark.parametrize(
    ("bodies", "ending", "word"),
    [
        ([clean()], Ending(), "pass"),
        ([clean(), drifted()], Ending(), "fail"),
        ([], Ending(), "unchecked"),
        ([clean()], Ending(gates=(Gate(name="fail-under", kept=False, message="12% of 40%"),)), "fail"),
        ([clean()], Ending(gates=(Gate(name="tolerance IP214", kept=None, message="too few"),)), "pass"),
        ([clean()], Ending(interrupted=True), "unchecked"),
        ([drifted()], Ending(interrupted=True), "fail"),
    ],
)
def test_the_verdict_on_a_run_has_three_states(*, bodies: list[Any], ending: Ending, word: str) -> None:
    report = report_of(check([body_only(body) for body in bodies], CALM))
    for name in EVERY:
        data = rendered(name, report, ending=ending)
        hold(name, data)
        assert verdict(name, data) in {word, ""}
        assert [gate.name for gate in ending.gates if gate.kept is False and gate.name.encode() not in data] == []


@pytest.mark.parametrize("name", EVERY)
def test_what_is_accepted_is_marked_and_counted_and_neither_failed_nor_passed(name: str) -> None:
    told = accepted(report_of(check([body_only(clean()), body_only(drifted())], CALM)))
    data = rendered(name, told)
    hold(name, data)
    assert b"accepted" in data
    assert verdict(name, data) in {"pass", ""}
    if name == "junit":
        assert cases(data)["IP221 invalid-none-sentinel at /interaction/*/messageList/*/campaignId"] == "skipped"
    if name == "sarif":
        (result,) = log(data)["results"]
        assert [one["kind"] for one in result["suppressions"]] == ["external"]
    if name == "github":
        assert not found(name, data)


@pytest.mark.parametrize("name", EVERY)
def test_a_run_names_what_it_did_not_look_at(name: str) -> None:
    """The coverage, with all gaps on request; the reasons of what was not checked; the contract, by its digest."""
    report = report_of(
        check([body_only(clean())], CALM),
        Outcome((Verdict(Place("a.har", 1), State.UNCHECKED, Reason.TRUNCATED),), ()),
    )
    data = rendered(name, report, About(all_gaps=True))
    hold(name, data)
    if name != "github":
        told = re.sub(rb"</?code>", b"`", data)
        assert b"`type=zalo` was never asked for" in told
    assert str(Reason.TRUNCATED.value).encode() in data


@pytest.mark.parametrize("name", ["json", "junit", "sarif", "markdown", "ndjson"])
def test_a_report_says_which_contract_it_is_about(name: str) -> None:
    assert digest().encode() in rendered(name, Report())


@pytest.mark.parametrize(
    ("one", "word"),
    [(Score("type-ignored", (), ("IP301",), 9, 1), "missed"), (Score(None, ("IP301",), (), 9, 1), "reported IP301")],
)
def test_a_missed_fault_and_a_false_alarm_are_results(one: Score, word: str) -> None:
    gates = (Score("count-as-string", ("IP103",), ("IP103",), 9, 1).gate, one.gate)
    about = About(command="selftest", rules=())
    for name in EVERY:
        data = rendered(name, Report(), about, Ending(gates=gates))
        hold(name, data)
        assert word.encode() in data
        assert verdict(name, data) in {"fail", ""}
    assert cases(rendered("junit", Report(), about, Ending(gates=gates)))[one.gate.name] == "failure"
    (result,) = log(rendered("sarif", Report(), about, Ending(gates=gates)))["results"]
    assert one.gate.name in result["message"]["text"]


def test_a_page_stays_small_however_many_gates_are_broken() -> None:
    gates = tuple(Gate(name=f"fault-{number}", kept=False, message="x" * 5_000) for number in range(1_000))
    hold("markdown", rendered("markdown", Report(), ending=Ending(gates=gates)))


# --- JUnit


def test_a_quiet_rule_passes_only_where_it_was_reached() -> None:
    with_messages = cases(rendered("junit", report_of(check([body_only(clean())], CALM))))
    assert with_messages["IP213 offset-time"] is None
    empty = report_of(check([body_only({"name": "capillary", "interaction": [], "warnings": []})], CALM))
    without = cases(rendered("junit", empty))
    assert (without["IP101 not-an-object"], without["IP213 offset-time"]) == (None, "skipped")
    assert "IP302 filter-selects-otherwise" not in without, "it takes several answers"
    nothing = cases(rendered("junit", Report()))
    assert [name for name, said in nothing.items() if said is None] == ["it came to its end"]


RARE: Final = {"IP155", "IP403"}
"""Rules that are kept by having nothing at their place: they count as tried only where there is something else."""


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if not rule.across])
def test_a_rule_is_reached_by_the_exchange_that_keeps_it(code: str) -> None:
    rule = RULES[code]
    outcome = check([exchange_of(edited(rule, rule.example.keeps))], CALM)
    assert outcome.verdicts[0].state is State.PASS
    assert reached(code, outcome.coverage) is (code not in RARE)
    assert reached(code, Coverage(dict.fromkeys((point.id for point in universe()), 1)))
    assert not reached(code, Coverage())


def test_a_milder_finding_is_no_failure_and_a_gate_is_a_case() -> None:
    report = report_of(check([body_only(drifted(deliveredTime="2023-06-01T12:15:10+02:00"))], CALM))
    told = Ending(gates=(Gate(name="fail-under", kept=True, message="40% of 12%"),))
    name = "IP213 offset-time at /interaction/*/messageList/*/deliveredTime"
    assert cases(rendered("junit", report, ending=told))[name] is None
    strict = cases(rendered("junit", report, About(fail_on=Severity.WARNING), told))
    assert (strict[name], strict["fail-under"]) == ("failure", None)


# --- SARIF


def test_a_result_stays_the_same_when_values_and_order_change() -> None:
    """Code scanning tells an old alert from a new one by these fingerprints."""

    def prints(*bodies: Any) -> list[Any]:
        run = log(rendered("sarif", report_of(check([body_only(body) for body in bodies], Settings()))))
        return [one["partialFingerprints"] for one in run["results"]]

    first = prints(twice_broken(3))
    assert first == prints(clean(), twice_broken(9)) == prints(twice_broken(1), clean())
    assert len({one["primaryLocationLineHash"] for one in first}) == 2


def test_members_named_after_customers_are_one_finding_whatever_their_names() -> None:
    """Keys that hold values are placeholders under a key that is drawn anew for each run."""
    bodies = [drifted(campaignId=7) | {f"ada{number}@example.com": number} for number in range(50)]
    first, second = (report_of(check([body_only(body) for body in bodies], Settings())) for _ in range(2))
    assert [(group.where, group.count) for group in first.groups()] == [("/*", 50)]
    assert {group.fingerprint for group in first.groups()} == {group.fingerprint for group in second.groups()}


def test_a_location_is_a_file_of_the_checkout_with_a_line_or_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    body = Response.of(json.dumps(drifted()), 200)
    places = {
        Place("a b/1:2.ndjson", line=7): ("a%20b/1%3A2.ndjson", "%SRCROOT%", 7),
        Place(str(tmp_path / "b.har"), 3): ("b.har", "%SRCROOT%", None),
        Place("../c.json"): ("../c.json", None, None),
        Place("/elsewhere/d.json"): ("file:///elsewhere/d.json", None, None),
        Place("https://crm.example/e.har", 1): ("https://crm.example/e.har", None, None),
        Place("<stdin>", line=2): ("no-file", "%SRCROOT%", 1),
    }
    for place, (uri, base, line) in places.items():
        (result,) = log(rendered("sarif", report_of(check([Exchange(place, response=body)], CALM))))["results"]
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert (artifact["uri"], artifact.get("uriBaseId")) == (uri, base)
        assert location["physicalLocation"].get("region", {}).get("startLine") == line
        (logical,) = location["logicalLocations"]
        assert logical["fullyQualifiedName"].endswith("response.body /interaction/0/messageList/0/campaignId")
        assert place.entry is None or f"entry {place.entry}" in logical["fullyQualifiedName"]


def test_rules_have_help_and_what_could_not_be_read_is_a_notification() -> None:
    report = report_of(check([body_only(drifted())], CALM))
    report.add_problem(Problem(Place("cut.har"), "the text breaks off"))
    run = log(rendered("sarif", report))
    (rule,) = run["tool"]["driver"]["rules"]
    assert RULES["IP221"].fix in rule["help"]["text"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    told = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert "cut.har not read: the text breaks off" in told


# --- GitHub


def test_annotations_keep_to_what_is_shown_and_the_rest_is_counted() -> None:
    many = [check([exchange_of(edited(rule, rule.example.breaks))], CALM) for rule in RULES.values() if not rule.across]
    report = report_of(*many)
    lines = rendered("github", report).decode().splitlines()
    kinds = {level: sum(line.startswith(f"::{level} ") for line in lines) for level in ("error", "warning", "notice")}
    assert kinds["error"] == MOST
    assert max(kinds.values()) <= MOST
    errors = sum(group.severity is Severity.ERROR for group in report.found.values())
    assert f"title={errors - MOST + 1} more annotations::" in [line for line in lines if line.startswith("::error")][-1]


def test_the_step_summary_is_added_to_and_keeps_to_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    report = report_of(check([body_only(drifted())], CALM))
    summary.write_text("# before\n")
    rendered("github", report)
    assert summary.read_text().startswith("# before\n## interpact check: fail")
    summary.write_bytes(b"x" * (1024 * 1024 - 600))
    rendered("github", report)
    assert summary.stat().st_size <= 1024 * 1024


# --- how they are asked for


@pytest.mark.parametrize(
    ("word", "name", "path"),
    [
        ("sarif", "sarif", "interpact.sarif"),
        ("junit=out/a.xml", "junit", "out/a.xml"),
        ("github", "github", None),
        ("github=log", "github", "log"),
        ("json=a=b", "json", "a=b"),
        ("out/a.sarif", "sarif", "out/a.sarif"),
        ("a.sarif.json", "sarif", "a.sarif.json"),
        ("a.md", "markdown", "a.md"),
    ],
)
def test_a_word_names_a_form_and_a_file(word: str, name: str, path: str | None) -> None:
    asked = target(word)
    assert (asked.form.name, asked.path) == (name, path)


@pytest.mark.parametrize("word", ["", "sarf", "sarif=", "=a.sarif", "sarf=a.sarif", "a.exe"])
def test_a_word_that_names_none_is_told_which_there_are(word: str) -> None:
    with pytest.raises(UnknownFormError, match="FORMAT is text, json"):
        target(word)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a clean and a broken capture."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("INTERPACT_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "clean.json").write_text(json.dumps(clean()))
    (tmp_path / "broken.json").write_text(json.dumps(drifted()))
    return tmp_path


def test_a_run_writes_every_form_at_once(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    wanted = [word for name in EVERY for word in ("--report", f"{name}=out.{name}")]
    assert run(["check", "clean.json", "broken.json", *wanted, "--format", "sarif"]) == 1
    printed = capfdbinary.readouterr()
    hold("sarif", printed.out)
    assert b"2 exchanges: 1 pass, 1 fail." in printed.err
    assert b"report junit: out.junit" in printed.err
    for name in EVERY:
        data = (folder / f"out.{name}").read_bytes()
        hold(name, data)
        assert len(found(name, data)) == 1
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["clean.json", "broken.json", *(f"out.{name}" for name in EVERY)]
    )


def test_a_form_without_a_path_has_a_name_of_its_own(folder: Path) -> None:
    named = [form for form in FORMS.values() if form.file is not None]
    assert run(["check", "clean.json", *(word for form in named for word in ("--report", form.name))]) == 0
    for form in named:
        hold(form.name, (folder / str(form.file)).read_bytes())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--report", "sarf"],
        ["--format", "sarf"],
        ["--report", "sarif=no/such/folder/a.sarif"],
        ["--report", "sarif=."],
        ["--report", "json=a", "--report", "sarif=./a"],
        ["--report", "json=clean.json"],
        ["--report", "json=a", "--findings", "a.csv", "--report", "text=a.csv"],
        ["--report", "json=failed/failed.ndjson", "--quarantine", "failed"],
        ["--report", "github", "--report", "github"],
        ["--report", "github", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(
    arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "clean.json").read_text()
    assert run(["check", "clean.json", *arguments]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "Error: " in printed.err
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {"clean.json", "broken.json"}
    assert (folder / "clean.json").read_text() == before


def test_a_report_that_was_there_stays_where_a_run_cannot_begin(folder: Path) -> None:
    (folder / "interpact.sarif").write_text("old")
    assert run(["check", "clean.json", "--report", "sarif", "--report", "json=no/such/a.json"]) == 2
    assert (folder / "interpact.sarif").read_text() == "old"


def test_reports_are_configured_as_other_options_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "interpact.toml").write_text('report = ["sarif=a.sarif", "b.md"]\nformat = "ndjson"\n')
    assert run(["check", "clean.json"]) == 0
    assert {path.name for path in folder.iterdir()} >= {"a.sarif", "b.md"}
    monkeypatch.setenv("INTERPACT_REPORT", "junit=c.xml json=d.json")
    assert run(["check", "clean.json"]) == 0
    assert {path.name for path in folder.iterdir()} >= {"c.xml", "d.json"}
    (folder / "interpact.toml").write_text('format = "sarif"\n')
    assert run(["rules"]) == 0, "a list of rules has no such form"


@pytest.mark.parametrize("text", ['format = "sarf"', 'report = ["sarf"]', 'report = "sarif"'])
def test_a_bad_configuration_of_reports_is_named(text: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "interpact.toml").write_text(f"{text}\n")
    assert run(["check", "clean.json"]) == 2
    assert "interpact.toml: " in capfd.readouterr().err


def test_an_interrupted_run_leaves_whole_reports(tmp_path: Path) -> None:
    wanted = [word for name in EVERY for word in ("--report", f"{name}=out.{name}")]
    going = subprocess.Popen(
        [sys.executable, "-c", "from interpact.contract.cli import main; main()", "check", "-", *wanted],
        cwd=tmp_path, env=unmeasured(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert going.stdin is not None
    going.stdin.write(b'{"name": "a", "interaction": []}\n' * 30_000)
    going.stdin.flush()
    while not list(tmp_path.glob(".out.*.part")):
        time.sleep(0.05)
    time.sleep(0.5)
    going.send_signal(signal.SIGINT)
    going.communicate(timeout=60)
    assert going.returncode == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"out.{name}" for name in EVERY)
    for name in EVERY:
        data = (tmp_path / f"out.{name}").read_bytes()
        hold(name, data)
        assert b"interrupted" in data


def test_a_fuzzing_run_is_reported_in_every_form(folder: Path) -> None:
    wanted = [word for name in EVERY for word in ("--report", f"{name}=out.{name}")]
    few = ["--max-requests", "60", "--examples", "0", "--seed", "1"]
    assert run(["fuzz", "--fault", "count-as-string", *few, *wanted]) == 1
    for name in EVERY:
        data = (folder / f"out.{name}").read_bytes()
        hold(name, data)
        assert b"IP103" in data
        assert b"identifierValue=" in data, "the request that shows it"
        assert b"/interaction/" in data
    assert " of judged exchanges" in (folder / "out.html").read_text(), "the figures of the run"
    document = json.loads((folder / "out.json").read_text())
    assert len(document["fuzz"]["witnesses"]) == len(document["groups"])


# --- the pytest plugin


@pytest.mark.parametrize("more", [(), ("-n", "2"), ("-x",)], ids=["alone", "two workers", "first failure"])
def test_the_suites_totals_are_reported(pytester: pytest.Pytester, more: tuple[str, ...]) -> None:
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    (pytester.mkdir("cassettes") / "a.json").write_text(cassette(answer(count=0), answer()), encoding="utf-8")
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\ninterpact_captures = ["cassettes"]\ninterpact_report = ["sarif", "github"]\n'
        "interpact_fail_under = 99\n"
    )
    result = run_suite(pytester, *more)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    data = (pytester.path / "interpact.sarif").read_bytes()
    hold("sarif", data)
    run = log(data)
    assert [one["ruleId"] for one in run["results"]] == ["IP201", "gate"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "cassettes/a.json"
    assert run["properties"]["summary"]["interrupted"] is ("-x" in more)
    assert result.stdout.str().count("::error file=cassettes/a.json,title=IP201") == 1
    assert [path.name for path in pytester.path.glob("*.part")] == []


def test_the_schema_of_junit_is_the_one_that_pytest_has() -> None:
    assert "Gregory Boissinot" in XSD.read_text(encoding="utf-8")
