"""A tolerance is decided by exact bounds over what was seen, wherever and in how many parts it was seen."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from interpact.contract.binomial import at_least, interval
from interpact.contract.checker import LARGE, check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.findings import State
from interpact.contract.packing import packed, unpacked
from interpact.contract.report import Report
from interpact.contract.settings import Settings
from interpact.contract.tolerance import Tally, Tolerance, ToleranceError
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.rules import RULES

from .test_cli import interpact
from .wire import body_only, lines_of

if TYPE_CHECKING:
    from pathlib import Path

numbers = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999])
stats: Any = importlib.import_module("scipy.stats")  # it has no types
CAMPAIGN = Tolerance.of("IP221", "2%")


@given(numbers, confidences)
@example((0, 1), 0.95)
@example((1, 1), 0.95)
@settings(max_examples=40)
def test_the_bounds_are_those_of_scipy(seen: tuple[int, int], confidence: float) -> None:
    hits, objects = seen
    expected = stats.binomtest(hits, objects).proportion_ci(confidence, method="exact")
    assert interval(hits, objects, confidence) == pytest.approx((expected.low, expected.high), rel=1e-3)


@given(numbers, st.floats(0.0001, 0.9999))
@settings(max_examples=40)
def test_the_tail_is_that_of_scipy(seen: tuple[int, int], share: float) -> None:
    hits, objects = seen
    assert at_least(hits, objects, share) == pytest.approx(
        float(stats.binom.sf(hits - 1, objects, share)), rel=1e-6, abs=1e-9
    )


@given(numbers, st.floats(0.001, 0.999), confidences)
@settings(max_examples=40)
def test_the_decision_is_what_the_bounds_say(seen: tuple[int, int], share: float, confidence: float) -> None:
    low, high = interval(*seen, confidence)
    decided = Tolerance("x", share, confidence).decision(Tally(seen[1], seen[0]))
    if abs(low - share) > 1e-6 and abs(high - share) > 1e-6:
        assert decided is (False if low > share else True if high <= share else None)


@given(numbers, st.floats(0.001, 0.5), confidences)
@settings(max_examples=20)
def test_what_is_said_to_be_needed_decides(seen: tuple[int, int], share: float, confidence: float) -> None:
    one = Tolerance("x", share, confidence)
    tally = Tally(seen[1], seen[0])
    message = one.gate(tally).message
    if one.decision(tally) is not None or "too near" in message:
        return
    more = int(message.partition("about ")[2].partition(" ")[0].replace(",", ""))
    objects = tally.objects + 2 * more
    assert one.decision(Tally(objects, round(tally.hits / tally.objects * objects))) is not None


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
@settings(max_examples=8)
def test_objects_and_hits_are_counted_in_whatever_parts(bad: int, good: int, size: int) -> None:
    assume(bad + good)
    batch = [answer(0)] * bad + [answer(7)] * good
    tolerant = Settings(tolerances=(CAMPAIGN, Tolerance.of("entries.name = sms", "50%")))
    whole, parts = Report(), Report()
    whole.add(check(batch, tolerant))
    for start in range(0, len(batch), size):
        other = Report()
        other.add(check(batch[start : start + size], tolerant))
        parts.merge(unpacked(packed(other)))
    assert whole.tallies == parts.tallies
    messages = sum(one["count"] for one in model_exchange()["response"]["body"]["interaction"])
    seen = whole.tallies["IP221"]
    assert (seen.objects, seen.hits) == (messages * (bad + good), bad)
    assert whole.states["pass"] == bad + good
    assert whole.tallies["entries.name = sms"].objects % (bad + good) == 0


def answer(campaign: Any) -> Exchange:
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/campaignId", campaign)
    return body_only(body)


def test_columns_are_counted_like_objects() -> None:
    tolerant = Settings(tolerances=(CAMPAIGN, Tolerance.of("messages.status = DELIVERED", "5%")))
    texts = [one.response.body or b"" for one in (answer(0), answer(7)) if one.response]
    data = b"\n".join([*texts] * 20) + b"\n"
    one, other = (check(lines_of(data), tolerant, large=large) for large in (1, LARGE))
    assert one.tallies == other.tallies
    assert one.tallies["IP221"].hits == 20


def test_a_broken_cell_is_not_judged() -> None:
    tolerant = Settings(tolerances=(Tolerance.of("IP227", "2%"), Tolerance.of("messages.subject = x", "2%")))
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/subject", 7)
    found, sound = check([body_only(body)], tolerant), check([answer(7)], tolerant)
    for name in ("IP227", "messages.subject = x"):
        assert found.tallies[name].objects == sound.tallies[name].objects - 1
    assert found.verdicts[0].state is State.FAIL


def test_rules_about_exchanges_count_exchanges() -> None:
    tolerant = Settings(tolerances=(Tolerance.of("IP401", "10%"), Tolerance.of("IP412", "10%")))
    broken = Exchange(Place("b"), None, Response.of('{"name": ', 200))
    failed = Exchange(Place("c"), None, Response.of(None, 503))
    other = Exchange(Place("d"), Request.of("GET", "https://crm.example/"), Response.of("{}", 200))
    tallies = check([answer(7), broken, failed, other], tolerant).tallies
    assert tallies["IP401"] == Tally(2, 1) == Tally(2, 1, "exchanges")
    assert tallies["IP412"] == Tally(3, 1)


def test_what_is_not_tolerated_costs_nothing() -> None:
    assert check([answer(0)]).tallies == {}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("IP999", "2%"),
        ("IP2", "2%"),
        (next(rule.code for rule in RULES.values() if rule.across), "2%"),
        ("IP214", "2"),
        ("IP214", "101%"),
        ("IP214", 2),
        ("IP214", {"at-most": "2%", "confidence": 1.0}),
        ("IP214", {"at-most": "2%", "confidence": "99%"}),
        ("IP214", {"most": "2%"}),
        ("IP214", {}),
        ("messages.status", "2%"),
        ("messages.nothing = 7", "2%"),
        ("messages.id = seven", "2%"),
        ("nothing.id = 7", "2%"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, told: Any) -> None:
    with pytest.raises(ToleranceError, match=r"\w"):
        Tolerance.of(name, told)


def test_settings_with_tolerances_can_be_sent() -> None:
    tolerant = Settings(tolerances=(CAMPAIGN, Tolerance.of("remarks.status = true", "2%")))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(tolerant), type=Settings) == tolerant


# --- as people use it ---

FILE = '[tolerance]\nIP221 = "{share}"\n"messages.status = DELIVERED" = {{ at-most = "99%", confidence = 0.9 }}\n'


@pytest.mark.parametrize(
    ("share", "code", "said"),
    [
        ("30%", 0, b"kept tolerance IP221: 10 of 40"),
        ("2%", 1, b"NOT KEPT tolerance IP221"),
        ("25%", 0, b"note tolerance"),
    ],
)
def test_a_share_is_kept_broken_or_undecided(share: str, code: int, said: bytes, tmp_path: Path) -> None:
    share = {"30%": "60%"}.get(share, share)
    bodies = [model_exchange()["response"]["body"] for _ in range(20)]
    for body in bodies[:10]:
        edit(body, "/interaction/0/messageList/0/campaignId", 0)
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(body) + "\n" for body in bodies))
    (tmp_path / "interpact.toml").write_text(FILE.format(share=share))
    done = interpact("check", "a.ndjson", folder=tmp_path)
    assert (done.returncode, b"20 pass, 0 fail" in done.stdout, b"10 errors" in done.stdout) == (code, True, True)
    assert said in done.stdout, done.stdout


def test_a_mistake_in_the_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "interpact.toml").write_text('[tolerance]\nIP301 = "2%"\nIP999 = "2%"\n')
    done = interpact("check", "-", folder=tmp_path)
    assert done.returncode == 2
    assert b"interpact.toml: tolerance: 'IP" in done.stderr
