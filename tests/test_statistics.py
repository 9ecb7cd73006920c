"""Figures are what a slow walk counts, however a run is cut into batches, and nobody pays who did not ask."""

from __future__ import annotations

import json
import pickle
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract import checker
from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.findings import State
from interpact.contract.keep import Keep
from interpact.contract.lines import Lines
from interpact.contract.packing import packed, unpacked
from interpact.contract.report import Report, merged
from interpact.contract.runner import Run
from interpact.contract.settings import Settings
from interpact.contract.statistics import (
    EDGES,
    MISSING,
    MOST_BUCKETS,
    NEGATIVE,
    OTHERS,
    READ,
    ROWS,
    STATED,
    UNREADABLE,
    Statistics,
    Timeline,
    Unit,
)
from interpact.contract.workers import Workers
from interpact.schemas.examples import model_exchange
from interpact.schemas.exports import EXPORTED
from interpact.schemas.rules import RULES, Kind
from interpact.schemas.statistics import AHEAD, CHANNELS, DELAY, EARLIEST, FIELDS, NEWEST, STATUSES, VOCABULARIES
from interpact.schemas.vocabulary import normal_status
from interpact.strategies import Sample, defects, exchanges, responses
from interpact.strategies.defects import BREAKABLE

from .wire import body_only, exchange_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
ASKED = Keep(statistics=True)
SPECIAL = (OTHERS, MISSING, NEGATIVE, UNREADABLE, ROWS, STATED, READ)

meant = st.sampled_from([code for code in BREAKABLE if RULES[code].kind is Kind.MEANING]).flatmap(defects)
readable = st.one_of(exchanges(), exchanges(unusual=True), meant.map(lambda one: one.sample))
samples = st.one_of(readable, defects().map(lambda one: one.sample))


def exchange(sample: Sample) -> Exchange:
    return Exchange(
        Place("generated"),
        Request.of("GET", sample.query.url("crm.example"), sample.request_headers),
        Response.of(sample.content(), sample.status, sample.headers),
    )


def figures(batch: Sequence[Exchange], **options: Any) -> Statistics:
    found = check(batch, CALM, keep=ASKED, **options).statistics
    assert found is not None
    return found


def together(*found: Statistics) -> Statistics:
    total = Statistics()
    for one in found:
        total.merge(one)
    return total


# --- what it must equal: each exchange by itself, walked in Python ---


class Walk:
    """The figures of exchanges whose rows can be read, counted one by one."""

    def __init__(self, batch: Iterable[Exchange]) -> None:
        self.words: dict[str, Counter[str]] = {one.name: Counter() for one in VOCABULARIES}
        self.fields: dict[str, dict[str, Counter[str]]] = {one.name: {} for one in FIELDS}
        self.delays, self.checked, self.failed, self.moments, self.statuses = (Counter[str]() for _ in range(5))
        for one in batch:
            self.take(one, check([one], CALM).verdicts[0].state)

    def take(self, one: Exchange, state: State) -> None:
        assert one.response is not None
        self.statuses[str(one.response.status or MISSING)] += 1
        if state is State.UNCHECKED:
            return
        body = json.loads(one.response.body or b"{}")
        entries = body.get("interaction", [])
        for entry in entries:
            channel = word(entry["name"], CHANNELS.words)
            self.words["channel"][channel] += 1
            self.take_row("entry", entry, channel, state)
            for message in entry.get("messageList", ()):
                self.words["status"][word(normal_status(message["status"]), STATUSES.words)] += 1
                self.take_row("message", message, channel, state)
                self.delays[bucket(message)] += 1
        self.take_time(one.response, entries, state)

    def take_row(self, fields: str, row: dict[str, Any], channel: str, state: State) -> None:
        if state is State.PASS:
            filled = [name for name, value in row.items() if value not in ("", []) and name in columns(fields)]
            self.fields[fields].setdefault(channel, Counter()).update([ROWS, *filled])

    def take_time(self, response: Response, entries: list[Any], state: State) -> None:
        texts = [one["sentDate"] for entry in entries for one in entry.get("messageList", ())]
        stated, read = response.header("date"), [found for found in map(sent, texts) if found and plausible(found)]
        when = parsedate_to_datetime(stated) if stated else None
        if when is not None and plausible(when):
            self.moments[STATED] += 1
        elif read:
            self.moments[READ] += 1
            when = max(read)
        else:
            self.moments[MISSING] += 1
            return
        day = when.astimezone(UTC).date().isoformat()
        self.checked[day] += 1
        self.failed[day] += state is State.FAIL

    @property
    def statistics(self) -> Statistics:
        timeline = Timeline()
        timeline.add(self.checked, +self.failed)
        words = {name: dict(counts) for name, counts in self.words.items()}
        fields = {name: {key: dict(one) for key, one in found.items()} for name, found in self.fields.items()}
        return Statistics(words, fields, dict(self.delays), timeline, dict(self.moments), dict(self.statuses))


def word(text: str, known: Sequence[str]) -> str:
    return text if text in known else OTHERS


def columns(fields: str) -> set[str]:
    (found,) = (one for one in FIELDS if one.name == fields)
    return set(found.columns)


def bucket(message: dict[str, Any]) -> str:
    if "deliveredTime" not in message:
        return MISSING
    start, end = sent(message["sentDate"]), delivered(message["deliveredTime"])
    if start is None or end is None:
        return UNREADABLE
    if end < start:
        return NEGATIVE
    return str(max(edge for edge in EDGES if timedelta(seconds=edge) <= end - start))


def sent(text: str) -> datetime | None:
    return instant(text, r"(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d)(?:[.,](\d+))?()", "%d-%m-%Y %H:%M:%S")


def delivered(text: str) -> datetime | None:
    zone = r"(Z|[+-]\d\d(?::?\d\d)?)"
    return instant(text, rf"(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?{zone}", "%Y-%m-%dT%H:%M:%S")


def instant(text: str, pattern: str, layout: str) -> datetime | None:
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None or found[1][-2:] > "59":
        return None
    try:
        zone = found[3].replace("Z", "") or "+00"
        when = datetime.strptime(f"{found[1]} {zone.replace(':', ''):0<5}", f"{layout} %z")
    except ValueError:
        return None
    return when.astimezone(UTC) + timedelta(microseconds=int(f"{found[2] or 0:0<6}"[:6]))


def plausible(when: datetime) -> bool:
    return EARLIEST <= when <= CALM.now + AHEAD


@given(st.lists(readable, max_size=6))
@settings(max_examples=30)
def test_figures_are_what_a_slow_walk_counts(batch: list[Sample]) -> None:
    every = list(map(exchange, batch))
    found, walked = figures(every), Walk(every).statistics
    assert found.words == walked.words
    assert found.fields == walked.fields
    assert found.delays == walked.delays
    assert found.timeline == walked.timeline
    assert (found.moments, found.statuses) == (walked.moments, walked.statuses)


@given(st.lists(samples, max_size=8), st.lists(st.integers(0, 8), max_size=3), st.sampled_from([1, 2**60]))
@settings(max_examples=20)
def test_a_batch_may_be_cut_anyhow(batch: list[Sample], cuts: list[int], large: int) -> None:
    """And its parts may be read together as columns, or one by one."""
    every = list(map(exchange, batch))
    places = [0, *sorted(min(cut, len(every)) for cut in cuts), len(every)]
    parts = [figures(every[low:high], large=large) for low, high in pairwise(places)]
    assert together(*parts) == together(*reversed(parts)) == figures(every)


@given(st.lists(responses(unusual=True), min_size=1, max_size=4))
@settings(max_examples=12)
def test_lines_count_as_the_exchanges_that_they_hold(bodies: list[Any]) -> None:
    texts = [json.dumps(body).encode() for body in bodies]
    lines = Lines.of("x", 1, b"\n".join(texts))
    assert lines is not None
    expected = figures([Exchange(Place("x"), None, Response(text)) for text in texts])
    assert figures(lines, large=1) == figures(lines, large=2**60) == expected


@given(st.lists(samples, max_size=5))
@settings(max_examples=15)
def test_asking_for_figures_changes_nothing_else(batch: list[Sample]) -> None:
    every = list(map(exchange, batch))
    silent, asked = check(every, CALM), check(every, CALM, keep=ASKED)
    assert silent.statistics is None
    assert (silent.kept, asked.kept) == (None, None)
    assert list(silent.verdicts) == list(asked.verdicts)
    assert (silent.findings, silent.coverage) == (asked.findings, asked.coverage)


# --- merging ---

counts = st.dictionaries(st.sampled_from(["a", "b", *SPECIAL]), st.integers(1, 1000), max_size=4)
named = st.dictionaries(st.sampled_from(["x", "y"]), counts, max_size=2)
days = st.dates(EARLIEST.date(), (CALM.now + AHEAD).date()).map(str)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    timeline = Timeline()
    for _ in range(draw(st.integers(0, 2))):
        checked = draw(st.dictionaries(days, st.integers(1, 9), max_size=4))
        timeline.add(checked, {day: 1 for day in checked if draw(st.booleans())})
    return timeline


statistics = st.builds(
    Statistics,
    words=named,
    fields=st.dictionaries(st.sampled_from(["entry", "message"]), named, max_size=2),
    delays=counts,
    timeline=timelines(),
    moments=counts,
    statuses=counts,
)


@given(statistics, statistics, statistics)
def test_merging_is_associative_and_commutative(one: Statistics, two: Statistics, three: Statistics) -> None:
    assert together(one, two) == together(two, one)
    assert together(together(one, two), three) == together(one, together(two, three))
    assert together(one, Statistics()) == one


@given(statistics, statistics)
def test_merging_leaves_the_other_alone(one: Statistics, two: Statistics) -> None:
    before = pickle.dumps(two)
    whole = together(one, two)
    together(one, two).merge(whole)
    assert pickle.dumps(two) == before


@given(st.lists(days, max_size=40), st.randoms())
def test_a_timeline_is_the_same_in_any_order(listed: list[str], random: Any) -> None:
    whole, alone = Timeline(), Timeline()
    whole.add(Counter(listed), {})
    shuffled = listed[:]
    random.shuffle(shuffled)
    for day in shuffled:
        alone.add({day: 1}, {})
    assert alone == whole
    assert sum(whole.checked.values()) == len(listed)
    assert len(whole.buckets()) <= MOST_BUCKETS
    assert whole.checked.keys() <= set(whole.buckets())


@pytest.mark.parametrize(
    ("later", "unit", "buckets"),
    [(99, Unit.DAY, 100), (100, Unit.MONTH, 4), (365 * 8, Unit.MONTH, 96), (365 * 9, Unit.YEAR, 9)],
)
def test_a_timeline_coarsens_where_it_grows_too_long(later: int, unit: Unit, buckets: int) -> None:
    timeline = Timeline()
    first = datetime(2010, 1, 1, tzinfo=UTC).date()
    timeline.add({str(first): 1, str(first + timedelta(days=later)): 2}, {str(first): 1})
    assert (timeline.unit, len(timeline.buckets())) == (unit, buckets)
    assert (list(timeline.checked.values()), list(timeline.failed.values())) == ([1, 2], [1])


@given(statistics)
def test_figures_can_be_sent_and_kept(found: Statistics) -> None:
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own
    assert msgspec.json.decode(msgspec.json.encode(found), type=Statistics) == found
    for report in (Report(statistics=found), Report()):
        assert unpacked(packed(report)) == report


@given(st.lists(st.lists(samples, max_size=3), max_size=3))
@settings(max_examples=10)
def test_reports_carry_the_figures_of_the_whole(batches: list[list[Sample]]) -> None:
    reports = [Report() for _ in batches]
    for report, batch in zip(reports, batches, strict=True):
        report.add(check(list(map(exchange, batch)), CALM, keep=ASKED))
    whole = figures([exchange(one) for batch in batches for one in batch])
    total = merged([Report(), *map(unpacked, map(packed, reports)), Report()])
    assert total.statistics == (whole if batches else None)


def test_other_processes_send_their_figures() -> None:
    batch = [exchange_of(model_exchange())]
    workers = Workers(1, CALM, ASKED)
    try:
        assert workers.submit(batch).result().statistics == figures(batch)
    finally:
        workers.close()


def test_a_run_hands_on_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(json.dumps(model_exchange()["response"]["body"]).encode())
    run = Run([str(tmp_path)], CALM, keep=ASKED)
    assert list(run)
    assert run.report.statistics is not None
    assert run.report.statistics.statuses == {MISSING: 1}


def test_nothing_is_measured_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(checker, "measured", refuse)
    assert check([body_only({"name": "capillary", "interaction": []})], CALM).statistics is None
    with pytest.raises(AssertionError):
        check([], CALM, keep=ASKED)


# --- what is private ---


def short() -> dict[str, Any]:
    """The model exchange with one message only."""
    document = model_exchange()
    entry = document["response"]["body"]["interaction"][0]
    entry["messageList"], entry["count"] = entry["messageList"][:1], 1
    document["response"]["body"]["interaction"] = [entry]
    return document


def test_unknown_words_are_counted_and_not_repeated() -> None:
    document = short()
    document["response"]["body"]["interaction"][0]["name"] = "ada@example.com"
    document["response"]["body"]["interaction"][0]["messageList"][0]["status"] = "ADA_LOVELACE"
    found = figures([exchange_of(document)])
    assert found.words == {"channel": {OTHERS: 1}, "status": {OTHERS: 1}}
    assert b"ada" not in msgspec.json.encode(found).lower()


@given(st.lists(samples, max_size=5))
@settings(max_examples=15)
def test_every_key_is_of_a_closed_set(batch: list[Sample]) -> None:
    found = figures(list(map(exchange, batch)))
    known = {*CHANNELS.words, *STATUSES.words, *SPECIAL, *map(str, EDGES), *map(str, range(100, 600))}
    known |= {name for one in FIELDS for name in one.columns}
    for one in (found.delays, found.moments, found.statuses, *found.words.values()):
        assert one.keys() <= known
    for by_word in found.fields.values():
        assert by_word.keys() <= known
        assert {key for counted in by_word.values() for key in counted} <= known


# --- times ---


def dated(**headers: str) -> Exchange:
    document = short()
    document["response"]["headers"] = {"content-type": "application/json", **headers}
    return exchange_of(document)


@pytest.mark.parametrize(
    ("date", "moment", "day"),
    [
        ("Mon, 05 Jun 2023 10:00:00 GMT", STATED, "2023-06-05"),
        ("Mon, 05 Jun 2023 23:30:00 -0100", STATED, "2023-06-06"),
        ("yesterday", READ, "2023-06-01"),
        (format_datetime(EARLIEST - timedelta(seconds=1)), READ, "2023-06-01"),
        (format_datetime(CALM.now + AHEAD + timedelta(seconds=1)), READ, "2023-06-01"),
    ],
)
def test_the_time_of_an_exchange_is_what_it_states_or_what_its_rows_tell(date: str, moment: str, day: str) -> None:
    found = figures([dated(date=date)])
    assert (found.moments, found.timeline.checked) == ({moment: 1}, {day: 1})


def test_a_row_that_cannot_be_has_no_say() -> None:
    document = short()
    (message,) = document["response"]["body"]["interaction"][0]["messageList"]
    document["response"]["headers"] = {}
    document["response"]["body"]["interaction"][0]["messageList"] = [
        message, {**message, "id": 1, "sentDate": "01-01-2999 00:00:00"}, {**message, "id": 2, "sentDate": "soon"},
    ]  # fmt: skip
    assert figures([exchange_of(document)]).timeline.checked == {"2023-06-01": 1}


def times_of(**edits: Any) -> dict[str, int]:
    document = short()
    (message,) = document["response"]["body"]["interaction"][0]["messageList"]
    message |= edits
    document["response"]["body"]["interaction"][0]["messageList"] = [
        {name: value for name, value in message.items() if value is not ...}
    ]
    return figures([exchange_of(document)]).delays


@pytest.mark.parametrize(
    ("seconds", "key"), [(0, "0"), (1, "1"), (2.9, "1"), (59, "30"), (-0.5, NEGATIVE), (10**8, str(EDGES[-1]))]
)
def test_a_delay_is_in_the_bucket_that_begins_before_it(seconds: float, key: str) -> None:
    end = datetime(2023, 6, 1, 10, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    text = end.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert times_of(sentDate="01-06-2023 10:00:00", deliveredTime=text) == {key: 1}


@pytest.mark.parametrize(
    ("edits", "key"),
    [
        ({"deliveredTime": ..., "status": "SENT"}, MISSING),
        ({"deliveredTime": "soon"}, UNREADABLE),
        ({"deliveredTime": 7}, UNREADABLE),
        ({"sentDate": "31-02-2023 10:00:00"}, UNREADABLE),
        ({"sentDate": ...}, UNREADABLE),
    ],
)
def test_a_time_that_cannot_be_read_is_not_one_that_is_missing(edits: dict[str, Any], key: str) -> None:
    assert times_of(**edits) == {key: 1}


# --- what is declared ---


def test_the_words_that_stand_for_no_word_are_none() -> None:
    assert not {*CHANNELS.words, *STATUSES.words, *map(str, EDGES)} & set(SPECIAL)
    assert list(EDGES) == sorted(set(EDGES))


def test_the_times_are_of_the_table_whose_texts_are_read_as_instants() -> None:
    assert DELAY.table == NEWEST.table == EXPORTED.name
