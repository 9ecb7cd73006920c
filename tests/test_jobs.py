"""Several processes find what one finds, in the same order, and end when they are told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from interpact.contract.exchange import Exchange
from interpact.contract.limits import Wish
from interpact.contract.lines import Lines
from interpact.contract.packing import packed
from interpact.contract.pieces import PIECE, pieces
from interpact.contract.readers.base import Problem
from interpact.contract.runner import Checked, Opened, Run, WorkerDiedError
from interpact.contract.settings import Settings
from interpact.contract.sources import Input
from interpact.schemas.examples import model_exchange

from .house import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
BODY = model_exchange()["response"]["body"]


def body(number: int, **edits: Any) -> bytes:
    found = json.loads(json.dumps(BODY))
    found["interaction"][0]["messageList"][0] |= {"id": 2**40 + number, "subject": "x" * 2000} | edits
    return json.dumps(found).encode()


def lines(size: int) -> Iterator[bytes]:
    """Clean bodies, every 500th with a defect, and now and then something that is no plain line."""
    written = number = 0
    while written < size:
        number += 1
        line = body(number, **({"campaignId": 0} if number % 500 == 0 else {}))
        if number % 3000 == 0:
            line = b" " + line + b"\r"
        if number == 7001:
            line = b'{"request": broken\n\n' + line
        written += len(line) + 1
        yield line


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.ndjson"
    path.write_bytes(b"\n".join(lines(5 * PIECE)) + b"\n")
    return path


def told(path: Path, jobs: int) -> list[Any]:
    run = Run([str(path), "no-such-file"], CALM, jobs=jobs)
    found: list[Any] = []
    for event in run:
        if isinstance(event, Checked):
            found.append((list(event.outcome.verdicts), event.outcome.findings, event.outcome.coverage))
        else:
            found.append(event)
    return [*found, packed(run.report)]


def test_two_processes_tell_what_one_tells(large: Path) -> None:
    one = told(large, 1)
    assert told(large, 2) == one
    assert isinstance(one[0], Opened)
    assert any(isinstance(event, Problem) and event.place.line == 7001 for event in one)
    checked: list[Any] = [event for event in one if isinstance(event, tuple)]
    assert sum(len(event[0]) for event in checked) == sum(1 for _ in lines(5 * PIECE))


def test_pieces_hold_what_the_reader_gives(large: Path) -> None:
    from interpact.contract.sources import read_input  # noqa: PLC0415 - for this test only

    source = Input.of(str(large))
    whole = list(read_input(source))
    found: list[Any] = []
    for item in pieces(source, lambda _: None, Wish()):
        found += list(item) if isinstance(item, Lines) else [item]
    assert [str(one.place) for one in found] == [str(one.place) for one in whole if isinstance(one, Exchange | Problem)]
    assert found == whole


def test_a_process_that_is_killed_is_an_error_of_its_own(large: Path) -> None:
    import multiprocessing  # noqa: PLC0415 - for this test only

    run = Run([str(large)], CALM, jobs=2)
    events = iter(run)
    assert isinstance(next(events), Opened)

    def hostile() -> None:
        for _ in events:
            for process in multiprocessing.active_children():
                process.kill()

    with pytest.raises(WorkerDiedError, match="--jobs"):
        hostile()
    assert run.report.inputs == 1


def test_ctrl_c_ends_all_of_them_at_once(large: Path) -> None:
    code = "from interpact.contract.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "check", str(large), str(large), str(large)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=unmeasured() | {"INTERPACT_JOBS": "2"},
        start_new_session=True,
    ) as process:
        time.sleep(2.5)
        os.killpg(process.pid, signal.SIGINT)
        started = time.monotonic()
        _, errors = process.communicate(timeout=30)
        assert time.monotonic() - started < 10
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_one_small_input_starts_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b"\n".join(body(number) for number in range(10)))
    code = (
        "import sys; from interpact.contract.runner import run; from interpact.contract.settings import Settings;"
        "run([sys.argv[1]], Settings(), jobs=2);"
        "print('interpact.contract.workers' in sys.modules, 'pyarrow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.ndjson")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
