"""The configuration is shown as it holds: each value with its source, and with what that shadows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from interpact.contract.config import KEYS

from .test_cli import interpact

if TYPE_CHECKING:
    from pathlib import Path

FILE = 'fail-on = "info"\nignore = ["IP3"]\nbaseline = "known.json"\n[tolerance]\nIP214 = "2%"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "interpact.toml").write_text(FILE)
    (tmp_path / "known.json").write_text('{"accepted": []}')
    return inner


def shown(*flags: str, folder: Path, **variables: str) -> dict[str, dict[str, Any]]:
    done = interpact("config", "show", "--format", "json", *flags, folder=folder, stdin=b"", **variables)
    assert done.returncode == 0, done.stderr
    return {one.pop("key"): one for one in json.loads(done.stdout)["settings"]}


def test_every_key_is_shown_with_its_default(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    found = shown(folder=tmp_path)
    assert list(found) == list(KEYS)
    assert {one["source"] for one in found.values()} == {"default"}
    assert found["fail-on"]["value"] == "error"
    assert found["tolerance"]["value"] == {}


@pytest.mark.parametrize(
    ("flags", "variables", "value", "source", "shadows"),
    [
        ((), {}, "info", "file", []),
        ((), {"INTERPACT_FAIL_ON": "error"}, "error", "environment variable INTERPACT_FAIL_ON", ["file"]),
        (("--fail-on", "warning"), {}, "warning", "flag --fail-on", ["file"]),
        (
            ("--fail-on", "warning"),
            {"INTERPACT_FAIL_ON": "error"},
            "warning",
            "flag --fail-on",
            ["environment variable INTERPACT_FAIL_ON", "file"],
        ),
    ],
)
def test_the_source_that_wins_is_named_and_those_that_lose(  # noqa: PLR0913, PLR0917 - a table
    folder: Path, flags: tuple[str, ...], variables: dict[str, str], value: str, source: str, shadows: list[str]
) -> None:
    path = str(folder.parent / "interpact.toml")
    found = shown(*flags, folder=folder, **variables)["fail-on"]
    told = json.loads(json.dumps(found).replace(json.dumps(path)[1:-1], "file"))
    assert told == {"value": value, "source": source, "shadows": shadows}


def test_a_baseline_is_named_from_its_file_and_tolerances_are_shown(folder: Path) -> None:
    found = shown(folder=folder)
    assert found["baseline"]["value"] == str(folder.parent / "known.json")
    assert found["tolerance"]["value"] == {"IP214": "2%"}
    assert found["ignore"]["value"] == ["IP3"]


def test_a_file_that_a_nearer_one_shadows_is_named(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.interpact]\nmax-unchecked = 5\n")
    done = interpact("config", "show", folder=folder)
    lines = done.stdout.decode().splitlines()
    near, far = folder / "pyproject.toml", folder.parent / "interpact.toml"
    assert f"max-unchecked = 5.0  # {near}, [tool.interpact]" in lines
    assert 'fail-on = "error"  # default' in lines
    assert lines[-1] == f"# not read: {far}, since {near} is nearer"


@pytest.mark.parametrize(
    ("flags", "message"), [(("--nonsense",), b"No such option"), (("--fail-on", "never"), b"'never' is not one of")]
)
def test_mistakes_are_those_of_check(folder: Path, flags: tuple[str, ...], message: bytes) -> None:
    done = interpact("config", "show", *flags, folder=folder)
    assert done.returncode == 2
    assert message.lower() in done.stderr.lower()
