"""The recorder, with real client libraries and the real server: what tests receive is seen, and nothing is changed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import httpx
import pytest
import requests
import responses
import respx
import urllib3
from requests.auth import HTTPDigestAuth
from starlette.responses import Response as StarletteResponse
from starlette.testclient import TestClient

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Reason
from interpact.contract.findings import State
from interpact.contract.fuzz.client import Ask, Client
from interpact.contract.fuzz.manners import Manners
from interpact.contract.pytest_plugin.recorder import Recorder
from interpact.contract.server import running
from interpact.contract.settings import Settings
from interpact.schemas.document import operation
from interpact.strategies.people import make_population

from .asking import AUTH
from .endpoints import Endpoint, answer
from .serving import by_httpx, by_httpx_async, by_requests, by_urllib3

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

CALM: Final = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
PEOPLE: Final = make_population(1, 14)
WHO: Final = next(iter(PEOPLE)).identifier("email") or ""
PATH: Final = operation().path
TARGET: Final = f"{PATH}?identifierName=email&identifierValue={WHO.replace('@', '%40')}"
GOOD: Final = b'{"name": "capillary", "interaction": []}'
FETCHES: Final = (by_requests, by_httpx, by_httpx_async, by_urllib3)
FAILURES: Final = (
    requests.ConnectionError,
    httpx.ConnectError,
    httpx.ConnectError,
    urllib3.exceptions.NewConnectionError,
)
HOOKED: Final = (
    (requests.Session, "send"),
    (httpx.Client, "send"),
    (httpx.AsyncClient, "send"),
    (urllib3.HTTPConnectionPool, "urlopen"),
    (import_module("vcr.cassette").Cassette, "play_response"),
)

Fetch = Callable[[str], Any]


@pytest.fixture(scope="module")
def sound() -> Iterator[str]:
    with running(PEOPLE) as url:
        yield url


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with running(PEOPLE, fault="count-as-string") as url:
        yield url


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Nothing is left behind, whatever a test does."""
    before = [vars(owner)[name] for owner, name in HOOKED]
    yield
    assert [vars(owner)[name] for owner, name in HOOKED] == before
    assert not any(type(finder).__module__.startswith("interpact") for finder in sys.meta_path)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def states(exchanges: list[Exchange]) -> list[State]:
    return [verdict.state for verdict in check(exchanges, CALM).verdicts]


def statuses(exchanges: list[Exchange]) -> list[int | None]:
    return [one.response.status for one in exchanges if one.response is not None]


def missing(exchanges: list[Exchange]) -> list[Reason | None]:
    return [one.response.missing for one in exchanges if one.response is not None]


@pytest.mark.parametrize("fetch", FETCHES)
def test_what_clients_receive_is_recorded_once(recorder: Recorder, sound: str, faulty: str, fetch: Fetch) -> None:
    with recorder.on():
        fetch(sound + TARGET)
        fetch(sound + "/elsewhere")
        fetch(faulty + TARGET)
    fetch(faulty + TARGET)
    found = recorder.take("tests/test_a.py::test_b")
    assert states(found) == [State.PASS, State.FAIL]
    assert [str(one.place) for one in found] == [f"tests/test_a.py::test_b entry {number}" for number in (1, 2)]
    assert [getattr(one.request, "url", "") for one in found] == [sound + TARGET, faulty + TARGET]
    assert recorder.take() == []


def test_headers_are_known_and_credentials_are_not(recorder: Recorder, sound: str) -> None:
    headers = {**urllib3.make_headers(basic_auth=":".join(AUTH)), "x-till": "7"}
    with recorder.on(), urllib3.PoolManager(headers=headers) as manager:
        requests.get(sound + TARGET, headers=headers, timeout=10)
        httpx.get(sound + TARGET, headers=headers)
        manager.request("GET", sound + TARGET)
    for one in recorder.take():
        assert one.request is not None
        assert one.request.credentials == ()
        assert {("authorization", "[Credential]"), ("x-till", "7")} <= set(one.request.headers)


def hop(connection: socket.socket, request: bytes) -> bool:
    """Redirects those who ask for `/first`, and those who ask for the operation without a sign that they were here."""
    if b"Authorization" not in request and b"authorization" not in request and b"digest" in request:
        field = b'WWW-Authenticate: Digest realm="a", nonce="b", algorithm="MD5", qop="auth"'
        connection.sendall(answer(b"", field, status=b"401 Unauthorized"))
    elif b"again" in request or b"digest" in request:
        connection.sendall(answer(GOOD))
    elif b"broken" in request:
        connection.sendall(answer(b'{"errors": []}', status=b"500 Oh"))
    else:
        connection.sendall(answer(b"", b"Location: " + PATH.encode() + b"?again=1", status=b"302 Found"))
    return True


@pytest.fixture(scope="module")
def hops() -> Iterator[str]:
    with Endpoint(hop) as endpoint:
        yield endpoint.url + PATH


def test_redirects_are_seen(recorder: Recorder, hops: str) -> None:
    with recorder.on(), urllib3.PoolManager() as manager:
        by_requests(hops)
        httpx.get(hops, follow_redirects=True, trust_env=False)
        manager.request("GET", hops)
    assert statuses(found := recorder.take()) == [302, 200] * 3
    assert [getattr(one.request, "url", "") for one in found] == [hops, f"{hops}?again=1"] * 3


def test_redirects_that_are_not_followed_leave_no_trace(recorder: Recorder, hops: str) -> None:
    asked = requests.Request("GET", hops).prepare()
    hooks = asked.hooks
    with recorder.on(), requests.Session() as session:
        first = session.send(asked, allow_redirects=False)
        assert first.next is not None
        session.send(first.next)
        assert asked.hooks is hooks
        assert hooks == {"response": []}
        assert first.next.hooks == {"response": []}
    assert statuses(recorder.take()) == [302, 200]


def test_hooks_of_the_code_under_test_may_refuse_and_exchange_responses(recorder: Recorder, hops: str) -> None:
    def refuse(response: Any, **_: Any) -> None:
        response.raise_for_status()

    async def refuse_later(response: Any) -> None:
        response.raise_for_status()

    async def fetch() -> None:
        async with httpx.AsyncClient(event_hooks={"response": [refuse_later]}, trust_env=False) as client:
            await client.get(f"{hops}?broken=1")

    with recorder.on(), requests.Session() as session:
        hooks: Any = {"response": refuse}
        session.hooks = hooks
        with pytest.raises(requests.HTTPError):
            session.get(f"{hops}?broken=1")
        assert session.hooks == {"response": refuse}
        session.hooks = {"response": []}
        session.get(f"{hops}?digest=1", auth=HTTPDigestAuth("a", "b"))
        with pytest.raises(httpx.HTTPStatusError), httpx.Client(event_hooks={"response": [refuse]}) as client:
            client.get(f"{hops}?broken=1")
        with pytest.raises(httpx.HTTPStatusError):
            asyncio.run(fetch())
        httpx.get(f"{hops}?digest=1", auth=httpx.DigestAuth("a", "b"))
    assert statuses(recorder.take()) == [500, 401, 200, 500, 500, 401, 200]


def test_retries_of_urllib3_are_one_answer(recorder: Recorder, hops: str) -> None:
    retries = urllib3.Retry(2, status_forcelist=[500], raise_on_status=False)
    with recorder.on(), urllib3.PoolManager(retries=retries) as manager:
        manager.request("GET", f"{hops}?broken=1")
    assert statuses(recorder.take()) == [500]


def test_failures_stay_what_they_are(recorder: Recorder) -> None:
    with recorder.on():
        for fetch, kind in zip(FETCHES, FAILURES, strict=True):
            with pytest.raises(kind):
                fetch(f"http://127.0.0.1:9{PATH}")
    assert recorder.take() == []


def test_streams_are_left_alone(recorder: Recorder, sound: str) -> None:
    with recorder.on(), requests.Session() as session, httpx.Client() as client, urllib3.PoolManager() as manager:
        with session.get(sound + TARGET, stream=True) as response:
            assert missing(recorder.take()) == [Reason.NOT_RECORDED]
            assert response.raw.tell() == 0
        with session.get(sound + TARGET, stream=True) as response:
            assert response.content
        with session.get(sound + TARGET, stream=True) as response:
            assert list(response.iter_content(64))
        with client.stream("GET", sound + TARGET) as other:
            assert list(other.iter_lines())
        with client.stream("GET", sound + TARGET) as other:
            assert other.read()
        assert manager.request("GET", sound + TARGET, preload_content=False).read()
    unread = Reason.NOT_RECORDED
    assert missing(recorder.take()) == [None, unread, unread, None, unread]


def test_asynchronous_streams_are_left_alone(recorder: Recorder, sound: str) -> None:
    async def fetch() -> None:
        async with httpx.AsyncClient() as client, client.stream("GET", sound + TARGET) as response:
            assert missing(recorder.take()) == [Reason.NOT_RECORDED]
            assert await response.aread()

    with recorder.on():
        asyncio.run(fetch())


def test_threads_and_tasks_are_seen(recorder: Recorder, sound: str) -> None:
    async def fetch_at_once() -> None:
        async with httpx.AsyncClient() as client:
            await asyncio.gather(*(client.get(sound + TARGET) for _ in range(10)))

    with recorder.on(), requests.Session() as session, ThreadPoolExecutor(8) as pool:
        fetches: list[Fetch] = [session.get, by_urllib3, by_httpx] * 8
        for one in [pool.submit(fetch, sound + TARGET) for fetch in fetches]:
            one.result()
        asyncio.run(fetch_at_once())
    assert states(recorder.take()) == [State.PASS] * 34


@pytest.mark.parametrize("fetch", FETCHES)
def test_an_application_under_test_and_what_it_asks_for_are_both_seen(
    recorder: Recorder, sound: str, fetch: Fetch
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        told = await asyncio.to_thread(fetch, sound + TARGET)
        content = told.data if hasattr(told, "data") else told.content
        await StarletteResponse(content, media_type="application/json")(scope, receive, send)

    with recorder.on():
        TestClient(application).get(TARGET)
    found = recorder.take()
    assert states(found) == [State.PASS, State.PASS]
    assert [getattr(one.request, "url", "") for one in found] == [sound + TARGET, f"http://testserver{TARGET}"]


def test_mocked_responses_are_seen(recorder: Recorder) -> None:
    url = f"https://crm.example{TARGET}"
    with recorder.on():
        with responses.RequestsMock() as answers:
            answers.get(url, body=b"[]", content_type="application/json")
            requests.get(url, timeout=1)
        with respx.mock:
            respx.get(url).respond(content=b"[]", content_type="application/json")
            httpx.get(url)
    assert states(recorder.take()) == [State.FAIL, State.FAIL]


def test_our_own_requests_are_not_seen(recorder: Recorder, sound: str) -> None:
    with recorder.on(), Client(sound, Manners()) as client:
        assert client.send(Ask("GET", TARGET)).exchange.response is not None
    assert recorder.take() == []


def test_contexts_may_lie_in_each_other_and_be_left_by_exceptions(recorder: Recorder, sound: str) -> None:
    with recorder.on():
        with suppress(ZeroDivisionError), recorder.on():
            raise ZeroDivisionError
        by_requests(sound + TARGET)
    assert len(recorder.take()) == 1
    with pytest.raises(ZeroDivisionError), recorder.on():
        raise ZeroDivisionError


def test_two_recorders_may_record(recorder: Recorder, sound: str) -> None:
    other = Recorder()
    first, second = recorder.on(), other.on()
    first.__enter__()
    second.__enter__()
    by_requests(sound + TARGET)
    first.__exit__(None, None, None)
    by_httpx(sound + TARGET)
    second.__exit__(None, None, None)
    assert (len(recorder.take()), len(other.take())) == (1, 2)
    with recorder.on():
        pass


def test_what_others_replaced_is_theirs(recorder: Recorder, sound: str) -> None:
    patch = pytest.MonkeyPatch()
    with recorder.on():
        send: Any = requests.Session.send

        def theirs_on_top(*given: Any, **options: Any) -> Any:
            options["timeout"] = 5
            return send(*given, **options)

        patch.setattr(requests.Session, "send", theirs_on_top)
        by_requests(sound + TARGET)
    with recorder.on():
        by_requests(sound + TARGET)
    assert vars(requests.Session)["send"] is theirs_on_top
    patch.undo()
    with recorder.on():
        by_requests(sound + TARGET)
    assert len(recorder.take()) == 3


def test_mocks_stay_mocks(recorder: Recorder) -> None:
    with mock.patch.object(requests.Session, "send") as send:
        with recorder.on():
            assert requests.Session.send is send
            requests.get(f"https://crm.example{TARGET}", timeout=1)
        send.assert_called_once()


def test_replacements_may_return_anything(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(*_: object, **__: object) -> object:
        return "nothing"

    for owner in (requests.Session, httpx.Client):
        monkeypatch.setattr(owner, "send", send)
    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", send)
    with recorder.on():
        assert httpx.get(f"https://crm.example{TARGET}") == "nothing"
        assert urllib3.HTTPConnectionPool("crm.example").urlopen("GET", TARGET) == "nothing"
        with requests.Session() as session:
            assert session.send(requests.Request("GET", "https://crm.example").prepare()) == "nothing"


def test_attached_clients_are_seen_and_no_others(recorder: Recorder, sound: str) -> None:
    async def fetch_later() -> None:
        async with httpx.AsyncClient() as client:
            recorder.attach(client)
            await client.get(sound + TARGET)
            recorder.detach()
            assert client.event_hooks == {"request": [], "response": []}

    with requests.Session() as session, httpx.Client() as client, urllib3.PoolManager() as manager:
        for one in (session, client, manager):
            recorder.attach(one)
        manager.request("GET", sound + TARGET)
        for fetch in (session.get, client.get, by_requests, by_httpx):
            fetch(sound + TARGET)
        recorder.detach()
        session.get(sound + TARGET)
        assert session.hooks == {"response": []}
        assert client.event_hooks == {"request": [], "response": []}
        assert "urlopen" not in vars(manager)
    asyncio.run(fetch_later())
    assert states(recorder.take()) == [State.PASS] * 4
    with requests.Session() as session, recorder.on():
        recorder.attach(session)
        session.get(sound + TARGET)
    assert session.hooks == {"response": []}
    assert states(recorder.take()) == [State.PASS]


@pytest.mark.parametrize("client", [None, requests.get, requests.Request(), urllib3.Retry()])
def test_other_things_cannot_be_attached(recorder: Recorder, client: object) -> None:
    with pytest.raises(TypeError, match="only a requests"):
        recorder.attach(client)


LATE: Final = """
import importlib.util, sys
from interpact.contract.pytest_plugin.recorder import Recorder
recorder = Recorder()
loaded = {"requests", "httpx", "httpx2", "vcr"} & set(sys.modules)
sys.meta_path.insert(0, type("Old", (), {"find_module": lambda *_: None})())  # as before Python 3.4
with recorder.on():
    assert importlib.util.find_spec("requests").loader.is_package("requests")
    import requests, httpx, urllib3
    assert requests.__loader__ is requests.__spec__.loader
    assert type(requests.__loader__).__name__ == "SourceFileLoader"
    session = requests.Session()
    session.trust_env = False
    session.get(sys.argv[1])
    httpx.get(sys.argv[1], trust_env=False)
    urllib3.request("GET", sys.argv[1])
assert not any(type(one).__module__.startswith("interpact") for one in sys.meta_path)
assert not hasattr(requests.Session.send, "__wrapped__")
print(sorted(loaded), len(recorder.take()))
"""


def test_libraries_that_a_test_imports_are_hooked_when_they_arrive(sound: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::ImportWarning", "-c", LATE, sound + TARGET],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("[] 3", "")
