"""Reports of whatever a hostile service, recorder or file system could make up: correct, harmless, small, silent."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile
from functools import cache
from typing import IO, TYPE_CHECKING, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.cli.main import run
from interpact.contract.exchange import Exchange, Place, Response
from interpact.contract.findings import Finding, Outcome
from interpact.contract.inputs import printable
from interpact.contract.report import Report, merged
from interpact.contract.reports.base import About
from interpact.contract.reports.registry import FORMS
from interpact.contract.runner import Checked
from interpact.contract.settings import Settings
from interpact.schemas.rules import Part, Severity

from .reporting import EVERY, HOSTILE, abouts, endings, events_of, hold, outcomes, rendered, report_of, reports, texts
from .test_privacy import cassette, leaks, private_body

if TYPE_CHECKING:
    from pathlib import Path


@given(texts)
@settings(max_examples=100)
def test_what_is_shown_is_one_line_of_visible_text(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)
    assert len(printable(text, most=20)) <= 20 * len("\\U0001f600") + len("... (99999 characters)")
    if text.isprintable():
        assert printable(text) == text


@given(st.data())
@settings(max_examples=40)
def test_every_form_keeps_its_schema_whatever_was_found(data: st.DataObject) -> None:
    report, told = data.draw(reports(st.lists(outcomes, max_size=3)))
    about, ending = data.draw(abouts(report)), data.draw(endings)
    for name in EVERY:
        hold(name, rendered(name, report, about, ending, events_of(*told)))


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_a_hostile_body_is_harmless_in_every_form(value: str) -> None:
    """What a service says where values are shown: unknown members, statuses and names, with `--show-values`."""
    message = {"id": 1, "receiver": value, "subject": value * 1_000, "campaignId": value, "status": value, value: value}
    body = {"name": value, "interaction": [{"name": value, "count": 7, "messageList": [message]}], value: [value]}
    exchange = Exchange(Place(printable(value) or "x"), response=Response.of(json.dumps(body), 200))
    report = report_of(check([exchange], Settings(show_values=True, strict=True)))
    assert report.found
    for name in EVERY:
        written = rendered(name, report, About(all_places=True))
        hold(name, written)
        assert len(written) < 200_000, "a value of a megabyte is cut"


@pytest.mark.parametrize("name", [b"a\nb.json", b"\x1b[31m.json", b"'\"<b>.json", b"caf\xe9|`.json", b"::error::.json"])
def test_a_hostile_file_name_is_harmless_in_every_form(
    name: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bodies = json.dumps(private_body())
    (tmp_path / os.fsdecode(name)).write_text(bodies)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name.decode("latin-1"), bodies)
    wanted = [word for form in EVERY for word in ("--report", f"{form}=out.{form}")]
    assert run(["check", *wanted, os.fsdecode(name), "a.zip"]) == 1
    for form in EVERY:
        hold(form, (tmp_path / f"out.{form}").read_bytes())


@cache
def many() -> Outcome:
    """An outcome with ten thousand findings, of more kinds than a report tells apart."""
    return Outcome((), tuple(map(one_of_many, range(10_000))))


@cache
def merged_of(times: int) -> Report:
    """The report of so many such outcomes."""
    return report_of(many()) if times == 1 else merged([merged_of(1)] * times)


def one_of_many(number: int) -> Finding:
    place = Place("a.json", number)
    return Finding("IP109", Severity.ERROR, Part.BODY, f"/x{number % 3_000}", "nothing", str(number), place, number)


@pytest.mark.parametrize("all_places", [False, True])
@pytest.mark.parametrize("name", EVERY)
def test_a_million_findings_make_a_small_report_in_constant_memory(name: str, *, all_places: bool) -> None:
    """The file of a million findings is that of a few thousand, but for the digits of its counts."""
    sizes: list[int] = []
    for times in (1, 100):
        report, event, sink = merged_of(times), Checked(many()), Sink()
        reporter = FORMS[name].load()(cast("IO[bytes]", sink), About(all_places=all_places))
        tracemalloc.start()
        for _ in range(times):
            reporter.hear(event)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        reporter.finish(report)
        assert report.count(Severity.ERROR) == times * 10_000
        assert held < 500_000, "a hundred places, where all were asked for, and no more with more findings"
        sizes.append(sink.size)
    assert sizes[1] - sizes[0] < 2_000
    assert sizes[1] < 500_000


class Sink:
    """A file that only counts."""

    size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return len(data)


def marked() -> str:
    """A HAR with a marker wherever a recorder puts something that no rule is about."""
    mark = "grace.hopper@navy.example"
    query = f"identifierName=email&identifierValue={mark}&{mark}=1"
    asked = ("Authorization", "User-Agent", "X-Customer", mark)
    answered = ("Content-Type", "X-Cap-RequestID", "Date", mark)
    entries = [
        {
            "comment": mark, "pageref": mark, "serverIPAddress": mark, "_resourceType": mark, "time": 1,
            "request": {
                "method": "GET", "httpVersion": mark, "comment": mark,
                "url": f"https://crm.example/v2/customers/interaction?{query}",
                "headers": [{"name": name, "value": mark} for name in asked],
            },
            "response": {
                "status": status, "statusText": mark, "redirectURL": mark,
                "headers": [{"name": name, "value": mark} for name in answered],
                "content": {"text": json.dumps(private_body()), "mimeType": mark, "comment": mark},
            },
        }
        for status in (200, 302, 404, 503)
    ]  # fmt: skip
    pages = [{"id": mark, "title": mark}]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": mark}, "pages": pages, "entries": entries}})


def test_no_form_holds_anything_personal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Markers in every field, parameter and header, in every comment of a recorder, and in what cannot be read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cassette.yaml").write_text(cassette())
    (tmp_path / "marked.har").write_text(marked())
    (tmp_path / "cut.har").write_text(marked()[:-300])
    (tmp_path / "bodies.ndjson").write_text(f"{json.dumps(private_body())}\n{json.dumps(private_body())[:-9]}\n")
    (tmp_path / "list.yaml").write_text(yaml.safe_dump([private_body()]))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "out.summary"))
    wanted = [word for form in EVERY for word in ("--report", f"{form}=out.{form}")]
    code = run(["check", ".", "--strict", "--all-places", "--max-findings", "5000", *wanted])
    printed = capfdbinary.readouterr()
    files = {path.name: path.read_bytes() for path in tmp_path.glob("out.*")}
    assert code == 1
    assert len(files) == len(EVERY) + 1
    assert {name for name, data in files.items() if b"IP501" in data} >= {f"out.{form}" for form in ("json", "sarif")}
    assert [name for name, data in {**files, "screen": printed.out + printed.err}.items() if leaks(data)] == []
