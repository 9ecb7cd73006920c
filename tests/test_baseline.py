"""What a baseline accepts is marked and counted, never passed; and its entries end."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.baseline import Accepted, Baseline, BaselineError, read_baseline, today
from interpact.contract.checker import LARGE, check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.findings import State, fingerprint
from interpact.contract.report import Report, failing, merged
from interpact.contract.runner import run
from interpact.contract.settings import Settings
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.rules import Part, Severity
from interpact.strategies import defects, exchanges

from .test_cli import interpact
from .wire import body_only, lines_of

if TYPE_CHECKING:
    from pathlib import Path

    from interpact.contract.findings import Outcome
    from interpact.strategies import Sample

CALM = Settings(key=b"tests")
samples = st.one_of(exchanges(), defects().map(lambda one: one.sample))
TOMORROW = today() + timedelta(1)


def exchange(sample: Sample) -> Exchange:
    request = Request.of("GET", sample.query.url("crm.example"), sample.request_headers)
    return Exchange(Place("generated"), request, Response.of(sample.content(), sample.status, sample.headers))


def prints(outcome: Outcome, exchange: int | None = None) -> set[str]:
    found = [one for one in outcome.findings if exchange is None or one.exchange == exchange]
    return {one.fingerprint for one in found if one.severity is Severity.ERROR}


def accepting(*accepted: str, **more: Any) -> Settings:
    return msgspec.structs.replace(CALM, accepted=frozenset(accepted), **more)


@given(st.lists(samples, max_size=4), st.data())
@settings(max_examples=10)
def test_marks_change_neither_findings_nor_verdicts_nor_coverage(batch: list[Sample], data: st.DataObject) -> None:
    every = list(map(exchange, batch))
    plain = check(every, CALM)
    known = prints(plain)
    accepted = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set[str]()
    marked = check(every, accepting(*accepted))
    assert marked.verdicts == plain.verdicts
    assert marked.coverage == plain.coverage
    assert [msgspec.structs.replace(one, accepted=False) for one in marked.findings] == list(plain.findings)
    assert {one.fingerprint for one in marked.findings if one.accepted} == accepted
    failed = [index for index, one in enumerate(plain.verdicts) if one.state is State.FAIL]
    assert marked.forgiven == sum(prints(plain, index) <= accepted for index in failed)
    report = merged([_report(marked), _report(plain)])
    assert report.forgiven == marked.forgiven
    assert not failing(_report(marked), accepting(*accepted)) or accepted < known


def _report(outcome: Outcome) -> Report:
    report = Report()
    report.add(outcome)
    return report


@given(st.lists(st.integers(-5, 0).filter(bool), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_fingerprint_outlives_other_values_and_another_order(numbers: list[int], random: Any) -> None:
    def answer(values: list[int]) -> Exchange:
        body = model_exchange()["response"]["body"]
        message = body["interaction"][0]["messageList"][0]
        body["interaction"][0]["messageList"] = [
            message | {"id": at, "campaignId": one} for at, one in enumerate(values)
        ]
        body["interaction"][0]["count"] = len(values)
        return body_only(body)

    shuffled = [value - 7 for value in numbers]
    random.shuffle(shuffled)
    one, other = (check([answer(values)], CALM) for values in (numbers, shuffled))
    assert {found.fingerprint for found in one.findings} | {found.fingerprint for found in other.findings} <= {
        fingerprint("IP221", Part.BODY, "/interaction/*/messageList/*/campaignId")
    }


@given(st.text(max_size=12), st.text(max_size=12))
def test_names_that_are_data_are_one_place_whatever_the_key(one: str, other: str) -> None:
    def found(name: str, key: bytes, *, show: bool) -> set[str]:
        body = model_exchange()["response"]["body"] | {f"7 {name}": 1}
        return {each.fingerprint for each in check([body_only(body)], Settings(key=key, show_values=show)).findings}

    assert found(one, b"a", show=False) == found(other, b"b", show=False) == found(other, b"b", show=True)


def test_many_bodies_at_once_are_forgiven_like_one(tmp_path: Path) -> None:
    good = json.dumps(model_exchange()["response"]["body"])
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/campaignId", 0)
    data = "\n".join([good, json.dumps(body)] * 40).encode() + b"\n"
    accepted = accepting(fingerprint("IP221", Part.BODY, "/interaction/*/messageList/*/campaignId"))
    for large in (1, LARGE):
        outcome = check(lines_of(data), accepted, large=large)
        assert _report(outcome).states == {"pass": 40, "fail": 40}
        assert outcome.forgiven == 40
    (tmp_path / "a.ndjson").write_bytes(data)
    assert run([str(tmp_path)], accepted, jobs=2).forgiven == 40


# --- entries and their days ---

days = st.dates(date(2026, 1, 1), date(2027, 1, 1))
entries = st.builds(Accepted, st.text("0123456789abcdef", min_size=16, max_size=16), days, st.text(max_size=5))


@given(st.lists(entries, max_size=5), days)
def test_the_last_day_is_one_of_them(some: list[Accepted], day: date) -> None:
    assert Baseline(tuple(some)).accepts(day) == {one.fingerprint for one in some if one.until >= day}


@given(some=st.lists(entries, max_size=5))
@settings(max_examples=25)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, some: list[Accepted]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "b.json"
    path.write_bytes(Baseline(tuple(some)).written())
    assert read_baseline(path) == Baseline(tuple(some))


@given(st.lists(entries, max_size=4, unique_by=lambda one: one.fingerprint), days, days)
def test_adding_keeps_what_is_accepted_and_renews_what_was(some: list[Accepted], day: date, until: date) -> None:
    report = Report()
    report.add(check([body_only([])], CALM))
    group = report.groups()[0]
    known = Accepted(group.fingerprint, day - timedelta(1))
    after = Baseline((*some, known)).with_groups([group], until, "again", day)
    assert {one for one in some if one.fingerprint != group.fingerprint} <= set(after.entries)
    assert Accepted(group.fingerprint, until, "again", group.code, group.where) in after.entries
    assert known not in after.entries
    valid = Accepted(group.fingerprint, day)
    assert Baseline((valid,)).with_groups([group], until, "again", day) == Baseline((valid,))


def test_entries_that_ended_and_entries_that_match_nothing_are_told() -> None:
    report = Report()
    report.add(check([body_only([])], CALM))
    late = Accepted(report.groups()[0].fingerprint, date(2026, 1, 1), "", "IP101")
    idle = Accepted("0" * 16, TOMORROW, "", "IP205")
    first, second = Baseline((late, idle)).gates(report, CALM, today())
    assert (first.kept, "IP101" in first.message, "past their day" in first.message) == (False, True, True)
    assert (second.kept, "IP205" in second.message, "matched nothing" in second.message) == (None, True, True)
    harmless = msgspec.structs.replace(CALM, ignore=("IP1",), fail_on=Severity.ERROR)
    assert Baseline((idle,)).gates(Report(), harmless, today())[0].kept is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"accepted": [{"fingerprint": "x"}]}', '{"accepted": [], "more": 1}']
)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(BaselineError, match=r"b\.json: not a baseline"):
        read_baseline(tmp_path / "b.json")


# --- as people use it ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/campaignId", 0)
    (tmp_path / "broken.json").write_text(json.dumps(body))
    edit(body, "/interaction/0/count", 0)
    (tmp_path / "more.json").write_text(json.dumps(body))
    return tmp_path


def test_a_baseline_is_written_used_and_grows(folder: Path) -> None:
    write = ("--write-baseline", "b.json", "--until", TOMORROW.isoformat(), "--why", "ticket 17")
    done = interpact("check", "broken.json", *write, folder=folder)
    assert (done.returncode, done.stderr) == (
        0,
        f"b.json: 1 of 1 entries are new, accepted until {TOMORROW}\n".encode(),
    )
    used = interpact("check", "broken.json", "--baseline", "b.json", folder=folder)
    assert used.returncode == 0
    assert b"1 exchange: 0 pass, 1 fail (1 of them accepted by the baseline)." in used.stdout
    assert interpact("check", "more.json", "--baseline", "b.json", folder=folder).returncode == 1
    later = ("--write-baseline", "b.json", "--until", "2099-01-01")
    assert interpact("check", "more.json", "--baseline", "b.json", *later, folder=folder).returncode == 0
    grown = read_baseline(folder / "b.json").entries
    assert {(one.rule, one.until.year) for one in grown} == {("IP221", TOMORROW.year), ("IP201", 2099)}
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


def test_an_entry_past_its_day_accepts_nothing(folder: Path) -> None:
    until = (today() - timedelta(1)).isoformat()
    interpact("check", "broken.json", "--write-baseline", "b.json", "--until", until, folder=folder)
    done = interpact("check", "broken.json", folder=folder, INTERPACT_BASELINE="b.json")
    assert done.returncode == 1
    assert b"1 fail." in done.stdout
    assert b"NOT KEPT baseline: 1 entry of the baseline past their day" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--write-baseline", "b.json"], b"--until DATE"),
        (["--write-baseline", "b.json", "--until", "soon"], b"'soon' is no day"),
        (["--until", "2027-01-31"], b"about --write-baseline"),
        (["--baseline", "broken.json"], b"not a baseline"),
        (["--write-baseline", "broken.json", "--until", "2027-01-31"], b"not a baseline"),
        (["--baseline", "none.json"], b"does not exist"),
    ],
)
def test_mistakes_are_told_before_anything_is_checked(arguments: list[str], message: bytes, folder: Path) -> None:
    done = interpact("check", "broken.json", *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr


def test_an_unreadable_input_is_no_success_of_writing(folder: Path) -> None:
    (folder / "cut.har").write_text('{"log": {"entries": [')
    arguments = ("cut.har", "--write-baseline", "b.json", "--until", "2027-01-31")
    assert interpact("check", *arguments, folder=folder).returncode == 2
