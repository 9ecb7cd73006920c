"""`interpact fuzz` from end to end: real servers on loopback, the command as people run it, real processes."""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

from interpact.contract.fuzz.client import Client
from interpact.contract.fuzz.credentials import Credentials, Secret
from interpact.contract.fuzz.manners import Manners
from interpact.contract.fuzz.session import Plan, Session
from interpact.contract.reports import report_schema
from interpact.contract.server import Service, running
from interpact.contract.server.service import encoded
from interpact.contract.settings import Settings
from interpact.schemas.model import Options, Request, answer
from interpact.schemas.population import Customer, Customers
from interpact.schemas.rules import RULES, Profile, Severity
from interpact.schemas.values import is_object
from interpact.strategies.people import make_population

from .endpoints import Endpoint
from .test_cli import interpact
from .wire import oracle

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from interpact.contract.fuzz.discoveries import Discoveries
    from interpact.strategies.faults import Reply

    Replying = Callable[[Request], Reply]

PEOPLE: Final = make_population(1, 12)
FEW: Final = Customers(list(PEOPLE)[:4])
TWO: Final = Customers(list(PEOPLE)[:2])
AUTH: Final = ("till", "Zq9-hunter2-of-the-till")
STRICT: Final = ("--profile", "strict")
SHORT: Final = ("--seed", "3", "--max-requests", "300")
RELATION: Final = "IP3"
"""How the codes of rules begin that take several exchanges."""


def identifiers(people: Customers) -> list[dict[str, str]]:
    return [dict(person.identifiers) for person in people]


def written(people: Customers, folder: Path) -> str:
    path = folder / "customers.json"
    path.write_text(json.dumps(identifiers(people)))
    return str(path)


def said(told: Reply, *, silent: bool) -> bytes:
    """A reply as it goes over the wire."""
    fields = [f"{name}: {value}" for name, value in told.headers] + [f"content-length: {len(told.content)}"]
    head = "\r\n".join([f"HTTP/1.1 {told.status} Said", *fields]) + "\r\n\r\n"
    return head.encode("latin-1") + (b"" if silent else told.content)


def asked(head: bytes) -> Request:
    """The request whose head came over the wire."""
    method, target, *_ = head.split(b" ", 2)
    path, _, query = target.partition(b"?")
    return Request(method.decode(), path.decode(), query)


class Talking:
    """Answers in turn, by a function of the request that may remember; lets one request in at a time."""

    def __init__(self, reply: Replying) -> None:
        self._reply = reply
        self._lock = Lock()

    def __call__(self, connection: socket.socket, head: bytes) -> bool:
        request = asked(head)
        with self._lock:
            told = self._reply(request)
        connection.sendall(said(told, silent=request.method == "HEAD"))
        return True


def honest(people: Customers) -> Replying:
    return Service(people).reply


@dataclass(frozen=True)
class Run:
    """How a session is run in this process."""

    people: Customers = FEW
    profile: Profile = Profile.STRICT
    seed: int = 1
    workers: int = 1
    examples: int = 15
    most: int = 4000

    def against(self, url: str, credentials: Credentials | None = None, until: frozenset[str] | None = None) -> Session:
        manners = Manners(max_time=40, max_requests=self.most, workers=self.workers, read_timeout=5)
        plan = Plan(
            identifiers(self.people),
            Settings(profile=self.profile),
            self.seed,
            self.workers,
            self.examples,
            authenticated=credentials is not None,
            until=until,
        )
        with Client(url, manners, credentials) as client:
            session = Session(client, plan)
            session.run()
        return session


def errors(found: Discoveries) -> set[str]:
    return {group.code for group in found.report.groups() if group.severity is Severity.ERROR}


def codes(document: Mapping[str, Any]) -> set[str]:
    return {group["rule"] for group in document["groups"]}


# A server that keeps the contract


@pytest.mark.parametrize("profile", ["documented", "strict"])
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_reported_where_the_contract_is_kept(profile: str, seed: int, tmp_path: Path) -> None:
    people = make_population(seed, 5)
    limits = ("--max-requests", "700", "--examples", "15", "--customers", written(people, tmp_path))
    with running(people) as url:
        done = interpact("fuzz", url, "--profile", profile, "--seed", str(seed), *limits, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    last = done.stdout.decode().splitlines()[-1]
    assert re.fullmatch(rf"\d+ requests in .* s, profile {profile}, seed {seed}: nothing found\.", last)


def test_credentials_that_are_right_are_no_finding() -> None:
    with running(FEW, auth=AUTH) as url:
        session = Run(workers=2).against(url, Credentials.basic(AUTH[0], Secret(AUTH[1])))
    assert not session.found.report.groups()
    assert session.found.tried["IP322"] > 4


def test_without_a_url_the_reference_server_is_tried(tmp_path: Path) -> None:
    done = interpact("fuzz", "--max-requests", "120", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert b"nothing found" in done.stdout


# Faults, one of each family and a few that only relations can see

FAULTS: Final = [
    ("count-as-string", "IP1"),
    ("group-twice", "IP2"),
    ("sent-month-first", "IP"),
    ("count-one-more", "IP20"),
    ("type-ignored", "IP301"),
    ("network-ignored", "IP302"),
    ("head-refused", "IP307"),
    ("bad-request-html", "IP4"),
    ("order-rotates", "IP306"),
    ("third-empty", "IP3"),
    ("cache-without-type", "IP3"),
    ("auth-ignored", "IP322"),
    ("leak-by-filter", "IP305"),
    ("sql-or-matches", "IP310"),
    ("trace-in-not-found", "IP316"),
    ("ids-rounded", "IP"),
]


@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=[name for name, _ in FAULTS])
def test_a_fault_is_found(fault: str, expected: str) -> None:
    credentials = Credentials.basic(AUTH[0], Secret(AUTH[1]))
    meant = frozenset(code for code in RULES if code.startswith(expected))
    with running(PEOPLE, fault=fault, auth=AUTH) as url:
        found = Run(PEOPLE, workers=2).against(url, credentials, until=meant).found
    assert errors(found) & meant, errors(found)


def test_the_smallest_request_is_small() -> None:
    with running(FEW, fault="type-ignored") as url:
        found = Run(most=1500).against(url).found
    probe = next(one.probe for key, one in found.witnesses.items() if key[0] == "IP301")
    assert probe.query.count("&") == 2
    assert "type=" in probe.query
    assert probe.method == "GET"


# The same seed


def lines_sent(seed: int) -> Counter[bytes]:
    with Endpoint(Talking(honest(TWO))) as endpoint:
        Run(TWO, seed=seed, examples=10).against(endpoint.url)
        return Counter(request.partition(b"\r\n")[0] for request in endpoint.requests)


def test_the_same_seed_gives_the_same_requests() -> None:
    first, again, other = lines_sent(7), lines_sent(7), lines_sent(8)
    assert first == again
    assert first != other


# Populations that change while they are read


class Growing:
    """A population in which somebody gets a message after every so many look-ups."""

    def __init__(self, people: Customers, every: int) -> None:
        self._people = list(people)
        self._every = every
        self._calls = 0
        self._now = Customers(people)
        self.grown = 0

    def find(self, kind: str, value: str) -> Customer | None:
        self._calls += 1
        if self._calls % self._every == 0:
            self._grow()
        return self._now.find(kind, value)

    def __iter__(self) -> Iterator[Customer]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)

    def _grow(self) -> None:
        at = self.grown % len(self._people)
        person = self._people[at]
        last = next(one for other in self._people for one in other.messages)
        new = replace(last, body={**last.body, "id": (1 << 61) + self.grown})
        self._people[at] = replace(person, messages=(*person.messages, new))
        self.grown += 1
        self._now = Customers(self._people)


@pytest.mark.parametrize(("every", "profile"), [(61, Profile.DOCUMENTED), (61, Profile.STRICT), (200, Profile.STRICT)])
def test_a_population_that_changes_slowly_raises_no_alarm(every: int, profile: Profile) -> None:
    people = Growing(FEW, every)
    with Endpoint(Talking(lambda request: encoded(answer(people, request, Options())))) as endpoint:
        session = Run(profile=profile, most=1100, workers=2).against(endpoint.url)
    assert people.grown > 1
    assert not session.found.report.groups()


def test_an_order_that_changes_with_each_read_is_an_alarm() -> None:
    chance = random.Random(1)  # noqa: S311 - the same at each run

    def shuffled(request: Request) -> Reply:
        told = answer(FEW, request, Options())
        if is_object(told.body) and "interaction" in told.body:
            groups = list(told.body["interaction"])
            chance.shuffle(groups)
            told = replace(told, body={**told.body, "interaction": groups})
        return encoded(told)

    with Endpoint(Talking(shuffled)) as endpoint:
        found = Run(most=600).against(endpoint.url).found
    assert "IP306" in errors(found)


# Endpoints that go away, or ask for patience


class Leaving(Talking):
    """Answers so many requests, and is gone."""

    def __init__(self, reply: Replying, after: int) -> None:
        super().__init__(reply)
        self._left = after
        self.endpoint: Endpoint | None = None

    def __call__(self, connection: socket.socket, head: bytes) -> bool:
        self._left -= 1
        if self._left < 0 and self.endpoint is not None:
            self.endpoint.kill()
            return False
        return super().__call__(connection, head)


@pytest.mark.parametrize("fault", [None, "count-as-string"])
def test_an_endpoint_that_goes_away_ends_the_run_with_2(fault: str | None, tmp_path: Path) -> None:
    leaving = Leaving(Service(PEOPLE, fault=fault).reply, 150)
    with Endpoint(leaving) as endpoint:
        leaving.endpoint = endpoint
        customers = written(PEOPLE, tmp_path)
        done = interpact("fuzz", endpoint.url, "--customers", customers, "--format", "json", folder=tmp_path)
    document = json.loads(done.stdout)
    assert document["fuzz"]["ended"]
    assert ("IP103" in codes(document)) == (fault is not None), "what was found before is kept"
    assert done.returncode == 2


def test_an_endpoint_that_never_was_there_is_2(tmp_path: Path) -> None:
    with Endpoint(Talking(honest(FEW))) as endpoint:
        url = endpoint.url
    done = interpact("fuzz", url, folder=tmp_path)
    assert done.returncode == 2
    assert b"ended early" in done.stdout


def test_retry_after_is_honoured() -> None:
    times: list[float] = []

    def busy(request: Request) -> Reply:
        times.append(monotonic())
        told = honest(FEW)(request)
        return replace(told, status=429, headers=(*told.headers, ("retry-after", "1"))) if len(times) == 8 else told

    with Endpoint(Talking(busy)) as endpoint:
        found = Run(most=60).against(endpoint.url).found
    assert times[8] - times[7] >= 0.95
    assert not found.report.groups()


def test_a_budget_is_kept_and_said(tmp_path: Path) -> None:
    customers = written(FEW, tmp_path)
    with Endpoint(Talking(honest(FEW))) as endpoint:
        done = interpact("fuzz", endpoint.url, "--max-requests", "40", "--customers", customers, folder=tmp_path)
        assert len(endpoint.requests) <= 40
    assert b"not tested: the rest of the probes: the budget of 40 requests is spent" in done.stdout


# The command line


def test_an_unknown_fault_names_the_nearest(tmp_path: Path) -> None:
    done = interpact("fuzz", "--fault", "type-ignord", folder=tmp_path)
    assert done.returncode == 2
    assert b"type-ignored" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--customers", "none.json"],
        ["ftp://host"],
        ["--auth", "hunter2"],
        ["--rate-limit", "often"],
        ["--max-requests", "0"],
        ["--replay", "no-findings.json"],
        ["--baseline", "no-findings.json"],
    ],
    ids=str,
)
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "no-findings.json").write_text("{}")
    done = interpact("fuzz", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(b"Usage: ")
    assert b"internal error" not in done.stderr


@dataclass(frozen=True)
class Kept:
    """A run with `--save`: where, and what it reported."""

    folder: Path
    report: dict[str, Any]

    @property
    def response_findings(self) -> set[tuple[str, str]]:
        return judged(self.report)


def judged(report: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What one response alone breaks; relations take several, and what was asked for was asked on purpose."""
    groups = (group for group in report["groups"] if group["part"].startswith("response"))
    return {(group["rule"], group["where"]) for group in groups if not group["rule"].startswith(RELATION)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A saved run against a server that writes counts as strings, with a token in the environment."""
    folder = tmp_path_factory.mktemp("kept")
    given = ("--customers", written(PEOPLE, folder), "--auth", "env:TILL", "--save", "run", "--format", "json")
    with running(PEOPLE, fault="count-as-string", auth=AUTH) as url:
        done = interpact("fuzz", url, *STRICT, *SHORT, *given, folder=folder, TILL=":".join(AUTH))
    assert done.returncode == 1, done.stderr
    return Kept(folder, json.loads(done.stdout))


def test_the_json_report_keeps_its_schema(kept: Kept) -> None:
    oracle(json.loads(report_schema())).validate(kept.report)
    assert kept.report["fuzz"]["seed"] == 3
    assert kept.report["fuzz"]["requests"] <= 300
    assert len(kept.report["fuzz"]["witnesses"]) == len(kept.report["groups"])


def test_check_says_the_same_of_what_was_saved(kept: Kept) -> None:
    done = interpact("check", "run/exchanges.har", *STRICT, "--format", "json", folder=kept.folder)
    assert kept.response_findings
    assert judged(json.loads(done.stdout)) == kept.response_findings


def test_saved_findings_are_found_again(kept: Kept) -> None:
    arguments = ("--customers", "customers.json", "--auth", "env:TILL", "--replay", "run/findings.json")
    with running(PEOPLE, fault="count-as-string", auth=AUTH) as url:
        again = interpact("fuzz", url, *STRICT, *arguments, "--format", "json", folder=kept.folder, TILL=":".join(AUTH))
    report = json.loads(again.stdout)
    assert again.returncode == 1
    assert judged(report) == kept.response_findings
    assert report["fuzz"]["requests"] < 200


def test_saved_findings_are_gone_when_they_are_mended(kept: Kept) -> None:
    arguments = ("--customers", "customers.json", "--auth", "env:TILL", "--replay", "run/findings.json")
    with running(PEOPLE, auth=AUTH) as url:
        again = interpact("fuzz", url, *STRICT, *arguments, folder=kept.folder, TILL=":".join(AUTH))
    assert again.returncode == 0, again.stdout


@pytest.mark.parametrize(("days", "code"), [(0, 0), (30, 0), (-1, 1)])
def test_a_baseline_accepts_until_its_day(days: int, code: int, kept: Kept) -> None:
    until = (datetime.now(UTC).date() + timedelta(days)).isoformat()
    accepted = [
        {"fingerprint": group["fingerprint"], "until": until, "why": "ticket 17"} for group in kept.report["groups"]
    ]
    (kept.folder / "baseline.json").write_text(json.dumps({"accepted": accepted}))
    arguments = ("--customers", "customers.json", "--auth", "env:TILL", "--baseline", "baseline.json")
    with running(PEOPLE, fault="count-as-string", auth=AUTH) as url:
        done = interpact("fuzz", url, *STRICT, *SHORT, *arguments, folder=kept.folder, TILL=":".join(AUTH))
    assert done.returncode == code, done.stdout
    told = re.search(rb"^(\d+) kinds? of findings accepted by the baseline, and not counted", done.stdout, re.MULTILINE)
    assert (told is not None and int(told[1]) == len(accepted)) == (code == 0)
    assert b"nothing found" not in done.stdout


def test_a_dry_run_sends_nothing_and_names_nobody(tmp_path: Path) -> None:
    customers = written(FEW, tmp_path)
    with Endpoint(Talking(honest(FEW))) as endpoint:
        listed = interpact("fuzz", endpoint.url, "--dry-run", "--customers", customers, folder=tmp_path)
        shown = interpact("fuzz", endpoint.url, "--dry-run", "--show-values", "--customers", customers, folder=tmp_path)
        assert not endpoint.requests
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) > 200
    assert not named(FEW, listed.stdout)
    assert named(FEW, shown.stdout)


def named(people: Customers, output: bytes) -> list[int]:
    """The customers who appear in an output, as they are or percent-encoded, in whatever case."""
    told = output.decode().lower()
    return [
        index
        for index, person in enumerate(people)
        if any(form.lower() in told for _, value in person.identifiers for form in (value, quote(value, safe="")))
    ]


# What must not leak


def test_neither_credentials_nor_customers_are_in_what_is_told(tmp_path: Path) -> None:
    customers = written(PEOPLE, tmp_path)
    arguments = (
        *STRICT,
        *SHORT,
        "--customers",
        customers,
        "--auth",
        "env:TILL",
        "--save",
        "run",
        "--max-requests",
        "700",
    )
    outputs: list[bytes] = []
    for fault, style in (("echo-bad-request", "text"), ("credentials-in-body", "json")):
        with running(PEOPLE, fault=fault, auth=AUTH) as url:
            done = interpact("fuzz", url, *arguments, "--format", style, folder=tmp_path, TILL=":".join(AUTH))
        outputs += [done.stdout, done.stderr]
    assert b"IP315" in outputs[0]
    assert not [index for output in outputs for index in named(PEOPLE, output)]
    right = b64encode(":".join(AUTH).encode())
    kept = [path.read_bytes() for path in (tmp_path / "run").iterdir()]
    assert not [one for one in (*outputs, *kept) if AUTH[1].encode() in one or right in one]


# Without customers


def test_without_customers_the_rest_is_tested_and_said(tmp_path: Path) -> None:
    with running(FEW, fault="bad-request-html") as url:
        found = interpact("fuzz", url, *STRICT, "--examples", "10", folder=tmp_path)
    with running(FEW) as url:
        clean = interpact("fuzz", url, *STRICT, "--examples", "10", folder=tmp_path)
    assert found.returncode == 1
    assert clean.returncode == 0, clean.stdout
    for done in (found, clean):
        assert b"not tested: what takes known customers: none were given" in done.stdout


def test_customers_are_learned_from_captures(kept: Kept) -> None:
    with running(PEOPLE, auth=AUTH) as url:
        given = (*SHORT, "--learn", "run/exchanges.har", "--auth", "env:TILL")
        done = interpact("fuzz", url, *given, folder=kept.folder, TILL=":".join(AUTH))
    assert done.returncode == 0, done.stdout
    assert b"none were given" not in done.stdout


def test_customers_whom_nobody_knows_are_said_to_be_refused(tmp_path: Path) -> None:
    people: Sequence[dict[str, str]] = [{"email": "nobody-at-all@nowhere.invalid"}]
    (tmp_path / "wrong.json").write_text(json.dumps(people))
    with running(FEW) as url:
        done = interpact("fuzz", url, "--customers", "wrong.json", *SHORT, "--examples", "5", folder=tmp_path)
    assert done.returncode == 1
    assert b"IP312" in done.stdout
    assert b"nobody-at-all" not in done.stdout
