"""Files that recorders really wrote: every body is the one that was sent, and the planted defect is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

import pytest
import requests

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Reason
from interpact.contract.settings import Settings
from interpact.contract.sources import Input, Skipped, find_inputs, format_of, read_input

from .recording import BY_NAME, CAPTURES, CONTRACTED, DEFECT, SENT, Sent, sending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CASES: Final[list[dict[str, Any]]] = json.loads((CAPTURES / "cases.json").read_text(encoding="utf-8"))


def read(path: Path) -> list[Exchange]:
    found = list(read_input(Input.of(str(path))))
    assert all(isinstance(one, Exchange) for one in found), found
    return [one for one in found if isinstance(one, Exchange)]


def told(found: Exchange) -> bytes | Reason | None:
    assert found.response is not None
    return found.response.missing if found.response.body is None else found.response.body


def expected(sent: Sent, unlike: str | None) -> bytes | Reason:
    """What a reader makes of an answer: the very bytes, or what the recorder left of them."""
    if sent.status == 204:
        return Reason.NO_BODY
    if unlike == "lost":
        return sent.body.decode("utf-8", "replace").encode()
    if unlike == "recoded":  # Chromium takes a text without a charset for windows-1252
        return sent.body.decode("cp1252").encode()
    return sent.body if unlike in {None, "rewritten", "parsed"} else Reason(unlike)


def assert_is(found: Exchange, sent: Sent, unlike: str | None = None) -> None:
    body, wanted = told(found), expected(sent, unlike)
    if unlike in {"rewritten", "parsed"} and body != wanted:
        assert isinstance(body, bytes)
        is_int = float if unlike == "parsed" else None  # JavaScript has no other numbers
        assert json.loads(body, parse_int=is_int) == json.loads(sent.body, parse_int=is_int)
    else:
        assert body == wanted
    assert found.response is not None
    assert found.response.status == sent.status


def assert_defect_is_found(found: Iterable[Exchange], place: object) -> None:
    """At its pointer and in its entry, and nothing else is an error of an answer to the contracted operation."""
    asked = [one for one in found if one.request is None or "/v2/customers/interaction?" in one.request.url]
    errors = [one for one in check(asked, Settings()).findings if one.code == "IP209"]
    assert [(one.pointer, one.place) for one in errors] == [(DEFECT.pointer, place)]


def target_of(found: Exchange) -> str | None:
    return None if found.request is None else "/v2/" + found.request.url.partition("/v2/")[2]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_what_recorders_wrote(case: dict[str, Any]) -> None:
    """`captures/cases.json`: which answers of `sent.json` a file holds, in order, and what became of which body."""
    path = CAPTURES / case["file"]
    reader = format_of(Input.of(str(path)))
    assert reader is not None
    assert reader.name == case["format"]
    found = read(path)
    assert len(found) == len(case["names"])
    first, step = case.get("first", 1), case.get("step", 1)
    assert [one.place.entry for one in found] == [first + step * number for number in range(len(found))]
    for one, name in zip(found, case["names"], strict=True):
        if name:
            assert_is(one, BY_NAME[name], case.get("unlike", {}).get(name))
            assert target_of(one) == (BY_NAME[name].target if case.get("asked", True) else None)
    if case.get("unlike", {}).get("defect", "rewritten") == "rewritten":
        assert_defect_is_found(found, found[list[str](case["names"]).index("defect")].place)


def test_a_folder_of_wiremock_is_read_once() -> None:
    """Each mapping with the body that it names; the bodies themselves are no captures of their own."""
    inputs = [one for one in find_inputs([str(CAPTURES / "wiremock")]) if isinstance(one, Input)]
    found = {one.name: list(read_input(one)) for one in inputs}
    bodies = [what for name, what in found.items() if "__files" in name]
    assert all(isinstance(one, Skipped) for (one,) in bodies)
    assert len(bodies) == 2
    mappings = [one for name, (one, *_) in found.items() if "/mappings/" in name]
    by_target = {target_of(one): one for one in mappings if isinstance(one, Exchange)}
    assert by_target.keys() == {sent.target for sent in SENT}
    for sent in SENT:
        assert_is(by_target[sent.target], sent, "lost" if sent.name == "bytes" else None)
    assert {one.place.entry for one in by_target.values()} == {None}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with sending() as url:
        yield url


def with_requests(session: requests.Session, url: str) -> None:
    session.trust_env = False
    for sent in SENT:
        _ = session.get(url + sent.target, timeout=5).content


def read_back(path: Path, name: str, unlike: dict[str, str] | None = None) -> list[Exchange]:
    """The exchanges of a file in the format `name`, in which every answer is what was sent, wherever it stands."""
    reader = format_of(Input.of(str(path)))
    assert reader is not None
    assert reader.name == name
    found = read(path)
    by_target = {unquote(target_of(one) or ""): one for one in found}
    for sent in SENT:
        if unquote(sent.target) in by_target:
            assert_is(by_target[unquote(sent.target)], sent, (unlike or {}).get(sent.name))
    assert_defect_is_found(found, by_target[unquote(DEFECT.target)].place)
    return found


@pytest.mark.parametrize("exact", [False, True])
def test_betamax(tmp_path: Path, server: str, *, exact: bool) -> None:
    betamax: Any = pytest.importorskip("betamax")
    session = requests.Session()
    recorder = betamax.Betamax(session, cassette_library_dir=str(tmp_path))
    with recorder.use_cassette("one", record="all", preserve_exact_body_bytes=exact):
        with_requests(session, server)
    session.close()
    assert len(read_back(tmp_path / "one.json", "vcr")) == len(SENT)


def test_vcrpy(tmp_path: Path, server: str) -> None:
    vcr: Any = pytest.importorskip("vcr")
    with requests.Session() as session, vcr.use_cassette(str(tmp_path / "one.yaml")):
        with_requests(session, server)
    assert len(read_back(tmp_path / "one.yaml", "vcr")) == len(SENT)


def test_responses(tmp_path: Path, server: str) -> None:
    """Its recorder fails on what is no text, so that is left out; it writes no body for a 204, but an empty one."""
    recorder: Any = pytest.importorskip("responses._recorder").Recorder()
    with recorder, requests.Session() as session:
        session.trust_env = False
        for sent in SENT:
            if sent.name != "bytes":
                _ = session.get(server + sent.target, timeout=5).content
        recorder.dump_to_file(tmp_path / "one.yaml")
    assert len(read_back(tmp_path / "one.yaml", "responses")) == len(SENT) - 1


@pytest.mark.parametrize("version", ["V2", "V3", "V4"])
def test_pact(tmp_path: Path, version: str) -> None:
    """It sorts the members of bodies, and writes what is neither JSON nor text in base64: without a mark before V4."""
    pact: Any = pytest.importorskip("pact").Pact("consumer", "provider").with_specification(version)
    for sent in SENT:
        path, _, query = sent.target.partition("?")
        asked = pact.upon_receiving(sent.name).with_request("GET", path)
        for name, value in parse_qsl(query):
            asked.with_query_parameter(name, value)
        asked.will_respond_with(sent.status)
        if sent.name == "bytes":
            asked.with_binary_body(sent.body, "application/octet-stream")
        elif sent.body:
            asked.with_body(sent.body.decode(), "application/json")
    pact.write_file(tmp_path)
    rewritten = {sent.name: "rewritten" for sent in SENT if sent.kind.startswith("application/json")}
    assert len(read_back(tmp_path / "consumer-provider.json", "pact", rewritten)) == len(SENT)


@pytest.mark.parametrize("preserve", [False, True])
def test_schemathesis(tmp_path: Path, server: str, *, preserve: bool) -> None:
    """Its three reports of one run, which asks for the examples that a document gives."""
    (tmp_path / "document.json").write_text(json.dumps(document()), encoding="utf-8")
    options = [
        "--phases",
        "examples",
        "--report",
        "har,vcr,ndjson",
        "--report-dir",
        "reports",
        "-w",
        "1",
        "--checks",
        "not_a_server_error",
    ]
    start = "from schemathesis.cli import schemathesis; schemathesis()"
    run = [sys.executable, "-c", start, "run", "document.json", "--url", server, *options]
    subprocess.run([*run, *["--report-preserve-bytes"] * preserve], cwd=tmp_path, capture_output=True, check=False)
    lost = {} if preserve else {"bytes": "lost"}
    names = {".json": "har", ".yaml": "vcr", ".ndjson": "schemathesis"}
    for path in (tmp_path / "reports").iterdir():
        unlike = {} if path.suffix == ".ndjson" else lost
        found = read_back(path, names.pop(path.suffix), unlike)
        assert {target_of(one) for one in found} >= {sent.target for sent in CONTRACTED}
    assert not names


def document() -> dict[str, Any]:
    """An OpenAPI document whose examples are the requests of `sent.json`."""
    paths: dict[str, Any] = {}
    for sent in SENT:
        path, _, query = sent.target.partition("?")
        item = paths.setdefault(path, {"get": {"parameters": [], "responses": {"200": {"description": "-"}}}})
        for name, value in parse_qsl(query):
            parameter = next((one for one in item["get"]["parameters"] if one["name"] == name), None)
            if parameter is None:
                parameter = {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
                item["get"]["parameters"].append({**parameter, "examples": {}})
                parameter = item["get"]["parameters"][-1]
            parameter["examples"][sent.name] = {"value": value}
    return {"openapi": "3.1.0", "info": {"title": "-", "version": "1"}, "paths": paths}


@pytest.mark.parametrize("pretty", ["none", "format", "all"])
def test_httpie(tmp_path: Path, server: str, pretty: str) -> None:
    """One call right behind the other in one file; formatting, or colouring, writes the members of JSON anew."""
    pytest.importorskip("httpie")
    path = tmp_path / "session.txt"
    for sent in CONTRACTED:
        run = [
            sys.executable,
            "-m",
            "httpie",
            "--ignore-stdin",
            "--verbose",
            f"--pretty={pretty}",
            server + sent.target,
        ]
        done = subprocess.run(
            run, capture_output=True, check=False, env={**os.environ, "HTTPIE_CONFIG_DIR": str(tmp_path)}
        )
        with path.open("ab") as file:
            file.write(done.stdout)
    rewritten = {} if pretty == "none" else {sent.name: "rewritten" for sent in CONTRACTED}
    assert len(read_back(path, "transcript", rewritten)) == len(CONTRACTED)
