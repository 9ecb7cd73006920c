"""`explore` against servers on this machine: what is asked, what is found, and how it ends."""

from __future__ import annotations

import _thread
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.findings import State
from interpact.contract.fuzz.client import Client
from interpact.contract.fuzz.credentials import Credentials, Secret
from interpact.contract.fuzz.engine import explore
from interpact.contract.fuzz.events import (
    End,
    Event,
    Explored,
    Finished,
    Minimal,
    Mode,
    Phase,
    PhaseFinished,
    PhaseStarted,
    Progress,
    Unanswered,
)
from interpact.contract.fuzz.manners import Manners
from interpact.schemas.document import load, operation
from interpact.strategies.cases import completions, known_identifiers, openers, queries, settled
from interpact.strategies.requests import IDENTIFIER_NAMES, TIED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from interpact.contract.fuzz.events import Judge

EMPTY: dict[str, object] = {"name": "capillary", "interaction": [], "warnings": []}
TORN: dict[str, object] = {"name": "capillary"}
ZOE = {"email": "zoe@example.org", "mobile": "4915112345678"}
PASSWORD = "correct horse battery staple"  # noqa: S105 - nobody's


class Server(ThreadingHTTPServer):
    """A service that answers each query with what `answer` makes of it; `None` closes the connection."""

    daemon_threads = True

    def __init__(self, answer: Callable[[dict[str, str]], object | None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.lines: list[str] = []
        self.credentials: set[str | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection of a `Server`."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.server.lines.append(f"{self.command} {self.path}")
        self.server.credentials.add(self.headers["authorization"])
        body = self.server.answer(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)))
        if body is None:
            self.close_connection = True
            return
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None: ...  # pyright: ignore[reportIncompatibleMethodOverride]


@contextmanager
def serving(answer: Callable[[dict[str, str]], object | None] = lambda _: EMPTY) -> Generator[Server]:
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def content(_: Explored) -> Collection[str]:
    return ()


def by_check(explored: Explored) -> Collection[str]:
    outcome = check([explored.exchange])
    return {one.code for one in outcome.findings} if outcome.verdicts[0].state is State.FAIL else ()


def events_of(server: Server, judge: Judge = content, manners: Manners | None = None, **choices: Any) -> list[Event]:
    chosen: dict[str, Any] = {"seed": 7, "examples": 30, "customers": [ZOE], **choices}
    with Client(server.url, manners or Manners(), credentials()) as client:
        return list(explore(client, judge=judge, **chosen))


def credentials() -> Credentials:
    return Credentials.basic("till", Secret(PASSWORD))


def ending(events: list[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


customers = st.lists(
    st.dictionaries(st.sampled_from([*IDENTIFIER_NAMES, "card"]), st.sampled_from(["a@b.example", "49151123456", "7"])),
    max_size=3,
)


@given(st.data(), customers)
def test_valid_queries_are_valid_and_agree(data: st.DataObject, known: list[dict[str, str]]) -> None:
    query = data.draw(queries(known))
    parameters = operation().parameters
    assert operation().required <= query.keys() <= parameters.keys()
    assert all(query[name] in parameters[name]["enum"] for name in query if "enum" in parameters[name])
    assert "network" not in query or query["network"] in TIED.get(query.get("type", ""), (query["network"],))


def test_four_valid_queries_in_five_are_about_known_customers() -> None:
    many = [{"external_id": f"C{number}"} for number in range(40)]
    known, asked = {value for _, value in known_identifiers(many)}, Counter[bool]()

    @settings(max_examples=300, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(queries(many))
    def run(query: dict[str, str]) -> None:
        asked[query["identifierValue"] in known] += 1

    run()
    assert 0.65 < asked[True] / asked.total() < 0.95


@given(st.data(), customers)
def test_an_invalid_query_stays_invalid_when_it_is_completed(data: st.DataObject, known: list[dict[str, str]]) -> None:
    wrong: dict[str, Any] = {"identifierName": "fax", "identifierValue": "  ", "type": 0.5}
    assert data.draw(completions(wrong, known)) == wrong
    named = data.draw(completions({**wrong, "identifierValue": "x"}, known))
    assert named["identifierName"] == "fax"
    assert not known_identifiers(known) or named["identifierValue"] in {value for _, value in known_identifiers(known)}


@pytest.mark.parametrize("tested", [None, *operation().parameters])
def test_a_query_from_the_document_keeps_what_it_is_about(tested: str | None) -> None:
    query = {"identifierName": "mobile", "identifierValue": "0", "type": "tweet", "network": "facebook"}
    found = settled(query, [ZOE], 3, tested)
    assert tested is None or found[tested] == query[tested]
    assert found.get("network") != "facebook" or "type" not in found
    assert openers([ZOE], 1) == [{"identifierName": "email", "identifierValue": "zoe@example.org"}]


def test_only_the_documented_operation_is_asked() -> None:
    with serving() as server:
        events = events_of(server)
    assert {line.split("?")[0] for line in server.lines} == {f"{operation().method} {operation().path}"}
    assert ending(events).end is End.COMPLETED
    assert ending(events).requests == len(server.lines)
    started = [(event.phase, event.mode) for event in events if isinstance(event, PhaseStarted)]
    assert started == [(event.phase, event.mode) for event in events if isinstance(event, PhaseFinished)]
    assert [phase for phase, _ in started] == [Phase.EXAMPLES, Phase.COVERAGE, Phase.FUZZING, Phase.FUZZING]
    assert any(isinstance(event, Progress) for event in events)


def test_the_same_seed_gives_the_same_requests() -> None:
    runs: list[list[str]] = []
    for seed in (7, 7, 8):
        with serving() as server:
            events_of(server, seed=seed)
        runs.append(server.lines)
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_phases_and_modes_that_are_asked_for_are_those_that_run() -> None:
    seen: list[Explored] = []
    with serving() as server:
        events_of(server, lambda one: seen.append(one) or (), phases=[Phase.FUZZING], modes=[Mode.NEGATIVE])
    assert {(one.phase, one.mode) for one in seen} == {(Phase.FUZZING, Mode.NEGATIVE)}
    assert len(seen) == 30
    assert all(one.about and "\n" not in one.about for one in seen)


def test_a_planted_defect_is_shown_by_a_small_request() -> None:
    def answer(query: dict[str, str]) -> object:
        return TORN if query.get("network") == "capillary" and query.get("identifierName") == "mobile" else EMPTY

    with serving(answer) as server:
        events = events_of(server, by_check, phases=[Phase.FUZZING], modes=[Mode.POSITIVE], examples=60)
    last = {event.key: event.explored for event in events if isinstance(event, Minimal)}
    assert list(last) == ["IP102"]
    query = dict(parse_qsl(urlsplit(last["IP102"].ask.target).query))
    assert query.keys() == {"identifierName", "identifierValue", "network"}
    assert len(query["identifierValue"]) <= len(ZOE["mobile"])
    assert last["IP102"].curl == f"curl -g -i '{server.url}{last['IP102'].ask.target}'"
    assert last["IP102"].mode is Mode.POSITIVE
    assert last["IP102"].elapsed > 0


def test_every_mistake_gets_an_example_of_its_own() -> None:
    def judge(explored: Explored) -> Collection[str]:
        return [word for word in ("like", "zalo", "identifierValue") if word in explored.ask.target]

    with serving() as server:
        events = events_of(server, judge, phases=[Phase.FUZZING], modes=[Mode.POSITIVE], examples=120)
    small = {event.key: event.explored.size[0] for event in events if isinstance(event, Minimal)}
    assert small == {"like": 3, "zalo": 3, "identifierValue": 2}


def test_shrinking_does_not_use_up_the_examples() -> None:
    def made(judge: Judge) -> int:
        with serving() as server:
            return ending(events_of(server, judge, phases=[Phase.FUZZING], modes=[Mode.POSITIVE])).requests

    assert made(content) == 30
    assert made(lambda one: ["network"] if "network" in one.ask.target else []) > 30


def test_workers_share_the_examples() -> None:
    with serving() as server:
        events = events_of(server, phases=[Phase.FUZZING], workers=3)
    assert ending(events).requests == len(server.lines) == 30
    assert sum(isinstance(event, PhaseStarted) for event in events) == 6


def test_no_more_is_sent_when_no_more_is_wanted() -> None:
    with serving() as server:
        events = events_of(server, stop=lambda: len(server.lines) >= 12)
    assert (ending(events).end, len(server.lines)) == (End.STOPPED, 12)


def test_a_spent_budget_ends_it() -> None:
    with serving() as server:
        events = events_of(server, manners=Manners(max_requests=9))
    assert (ending(events).end, ending(events).requests, len(server.lines)) == (End.STOPPED, 9, 9)
    assert "budget" in ending(events).reason


def test_an_endpoint_that_goes_away_ends_it_and_what_was_found_is_kept() -> None:
    def answer(_: dict[str, str]) -> object:
        if len(server.lines) == 20:
            server.socket.close()
        return TORN if len(server.lines) <= 20 else None

    with serving(answer) as server:
        events = events_of(server, by_check, manners=Manners(misses=3, connect_timeout=1))
    assert ending(events).end is End.GONE
    assert ending(events).unanswered >= 2
    assert any(isinstance(event, Minimal) and event.key == "IP102" for event in events)


def test_a_request_without_an_answer_is_judged_and_made_small() -> None:
    def judge(explored: Explored) -> Collection[str]:
        return [explored.heard.failure.name] if explored.heard.failure else []

    with serving(lambda query: None if query.get("network") == "twitter" else EMPTY) as server:
        events = events_of(server, judge, phases=[Phase.FUZZING], modes=[Mode.POSITIVE])
    smallest = [event.explored for event in events if isinstance(event, Minimal)][-1]
    assert smallest.exchange.response is None
    assert smallest.size[0] == 3
    silent = [event for event in events if isinstance(event, Unanswered)]
    assert len(silent) == ending(events).unanswered > 0
    assert ending(events).end is End.COMPLETED


def test_a_stalled_answer_is_an_event() -> None:
    def answer(query: dict[str, str]) -> object:
        time.sleep(0.5 if "type" in query else 0)
        return EMPTY

    with serving(answer) as server:
        events = events_of(
            server, phases=[Phase.FUZZING], modes=[Mode.POSITIVE], examples=6, manners=Manners(read_timeout=0.1)
        )
    assert ending(events).requests == 6
    assert {event.explored.heard.why for event in events if isinstance(event, Unanswered)} == {"no answer came in time"}


def test_a_judge_that_fails_is_heard() -> None:
    def judge(_: Explored) -> Collection[str]:
        message = "out of order"
        raise LookupError(message)

    with serving() as server, pytest.raises(LookupError, match="out of order"):
        events_of(server, judge)
    assert len(server.lines) == 1


def test_leaving_the_loop_ends_it() -> None:
    with serving() as server, Client(server.url, Manners()) as client:
        events = explore(client, judge=content, seed=1, examples=500)
        next(events)
        events.close()
        sent = len(server.lines)
        time.sleep(0.2)
        assert len(server.lines) <= sent + 1


def test_an_interrupt_ends_it_at_once() -> None:
    sent: list[int] = []

    def judge(_: Explored) -> Collection[str]:
        if len(server.lines) >= 5 and not sent:
            sent.append(len(server.lines))
            _thread.interrupt_main()
        return ()

    with serving() as server:
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            events_of(server, judge, examples=2000)
        assert time.monotonic() - began < 10
        ended = len(server.lines)
        time.sleep(0.2)
        assert len(server.lines) == ended < 500


def test_the_secret_goes_to_the_server_and_nowhere_else() -> None:
    def answer(query: dict[str, str]) -> object | None:
        return None if query.get("network") == "twitter" else TORN

    with serving(answer) as server:
        events = events_of(server, by_check, phases=[Phase.FUZZING], modes=[Mode.POSITIVE], examples=25)
    (header,) = server.credentials
    assert header is not None
    secrets = (PASSWORD, header.removeprefix("Basic "))
    assert {type(event) for event in events} >= {Minimal, Unanswered, Finished}
    for event in events:
        assert not any(secret in repr(event) for secret in secrets)
        assert not any(secret.encode() in pickle.dumps(event) for secret in secrets)
        assert "zoe" not in repr(event)
        if isinstance(event, Minimal):
            assert not any(secret in event.explored.curl for secret in secrets)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock") / "openapi.json"
    path.write_text(json.dumps(load("openapi")), encoding="utf-8")
    return path


def stock(document: Path, server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    customers = document.with_name("customers.json")
    customers.write_text(json.dumps([ZOE]), encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", str(document), "--url", server.url, "--checks", "interpact", "--max-examples", "20", "--seed", "1"),
        *("--phases", "fuzzing", "--generation-database", "none", "--no-color", *options),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "interpact.contract.schemathesis_hooks", "INTERPACT_CUSTOMERS": str(customers)}
    return subprocess.run(
        command, env={**os.environ, **hooks}, cwd=document.parent, capture_output=True, text=True, check=False
    )


def test_stock_schemathesis_runs_our_check_with_our_requests(document: Path) -> None:
    with serving(lambda _: TORN) as server:
        found = stock(document, server)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "IP102" in found.stdout
    assert "response.body /interaction" in found.stdout
    asked = [dict(parse_qsl(urlsplit(line).query)) for line in server.lines if line.startswith("GET /v2")]
    assert sum(query.get("identifierValue") in ZOE.values() for query in asked) > len(asked) / 2


def test_stock_schemathesis_is_content_where_the_contract_is_kept(document: Path) -> None:
    with serving() as server:
        found = stock(document, server)
    assert found.returncode == 0, found.stdout + found.stderr
