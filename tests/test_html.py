"""The page says what the report says, stays small, and nothing that it quotes can change it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import sys
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from interpact.contract.checker import check
from interpact.contract.ending import COMPLETE, Ending, Gate
from interpact.contract.exchange import Place, Reason
from interpact.contract.findings import Finding, State, Verdict
from interpact.contract.keep import Keep
from interpact.contract.readers.base import Problem
from interpact.contract.report import Group, Report
from interpact.contract.reports.base import About
from interpact.contract.reports.html import HtmlReport
from interpact.contract.reports.html.model import verdict_of
from interpact.contract.reports.html.texts import LONGEST, visible
from interpact.contract.runner import Checked, Run
from interpact.contract.settings import Settings
from interpact.contract.statistics import Statistics
from interpact.schemas.coverage import universe
from interpact.schemas.examples import model_exchange
from interpact.schemas.rules import RULES, Part, Severity

from .hostile import TEXTS, write
from .house import ROOT
from .wire import body_only, exchange_of

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br"}
"""Elements that have no end tag."""
LOADS = {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use", "audio", "video"}
"""Elements that load, run or send something."""


class Outline(HTMLParser):
    """The elements of a page with their attributes, without any text; complains where they do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # where a word may break, which is up to the word
            return
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def page(report: Report, ending: Ending = COMPLETE, **about: Any) -> str:
    out = io.BytesIO()
    HtmlReport(out, About(**about)).finish(report, ending)
    return out.getvalue().decode()


def run(*paths: str, settings_: Settings | None = None, **about: Any) -> tuple[str, Report]:
    out = io.BytesIO()
    reporter = HtmlReport(out, About(**about))
    going = Run(paths, settings_ or Settings(), keep=Keep(statistics=True))
    for event in going:
        reporter.hear(event)
    reporter.finish(going.report)
    return out.getvalue().decode(), going.report


def examples() -> list[str]:
    return [str(ROOT / "examples" / name) for name in ("captures", "drifted")]


def finding(code: str = "IP201", text: str = "x", *, pointer: str = "/a", accepted: bool = False) -> Finding:
    severity = RULES[code].severity
    return Finding(code, severity, Part.BODY, pointer, text, text, Place(text), 0, text, accepted=accepted)


def report_of(*groups: Group, **members: Any) -> Report:
    return Report(found={(one.code, one.part, one.where): one for one in groups}, **members)


def group(code: str = "IP201", count: int = 1, *, where: str = "/a", text: str = "x", accepted: bool = False) -> Group:
    samples = [finding(code, text, pointer=where, accepted=accepted)] * min(count, 3)
    return Group(code, RULES[code].severity, Part.BODY, where, count, count, accepted, samples)


# --- texts ---

texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Mn", "Me", "Zl", "Zp"]), max_size=20),
    st.sampled_from(["_", *TEXTS]),
)


@given(texts)
def test_nothing_in_a_text_is_hidden(text: str) -> None:
    shown = visible(text)
    assert all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in shown)
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", shown)
    assert len(shown) <= 10 * LONGEST
    assert not any(all(unicodedata.category(one).startswith("M") for one in shown[at : at + 4]) and len(shown[at:]) > 3
                   for at in range(len(shown)))  # fmt: skip


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=LONGEST))
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


# --- the page as a file ---


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    written, _ = run(*examples())
    outline = Outline(written)
    names = {name for name, _ in outline.attributes}
    assert not {name for name, _ in outline.elements} & LOADS
    assert not names & {"style", "src", "srcset", "srcdoc", "action", "xlink:href"}
    assert not [name for name in names if name.startswith("on")]
    assert all(value.startswith("#") for name, value in outline.attributes if name == "href")
    assert "//" not in re.sub(r"<style>.*?</style>", "", written, flags=re.DOTALL).replace("<!DOCTYPE", "")
    assert "url(" not in written.replace("url(#hatch)", "")
    assert "@import" not in written


def test_the_policy_knows_the_one_style_sheet_by_its_hash() -> None:
    written = page(Report())
    (style,) = re.findall(r"<style>(.*?)</style>", written, re.DOTALL)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', written)
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.replace("&#39;", "'").split("; ") == [
        "default-src 'none'", f"style-src 'sha256-{hashed}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    assert written.index("Content-Security-Policy") < written.index("<style>")


def quoting(text: str) -> Report:
    """A report that quotes a text wherever one of unknown origin may stand."""
    problems = [Problem(Place(text, 1, 2, text), text)]
    groups = [group(where=f"/{text}", text=text), group("IP213", where="/b", text=text, accepted=True)]
    report = report_of(*groups, problems=problems, problem_count=1, skipped=1, skipped_names=[text])
    report.reasons[text] = 1
    report.states["unchecked"] = 1
    return report


def quoted(text: str) -> str:
    out = io.BytesIO()
    reporter = HtmlReport(out, About(command=text, all_places=True, facts=((text, text),)))
    outcome = check([body_only([])]).__class__((Verdict(Place(text), State.FAIL),), (finding(text=text),))
    reporter.hear(Checked(outcome))
    gates = tuple(Gate(name=text, kept=kept, message=text) for kept in (True, False, None))
    reporter.finish(quoting(text), Ending(gates=gates))
    return out.getvalue().decode()


@given(texts)
@settings(max_examples=20)
def test_no_text_changes_the_structure_of_the_page(text: str) -> None:
    assert Outline(quoted(text or "x")).elements == Outline(quoted("x")).elements


@given(texts)
@settings(max_examples=20)
def test_nothing_on_the_page_is_hidden(text: str) -> None:
    written = quoted(text).replace("\n", "")
    assert all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in written)


def test_every_place_that_quotes_a_text_is_tried() -> None:
    """Or the properties above would be about less than they say."""
    assert quoted("qqqq").count("qqqq") > 25


def test_figures_of_nothing_are_a_page_too() -> None:
    Outline(page(Report(statistics=Statistics())))


# --- size ---


def test_a_million_findings_are_a_small_page() -> None:
    every = list(RULES)
    groups = [group(every[at % len(every)], 500, where=f"/list/*/field{at}") for at in range(2_000)]
    written = page(report_of(*groups))
    assert "1,900 more kinds of findings, at 950,000 places" in written
    assert len(written) < 400_000


def test_long_texts_are_cut() -> None:
    written = quoted("<b>&\u202e" * 250_000)
    assert "(1,250,000 characters)" in written
    assert len(written) < 400_000


def test_every_place_is_listed_where_it_is_asked_for_up_to_a_limit() -> None:
    document = model_exchange()
    document["response"]["body"]["interaction"][0]["count"] = 0
    written, _ = run(*examples(), all_places=True, max_findings=3)
    assert "Every place" in written
    assert written.split("Every place")[1].split("</ol>")[0].count("<li>") == 3
    assert "Every place" not in run(*examples())[0]


# --- what it says ---


def test_the_page_tells_rule_place_expected_actual_why_and_fix() -> None:
    written, report = run(*examples())
    for one in report.groups():
        rule, sample = RULES[one.code], one.samples[0]
        for told in (one.code, one.where, one.fingerprint, str(sample.place), sample.expected, sample.actual):
            assert text_of(told) in written
        for told in (rule.why, rule.fix):
            assert text_of(told.split("`")[0]) in written


def test_no_text_of_a_rule_is_cut() -> None:
    assert max(len(text) for rule in RULES.values() for text in (rule.title, rule.why, rule.fix)) <= LONGEST


def text_of(text: str) -> str:
    return str(escape(text))


def test_the_page_tells_what_was_covered_and_what_was_not() -> None:
    written, report = run(*examples(), all_gaps=True)
    assert f"{report.coverage.percent}% of the points" in written
    for point in report.coverage.gaps():
        assert re.sub("`(.*?)`", r"<code>\1</code>", point.gap) in written
    few, _ = run(*examples())
    assert len(few) < len(written)
    assert "<li>" in few.split("Gaps")[1]
    assert len(universe()) == sum(int(one) for one in re.findall(r"of (\d+)</td>", written))


def test_messages_of_one_channel_claim_nothing_about_another() -> None:
    document = model_exchange()
    document["response"]["body"]["interaction"] = document["response"]["body"]["interaction"][1:]
    outcome = check([exchange_of(document)], keep=Keep(statistics=True))
    report = Report()
    report.add(outcome)
    heat = page(report).split('class="heat"')[2].split("</p>")
    assert 'scope="row">sms</th>' in heat[0]
    assert 'scope="row">email' not in heat[0]
    assert "email, emailbulk" in heat[1]


def test_a_run_that_was_not_asked_for_figures_has_none() -> None:
    report = Report()
    report.add(check([exchange_of(model_exchange())]))
    written = page(report)
    assert 'id="figures"' not in written
    assert 'class="heat"' not in written


def test_exchanges_without_figures_are_not_passed_over_in_silence() -> None:
    report = Report()
    report.add(check([exchange_of(model_exchange())], keep=Keep(statistics=True)))
    assert "Figures are of" not in page(report)
    report.add(check([exchange_of(model_exchange())]))
    assert "Figures are of 1 of 2 judged exchanges" in page(report)


def test_an_accepted_finding_is_marked_and_not_among_the_others() -> None:
    report = report_of(group("IP201", accepted=True), group("IP203"), forgiven=1)
    report.states.update({"fail": 2})
    written = page(report)
    before, after = written.split("Accepted by the baseline")
    assert "IP203" in before
    assert "IP201" in after
    assert "badge accepted" in after
    assert "badge accepted" not in before
    assert 'class="accepted"><dt>Accepted</dt><dd>1</dd>' in before
    assert 'class="fail"><dt>Failed</dt><dd>1</dd>' in before


BROKEN = Gate(name="fail-under", kept=False, message="12% was covered, 40% is asked for")


def states(**counts: int) -> Report:
    """The report of a run with these verdicts; what fails does so by a kind of finding, or by an accepted one."""
    report = Report(forgiven=counts.pop("forgiven", 0), problem_count=counts.pop("problems", 0))
    broken = [group()] if counts.get("fail", 0) > report.forgiven else []
    known = [group("IP203", accepted=True)] if report.forgiven else []
    report.found = report_of(*broken, *known).found
    report.states.update({name: count for name, count in counts.items() if count})
    return report


@pytest.mark.parametrize(
    ("report", "ending", "tone", "headline"),
    [
        (states(), COMPLETE, "unsure", "Nothing was checked"),
        (states(unchecked=3), COMPLETE, "unsure", "Nothing was checked"),
        (states(**{"pass": 3}), COMPLETE, "pass", "The contract is kept"),
        (states(**{"pass": 3, "fail": 1}), COMPLETE, "fail", "The contract is broken"),
        (states(**{"pass": 3, "fail": 1}, forgiven=1), COMPLETE, "accepted", "Nothing new is broken"),
        (states(**{"pass": 3, "fail": 2}, forgiven=1), COMPLETE, "fail", "The contract is broken"),
        (states(**{"pass": 3}, problems=1), COMPLETE, "unsure", "Not everything was checked"),
        (states(**{"pass": 3}), Ending(interrupted=True), "unsure", "Not everything was checked"),
        (states(**{"pass": 3}), Ending(gates=(BROKEN,)), "fail", "A gate is broken"),
        (states(**{"pass": 3}), Ending(gates=(BROKEN, BROKEN)), "fail", "2 gates are broken"),
        (states(**{"pass": 3, "fail": 1}), Ending(gates=(BROKEN,)), "fail", "The contract is broken"),
    ],
)
def test_the_verdict(report: Report, ending: Ending, tone: str, headline: str) -> None:
    verdict = verdict_of(report, About(), ending)
    assert (verdict.tone, verdict.headline) == (tone, headline)
    written = page(report, ending)
    assert f'<header class="verdict {tone}">' in written
    assert f"<h1>{headline}</h1>" in written


def test_gates_are_told_with_their_state() -> None:
    gates = (BROKEN, Gate(name="max-unchecked", kept=True, message="ok"), Gate(name="IP206", kept=None, message="few"))
    written = page(states(**{"pass": 1}), Ending(gates=gates))
    assert re.findall(r'class="state">(\w+)<', written) == ["broken", "kept", "note"]
    assert written.count(BROKEN.message) == 2


def test_what_was_not_checked_is_told_with_its_reason() -> None:
    report = states(**{"pass": 1, "unchecked": 3})
    report.reasons.update({Reason.NO_BODY.value: 2, Reason.OTHER_OPERATION.value: 1})
    report.add_problem(Problem(Place("a.har"), "no JSON"))
    written = page(report, max_findings=0)
    assert re.search(r'scope="row">no body</th><td>2</td>', written)
    assert "1 exchange of other operations" in written
    assert "other operation</th>" not in written
    assert "and 1 more" in written


@pytest.mark.parametrize("severity", list(Severity))
def test_no_severity_is_told_by_colour_alone(severity: Severity) -> None:
    (code, *_) = (rule.code for rule in RULES.values() if rule.severity is severity)
    assert f'class="badge {severity.value}">{severity.value}<' in page(report_of(group(code)))


def test_personal_values_of_a_capture_are_not_on_the_page(tmp_path: Path) -> None:
    secrets = write(tmp_path / "hostile.ndjson")
    written, report = run(str(tmp_path))
    assert report.states["fail"] > 0
    assert not [secret for secret in secrets if secret in written]


def test_the_chart_library_leaves_nothing_behind() -> None:
    assert "pygal" in sys.modules
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
