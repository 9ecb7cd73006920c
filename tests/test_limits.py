"""Hostile captures: whatever the bytes are, reading ends, in bounded memory and time, and the rest is checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange
from interpact.contract.limits import Limits, Wish
from interpact.contract.readers.base import Problem, Rows
from interpact.contract.readers.json_text import MOST_OBJECTS
from interpact.contract.readers.tables.judging import judge_rows
from interpact.contract.runner import run
from interpact.contract.settings import Settings
from interpact.contract.sources import Input, Skipped, read_input

from .fuzzing.seeds import BODY, har, seeds
from .packing import told
from .test_cli import interpact

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = seeds()
TIGHT = Wish(limits=Limits(max_body=1 << 20, free_expansion=1 << 22, max_spool=1 << 22, max_members=100))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "input"


def swallow(path: Path, data: bytes) -> int:
    """Read and judge; how many things were told."""
    path.write_bytes(data)
    count = 0
    for explicit in (True, False):
        batch: list[Exchange] = []
        for item in read_input(Input.of(str(path), explicit=explicit), wish=TIGHT):
            assert isinstance(item, Exchange | Problem | Skipped | Rows)
            count += 1
            if isinstance(item, Rows):
                judge_rows(item)
            elif isinstance(item, Exchange):
                batch.append(item)
        check(batch)
    return count


@given(data=st.binary())
def test_arbitrary_bytes_are_told_of(path: Path, data: bytes) -> None:
    assert swallow(path, data) >= 2


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, bytes]:
    """A capture of some format with bytes changed, inserted, removed or repeated, perhaps cut."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    data = bytearray(SEEDS[name])
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        data[at:end] = draw(st.binary(max_size=8) | st.just(bytes(data[at:end]) * 2))
    return name, bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated=mutations())
@example(
    mutated=(
        "",
        b"exchange,entry,message,entry.name,id,receiver,subject,campaignId,status,sentDate,userId\n0,0,0,a,7,\xff,,,,,\n",
    )
)
def test_mutations_of_captures_are_told_of(path: Path, mutated: tuple[str, bytes]) -> None:
    assert swallow(path, mutated[1]) >= 2


@pytest.mark.parametrize("name", SEEDS)
def test_every_seed_is_read(path: Path, name: str) -> None:
    path.write_bytes(SEEDS[name])
    assert not [item for item in read_input(Input.of(str(path))) if isinstance(item, Problem | Skipped)]


@pytest.mark.parametrize("name", SEEDS)
def test_a_capture_may_end_anywhere(path: Path, name: str) -> None:
    data = SEEDS[name]
    for cut in range(1, len(data), max(1, len(data) // 12)):
        assert swallow(path, data[:cut]) >= 2


DEEP = [
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"name":' * 100_000 + "1" + "}" * 100_000,
    '{"log":{"entries":[' + '{"a":' * 100_000,
    "interactions:\n- " + "[" * 100_000,
    "interactions:\n" + "".join(f"{' ' * level}-\n" for level in range(3000)),
    "&a " * 1000 + "interactions: []",
    "interactions:\n- &a [x, x]\n"
    + "".join(f"- &a{n} [{', '.join(['*a' + str(n - 1 or '')] * 20)}]\n" for n in range(1, 30)),
    "interactions:\n- !!python/object/apply:os.system [id]\n",
    "interactions:\n- {<<: {a: b}}\n",
    "5:" * 50_000,
    "1:]" * 50_000,
    "".join(f"{100_000 - number}:" for number in range(0, 90_000, 7)),
]


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_nesting_without_end(path: Path, text: str) -> None:
    assert swallow(path, text.encode()) >= 2


def test_a_limit_of_nesting(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(f'{BODY[:-1]},"x":{"[" * 40}{"]" * 40}}}')
    assert run([str(tmp_path / "a.json")], Settings()).states["pass"] == 1
    report = run([str(tmp_path / "a.json")], Settings(max_depth=20))
    assert [group.code for group in report.groups()] == ["IP407"]


def test_a_limit_of_bodies_holds_for_every_format(path: Path) -> None:
    for name, data in SEEDS.items():
        path.write_bytes(data)
        for item in read_input(Input.of(str(path)), wish=Wish(limits=Limits(max_body=100))):
            body = item.response.body if isinstance(item, Exchange) and item.response else None
            assert body is None or len(body) <= 100, name


def test_one_large_body_among_others(tmp_path: Path) -> None:
    lines = f'{BODY}\n{{"x":"{"x" * 2000}"}}\n{BODY}\n'
    assert told(tmp_path / "a", lines.encode(), max_body=1000)[1] == ": body larger than the limit"
    assert len(told(tmp_path / "a", lines.encode(), max_body=1000)) == 3


def test_limits_on_the_command_line_and_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(BODY)
    assert interpact("check", "a.json", "--max-body", "1KiB", folder=tmp_path).returncode == 0
    done = interpact("check", "a.json", "--max-body", "100", folder=tmp_path)
    assert (done.returncode, b"larger than the limit" in done.stdout) == (2, True)
    for wrong in ("0", "1 lightyear", "-1"):
        assert b"is no size" in interpact("check", "a.json", "--max-body", wrong, folder=tmp_path).stderr
    (tmp_path / "interpact.toml").write_text('max-body = "0.1KiB"\n')
    assert b"is no size" in interpact("check", "a.json", folder=tmp_path).stderr
    (tmp_path / "interpact.toml").write_text(
        'max-body = 100\nmax-depth = 20\nmax-expansion = 5\nfree-expansion = "1MiB"\n'
    )
    assert interpact("check", "a.json", folder=tmp_path).returncode == 2
    assert interpact("check", "a.json", folder=tmp_path, INTERPACT_MAX_BODY="1MB").returncode == 0


@pytest.mark.parametrize(("start", "end"), [(b"[", b"{}]"), (b'{"log": {"entries": [', b"{}]}}")])
def test_a_document_of_too_many_objects_is_not_held(tmp_path: Path, start: bytes, end: bytes) -> None:
    """Each of them would take a hundred bytes to find, whatever it holds."""
    found = told(tmp_path / "a", start + b"{}," * MOST_OBJECTS + end)
    assert found == ["! more than 4,000,000 objects in one document: split it, or write NDJSON"]


def test_a_long_line_needs_bounded_memory(tmp_path: Path) -> None:
    """A line of 300 MB is told to be too large, and what follows it is read, in less than 100 MB."""
    path = tmp_path / "long.ndjson"
    with path.open("wb") as file:
        file.write(BODY.encode() + b'\n{"name":"')
        for _ in range(300):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + BODY.encode() + b"\n")
    script = (
        "import resource, sys\n"
        "from interpact.contract.sources import Input, read_input\n"
        "from interpact.contract.limits import Limits, Wish\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "wish = Wish(limits=Limits(max_body=1 << 20))\n"
        "found = [bool(one.response.body) for one in read_input(Input.of(sys.argv[1]), wish=wish)]\n"
        "print(sum(found), len(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=True)
    judged, count, grown = map(int, done.stdout.split())
    assert (judged, count) == (2, 3)
    assert grown < 100_000


def test_a_har_of_many_entries(tmp_path: Path) -> None:
    entries = json.loads(har({"text": BODY}))["log"]["entries"] * 20_000
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    assert sum(1 for _ in read_input(Input.of(str(tmp_path / "a.har")))) == 20_000


def test_many_small_files(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.json").write_text(BODY)
    report = run([str(tmp_path)], Settings())
    assert (report.inputs, report.states["pass"]) == (2000, 2000)


def test_a_folder_of_everything_that_is_odd(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(BODY)
    (tmp_path / os.fsdecode(b"caf\xe9.json")).write_text(BODY)
    (tmp_path / "new\nline.json").write_text(BODY)
    (tmp_path / "dead.json").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "bomb.json.gz").write_bytes(SEEDS["gzip"][:50])
    done = interpact("check", ".", folder=tmp_path)
    assert (done.returncode, b"3 exchanges: 3 pass" in done.stdout) == (2, True)
    assert b"3 inputs or entries not read" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").touch(mode=0)
    assert told(tmp_path / "secret.json") == ["! cannot be read: Permission denied"]


def test_files_that_change_while_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(f"{BODY}\n" * 5000)
    reading = read_input(Input.of(str(path)))
    next(reading)
    os.truncate(path, 100)
    assert all(isinstance(item, Exchange) for item in reading)
    path.write_text(f"{BODY}\n" * 5000)
    reading = read_input(Input.of(str(path)))
    next(reading)
    path.unlink()
    assert sum(1 for _ in reading) == 4999
    assert told(path) == ["! cannot be read: No such file or directory"]


def test_a_pipe_that_is_named_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    writer = threading.Thread(target=lambda: (os.write(descriptor, SEEDS["zip"]), os.close(descriptor)))
    reading = read_input(Input.of(str(path)))
    writer.start()
    try:
        assert "! " not in str([item for item in reading if isinstance(item, Problem)])
    finally:
        writer.join()


@pytest.mark.parametrize("name", ["zip", "tar.gz", "parquet", "sqlite", "arrow", "attached", "flows"])
def test_standard_input_takes_every_format(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(SEEDS[name])
    expected = interpact("check", "a", folder=tmp_path).stdout
    done = interpact("check", "-", folder=tmp_path, stdin=SEEDS[name])
    assert done.stdout.replace(b"<stdin>", b"a") == expected
    assert b"nothing was checked" not in expected


def test_what_must_be_put_into_a_file_is_bounded(tmp_path: Path) -> None:
    (only,) = told(tmp_path / "a", SEEDS["tar.gz"], max_spool=1000)
    assert "in a format that cannot be read from a stream" in only
