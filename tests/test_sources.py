"""Inputs: what the user names is found and read, whatever it is packed in and however broken it is."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import subprocess
import sys
import zlib
from functools import partial
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.decompress import DamagedError, Kind, expand, opened
from interpact.contract.exchange import Exchange, Place, Reason
from interpact.contract.limits import LIMITS
from interpact.contract.readers import Problem
from interpact.contract.sources import Input, Item, Skipped, find_inputs, read_input
from interpact.schemas.shapes import BODY_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BODY = json.dumps(dict.fromkeys(sorted(BODY_KEYS)))
LINES = f"{BODY}\n" * 3

PACKERS: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    zlib.compress,
    zstandard.ZstdCompressor().compress,
    lambda data: gzip.compress(gzip.compress(data)),
    lambda data: gzip.compress(zstandard.ZstdCompressor().compress(data)),
    lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:]),
    lambda data: zstandard.ZstdCompressor().compress(data[:20]) + zstandard.ZstdCompressor().compress(data[20:]),
    lambda data: gzip.compress(data) + bytes(512),
]


def names(*paths: str) -> list[str]:
    return [str(found) if isinstance(found, Problem) else found.name for found in find_inputs(paths)]


def read(path: Path, *, explicit: bool = True) -> list[Item]:
    return list(read_input(Input.of(str(path), explicit=explicit)))


def bodies(path: Path, *, explicit: bool = True) -> list[bytes | None]:
    return [
        found.response.body for found in read(path, explicit=explicit) if isinstance(found, Exchange) and found.response
    ]


def problem(path: Path, *, explicit: bool = True) -> str:
    (found,) = read(path, explicit=explicit)
    assert isinstance(found, Problem), found
    return found.message


def skipped(path: Path) -> str:
    (found,) = read(path, explicit=False)
    assert isinstance(found, Skipped), found
    return found.why


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to stand in, with captures, hidden things and a loop of links."""
    for name in ("b.json", "a/z.json", "a/b/c.json", ".hidden/x.json", "a/.x.json", "test_one[c001].yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BODY)
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.mark.usefixtures("folder")
class TestFinding:
    def test_a_folder_is_walked_in_order_without_hidden_files(self) -> None:
        assert names(".") == ["./a/b/c.json", "./a/z.json", "./b.json", "./test_one[c001].yaml"]

    def test_what_is_named_is_explicit_and_what_is_found_is_not(self) -> None:
        assert list(find_inputs(["b.json"])) == [Input("b.json", "b.json", explicit=True)]
        assert list(find_inputs(["a/b"])) == [Input("a/b/c.json", "a/b/c.json", explicit=False)]

    def test_a_name_with_brackets_is_a_name(self) -> None:
        assert names("test_one[c001].yaml") == ["test_one[c001].yaml"]

    def test_patterns(self) -> None:
        assert names("*.json", "?/z*") == ["b.json", "a/z.json"]
        assert names("a/b*") == ["a/b/c.json"]

    def test_patterns_for_subfolders_enter_each_folder_once(self) -> None:
        assert names("**/*.json") == ["a/b/c.json", "a/z.json", "b.json"]
        assert names("a/**/c.json") == ["a/b/c.json"]
        assert names("**/a/**/z.json", "?/**/**/b/*") == ["a/z.json", "a/b/c.json"]
        assert names("b/**") == ["b/**: no such file or folder"]

    def test_folders_of_any_depth(self, folder: Path) -> None:
        deep = folder / "a" / "b" / "/".join("d" * 600)
        deep.mkdir(parents=True)
        (deep / "x.json").write_text(BODY)
        assert len(names("a/b", "a/b/**/x.json")) == 3

    def test_what_does_not_exist(self) -> None:
        assert names("c.json", "*.har") == ["c.json: no such file or folder", "*.har: no such file or folder"]

    def test_pipes_are_not_opened(self, folder: Path) -> None:
        os.mkfifo(folder / "a" / "b" / "pipe.json")
        assert names("a/b")[1].startswith("a/b/pipe.json: not a regular file")

    def test_dead_links_are_problems(self, folder: Path) -> None:
        (folder / "a" / "b" / "d.json").symlink_to("nowhere")
        assert names("a/b")[1].startswith("a/b/d.json: cannot be read")
        (found,) = read(folder / "a" / "b" / "d.json")
        assert isinstance(found, Problem)


def test_names_that_are_no_text_are_printed_safely(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9\x1b[31m.json")).write_text(BODY)
    (found,) = find_inputs([str(tmp_path)])
    assert isinstance(found, Input)
    assert found.name.endswith("/caf\\xe9\\x1b[31m.json")
    assert next(read_input(found)).place == Place(found.name)


@pytest.mark.parametrize("pack", PACKERS)
def test_compression_is_undone(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "lines"
    path.write_bytes(pack(LINES.encode()))
    assert bodies(path) == [BODY.encode()] * 3
    path.write_bytes(pack(BODY.encode()))
    assert bodies(path, explicit=False) == [BODY.encode()]


@given(data=st.binary(min_size=1), count=st.integers(1, 4))
def test_everything_that_was_compressed_comes_back(data: bytes, count: int) -> None:
    for kind, pack in ((Kind.GZIP, gzip.compress), (Kind.ZSTD, zstandard.ZstdCompressor().compress)):
        packed = pack(data) * count
        pieces = [packed[start : start + 7] for start in range(0, len(packed), 7)]
        assert b"".join(expand(kind, pieces)) == data * count


@given(data=st.binary(), start=st.sampled_from([b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c"]))
def test_no_bytes_break_decompression(data: bytes, start: bytes) -> None:
    with io.FileIO(_file_of(start + data)) as file, contextlib.suppress(DamagedError):
        opened(file).read()


def _file_of(data: bytes) -> int:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(data)
    return reading


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_truncated_file_yields_what_could_be_read(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "lines.ndjson.gz"
    noise = "\n".join(json.dumps({"name": os.urandom(40).hex()}) for _ in range(20_000))
    path.write_bytes(pack(noise.encode())[:-100_000])
    *good, last = read(path)
    assert len(good) > 1000
    assert isinstance(last, Problem)
    assert "ends early" in last.message


def test_a_truncated_body_is_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "body.json.gz"
    path.write_bytes(gzip.compress(BODY.encode())[:-6])
    first, last = read(path, explicit=False)
    assert isinstance(first, Exchange)
    assert first.response is not None
    assert first.response.missing is Reason.TRUNCATED
    assert isinstance(last, Problem)


def test_a_bomb_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "bomb.json.gz"
    line = b"[" + bytes(1 << 20)
    path.write_bytes(zstandard.ZstdCompressor().compress(line * (LIMITS.free_expansion // len(line) + 40)))
    assert "times its size" in str(read(path)[-1])


gzipped = partial(gzip.compress, mtime=0)
"""Without the time, so that the ids of the tests below are the same in each process."""

UNREADABLE: list[tuple[bytes, str]] = [
    (b"", "it is empty"),
    (b" \r\n\t", "it is empty"),
    (b"\xef\xbb\xbf", "it is empty"),
    (b"\0" * 100, "it is binary"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"PK\x03\x04", "the file was cut"),
    (b"  <!DOCTYPE html><p>x", "an HTML page"),
    (b"<?xml version='1.0'?><a/>", "XML"),
    (b"sent: tomorrow", "a plain text"),
    (b"caf\xe9 au lait", "it is binary"),
    (gzipped(b""), "it is empty"),
    (gzipped(b"{}")[:9], "ends early"),
    (b"\x1f\x8b\x08nonsense", "corrupt"),
]


@pytest.mark.parametrize(("data", "message"), UNREADABLE)
def test_unreadable_files_are_problems_that_say_what_they_look_like(tmp_path: Path, data: bytes, message: str) -> None:
    for name in ("named.txt", "found.har"):
        path = tmp_path / name
        path.write_bytes(data)
        assert message in problem(path, explicit=name == "named.txt")


NO_CAPTURES: list[tuple[str, bytes]] = [
    ("README.md", b"# Hello"),
    ("a.py", b"import this"),
    ("a.png", b"\x89PNG\r\n\x1a\n"),
    ("empty.txt", b""),
    ("package.json", b'{"name": "a", "version": "1", "scripts": {}}'),
    ("tsconfig.json", b'{"compilerOptions": {}}'),
    ("list.txt", b"[1, 2]"),
    ("log.json", b'{"log": {"entries": []}}'),
    ("cassette.yaml", b"interactions: []\n"),
    ("log.ndjson", b'{"level": "info"}\n{"level": "info"}\n'),
    ("compose.yaml", b"services:\n  a: b\n"),
    ("long.json", b'{"a": "' + b"x" * 200_000 + b'"}'),
]


@pytest.mark.parametrize(("name", "data"), NO_CAPTURES)
def test_what_is_no_capture_is_skipped_in_a_folder_only(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert skipped(path)
    assert not any(isinstance(found, Skipped) for found in read(path))


JUDGED = [
    "{}",
    "[]",
    "[1, 2]",
    '{"INTERACTION": [], "a": 1, "b": 1, "c": 1}',
    '{"Name": "", "Errors": [], "a": 1, "b": 1, "c": 1}',
]


@pytest.mark.parametrize("text", JUDGED)
def test_what_may_be_meant_as_a_body_is_judged_in_a_folder(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert bodies(path, explicit=False) == [text.encode()]


@pytest.mark.parametrize("text", ['{"log": {"entries": []}}', '{"interactions": []}', "interactions: []\n"])
def test_a_capture_that_is_named_and_holds_nothing_is_a_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    path.write_text(text)
    assert "holds no exchanges" in problem(path)


def test_a_body_that_is_found_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text in (BODY, f"[{BODY}]", f"{BODY[:-1]}", LINES, '{"request": {"url": "/"}, "response": null}'):
        path.write_text(text)
        assert all(isinstance(found, Exchange) for found in read(path, explicit=False))
    path.write_text('{"na')
    assert "the file was cut" in problem(path, explicit=False)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "wide.json"
    path.write_bytes(BODY.encode(codec))
    assert bodies(path, explicit=False) == [BODY.encode(codec)]
    path.write_bytes(LINES.encode(codec))
    assert bodies(path) == LINES.encode().splitlines()
    path.write_bytes(LINES.encode(codec)[:-1])
    *_, last = read(path)
    assert "ends in the middle of a character" in str(last)


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"log": {"entries": [{"request": {"url": "/é"}, "response": {"status": 200}}]}}, ensure_ascii=False),
        "http_interactions:\n- request: {uri: /é}\n  response: {status: {code: 200}, body: {string: é}}\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
        'number,body\n1,"{""name"": ""é"", ""interaction"": []}"\n',
    ],
    ids=["har", "vcr", "transcript", "csv"],
)
def test_captures_in_wide_encodings_are_those_in_utf_8(tmp_path: Path, text: str, codec: str) -> None:
    path = tmp_path / "a"
    path.write_text(text, "utf-8", newline="")
    expected = read(path)
    assert all(isinstance(found, Exchange) for found in expected)
    path.write_text(text, codec, newline="")
    assert read(path) == expected


def test_standard_input_is_a_stream() -> None:
    script = (
        "from interpact.contract.sources import Input, read_input\n"
        "print([str(found.place) for found in read_input(Input.of('-'))])"
    )
    packed = gzip.compress(LINES.encode())
    done = subprocess.run([sys.executable, "-c", script], input=packed, capture_output=True, check=True)
    assert done.stdout.split() == b"['<stdin>:1', '<stdin>:2', '<stdin>:3']".split()


def test_a_pipe_that_is_named_is_read_and_an_idle_one_is_empty(tmp_path: Path) -> None:
    with io.FileIO(_file_of(BODY.encode())) as stdin:
        assert [found.place for found in read_input(Input.of("-"), stdin)] == [Place("<stdin>")]
    os.mkfifo(tmp_path / "pipe")
    assert "empty" in problem(tmp_path / "pipe")


@pytest.mark.parametrize("number", ["/dev/zero", "/"])
def test_what_is_no_file_is_a_problem(number: str) -> None:
    (found,) = read_input(Input.of(number))
    assert isinstance(found, Problem)


def test_ndjson_needs_the_memory_of_a_line(tmp_path: Path) -> None:
    """60 MB of lines are read in less than 30 MB."""
    path = tmp_path / "large.ndjson"
    line = json.dumps({"name": "x" * 1000}) + "\n"
    path.write_text(line * 60_000)
    script = (
        "import resource, sys\n"
        "from interpact.contract.sources import Input, read_input\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in read_input(Input.of(sys.argv[1])))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=True)
    count, grown = map(int, done.stdout.split())
    assert count == 60_000
    assert grown < 30_000


def test_reading_loads_nothing_heavy() -> None:
    heavy = "{'yaml', 'zstandard', 'polars', 'pandera', 'hypothesis', 'schemathesis', 'jsonschema'}"
    script = f"import sys, interpact.contract.sources; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
