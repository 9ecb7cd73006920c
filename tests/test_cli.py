"""The command line, run as people run it: in processes of its own, in a folder of its own."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from interpact.contract.reports import report_schema
from interpact.schemas.document import load
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.rules import RULES

from .house import unmeasured
from .wire import oracle

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = model_exchange()["response"]["body"]


def broken(**edits: Any) -> Any:
    body = model_exchange()["response"]["body"]
    for where, value in edits.items() or {"campaignId": 0}.items():
        edit(body, f"/interaction/0/messageList/0/{where}", value)
    return body


def interpact(
    *arguments: str, folder: Path, stdin: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTERPACT_")}
    return subprocess.run(
        [sys.executable, "-c", "from interpact.contract.cli import main; main()", *arguments],
        cwd=folder, input=stdin, capture_output=True, check=False, env=inherited | variables,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clean.json").write_text(json.dumps(CLEAN))
    (tmp_path / "broken.json").write_text(json.dumps(broken()))
    (tmp_path / "half.json.gz").write_bytes(gzip.compress(json.dumps(CLEAN).encode())[:60])
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "clean.json"], 0),
        (["check", "broken.json"], 1),
        (["check", "clean.json", "broken.json"], 1),
        (["check", "clean.json", "half.json.gz"], 2),
        (["check", "broken.json", "half.json.gz"], 1),
        (["check", "no-such-file"], 2),
        (["check", "*.yaml"], 2),
        (["check", "clean*"], 0),
        (["check"], 2),
        (["check", "clean.json", "--select", "IP9"], 2),
        (["check", "broken.json", "--ignore", "ip221"], 0),
        (["check", "broken.json", "--select", "IP1,IP4"], 0),
        (["check", "clean.json", "--fail-on", "sometimes"], 2),
        (["explain", "IP201"], 0),
        (["explain", "count-below-lst"], 2),
        (["rules"], 0),
        (["schema", "error"], 0),
        (["schema", "nothing"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["chek"], 2),
    ],
    ids=str,
)
def test_exit_codes(*, arguments: list[str], code: int, folder: Path) -> None:
    done = interpact(*arguments, folder=folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("places", [[], ["--all-places"]], ids=["groups", "places"])
def test_the_json_report_keeps_its_schema(folder: Path, places: list[str]) -> None:
    done = interpact("check", ".", "no-such-file", "--format", "json", *places, folder=folder)
    document = json.loads(done.stdout)
    oracle(json.loads(report_schema())).validate(document)
    assert [group["rule"] for group in document["groups"]] == ["IP221"]
    assert document["summary"]["verdicts"] == {"pass": 1, "fail": 1, "unchecked": 0}
    assert {problem["place"]["file"] for problem in document["problems"]} == {"no-such-file", "./half.json.gz"}
    assert ("findings" in document) == bool(places)


def test_the_ndjson_report_is_a_value_a_line(folder: Path) -> None:
    done = interpact("check", ".", "--format", "ndjson", folder=folder)
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == [
        "begin", "problem", "group", "coverage", "summary"
    ]  # fmt: skip


def test_the_same_defect_many_times_is_one_line_with_a_count(tmp_path: Path) -> None:
    body = broken()
    body["interaction"] = [{"name": "email", "count": 2_000, "messageList": [
        body["interaction"][0]["messageList"][0] | {"id": number} for number in range(1, 2_001)]}]  # fmt: skip
    (tmp_path / "many.ndjson").write_text(f"{json.dumps(body)}\n" * 2)
    done = interpact("check", "many.ndjson", folder=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("many.ndjson:1 /interaction/0/messageList/0/campaignId error IP221 ")
    assert lines[0].endswith("(4000 places in 2 exchanges)")
    every = interpact("check", "many.ndjson", "--all-places", "--max-findings", "5000", folder=tmp_path).stdout.decode()
    assert every.count(" IP221 ") == 4_000
    few = interpact("check", "many.ndjson", "--all-places", "--max-findings", "7", folder=tmp_path).stdout.decode()
    assert few.count(" IP221 ") == 7
    assert "... 3993 more" in few


def test_standard_input(folder: Path) -> None:
    done = interpact("check", "-", folder=folder, stdin=json.dumps(broken()).encode())
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin> /interaction/0/messageList/0/campaignId error IP221")


def test_configuration_environment_and_flags_in_that_order(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.interpact]\nignore = ["IP221"]\nformat = "ndjson"\n')
    assert interpact("check", "broken.json", folder=folder).returncode == 0
    below = folder / "below"
    below.mkdir()
    assert interpact("check", "../broken.json", folder=below).returncode == 0
    assert interpact("check", "broken.json", folder=folder, INTERPACT_IGNORE="IP4").returncode == 1
    text = interpact("check", "broken.json", "--format", "text", folder=folder, INTERPACT_FORMAT="json")
    assert text.stdout.startswith(b"1 exchange: 1 pass")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("pyproject.toml", "[tool.interpact]\nfail_on = 'error'\n", "unknown key 'fail_on'; did you mean fail-on?"),
        ("interpact.toml", "fail-on = 'sometimes'\n", "fail-on"),
        ("interpact.toml", "max-findings = -1\n", "max-findings"),
        ("interpact.toml", "select = ['IP9']\n", "no rule code begins with 'IP9'"),
        ("interpact.toml", "= 3", "cannot be read"),
        ("pyproject.toml", "tool = 3", "must be a table"),
        ("pyproject.toml", "[tool]\ninterpact = 3", "must be a table"),
    ],
)
def test_a_bad_configuration_is_named(*, file: str, content: str, said: str, folder: Path) -> None:
    (folder / file).write_text(content)
    done = interpact("check", "clean.json", folder=folder)
    assert done.returncode == 2
    assert file in done.stderr.decode()
    assert said in done.stderr.decode()


def test_an_unknown_variable_is_named(folder: Path) -> None:
    done = interpact("check", "clean.json", folder=folder, INTERPACT_FAILON="error")
    assert (done.returncode, b"did you mean INTERPACT_FAIL_ON?" in done.stderr) == (2, True)


def test_a_configuration_beyond_the_repository_is_not_ours(folder: Path) -> None:
    (folder / "interpact.toml").write_text("nonsense = 1\n")
    inner = folder / "repository"
    (inner / ".git").mkdir(parents=True)
    assert interpact("check", "../clean.json", folder=inner).returncode == 0


def test_colours_only_where_they_are_wanted(folder: Path) -> None:
    assert b"\x1b[" not in interpact("check", "broken.json", folder=folder).stdout
    assert b"\x1b[" in interpact("check", "broken.json", "--color", "always", folder=folder).stdout
    assert b"\x1b[" not in interpact("check", "broken.json", folder=folder, NO_COLOR="1", FORCE_COLOR="1").stdout
    assert b"\x1b[" not in interpact("check", "broken.json", "--color", "never", folder=folder, FORCE_COLOR="1").stdout


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "many.ndjson").write_text(f"{json.dumps(broken())}\n" * 3_000)
    command = f"{sys.executable} -c 'from interpact.contract.cli import main; main()' check many.ndjson --all-places"
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", f"{command} --max-findings 100000 | head -n 1"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (141, b"", 1)


def test_an_interrupted_run_says_what_it_found(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    going = subprocess.Popen(
        [sys.executable, "-c", "from interpact.contract.cli import main; main()", "check", "-"],
        cwd=tmp_path, env=unmeasured(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert going.stdin is not None
    going.stdin.write(b'{"name": "a", "interaction": []}\n' * 30_000)
    going.stdin.flush()
    time.sleep(1.5)
    going.send_signal(signal.SIGINT)
    out, _ = going.communicate(timeout=30)
    assert going.returncode == 130
    assert b"interrupted" in out


@pytest.mark.parametrize("document", ["response", "error", "request", "openapi"])
def test_schema_prints_the_documents(document: str, tmp_path: Path) -> None:
    assert json.loads(interpact("schema", document, folder=tmp_path).stdout) == load(document)


def test_rules_lists_all_and_explain_explains_each(tmp_path: Path) -> None:
    listed = json.loads(interpact("rules", "--format", "json", folder=tmp_path).stdout)
    assert [rule["code"] for rule in listed] == list(RULES)
    text = interpact("rules", folder=tmp_path).stdout.decode()
    assert [line.split()[0] for line in text.splitlines()] == list(RULES)


@pytest.mark.parametrize("code", ["IP109", "IP204", "IP405", "IP407", "IP408"])
def test_explanations_have_what_people_need(code: str, tmp_path: Path) -> None:
    text = interpact("explain", code, folder=tmp_path).stdout.decode()
    for word in (RULES[code].why, RULES[code].source, "Breaks it", "Keeps it", f'ignore = ["{code}"]'):
        assert word in " ".join(text.split()) or word in text


def test_a_narrow_terminal_loses_nothing(folder: Path) -> None:
    wide = interpact("check", "broken.json", folder=folder).stdout
    narrow = interpact("check", "broken.json", folder=folder, COLUMNS="20").stdout
    assert wide == narrow
