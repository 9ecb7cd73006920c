"""URLs: read through fsspec from wherever it reaches; credentials stay out of every message."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.exchange import Exchange
from interpact.contract.inputs import Input
from interpact.contract.readers.base import Problem
from interpact.contract.remote import shown
from interpact.contract.sources import find_inputs, read_input

from .fuzzing.seeds import BODY, seeds
from .test_cli import interpact

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

SEEDS = seeds()


def read(*words: str) -> list[str]:
    found: list[str] = []
    for source in find_inputs(words):
        items = [source] if isinstance(source, Problem) else read_input(source)
        found += [str(one.place) if isinstance(one, Exchange) else str(one) for one in items]
    return found


def in_memory() -> Any:
    return import_module("fsspec").filesystem("memory")


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder in fsspec's file system in memory."""
    system = in_memory()
    for name, data in {"a.json": BODY.encode(), "b/c.zip": SEEDS["zip"], "b/.hidden.json": b"?"}.items():
        system.pipe(f"/run/{name}", data)
    yield "memory://run"
    system.rm("/run", recursive=True)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
        del format, args


@contextmanager
def serving(folder: Path) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://ada:secret@127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_files_folders_and_patterns(memory: str) -> None:
    assert read(f"{memory}/a.json") == ["memory:///run/a.json"]
    archive = [
        f"memory:///run/b/c.zip!{name}"
        for name in ("a.json", "b/c.har entry 1", "d.zip!e.ndjson:1", "d.zip!e.ndjson:2")
    ]
    assert read(memory) == ["memory:///run/a.json", *archive]
    assert read(f"{memory}/*.json") == ["memory:///run/a.json"]
    assert read(f"{memory}/none.json") == ["memory://run/none.json: no such file or folder"]
    assert read(f"{memory}/none/*.json") == ["memory://run/none/*.json: no such file or folder"]


@pytest.mark.parametrize("name", ["parquet", "sqlite", "tar.gz", "attached"])
def test_every_format_can_be_elsewhere(memory: str, name: str) -> None:
    in_memory().pipe("/run/x", SEEDS[name])
    assert [line for line in read(f"{memory}/x") if "cannot" in line or "not read" in line] == []
    assert read(f"{memory}/x")


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a b.json").write_text(BODY)
    assert read(f"file://{tmp_path}/a%20b.json") == [f"{tmp_path}/a b.json"]
    assert len(read(f"file://{tmp_path}")) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_web(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(SEEDS["zip"])
    with serving(tmp_path) as url:
        shown_url = url.replace("ada:secret@", "")
        assert read(f"{url}/a.zip?token=secret")[0] == f"{shown_url}/a.zip?...!a.json"
        missing = read(f"{url}/b.zip")
        assert missing == [f"{shown_url}/b.zip: cannot be read: no such file or folder"]


@pytest.mark.parametrize(
    "url", ["nonsense://ada:secret@x/y?z=secret", "s3://ada:secret@bucket/y", "http://ada:secret@127.0.0.1:1/x"]
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_cannot_be_reached_is_a_problem_without_credentials(url: str) -> None:
    (problem,) = read(url)
    assert "cannot be read" in problem
    assert "secret" not in problem
    assert "ada" not in problem


@given(user=st.text(st.sampled_from("abc:@%"), min_size=1), secret=st.uuids().map(str))
def test_a_url_is_shown_without_credentials(user: str, secret: str) -> None:
    assert secret not in shown(f"https://{user}{secret}@crm.example/a.har?X-Amz-Signature={secret}#{secret}")


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "fsspec.py").write_text("raise ImportError('no')\n")
    done = interpact("check", "s3://ada:secret@bucket/a.har", folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert b"pip install 'interpact[remote]'" in done.stdout
    assert b"secret" not in done.stdout + done.stderr


def test_a_url_has_no_size() -> None:
    assert Input("memory://x", "memory://x", remote=True).size == 0
