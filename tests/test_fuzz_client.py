"""The polite client of the fuzzer, against servers on loopback that answer rightly and wrongly."""

from __future__ import annotations

import gzip
import logging
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import traceback
import zlib
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.exchange import Reason, Response
from interpact.contract.fuzz.address import Address, AddressError
from interpact.contract.fuzz.budget import Budget, Pace
from interpact.contract.fuzz.client import Ask, BudgetSpent, Client, Gone, Heard
from interpact.contract.fuzz.credentials import Credentials, CredentialsError, Secret, read_credentials
from interpact.contract.fuzz.encoding import undone
from interpact.contract.fuzz.failure import Failure
from interpact.contract.fuzz.flaws import FlawKind
from interpact.contract.fuzz.manners import DEFAULT_RATE, Manners, MannersError, Rate
from interpact.contract.fuzz.patience import wait_asked
from interpact.contract.fuzz.pools import proxy_towards

from .endpoints import Endpoint, always, answer

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from .endpoints import Answering

ASK = Ask("GET", "/v2?a=b", label="a try")
QUICK = Manners(connect_timeout=2, read_timeout=0.4)
SWIFT = Manners(connect_timeout=0.3, read_timeout=0.3)
PASSWORD = "hunter2-Zq9"  # noqa: S105 - it opens nothing


def heard_from(answering: Answering, *, method: str = "GET", manners: Manners = QUICK) -> Heard:
    with Endpoint(answering) as endpoint, Client(endpoint.url, manners) as client:
        return client.send(Ask(method, "/v2?a=b"))


# --- what goes over the wire ------------------------------------------------------------------------------------------


LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=" ")
TARGETS = st.text(LETTERS | st.sampled_from("%?#&=+/\\[]{}|^`~\udcff"), max_size=40).map("/".__add__)


@given(targets=st.lists(TARGETS, min_size=1, max_size=5))
@settings(max_examples=30)
def test_a_target_is_sent_byte_for_byte(targets: list[str]) -> None:
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, QUICK) as client:
        for target in targets:
            assert client.send(Ask("GET", target)).failure is None
        sent = [request.split(b" ")[1] for request in endpoint.requests]
    assert sent == [target.encode("utf-8", "surrogateescape") for target in targets]


@pytest.mark.parametrize(
    "target", ["/v2?a=%zz&b=%aF%e9", "//double//slash/../x", '/v2?a[]={x}|^`"<>', "/v2?a=%00%0d%0a", "/%2e%2E/?", "*"]
)
def test_odd_targets_are_left_alone(target: str) -> None:
    with Endpoint(always(answer())) as endpoint, Client(f"{endpoint.url}/gate/", QUICK) as client:
        client.send(Ask("GET", target))
        prefix = b"" if target == "*" else b"/gate"
        assert endpoint.requests[0].startswith(b"GET " + prefix + target.encode() + b" HTTP/1.1\r\n")


@pytest.mark.parametrize("target", ["", "v2", "http://other.example/", "/a b", "/a\r\nX: y", "/a\x00", "*x"])
def test_a_target_that_would_break_the_request_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="a target begins with /") as caught:
        Ask("GET", target)
    assert target not in str(caught.value) or not target.strip("/")


@pytest.mark.parametrize(
    ("method", "fields"), [("GE T", ()), ("GET", (("a b", "c"),)), ("GET", (("a", "b\r\nc: d"),)), ("", ())]
)
def test_a_request_that_would_be_two_is_refused(method: str, fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match=r"token|line break"):
        Ask(method, "/", fields)


def test_own_fields_win_and_may_be_repeated() -> None:
    fields = (("accept", "text/html"), ("X-Try", "1"), ("x-try", "é"), ("Host", "other.example"))
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, QUICK) as client:
        client.send(Ask("GET", "/", fields))
        lines = endpoint.requests[0].lower().split(b"\r\n")
    assert [line for line in lines if line.startswith((b"accept:", b"x-try:", b"host:"))] == [
        b"accept: text/html", b"x-try: 1", "x-try: é".encode(), b"host: other.example",
    ]  # fmt: skip


def test_connections_are_kept() -> None:
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, QUICK) as client:
        for _ in range(20):
            client.send(ASK)
        assert (endpoint.connections, len(endpoint.requests)) == (1, 20)


def test_threads_share_a_client() -> None:
    manners = Manners(workers=3, max_requests=150)
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, manners) as client, ThreadPoolExecutor(6) as pool:
        targets = {f"/v2?n={number}" for number in range(150)}
        found = list(pool.map(client.send, [Ask("GET", target) for target in sorted(targets)]))
        assert endpoint.connections <= 3
        assert {request.split(b" ")[1].decode() for request in endpoint.requests} == targets
    assert {one.exchange.place.entry for one in found} == set(range(1, 151))
    assert not [one for one in found if one.failure or one.flaws]


def test_the_exchange_is_ready_for_the_check() -> None:
    with Endpoint(always(answer(b'{"a": 1}'))) as endpoint, Client(f"{endpoint.url}/gate", QUICK) as client:
        heard = client.send(ASK)
        assert client.url_of(ASK) == f"{endpoint.url}/gate/v2?a=b"
        assert heard.exchange.request is not None
        assert heard.exchange.request.url == f"{endpoint.url}/v2?a=b"
    assert heard.exchange.response == Response.of(
        b'{"a": 1}', 200, {"Content-Type": "application/json", "Content-Length": "8"}
    )
    assert str(heard.exchange.place) == "a try entry 1"
    assert heard.started.tzinfo is UTC
    assert 0 < heard.elapsed < 1


# --- wrong answers ----------------------------------------------------------------------------------------------------


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = b"Content-Encoding: gzip"
PACKED = gzip.compress(b'{"a": 1}')


@dataclass(frozen=True)
class Case:
    """What a server sends, and what is heard."""

    data: bytes
    flaws: tuple[FlawKind, ...] = ()
    body: bytes | None = b"{}"
    close: bool = False
    method: str = "GET"
    missing: Reason | None = None


CASES = {
    "sound": Case(answer()),
    "sound chunks": Case(CHUNKED + b"1\r\n{\r\n1;x=y\r\n}\r\n0\r\nX: y\r\n\r\n"),
    "sound until the end": Case(b"HTTP/1.0 200\r\nContent-Type: a/b\r\n\r\n{}", close=True),
    "sound head": Case(answer(b"", GZIP, length=2), body=None, method="HEAD", close=True),
    "sound head that is kept open": Case(answer(b"", length=2), body=None, method="HEAD"),
    "sound 204": Case(b"HTTP/1.1 204 No Content\r\n\r\n", body=None),
    "sound gzip": Case(answer(PACKED, GZIP), body=b'{"a": 1}'),
    "sound deflate": Case(answer(zlib.compress(b"{}"), b"Content-Encoding: Deflate")),
    "sound bare deflate": Case(answer(zlib.compress(b"{}", wbits=-15), b"Content-Encoding: deflate")),
    "sound gzip twice": Case(answer(gzip.compress(PACKED), b"Content-Encoding: gzip, gzip"), body=b'{"a": 1}'),
    "sound empty gzip": Case(answer(b"", GZIP), body=b""),
    "folded field": Case(answer(b"{}", b"X-A: b", b" c"), (FlawKind.FIELD_LINE,)),
    "sound after a 100": Case(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + answer()),
    "truncated": Case(answer(length=9), (FlawKind.SHORT,), close=True),
    "truncated and held": Case(answer(length=9), (FlawKind.STALLED,)),
    "stalled before the body": Case(answer(b"", length=9), (FlawKind.STALLED,), b""),
    "cut in the header": Case(b"HTTP/1.1 200 OK\r\nContent-Ty", (FlawKind.CUT,), b"", close=True),
    "cut between chunks": Case(CHUNKED + b"1\r\n{\r\n", (FlawKind.CUT,), b"{", close=True),
    "cut in a chunk": Case(CHUNKED + b"9\r\n{}", (FlawKind.CUT,), close=True),
    "bad chunk size": Case(CHUNKED + b"2\r\n{}\r\nxyz\r\n", (FlawKind.CHUNKS,)),
    "surplus": Case(answer(b"{}}}", length=2), (FlawKind.SURPLUS,)),
    "surplus after chunks": Case(CHUNKED + b"2\r\n{}\r\n0\r\n\r\nHTTP", (FlawKind.SURPLUS,)),
    "head with a body": Case(answer(), (FlawKind.UNWANTED,), None, method="HEAD"),
    "head with a body, closed": Case(answer(), (FlawKind.UNWANTED,), None, method="HEAD", close=True),
    "204 with a body": Case(b"HTTP/1.1 204 No Content\r\n\r\n{}", (FlawKind.UNWANTED,), None),
    "plain for gzip": Case(answer(b"{}", GZIP), (FlawKind.ENCODING,)),
    "corrupt gzip": Case(answer(PACKED[:-9], GZIP), (FlawKind.ENCODING,), None, missing=Reason.UNDECODABLE),
    "gzip for deflate": Case(
        answer(PACKED, b"Content-Encoding: deflate"), (FlawKind.ENCODING,), None, missing=Reason.UNDECODABLE
    ),
    "plain for an unknown coding": Case(answer(b"{}", b"Content-Encoding: utf-8"), (FlawKind.ENCODING,)),
    "gzip undeclared": Case(answer(PACKED), (FlawKind.UNDECLARED,), PACKED),
    "two lengths": Case(answer(b"{}", b"Content-Length: 2"), (FlawKind.REPEATED,)),
    "two lengths that differ": Case(answer(b"{}", b"Content-Length: 3"), (FlawKind.REPEATED,)),
    "a list of lengths": Case(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}", (FlawKind.LENGTH,), close=True),
    "two types": Case(answer(b"{}", b"content-type: text/html"), (FlawKind.REPEATED,)),
    "length and chunks": Case(
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n") + b"2\r\n{}\r\n0\r\n\r\n", (FlawKind.FRAMING,)
    ),
    "no number for a length": Case(b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", (FlawKind.LENGTH,), close=True),
    "bytes in a field": Case(answer(b"{}", "X-Name: Zoë".encode()), (FlawKind.NON_ASCII,)),
    "no field": Case(answer(b"{}", b"this is no field"), (FlawKind.FIELD_LINE,)),
    "carriage return in a field": Case(answer(b"{}", b"X-A: b\rc"), (FlawKind.FIELD_LINE,)),
    "blank before the colon": Case(answer(b"{}", b"X-A : b"), (FlawKind.FIELD_LINE,)),
    "blanks in the status line": Case(answer().replace(b"1.1 200", b"1.1  200"), (FlawKind.STATUS_LINE,)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_answers_are_heard_as_they_are(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    heard = heard_from(always(case.data, close=case.close), method=case.method)
    assert heard.failure is None
    assert tuple(flaw.kind for flaw in heard.flaws) == case.flaws
    assert heard.exchange.response is not None
    missing = Reason.NO_BODY if case.body is None and case.missing is None else case.missing
    assert (heard.exchange.response.body, heard.exchange.response.missing) == (case.body, missing)
    assert max((record.levelno for record in caplog.records), default=0) <= logging.INFO
    assert "a=b" not in caplog.text


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.method == "GET"])
def test_the_next_answer_is_not_spoilt(name: str) -> None:
    first = [CASES[name]]

    def answering(connection: socket.socket, _: bytes) -> bool:
        case = first.pop() if first else Case(answer(b"[]"))
        connection.sendall(case.data)
        return not case.close

    with Endpoint(answering) as endpoint, Client(endpoint.url, QUICK) as client:
        client.send(ASK)
        heard = client.send(ASK)
    assert heard.exchange.response is not None
    assert (heard.exchange.response.body, heard.flaws, heard.failure) == (b"[]", (), None)


NO_HTTP = {
    "no version": b"ICY 200 OK\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "no number": b"HTTP/1.1 OK\r\n\r\n",
    "a long number": b"HTTP/1.1 20000 OK\r\n\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\n\r\n",
    "a page": b"<html>no</html>\n",
}


@pytest.mark.parametrize("data", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_not_http_is_a_failure(data: bytes) -> None:
    heard = heard_from(always(data, close=True))
    assert (heard.failure, heard.exchange.response) == (Failure.PROTOCOL, None)
    assert [flaw.kind for flaw in heard.flaws] == [FlawKind.STATUS_LINE]


def test_a_header_without_end_is_a_failure() -> None:
    fields = b"".join(b"X-%d: y\r\n" % number for number in range(500))
    assert heard_from(always(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")).failure is Failure.PROTOCOL


def drip(connection: socket.socket, _: bytes) -> bool:
    for byte in answer(b" " * 200):
        connection.sendall(bytes([byte]))
        sleep(0.01)
    return True


def drip_body(connection: socket.socket, _: bytes) -> bool:
    connection.sendall(answer(b"{", length=500))
    for _number in range(200):
        connection.sendall(b" ")
        sleep(0.01)
    return True


def reset(connection: socket.socket, _: bytes) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    return False


def silent(_: socket.socket, __: bytes) -> bool:
    sleep(0.8)
    return False


@pytest.mark.parametrize(
    ("answering", "failure"),
    [
        (drip, Failure.TIMEOUT),
        (silent, Failure.TIMEOUT),
        (reset, Failure.RESET),
        (always(b"", close=True), Failure.CLOSED),
        (always(b"HTTP/1.1 200 OK\r\nContent-"), Failure.TIMEOUT),
    ],
    ids=["drips", "is silent", "resets", "closes", "stalls in the header"],
)
def test_no_answer_is_a_failure_with_a_name(answering: Answering, failure: Failure) -> None:
    began = monotonic()
    heard = heard_from(answering)
    assert (heard.failure, heard.why, heard.exchange.response) == (failure, failure.value, None)
    assert monotonic() - began < 3


def test_a_body_that_drips_is_cut_off() -> None:
    heard = heard_from(drip_body)
    assert [flaw.kind for flaw in heard.flaws] == [FlawKind.STALLED]
    assert heard.elapsed < 1


def test_a_server_that_does_not_accept_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert Client(f"http://127.0.0.1:{port}", QUICK).send(ASK).failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("url", "failure"),
    [("http://127.0.0.1:1", Failure.REFUSED), ("http://nobody.invalid", Failure.DNS)],
    ids=["refused", "unknown"],
)
def test_nobody_there_is_a_failure(url: str, failure: Failure) -> None:
    with Client(url, Manners(proxy=None, connect_timeout=2)) as client:
        heard = client.send(ASK)
    assert heard.failure is failure
    assert failure.before_sending


def flood(connection: socket.socket, _: bytes) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n")
    for _number in range(500):
        connection.sendall(b" " * 1_000_000)
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is asked for as Unix tells it")
def test_a_flood_is_cut_off() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = heard_from(flood, manners=Manners(max_body=8_000_000, read_timeout=10))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert heard.exchange.response is not None
    assert heard.exchange.response.missing is Reason.TOO_LARGE
    assert [flaw.kind for flaw in heard.flaws] == [FlawKind.TOO_LARGE]
    assert grown < 60_000 * (1024 if sys.platform == "darwin" else 1)


def test_a_bomb_is_not_set_off() -> None:
    packed = gzip.compress(b" " * 50_000_000)
    heard = heard_from(always(answer(packed, GZIP)), manners=Manners(max_body=1_000_000))
    assert heard.exchange.response is not None
    assert heard.exchange.response.missing is Reason.TOO_LARGE


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "zstd", "br", "gzip, deflate", "x"]))
def test_no_body_breaks_the_decoder(body: bytes, declared: str) -> None:
    found, _ = undone(body, declared, 1000)
    assert isinstance(found, (bytes, Reason))


def test_redirections_are_not_followed() -> None:
    with Endpoint(always(answer())) as other:
        field = b"Location: " + other.url.encode()
        heard = heard_from(always(answer(b"", field, status=b"302 Found")))
        assert not other.requests
    assert heard.exchange.response is not None
    assert heard.exchange.response.status == 302


# --- manners ----------------------------------------------------------------------------------------------------------


def busy(times: int, *fields: bytes) -> Answering:
    """Answer 429 so often, then 200."""
    left = [times]

    def answering(connection: socket.socket, _: bytes) -> bool:
        left[0] -= 1
        status = b"429 Too Many Requests" if left[0] >= 0 else b"200 OK"
        connection.sendall(answer(b"{}", *(fields if left[0] >= 0 else ()), status=status))
        return True

    return answering


def test_retry_after_is_waited_out() -> None:
    heard = heard_from(busy(1, b"Retry-After: 1"))
    assert heard.exchange.response is not None
    assert (heard.exchange.response.status, heard.earlier) == (200, (429,))
    assert heard.exchange.place.entry == 2


def test_waiting_ends_some_time() -> None:
    with Endpoint(busy(99, b"Retry-After: 0")) as endpoint, Client(endpoint.url, QUICK) as client:
        heard = client.send(ASK)
        assert len(endpoint.requests) == 1 + QUICK.max_waits
    assert heard.exchange.response is not None
    assert (heard.exchange.response.status, heard.earlier) == (429, (429, 429, 429))


def test_who_always_asks_to_wait_is_gone() -> None:
    manners = Manners(misses=2, max_waits=1)
    with Endpoint(busy(99, b"Retry-After: 0")) as endpoint, Client(endpoint.url, manners) as client:
        assert client.send(ASK).failure is None
        with pytest.raises(Gone, match="again and again"):
            client.send(ASK)
        assert len(endpoint.requests) == 4


def test_no_longer_than_the_budget() -> None:
    began = monotonic()
    heard = heard_from(busy(99, b"Retry-After: 50"), manners=Manners(max_time=5))
    assert monotonic() - began < 2
    assert (heard.failure, heard.earlier) == (None, ())


def test_without_retry_after_the_answer_counts() -> None:
    assert heard_from(busy(99)).earlier == ()


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (429, "120", 120.0),
        (503, format_datetime(NOW + timedelta(seconds=9), usegmt=True), 9.0),
        (503, format_datetime(NOW - timedelta(seconds=9), usegmt=True), 0.0),
        (429, "soon", None),
        (429, "-1", None),
        (429, "²", None),
        (200, "5", None),
    ],
)
def test_retry_after_is_understood(status: int, value: str, seconds: float | None) -> None:
    assert wait_asked(Response.of(None, status, {"Retry-After": value}), NOW) == seconds


def test_a_budget_of_requests_is_kept() -> None:
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, Manners(max_requests=2)) as client:
        client.send(ASK)
        client.send(ASK)
        with pytest.raises(BudgetSpent, match="the budget of 2 requests is spent"):
            client.send(ASK)
        assert len(endpoint.requests) == 2


def test_a_budget_of_time_is_kept() -> None:
    with pytest.raises(BudgetSpent, match=r"the budget of 0\.3 seconds is spent"):
        heard_from(silent, manners=Manners(max_time=0.3))


def test_a_rate_is_kept() -> None:
    pace = Pace(Rate(3, 0.5), Budget())
    began = monotonic()
    for _ in range(7):
        pace.wait()
    pace.close()
    assert 0.9 < monotonic() - began < 3


def test_a_wait_ends_with_the_run() -> None:
    budget = Budget()
    pace = Pace(None, budget)
    pace.hold(60)
    threading.Timer(0.1, budget.stop).start()
    with pytest.raises(BudgetSpent, match="stopped"):
        pace.wait()


@pytest.mark.parametrize(
    ("url", "rate"),
    [
        ("http://127.0.0.1", None),
        ("http://[::1]:80", None),
        ("http://api.localhost", None),
        ("https://crm.example", DEFAULT_RATE),
        ("https://10.0.0.1", DEFAULT_RATE),
    ],
)
def test_others_are_asked_slowly(url: str, rate: Rate | None) -> None:
    assert Manners().rate_towards(Address.of(url)) == rate
    assert Manners(rate=Rate(1, 1)).rate_towards(Address.of(url)) == Rate(1, 1)
    assert Manners(rate=None).rate_towards(Address.of(url)) is None


@pytest.mark.parametrize("text", ["", "100", "0/m", "1/y", "-1/s", "a/m", "100/m/s"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MannersError, match="such as 100/m"):
        Rate.parse(text)


@pytest.mark.parametrize("setting", [{"max_requests": 0}, {"read_timeout": -1.0}, {"workers": 0}])
def test_settings_that_make_no_sense_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(MannersError, match=next(iter(setting)).replace("_", "-")):
        Manners(**setting)


# --- the endpoint goes away -------------------------------------------------------------------------------------------


def test_an_endpoint_that_never_was_is_gone() -> None:
    with Client("http://127.0.0.1:1", Manners(misses=3)) as client:
        assert [client.send(ASK).failure for _ in range(2)] == [Failure.REFUSED] * 2
        with pytest.raises(Gone, match="has not answered a single request") as caught:
            client.send(ASK)
    assert caught.value.heard.failure is Failure.REFUSED


def test_an_endpoint_that_was_killed_is_gone() -> None:
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, QUICK) as client:
        assert client.send(ASK).failure is None
        endpoint.kill()
        failures = [client.send(ASK).failure for _ in range(4)]
        with pytest.raises(Gone, match="has stopped answering: 5 in a row failed"):
            client.send(ASK)
    assert set(failures) <= {Failure.REFUSED, Failure.CLOSED, Failure.RESET}


def test_an_endpoint_that_dislikes_one_kind_of_request_is_not_gone() -> None:
    def answering(connection: socket.socket, request: bytes) -> bool:
        if b"bad" in request:
            return False
        connection.sendall(answer())
        return True

    with Endpoint(answering) as endpoint, Client(endpoint.url, QUICK) as client:
        client.send(ASK)
        failures = [client.send(Ask("GET", "/bad")).failure for _ in range(7)]
    assert failures == [Failure.CLOSED] * 7


# --- credentials ------------------------------------------------------------------------------------------------------


BASIC = {"TILL": f"till:{PASSWORD}"}


def sent_with(ask: Ask, credentials: Credentials | None) -> bytes:
    with Endpoint(always(answer())) as endpoint, Client(endpoint.url, QUICK, credentials) as client:
        heard = client.send(ask)
        assert heard.exchange.request is not None
        assert heard.exchange.request.credentials == ()
        assert PASSWORD not in repr((heard, heard.exchange.request.headers, client, vars(client)))
        return endpoint.requests[0]


def test_credentials_are_sent_when_they_are_asked_for() -> None:
    credentials = read_credentials("env:TILL", BASIC.get)
    assert b"authorization: Basic dGlsbDpodW50ZXIyLVpxOQ==\r\n" in sent_with(ASK, credentials)
    assert b"authorization" not in sent_with(Ask("GET", "/", authorised=False), credentials).lower()
    field, again = (credential_in(sent_with(Ask("GET", "/", authorised="wrong"), credentials)) for _ in range(2))
    assert field == again
    assert b64decode(field.removeprefix(b"Basic ")).startswith(b"till:")
    assert PASSWORD.encode() not in b64decode(field.removeprefix(b"Basic "))
    assert credential_in(sent_with(Ask("GET", "/", authorised="wrong"), None)).startswith(b"Basic ")


def credential_in(request: bytes) -> bytes:
    return next(line for line in request.split(b"\r\n") if line.startswith(b"authorization: ")).partition(b" ")[2]


@pytest.mark.parametrize("text", [f"token:{PASSWORD}", PASSWORD])
def test_a_token_goes_into_the_header_of_the_document(text: str) -> None:
    sent = sent_with(ASK, read_credentials("env:T", {"T": f"{text}\n"}.get))
    assert f"x-cap-api-oauth-token: {PASSWORD}\r\n".encode() in sent


def test_credentials_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "till"
    path.write_text(f"till:{PASSWORD}\n")
    assert b"authorization: Basic dGlsbDpodW50ZXIyLVpxOQ==\r\n" in sent_with(ASK, read_credentials(f"file:{path}"))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (f"till:{PASSWORD}", ""),
        (PASSWORD, ""),
        ("env:", PASSWORD),
        ("env:OTHER", PASSWORD),
        ("file:/nowhere/at/all", PASSWORD),
        ("env:T", f"{PASSWORD}\n{PASSWORD}"),
        ("env:T", f"Basic {PASSWORD}"),
        ("env:T", f"{PASSWORD}\x00"),
        ("env:T", ""),
        ("env:T", "token:"),
        ("env:T", PASSWORD * 1000),
    ],
)
def test_bad_credentials_are_refused_without_a_word_of_them(source: str, value: str) -> None:
    with pytest.raises(CredentialsError, match="--auth") as caught:
        read_credentials(source, {"T": value}.get)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD in source or PASSWORD not in traceback_of(caught.value)


@pytest.mark.parametrize("text", [repr, str, "{}".format, "{!r:>30}".format])
def test_a_secret_shows_nothing(text: Any) -> None:
    assert PASSWORD not in text(Secret(PASSWORD))
    with pytest.raises(TypeError, match="written"):
        Secret(PASSWORD).__reduce__()


class Interruption(BaseException):
    """What Ctrl-C raises, say."""


def test_no_traceback_holds_the_credential() -> None:
    """Not even one of an internal error, with the variables of every frame, as some tools show them."""

    class Bad(Address):
        @property
        def origin(self) -> str:
            raise Interruption

    credentials = read_credentials("env:TILL", BASIC.get)
    with Client("http://127.0.0.1:1", Manners(misses=1), credentials) as client:
        with pytest.raises(Gone) as caught:
            client.send(ASK)
        assert PASSWORD not in (text := traceback_of(caught.value))
        assert "dGlsbDp" not in text
        client.address = Bad("http", "127.0.0.1", 1)
        with pytest.raises(Interruption) as interrupted:
            client.send(ASK)
        assert "dGlsbDp" not in traceback_of(interrupted.value)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no timer that interrupts")
def test_an_interruption_leaves_nothing_behind() -> None:
    def interrupt(*_: object) -> None:
        raise Interruption

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Endpoint(silent) as endpoint:
            client = Client(endpoint.url, Manners(), read_credentials("env:TILL", BASIC.get))
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(Interruption) as caught:
                client.send(ASK)
            client.close()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "dGlsbDp" not in (text := traceback_of(caught.value))
    assert "http/client.py" not in text


def traceback_of(error: BaseException) -> str:
    """All there is to see in a traceback below the test itself, with its causes and contexts."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown.stack = traceback.StackSummary.from_list([one for one in shown.stack if one.filename != __file__])
    return "".join(shown.format())


# --- where ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origin", "prefix"),
    [
        ("http://[::1]:8080/a/b/", "http://[::1]:8080", "/a/b"),
        ("HTTPS://CRM.Example:443", "https://crm.example", ""),
        ("http://bücher.example", "http://xn--bcher-kva.example", ""),
        ("http://127.0.0.1:80/%41", "http://127.0.0.1", "/%41"),
    ],
)
def test_an_address_is_understood(url: str, origin: str, prefix: str) -> None:
    found = Address.of(url)
    assert (found.origin, found.prefix) == (origin, prefix)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"https://till:{PASSWORD}@crm.example", "--auth"),
        (f"https://{PASSWORD}@crm.example", "--auth"),
        ("ftp://crm.example", "http://"),
        ("crm.example", "https://host"),
        ("", "https://host"),
        ("https://", "host"),
        ("https://crm.example/?a=b", "parameters"),
        ("https://crm.example/#a", "parameters"),
        ("https://crm.example:port", "not a URL"),
        ("https://crm exam.ple", "not a URL"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, word: str) -> None:
    with pytest.raises(AddressError, match=word) as caught:
        Address.of(url)
    assert PASSWORD not in str(caught.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    names = str(folder / "certificate.pem"), str(folder / "key.pem")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=interpact"
    alternative = ("-addext", "subjectAltName=IP:127.0.0.1", "-out", names[0], "-keyout", names[1])
    subprocess.run([openssl, *command.split(), *alternative], check=True, capture_output=True)
    return names


@contextmanager
def tls_endpoint(certificate: tuple[str, str]) -> Generator[Endpoint]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Endpoint(always(answer()), context=context) as endpoint:
        yield endpoint


@pytest.mark.parametrize("trusting", ["nobody", "the file", "everybody"])
def test_certificates_are_verified_as_told(certificate: tuple[str, str], trusting: str) -> None:
    verify = {"nobody": True, "the file": certificate[0], "everybody": False}[trusting]
    with tls_endpoint(certificate) as endpoint, Client(endpoint.url, Manners(verify=verify)) as client:
        heard = [client.send(ASK) for _ in range(2)]
    assert {one.failure for one in heard} == {Failure.TLS if verify is True else None}
    assert not heard[0].flaws
    assert heard[0].why == ("TLS failed: self-signed certificate" if verify is True else "")


def test_http_where_tls_is_expected_is_a_failure() -> None:
    with Endpoint(reset) as endpoint, Client(endpoint.url.replace("http", "https"), SWIFT) as client:
        assert client.send(ASK).failure in {Failure.TLS, Failure.RESET, Failure.CONNECT_TIMEOUT, Failure.TIMEOUT}


@pytest.mark.parametrize("files", [{"verify": "/nowhere"}, {"client_cert": "/nowhere"}])
def test_certificate_files_that_cannot_be_used_are_refused(files: dict[str, Any]) -> None:
    with pytest.raises(MannersError, match="certificate files"):
        Client("https://127.0.0.1:1", Manners(**files))


def test_ipv6_is_spoken() -> None:
    try:
        endpoint = Endpoint(always(answer()), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with endpoint, Client(endpoint.url, QUICK) as client:
        assert client.send(ASK).failure is None
        assert f"Host: [::1]:{endpoint.port}\r\n".encode() in endpoint.requests[0]


def test_a_proxy_is_used() -> None:
    with Endpoint(always(answer())) as proxy, Client("http://crm.example/gate", Manners(proxy=proxy.url)) as client:
        assert client.send(Ask("GET", "/v2?a=%zz")).failure is None
        lines = proxy.requests[0].split(b"\r\n")
    assert lines[0] == b"GET http://crm.example:80/gate/v2?a=%zz HTTP/1.1"
    assert b"Host: crm.example:80" in lines


def test_a_proxy_that_refuses_is_a_failure() -> None:
    refusal = always(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", close=True)
    with Endpoint(refusal) as proxy, Client("https://crm.example", Manners(proxy=proxy.url)) as client:
        assert client.send(ASK).failure in {Failure.PROXY, Failure.RESET}
        assert proxy.requests[0].startswith(b"CONNECT crm.example:443 ")


@pytest.mark.parametrize("proxy", [f"http://me:{PASSWORD}@proxy:1", "socks5://proxy:1", "http://"])
def test_a_proxy_that_cannot_be_used_is_refused(proxy: str) -> None:
    with pytest.raises(MannersError, match="proxy") as caught:
        proxy_towards(Address.of("https://crm.example"), Manners(proxy=proxy))
    assert PASSWORD not in str(caught.value)
