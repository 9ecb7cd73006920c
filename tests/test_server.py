"""The server over real HTTP: what the model says arrives, limits hold, and it starts and stops in good order."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from interpact.contract.server import Service, Store, running
from interpact.contract.server.accesslog import AccessLog
from interpact.contract.server.files import open_population
from interpact.contract.server.pace import Latency, PaceError, RateLimit, read_latency, read_rate
from interpact.schemas.population import Customers
from interpact.strategies.faults import FAULTS
from interpact.strategies.people import customers
from interpact.strategies.populations import make_population

from .asking import AUTH, PATH, basic, of, probes
from .house import unmeasured

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

PEOPLE = make_population(1, 14)
FIRST = next(iter(PEOPLE))
QUERY: Final = {"identifierName": "email", "identifierValue": FIRST.identifier("email") or ""}
WINDOWS: Final = sys.platform == "win32"


@contextmanager
def client(url: str, **more: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=url, params=QUERY, headers=more, trust_env=False) as one:
        yield one


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(PEOPLE, auth=AUTH) as found:
        yield found


def test_every_reply_arrives_as_it_is(url: str) -> None:
    service = Service(PEOPLE)
    with httpx.Client(base_url=url, auth=AUTH, trust_env=False) as one:
        for request in probes(PEOPLE)[16:][::9]:
            told = one.request(request.method, httpx.URL(request.path, query=request.query))
            reply = service.reply(request)
            assert (told.status_code, told.content) == (
                reply.status,
                b"" if request.method == "HEAD" else reply.content,
            )
            assert told.headers["content-length"] == str(len(reply.content))
            assert told.headers["content-type"] == "application/json; charset=utf-8"
            assert set(dict(reply.headers)) <= set(told.headers)


def test_credentials_are_asked_for(url: str) -> None:
    with client(url) as one:
        refused = one.get(PATH)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert one.get(PATH, auth=(AUTH[0], "wrong")).status_code == 401
        assert one.get(PATH, auth=AUTH).status_code == 200


def test_head_is_measured_but_not_sent(url: str) -> None:
    with client(url, **dict(basic(*AUTH))) as one:
        full, head = one.get(PATH), one.head(PATH)
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"] == str(len(full.content))


def test_other_methods_and_paths(url: str) -> None:
    with client(url, **dict(basic(*AUTH))) as one:
        refused = one.post(PATH, json={"a": 1})
        assert refused.status_code == 405
        assert "GET" in refused.headers["allow"]
        assert one.get(PATH + "/").status_code == 404
        assert one.options("/").json()["errors"]


def test_an_over_long_value_is_refused_like_any_other(url: str) -> None:
    with client(url, **dict(basic(*AUTH))) as one:
        told = one.get(PATH, params=QUERY | {"identifierValue": "x" * 60_000})
    assert told.status_code == 400
    assert told.json()["errors"][0]["code"] == 1104


def test_starting_and_stopping_is_quick() -> None:
    started = time.perf_counter()
    with running(PEOPLE) as here:
        assert time.perf_counter() - started < 2
        with client(here) as one:
            assert one.get(PATH).status_code == 200
    with pytest.raises(httpx.ConnectError), client(here) as one:
        one.get(PATH)


def test_too_many_requests_are_refused() -> None:
    with running(PEOPLE, limit=RateLimit(2, 3600.0)) as here, client(here) as one:
        told = [one.get(PATH) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 200, 429]
    assert 1 <= int(told[2].headers["retry-after"]) <= 1800
    assert told[2].json()["errors"][0]["code"] == 429


def test_a_limit_fills_again() -> None:
    now = [0.0]
    limit = RateLimit(2, 60.0, clock=lambda: now[0])
    assert [limit.wait() for _ in range(3)] == [0, 0, 30]
    now[0] = 45.0
    assert [limit.wait() for _ in range(2)] == [0, 15]


def test_latency_is_waited_for() -> None:
    with running(PEOPLE, latency=Latency(0.2, 0.3)) as here, client(here) as one:
        started = time.perf_counter()
        one.get(PATH)
        assert time.perf_counter() - started >= 0.2


@pytest.mark.parametrize("text", ["", "100", "0/m", "x/m", "1/d", "-1/m", "1.5/s"])
def test_bad_rates_are_refused(text: str) -> None:
    with pytest.raises(PaceError, match="100/m"):
        read_rate(text)


@pytest.mark.parametrize("text", ["", "x", "-1", "0.5-0.1", "nan", "inf", "1-"])
def test_bad_latencies_are_refused(text: str) -> None:
    with pytest.raises(PaceError, match="seconds"):
        read_latency(text)


def test_a_population_in_sqlite_is_served() -> None:
    store = Store()
    store.add(PEOPLE)
    with running(store) as here, client(here) as one:
        found = one.get(PATH).content
    assert found == Service(PEOPLE).reply(of(FIRST, "email")).content
    store.close()


def test_the_access_log_names_nobody() -> None:
    stream = io.StringIO()
    with running(PEOPLE, auth=AUTH, log=AccessLog(stream)) as here, client(here, **dict(basic(*AUTH))) as one:
        for path in (PATH, f"/{QUERY['identifierValue']}"):
            one.get(path, params={QUERY["identifierValue"]: "x", "type": "email"})
            one.get(path)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["status"] for line in lines] == [200, 200, 404, 404]
    assert {"time", "method", "path", "query", "status", "bytes", "milliseconds"} == lines[0].keys()
    assert ["type", '"email"'] in lines[0]["query"]
    for secret in (QUERY["identifierValue"], FIRST.name, AUTH[1], basic(*AUTH)[0][1]):
        assert secret not in stream.getvalue()


BROKEN: dict[str, type[Exception]] = {
    "length-too-long": httpx.RemoteProtocolError,
    "connection-closed": httpx.RemoteProtocolError,
    "gzip-untrue": httpx.DecodingError,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_transfers_reach_the_client(name: str) -> None:
    with running(PEOPLE, fault=name) as here, client(here) as one, pytest.raises(BROKEN[name]):
        one.get(PATH)


@pytest.mark.parametrize(
    "name", ["head-zero-length", "allow-missing", "type-missing", "count-nan", "auth-ignored", "body-cut"]
)
def test_faults_reach_the_client(name: str) -> None:
    with running(PEOPLE, auth=AUTH) as clean, running(PEOPLE, auth=AUTH, fault=name) as broken:
        told = [_seen(where) for where in (clean, broken)]
    assert told[0] != told[1]


def _seen(url: str) -> list[object]:
    with client(url, **dict(basic(*AUTH))) as one, client(url) as unknown:
        replies = [one.get(PATH), one.head(PATH), one.post(PATH), unknown.get(PATH)]
    left_out = {"date"}
    return [
        (one.status_code, one.content, {k: v for k, v in one.headers.items() if k not in left_out}) for one in replies
    ]


def test_requests_at_the_same_time_see_the_race() -> None:
    other = list(PEOPLE)[1].identifier("email") or ""
    with running(PEOPLE, fault="shared-place") as here:
        told = _together(here, [QUERY["identifierValue"], other])
    assert told[0] == told[1]
    with running(PEOPLE) as here:
        told = _together(here, [QUERY["identifierValue"], other])
    assert told[0] != told[1]


def _together(url: str, values: list[str]) -> list[bytes]:
    """The bodies of the answers to requests that are sent at the same time."""
    with client(url) as one, ThreadPoolExecutor(len(values)) as pool:
        asked = [QUERY | {"identifierValue": value} for value in values]
        going = [pool.submit(one.get, PATH, params=query) for query in asked]
        return [one.result().content for one in going]


def test_stores_of_many_customers_are_quick(tmp_path: Path) -> None:
    store = open_population(tmp_path / "many.db", customers(3, 2_000))
    values = [one.identifier("mobile") or "" for one in customers(3, 2_000)]
    started = time.perf_counter()
    assert all(store.find("mobile", value) is not None for value in values)
    assert time.perf_counter() - started < 5
    store.close()


def test_nobody_is_a_population() -> None:
    with running(Customers()) as here, client(here) as one:
        assert one.get(PATH).status_code == 404


@contextmanager
def served(*arguments: str, **environment: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The process `interpact serve`, and its URL."""
    command = [
        sys.executable,
        "-c",
        "from interpact.contract.cli import main; main()",
        "serve",
        "--port",
        "0",
        *arguments,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**unmeasured(), **environment})  # fmt: skip
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("listening on http://127.0.0.1:")
        yield process, first.split()[-1]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(WINDOWS, reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(number: signal.Signals, tmp_path: Path) -> None:
    known = tmp_path / "customers.json"
    arguments = ["--customers", "12", "--auth", "env:TILL", "--write-customers", str(known)]
    with served(*arguments, TILL=":".join(AUTH)) as (process, here):
        with client(here, **dict(basic(*AUTH))) as one:
            asked = json.loads(known.read_text(encoding="utf-8"))[0]
            assert one.get(PATH, params={**QUERY, "identifierValue": asked["email"]}).status_code == 200
        process.send_signal(number)
        out, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert out == ""
    assert json.loads(log)["status"] == 200
    assert asked["email"] not in log


@pytest.mark.skipif(WINDOWS, reason="there are no such signals")
def test_a_restart_with_the_same_file_answers_the_same(tmp_path: Path) -> None:
    told: list[bytes] = []
    for seed in ("5", "6"):
        with served("--population", str(tmp_path / "p.db"), "--seed", seed, "--customers", "12") as (_, here):
            value = next(customers(5, 1)).identifier("email") or ""
            with client(here) as one:
                told.append(one.get(PATH, params={**QUERY, "identifierValue": value}).content)
    assert told[0] == told[1]
    assert json.loads(told[0])["interaction"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "no-such"], "--list-faults"),
        (["--rate-limit", "fast"], "100/m"),
        (["--latency", "slow"], "0.1-0.5"),
        (["--auth", "Secret:"[:6]], "env:NAME"),
        (["--auth", "env:NOT_THERE"], "env:NAME"),
        (["--population", "."], "directory"),
        (["--access-log", "/nowhere/at/all"], "No such file"),
    ],
)
def test_usage_errors_are_told(arguments: list[str], said: str) -> None:
    done = _command(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Secret" not in done.stderr


def test_a_taken_port_is_a_usage_error() -> None:
    with running(PEOPLE) as here:
        done = _command("--port", here.rpartition(":")[2])
    assert done.returncode == 2
    assert "--port 0" in done.stderr


def test_the_catalogue_is_listed() -> None:
    done = _command("--list-faults")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(FAULTS)


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from interpact.contract.cli import main; main()", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
