"""Formats by their documents and by what recorders were seen to write: `readers/formats.json`, and what is no case."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interpact.contract.exchange import Exchange, Place, Reason
from interpact.contract.readers import (
    CSV,
    GENERAL,
    JSON,
    NDJSON,
    PARTICULAR,
    READERS,
    Head,
    Problem,
    Reader,
    UnreadableError,
)
from interpact.contract.sources import Input, Skipped, read_input
from interpact.schemas.shapes import BODY_KEYS

from .recording import BY_NAME

CASES: Final = json.loads((Path(__file__).parent / "readers" / "formats.json").read_text(encoding="utf-8"))
BODY: Final = BY_NAME["plain"].body


def read(reader: Reader, data: bytes) -> list[Exchange | Problem]:
    found: list[Any] = []
    try:
        found.extend(reader.read(io.BufferedReader(io.BytesIO(data)), Place("capture")))  # pyright: ignore[reportArgumentType]
    except UnreadableError as error:
        found.append(error.problem)
    return found


def data_of(case: dict[str, Any]) -> bytes:
    return (case["text"] if "text" in case else json.dumps(case["json"])).encode()


def assert_is(found: Exchange | Problem, expected: dict[str, Any]) -> None:
    for key in expected.keys() & {"entry", "line"}:
        assert getattr(found.place, key) == expected[key]
    if isinstance(found, Problem):
        assert expected.get("problem", "an exchange") in found.message
        return
    assert "problem" not in expected
    assert (found.request is not None) == expected.get("asked", found.request is not None)
    for key in expected.keys() & {"url", "method"}:
        assert getattr(found.request, key) == expected[key]
    assert (found.response is None) == expected.get("unanswered", False)
    for key in expected.keys() & {"status", "body", "json", "missing", "type"}:
        assert answered(found, key) == expected[key]


def answered(found: Exchange, key: str) -> object:
    assert found.response is not None
    if key == "status":
        return found.response.status
    if key == "missing":
        return found.response.missing
    if key == "type":
        return found.response.header("content-type")
    assert found.response.body is not None, found.response.missing
    return json.loads(found.response.body) if key == "json" else found.response.body.decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['format']}: {case['name']}")
def test_cases(case: dict[str, Any]) -> None:
    """`found` tells what a reader yields, in order: of each exchange, or problem, what is said and nothing else."""
    data = data_of(case)
    reader = next(one for one in READERS if one.recognises(Head(data, whole=True)))
    assert reader.name == case["format"]
    found = read(reader, data)
    assert len(found) == len(case["found"]), found
    for one, expected in zip(found, case["found"], strict=True):
        assert_is(one, expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['format']}: {case['name']}")
def test_nobody_else_recognises_a_case(case: dict[str, Any]) -> None:
    head = Head(data_of(case), whole=True)
    assert names_of(head) == [case["format"]] * (case["format"] not in {reader.name for reader in GENERAL})


def names_of(head: Head) -> list[str]:
    """Who recognises a head; a table is asked last of all, and whatever has commas in two lines may be one."""
    return [one.name for one in PARTICULAR if one is not CSV and one.recognises(head)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['format']}: {case['name']}")
@given(data=st.data())
def test_no_cut_and_no_change_breaks_a_reader(case: dict[str, Any], data: st.DataObject) -> None:
    whole = data_of(case)
    at = data.draw(st.integers(0, len(whole)))
    changed = whole[:at] + data.draw(st.binary(max_size=3)) + whole[data.draw(st.integers(at, len(whole))) :]
    (reader,) = [one for one in READERS if one.name == case["format"]]
    assert all(isinstance(one, Exchange | Problem) for one in read(reader, changed))
    for one in READERS:
        one.recognises(Head(changed, whole=data.draw(st.booleans())))


WORDS: Final = st.sampled_from([
    "info", "item", "request", "response", "collection", "run", "executions", "mappings", "requests", "uuid", "scope",
    "consumer", "provider", "path", "openapi", "paths", "log", "Initialize", "responses", "http_interactions", "url",
    "interactions", "schema", "bodyFileName", "urlPath", "status",
])  # fmt: skip
VALUES: Final = st.recursive(
    st.none() | st.sampled_from(["3.1.0", "getpostman.com", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, body=st.lists(st.sampled_from(sorted(BODY_KEYS - {"response"})), min_size=2, unique=True))
def test_a_body_is_never_taken_for_something_else(value: object, body: list[str]) -> None:
    members = {**dict.fromkeys(body), **(value if isinstance(value, dict) else {"x": value})}
    if "interaction" not in members:
        members["interaction"] = []
    text = json.dumps(members).encode()
    for data, reader in ((text, JSON), (b"[" + text + b"]", JSON), (text + b"\n" + text, NDJSON)):
        assert next(one for one in READERS if one.recognises(Head(data, whole=True))) is reader


@example(value={"http_interactions": [], "info": None, "mappings": []}, whole=False)
@given(value=VALUES, whole=st.booleans())
def test_formats_exclude_each_other(value: object, whole: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    head = Head(json.dumps(value).encode(), whole)
    assert len(names_of(head)) <= 1


def wiremock(folder: Path, name: str, *, mappings: str = "mappings") -> Path:
    """A mapping whose body is in the file `name`."""
    path = folder / mappings / "sub" / "one.json"
    path.parent.mkdir(parents=True)
    (folder / "__files" / "inner").mkdir(parents=True)
    (folder / "__files" / "inner" / "body.json").write_bytes(BODY)
    (folder / "secret.json").write_bytes(BODY)
    (folder / "__files" / "link.json").symlink_to(folder / "secret.json")
    answer = {"status": 200, "bodyFileName": name}
    path.write_text(json.dumps({"request": {"url": BY_NAME["plain"].target}, "response": answer}))
    return path


def bodies(path: Path) -> list[object]:
    found = read_input(Input.of(str(path)))
    return [one.response.body or one.response.missing for one in found if isinstance(one, Exchange) and one.response]


def test_bodies_of_wiremock_lie_beside_the_mappings(tmp_path: Path) -> None:
    assert bodies(wiremock(tmp_path, "inner/body.json")) == [BODY]


OUTSIDE: Final = [
    "../secret.json",
    "link.json",
    "inner",
    "inner/../../secret.json",
    "/etc/passwd",
    "nothing.json",
    "\0",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_bodies_of_wiremock_lie_nowhere_else(tmp_path: Path, name: str) -> None:
    assert bodies(wiremock(tmp_path, name)) == [Reason.NOT_RECORDED]


def test_bodies_that_mappings_name_are_no_captures(tmp_path: Path) -> None:
    path = wiremock(tmp_path, "inner/body.json").parents[2] / "__files" / "inner" / "body.json"
    (found,) = read_input(Input.of(str(path), explicit=False))
    assert isinstance(found, Skipped)
    assert bodies(path) == [BODY]


def test_answers_of_an_http_file_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01.200.json").write_bytes(BODY)
    (tmp_path / "whole.http").write_bytes(b"HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n{}")
    path = tmp_path / "log.http"
    path.write_text("GET https://crm.example/a\n\n<> 2026-01-01.200.json\n<> whole.http\n<> ../x.200.json\n")
    assert bodies(path) == [BODY, b"{}", Reason.NOT_RECORDED]


def test_a_newman_report_is_recognised_before_its_run() -> None:
    items = [{"name": "x" * 1000, "request": {"url": "/"}}] * 100
    report = json.dumps({"collection": {"item": items}, "run": {"executions": [{"request": {"url": "/"}}]}}).encode()
    head = Head(report[:65536], whole=False)
    assert names_of(head) == ["newman"]
    (reader,) = [one for one in PARTICULAR if one.name == "newman"]
    assert [type(one) for one in read(reader, report)] == [Exchange]
    assert read(reader, json.dumps({"collection": {"item": items}}).encode()) == []


def test_an_archive_of_twenty_thousand_entries_is_read_one_by_one(tmp_path: Path) -> None:
    """It is 40 MB, which would be 200 MB of objects, read in twice its size: what is read and what is handed on."""
    entry = {
        "request": {"method": "GET", "url": "https://crm.example/", "headers": [{"name": "a", "value": "b"}] * 10},
        "response": {"status": 200, "headers": [{"name": "a", "value": "b"}] * 10, "content": {"text": "x" * 1000}},
    }
    path = tmp_path / "large.har"
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"entries": [' + ",".join([json.dumps(entry)] * 20_000) + "]}}")
    script = (
        "import resource, sys\n"
        "from interpact.contract.sources import Input, read_input\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in read_input(Input.of(sys.argv[1])))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=True)
    count, grown = map(int, done.stdout.split())
    assert count == 20_000
    assert grown * 1024 < 2.5 * path.stat().st_size


def test_every_reader_says_what_it_reads() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS) == len({*PARTICULAR, *GENERAL})
    assert all(reader.title for reader in READERS)
