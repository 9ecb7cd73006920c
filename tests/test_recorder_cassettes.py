"""Cassettes that VCR.py really recorded, played to real clients: each is checked as it is played."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp
import httpx
import pytest
import requests
import yaml

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Reason
from interpact.contract.findings import State
from interpact.contract.pytest_plugin.recorder import Recorder, Uses
from interpact.contract.pytest_plugin.recording.naming import shown
from interpact.contract.server import running
from interpact.contract.sources import Input, find_inputs, read_input

from .asking import AUTH
from .serving import OVER_SOCKETS, by_httpx, by_requests
from .test_recorder import CALM, PATH, PEOPLE, TARGET, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

recording: Any = import_module("vcr")  # it comes without types
ELSEWHERE: Final = "/v2/customers/lookup"
BARE: Final = f"{PATH}?identifierName=email&identifierValue=nobody%40example.com"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(PEOPLE) as found:
        yield found


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


def playing(path: Path, **options: Any) -> Any:
    return recording.use_cassette(str(path), **{"record_mode": "none", **options})


@pytest.fixture(params=[by_requests, by_httpx])
def cassette(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> Path:
    """Another operation, an answer with a defect, a refusal; recorded for real, but for the defect."""
    path = tmp_path / "cassettes" / "one.yaml"
    with recording.use_cassette(str(path), filter_headers=["authorization"]):
        for target in (ELSEWHERE, TARGET, BARE):
            request.param(url + target)
    document = yaml.safe_load(path.read_text())
    body = document["interactions"][1]["response"]["body"]
    text = body["string"] if isinstance(body["string"], str) else body["string"].decode()
    assert '"count":' in text
    body["string"] = text.replace('"count":', '"count":"x","counted":')
    document["interactions"][1]["response"]["headers"].pop("content-length", None)
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.mark.parametrize("fetch", OVER_SOCKETS)
def test_what_is_played_is_judged_at_its_place(
    recorder: Recorder, cassette: Path, url: str, fetch: Callable[[str], Any]
) -> None:
    with recorder.on(), playing(cassette):
        fetch(url + ELSEWHERE)
        fetch(url + TARGET)
    found = recorder.take()
    name = cassette.relative_to(cassette.parent.parent).as_posix()
    assert [one.place for one in found] == [Place(name, entry=2)]
    assert [getattr(one.request, "credentials", None) for one in found] == [()]
    assert recorder.uses().unplayed() == [Place(name, entry=3)]
    assert set(recorder.uses().files) == {name}
    outcome = check(found, CALM)
    assert outcome.verdicts[0].state is State.FAIL
    read = [one for source in find_inputs([str(cassette)]) for one in read_input(cast("Input", source))]
    second = check([cast("Exchange", one) for one in read], CALM)
    shown = [(one.code, one.part, one.pointer, one.actual, one.place.entry) for one in outcome.findings]
    assert shown == [
        (one.code, one.part, one.pointer, one.actual, 2) for one in second.findings if one.place.entry == 2
    ]


def test_streams_of_cassettes_are_judged(recorder: Recorder, cassette: Path, url: str) -> None:
    with recorder.on(), playing(cassette, allow_playback_repeats=True):
        with requests.Session() as session, session.get(url + TARGET, stream=True) as response:
            assert list(response.iter_lines())
        with httpx.Client(trust_env=False) as client, client.stream("GET", url + TARGET) as other:
            assert list(other.iter_lines())
    assert states(recorder.take()) == [State.FAIL, State.FAIL]


def test_what_is_asked_now_is_judged_with_what_was_answered_then(recorder: Recorder, cassette: Path, url: str) -> None:
    with recorder.on(), playing(cassette, match_on=["method", "path"]):
        by_requests(f"{url}{PATH}?identifierName=nonsense")
    (found,) = recorder.take()
    assert "IP151" in {one.code for one in check([found], CALM).findings}


def test_responses_that_are_recorded_now_are_judged_as_live_ones(recorder: Recorder, tmp_path: Path, url: str) -> None:
    with recorder.on(), recording.use_cassette(str(tmp_path / "new.yaml")):
        for fetch in OVER_SOCKETS:
            fetch(f"{url}{TARGET}&n={fetch.__name__}")
    found = recorder.take("live")
    assert [str(one.place) for one in found] == [f"live entry {number}" for number in range(1, 5)]  # not aiohttp
    assert {one.response is not None and one.response.missing for one in found} == {None}
    assert not recorder.uses()


def test_redirects_are_played_one_by_one(recorder: Recorder, tmp_path: Path) -> None:
    def interaction(uri: str, status: int, headers: dict[str, list[str]]) -> dict[str, Any]:
        return {
            "request": {"method": "GET", "uri": uri, "body": None, "headers": {}},
            "response": {"status": {"code": status, "message": "X"}, "headers": headers, "body": {"string": "[]"}},
        }

    start, end = f"http://crm.example{PATH}?first=1", f"http://crm.example{PATH}?second=1"
    path = tmp_path / "hops.yaml"
    interactions = [interaction(start, 302, {"location": [end]}), interaction(end, 200, {})]
    path.write_text(yaml.safe_dump({"version": 1, "interactions": interactions}))
    with recorder.on(), playing(path, allow_playback_repeats=True):
        by_requests(start)
        with httpx.Client(follow_redirects=True, trust_env=False) as client:
            client.get(start)
        for fetch in OVER_SOCKETS[3:]:
            fetch(start)
    found = [one for one in recorder.take() if one.response is not None]
    assert [(one.place.entry, one.response.status) for one in found if one.response] == [(1, 302), (2, 200)] * 3 + [
        (1, 302)
    ]
    assert recorder.uses().unplayed() == []


def test_what_was_played_to_a_call_that_failed_is_judged(recorder: Recorder, cassette: Path, url: str) -> None:
    def refuse(_: Any) -> None:
        raise LookupError

    client = httpx.Client(event_hooks={"response": [refuse]})
    with client, recorder.on(), playing(cassette), pytest.raises(LookupError):
        client.get(url + TARGET)
    assert states(recorder.take()) == [State.FAIL]


def test_credentials_that_stand_in_a_cassette_are_told_of(recorder: Recorder, tmp_path: Path, url: str) -> None:
    path = tmp_path / "open.yaml"
    with recording.use_cassette(str(path)), requests.Session() as session:
        session.get(url + TARGET, auth=AUTH)
    with recorder.on(), playing(path, allow_playback_repeats=True):
        by_requests(url + TARGET)
        asyncio.run(fetch_by_aiohttp(url + TARGET))
    assert [one.code for one in check(recorder.take(), CALM).findings if one.code == "IP501"] == ["IP501", "IP501"]

    def restore(request: Any, response: Any) -> Any:
        return request, response

    with recorder.on(), playing(path, after_load_interaction=restore):
        asyncio.run(fetch_by_aiohttp(url + TARGET))
    assert "IP501" not in {one.code for one in check(recorder.take(), CALM).findings}


async def fetch_by_aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert await response.read()


def test_entries_are_not_numbered_where_some_were_filtered_out(recorder: Recorder, cassette: Path, url: str) -> None:
    def ours(request: Any) -> Any:
        return request if PATH in request.uri else None

    with recorder.on(), playing(cassette, before_record_request=ours):
        by_requests(url + TARGET)
    assert [str(one.place) for one in recorder.take()] == [str(cassette.relative_to(cassette.parent.parent))]
    assert recorder.uses().unplayed() == []


def test_cassettes_elsewhere_are_named_in_full(tmp_path: Path, cassette: Path, url: str) -> None:
    recorder = Recorder(tmp_path / "project")
    with recorder.on(), playing(cassette):
        by_requests(url + TARGET)
    assert set(recorder.uses().files) == {cassette.as_posix()}


@pytest.mark.parametrize("where", ["project", ""])
def test_names_of_cassettes_can_be_printed(tmp_path: Path, cassette: Path, url: str, where: str) -> None:
    folder = tmp_path / "project" / "\x1b[31m"
    folder.mkdir(parents=True)
    path = cassette.rename(folder / "one\n.yaml")
    recorder = Recorder(tmp_path / where if where else tmp_path / "elsewhere")
    with recorder.on(), playing(path):
        by_requests(url + TARGET)
    beginning = "" if where else f"{tmp_path.as_posix()}/project/"
    assert set(recorder.uses().files) == {f"{beginning}\\x1b[31m/one\\n.yaml"}
    assert {one.place.file for one in recorder.take()} == set(recorder.uses().files)
    assert shown(os.fsdecode(b"/a/\xe9.yaml"), Path("/a")) == "\\xe9.yaml"  # VCR.py itself opens none


def test_what_was_judged_already_is_not_taken(recorder: Recorder, cassette: Path, url: str) -> None:
    with recorder.on(), playing(cassette):
        assert recorder.judged(requests.get(url + TARGET, timeout=10))
    assert recorder.take() == []
    assert recorder.uses().unplayed() == [Place("cassettes/one.yaml", entry=3)]


def test_two_recorders_hear_of_the_same_cassette(recorder: Recorder, tmp_path: Path, cassette: Path, url: str) -> None:
    other = Recorder(tmp_path / "cassettes")
    with recorder.on(), other.on(), playing(cassette):
        requests.get(url + TARGET, stream=True, timeout=10).close()
    assert [str(one.place) for one in recorder.take()] == ["cassettes/one.yaml entry 2"]
    assert [str(one.place) for one in other.take()] == ["one.yaml entry 2"]


def test_uses_of_several_tests_and_processes_are_put_together(recorder: Recorder, cassette: Path, url: str) -> None:
    for target in (TARGET, BARE):
        with recorder.on(), playing(cassette):
            by_requests(url + target)
    assert recorder.uses().unplayed() == []
    name = cassette.relative_to(cassette.parent.parent).as_posix()
    assert recorder.uses() == Uses({name: (0b1100, 0b1100)})
    together = Uses()
    for entry in (1, 3):
        together.merge(Uses({"a": (0b1110, 1 << entry)}))
    assert together.unplayed() == [Place("a", entry=2)]


def test_uses_are_small_whatever_is_played() -> None:
    held = (1 << 2001) - 2
    sent = [Uses({"cassettes/all.yaml": (held, 1 << 1 + number % 1999)}).packed() for number in range(5000)]
    assert max(map(len, sent)) < 1100
    together = Uses()
    for text in sent:
        together.merge(Uses.unpacked(text))
    assert together.unplayed() == [Place("cassettes/all.yaml", entry=2000)]
    assert len(together.packed()) < 1100
    assert Uses.unpacked(together.packed()) == together


SUITE: Final = """
import httpx, pytest

@pytest.mark.vcr("shared.yaml")
def test_one(recorder):
    with recorder.on():
        httpx.get({first!r}, trust_env=False)
        httpx.get({second!r}, trust_env=False)
    print([str(one.place) for one in recorder.take()], [str(one) for one in recorder.uses().unplayed()])
"""
CONFTEST: Final = """
import pathlib, pytest
from interpact.contract.pytest_plugin.recorder import Recorder

@pytest.fixture
def recorder():
    return Recorder(pathlib.Path(__file__).parent)
"""


def test_pytest_recording_plays_several_files_as_one(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "cassettes" / "test_suite"
    for name, targets in (("test_one", (ELSEWHERE, TARGET)), ("shared", (BARE, f"{BARE}&n=1"))):
        with recording.use_cassette(str(folder / f"{name}.yaml")):
            for target in targets:
                by_httpx(url + target)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_suite.py").write_text(SUITE.format(first=url + TARGET, second=url + BARE))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:interpact", "-p", "no:schemathesis"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    here = "cassettes/test_suite"
    places, left = [f"{here}/test_one.yaml entry 2", f"{here}/shared.yaml entry 1"], [f"{here}/shared.yaml entry 2"]
    assert f"{places} {left}" in done.stdout.replace("\\\\", "/"), done.stdout + done.stderr


def test_records_that_cannot_be_read_are_not_judged(recorder: Recorder, cassette: Path, url: str) -> None:
    document = yaml.safe_load(cassette.read_text())
    document["interactions"][1]["response"]["body"] = {"string": "[Filtered]"}
    cassette.write_text(yaml.safe_dump(document))
    with recorder.on(), playing(cassette):
        by_requests(url + TARGET)
    found: list[Exchange] = recorder.take()
    assert [one.reason for one in check(found, CALM).verdicts] == [Reason.REDACTED]
