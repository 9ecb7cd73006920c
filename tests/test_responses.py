"""`exchange_from`: whatever a client library gives is judged as the plain exchange is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import aiohttp
import flask
import httpx
import pytest
import requests
import urllib3
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Reason, Request, Response
from interpact.contract.findings import State
from interpact.contract.responses import UnknownResponseError, UnreadResponseError, exchange_from
from interpact.contract.server import running
from interpact.contract.settings import Settings
from interpact.schemas.document import operation
from interpact.strategies import defects, exchanges
from interpact.strategies.people import make_population

from .asking import AUTH
from .endpoints import Endpoint, always
from .serving import IN_PROCESS, OVER_SOCKETS, STAGE, Served, django_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CALM: Final = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
PEOPLE: Final = make_population(1, 14)
WHO: Final = next(iter(PEOPLE)).identifier("email") or ""
TARGET: Final = f"{operation().path}?identifierName=email&identifierValue={WHO.replace('@', '%40')}"
GOOD: Final = b'{"name": "capillary", "interaction": []}'
JSON: Final = (("content-type", "application/json;charset=UTF-8"),)

samples = st.one_of(exchanges(), defects().filter(lambda one: one.rule != "IP501").map(lambda one: one.sample))


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with STAGE.endpoint:
        yield STAGE.endpoint.url


@pytest.fixture(scope="module")
def sound() -> Iterator[str]:
    with running(PEOPLE) as url:
        yield url


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with running(PEOPLE, fault="count-as-string") as url:
        yield url


@pytest.mark.parametrize("fetch", [*OVER_SOCKETS, *IN_PROCESS])
@settings(max_examples=25)
@given(sample=samples, compressed=st.booleans(), chunked=st.booleans())
def test_a_library_gives_what_the_plain_exchange_gives(
    base: str, fetch: Callable[[str], Any], sample: Any, *, compressed: bool, chunked: bool
) -> None:
    served = Served(sample.status, sample.headers, sample.content(), chunked)
    STAGE.served = served.compressed() if compressed and served.body else served
    url = f"{base}/{sample.query.url().split('/', 3)[3]}"
    found = exchange_from(fetch(url), Place("x"))
    headers = found.response.headers if found.response else ()
    plain = Exchange(Place("x"), Request.of("GET", url), Response.of(served.body, sample.status, headers))
    assert dict(headers).items() >= dict(Response.of(b"", 200, sample.headers).headers).items()
    assert check([found], CALM) == check([plain], CALM)


@pytest.mark.parametrize("fetch", OVER_SOCKETS)
def test_a_fault_of_the_service_is_found(sound: str, faulty: str, fetch: Callable[[str], Any]) -> None:
    assert states(fetch(sound + TARGET)) == [State.PASS]
    assert states(fetch(faulty + TARGET)) == [State.FAIL]


def states(response: object) -> list[State]:
    return [verdict.state for verdict in check([exchange_from(response)], CALM).verdicts]


def test_what_was_asked_is_known_and_credentials_are_not(sound: str) -> None:
    session = requests.Session()
    session.trust_env = False
    with session, httpx.Client(trust_env=False) as client:
        for response in (session.get(sound + TARGET, auth=AUTH), client.get(sound + TARGET, auth=AUTH)):
            request = exchange_from(response).request
            assert request is not None
            assert (request.method, request.url) == ("GET", sound + TARGET)
            assert dict(request.headers)["authorization"] == "[Credential]"
            assert request.credentials == ()


def test_redirects_end_at_the_url_that_answered(sound: str) -> None:
    wire = b"HTTP/1.1 302 Found\r\nlocation: %b\r\ncontent-length: 0\r\n\r\n" % (sound + TARGET).encode()
    with Endpoint(always(wire, close=True)) as endpoint, urllib3.PoolManager() as manager:
        by_requests, _, _, by_aiohttp, _ = OVER_SOCKETS
        for response in (by_requests(endpoint.url), by_aiohttp(endpoint.url), manager.request("GET", endpoint.url)):
            url = getattr(exchange_from(response).request, "url", "")
            assert unquote(url) == unquote(sound + TARGET)


def test_streams_of_requests_are_left_alone(sound: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        with session.get(sound + TARGET, stream=True) as response:
            assert missing(response) is Reason.NOT_RECORDED
            assert response.content
            assert missing(response) is None
        with session.get(sound + TARGET, stream=True) as response:
            assert list(response.iter_content(100))
            assert missing(response) is Reason.NOT_RECORDED


def test_streams_of_httpx_are_left_alone(sound: str) -> None:
    with httpx.Client(trust_env=False) as client:
        with client.stream("GET", sound + TARGET) as response:
            assert missing(response) is Reason.NOT_RECORDED
            assert response.read()
            assert missing(response) is None
        with client.stream("GET", sound + TARGET) as response:
            assert list(response.iter_bytes())
            assert missing(response) is Reason.NOT_RECORDED


def test_streams_of_urllib3_are_left_alone(sound: str) -> None:
    with urllib3.PoolManager() as manager:
        response = manager.request("GET", sound + TARGET, preload_content=False)
        assert missing(response) is Reason.NOT_RECORDED
        assert response.data
        assert missing(response) is None
        response = manager.request("GET", sound + TARGET, preload_content=False)
        assert response.read()
        assert missing(response) is Reason.NOT_RECORDED


def missing(response: object) -> Reason | None:
    found = exchange_from(response).response
    assert found is not None
    return found.missing


def test_asynchronous_responses_of_httpx_are_to_be_read_first(sound: str) -> None:
    async def fetch() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            async with client.stream("GET", sound + TARGET) as response:
                with pytest.raises(UnreadResponseError, match=r"`await response\.aread\(\)` first"):
                    exchange_from(response)
                await response.aread()
                assert missing(response) is None
            async with client.stream("GET", sound + TARGET) as response:
                assert [chunk async for chunk in response.aiter_bytes()]
                assert missing(response) is Reason.NOT_RECORDED

    asyncio.run(fetch())


def test_responses_of_aiohttp_are_to_be_read_first(sound: str) -> None:
    async def fetch() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(sound + TARGET) as response:
                with pytest.raises(UnreadResponseError, match=r"`await response\.read\(\)` first"):
                    exchange_from(response)
                assert await response.json()
            assert missing(response) is None
            async with session.get(sound + TARGET) as response:
                assert [chunk async for chunk in response.content.iter_any()]
                assert missing(response) is Reason.NOT_RECORDED
            async with session.get(sound + TARGET) as response:
                pass
            assert missing(response) is Reason.NOT_RECORDED

    asyncio.run(fetch())


@pytest.mark.parametrize("fetch", OVER_SOCKETS)
@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(base: str, fetch: Callable[[str], Any], status: int) -> None:
    STAGE.served = Served(status, JSON, b"")
    assert check([exchange_from(fetch(base + TARGET))], CALM).verdicts[0].reason is Reason.NO_BODY


def test_the_answer_to_head_has_no_body(sound: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert missing(session.head(sound + TARGET)) is Reason.NO_BODY
    assert missing(httpx.head(sound + TARGET, trust_env=False)) is Reason.NO_BODY


def test_flask_and_fastapi_are_known() -> None:
    def view() -> Any:
        return {"name": "capillary", "interaction": []}

    site = flask.Flask("tests")
    site.route(operation().path)(view)
    found = exchange_from(site.test_client().get(TARGET, headers={"Authorization": "Basic eDp5"}))
    assert getattr(found.request, "url", "").startswith(f"http://localhost{operation().path}?")
    assert getattr(found.request, "credentials", None) == ()
    service = FastAPI()
    service.get(operation().path)(view)
    again = exchange_from(TestClient(service).get(TARGET))
    assert [found.place, again.place] == [Place("werkzeug response"), Place("httpx response")]
    assert [verdict.state for verdict in check([found, again], CALM).verdicts] == [State.PASS, State.PASS]


def test_responses_of_django_without_a_client_are_known() -> None:
    found = exchange_from(django_http.JsonResponse({"name": "capillary", "interaction": []}))
    assert found.request is None
    assert check([found], CALM).verdicts[0].state is State.PASS
    assert missing(django_http.StreamingHttpResponse([GOOD])) is Reason.NOT_RECORDED


@pytest.mark.parametrize(
    ("value", "body", "place"),
    [
        (GOOD, GOOD, "body"),
        (bytearray(GOOD), GOOD, "body"),
        (memoryview(GOOD), GOOD, "body"),
        ('{"name": "\udce9"}', b'{"name": "\xe9"}', "body"),
        ([], b"[]", "body"),
        ({"name": "é"}, b'{"name": "\\u00e9"}', "body"),
        ({"name": "a", "interaction": [], "response": {}, "request": 1},
         b'{"name": "a", "interaction": [], "response": {}, "request": 1}', "body"),
        ({"request": None, "response": {"status": 200, "body": "[]"}}, b"[]", "exchange"),
        ({"response": {"status": 200, "body": "[]"}}, b"[]", "exchange"),
        (Response.of("[]"), b"[]", "response"),
        (Exchange(Place("mine"), response=Response.of("[]")), b"[]", "mine"),
        (SimpleNamespace(status=200, headers={}, data="[]"), b"[]", "types response"),
        (SimpleNamespace(status_code=200, headers={"a": ["b", "c"]}, content=b"[]", request=None), b"[]",
         "types response"),
    ],
)  # fmt: skip
def test_plain_values_are_known(*, value: object, body: bytes, place: str) -> None:
    found = exchange_from(value)
    assert found.response is not None
    assert found.response.body == body
    assert found.place == Place(place)
    assert exchange_from(value, Place("given")).place == Place("given")


def test_a_response_of_another_library_may_know_its_request() -> None:
    asked = SimpleNamespace(method="get", url=f"https://crm.example{TARGET}", headers={"Cookie": "a=b"})
    found = exchange_from(SimpleNamespace(status_code=200, headers={}, content=GOOD, request=asked))
    assert found.request == Request("GET", asked.url, (("cookie", "[Credential]"),))


@pytest.mark.parametrize("value", [None, 3, object(), requests.Session, SimpleNamespace(status_code=200), {1, 2}])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(UnknownResponseError, match="is no response that can be checked: give a response of requests"):
        exchange_from(value)


def test_values_that_are_no_json_are_refused() -> None:
    with pytest.raises(TypeError, match="this dict is no body: it holds what cannot be written as JSON"):
        exchange_from({"name": object()})
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, {"response": {"status": 200, "body": deep}}):
        assert isinstance(refusal(value), UnknownResponseError) or missing(value) is Reason.UNDECODABLE


def refusal(value: object) -> Exception | None:
    try:
        exchange_from(value)
    except UnknownResponseError as error:
        return error
    return None


def test_responses_made_by_hand_are_no_reason_to_fail() -> None:
    assert missing(requests.Response()) is Reason.NOT_RECORDED
    assert exchange_from(httpx.Response(200, content=GOOD)).request is None
    assert exchange_from(urllib3.HTTPResponse(body=GOOD, status=200)).request is None
