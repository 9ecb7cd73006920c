"""The documentation runs: every fenced block of README.md, CONTRIBUTING.md and docs/ is executed or parsed.

```console   lines after `$ ` are run by bash in a copy of the repository's examples; what is shown below them must
             come out, where a line `...` stands for any lines and `...` in a line for anything
```python    run in a fresh interpreter; a block with `>>>` as a doctest
```toml, ```yaml, ```json, ```ndjson   parsed
```sh        set-up commands: each is marked by a comment before it, and .ci/run executes it on a fresh checkout
```text, ```mermaid   not executed
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

from .house import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = ("examples", "docs")
"""Folders that commands in the documentation may name."""
MARKERS = {"<!-- try-command -->", "<!-- test-command -->"}
"""What .ci/run looks for: the line after is a fence, and in it stands one command."""
END = "\x1e"
"""Printed between the outputs of the commands of a block, with the status that the command left."""
WORST = 1
"""Findings are an ordinary end of a command; a worse status must be shown by `$ echo $?` below it."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    before: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = text.splitlines()
        for token in MarkdownIt().parse(text):
            if token.type == "fence" and token.map:
                start = token.map[0]
                language = (token.info.split() or [""])[0]
                yield Block(page, start + 1, language, token.content, lines[start - 1] if start else "")


def of(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


PARSERS: dict[str, Callable[[str], object]] = {
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
    "json": json.loads,
    "ndjson": lambda text: [json.loads(line) for line in text.splitlines()],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what the commands in the documentation may name."""
    for name in SHOWN:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("block", list(blocks()), ids=str)
def test_every_block_says_what_it_is(block: Block) -> None:
    assert block.language in {"console", "python", "sh", "text", "mermaid", *PARSERS}


@pytest.mark.parametrize("block", of("sh"), ids=str)
def test_set_up_commands_are_run_by_ci(block: Block) -> None:
    assert block.before in MARKERS
    assert block.before.strip("<>! -") in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert len(block.text.splitlines()) == 1


@pytest.mark.parametrize("block", of(*PARSERS), ids=str)
def test_data_can_be_parsed(block: Block) -> None:
    assert PARSERS[block.language](block.text) is not None


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_runs(block: Block, folder: Path) -> None:
    script = folder / "block.py"
    script.write_text(block.text, encoding="utf-8")
    options = "doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE"
    code = (
        f"import doctest, sys; sys.exit(doctest.testfile('block.py', module_relative=False, optionflags={options})[0])"
    )
    arguments = ["-c", code] if ">>>" in block.text else [script.name]
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env=os.environ | {"CI": "true"},  # Hypothesis then does not mind a machine that is slow
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("block", of("console"), ids=str)
def test_commands_print_what_is_shown(block: Block, folder: Path) -> None:
    steps = list(commands(block.text))
    assert steps, f"{block}: a console block without a line that starts with `$ `"
    outputs = shell([command for command, _ in steps], folder)
    for index, ((command, shown), (printed, status)) in enumerate(zip(steps, outputs, strict=True)):
        if shown:
            assert alike(shown, printed), f"{block}: $ {command}\n--- shown\n{shown}\n--- printed\n{printed}"
        told = [later for later, _ in steps[index + 1 : index + 2]] == ["echo $?"]
        assert status <= WORST or told, f"{block}: $ {command}\nends with {status}, and does not show it\n{printed}"


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the output that is shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = re.sub(r"\\\n(?:> )?", "", part).partition("\n")
        yield command, shown.strip("\n")


def shell(lines: list[str], folder: Path) -> list[tuple[str, int]]:
    """What each command prints, and its exit status, when one shell runs them all in a folder."""
    keep = f"status=$?; printf '{END}%s{END}' $status; (exit $status)"
    script = "\n".join(f"{line}\n{keep}" for line in lines)
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    pieces = done.stdout.split(END)
    return [(output.strip("\n"), int(status)) for output, status in zip(pieces[::2], pieces[1::2], strict=False)]


def environment(folder: Path) -> dict[str, str]:
    """A person's environment with interpact installed: scripts on the path, 100 columns, no colour."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("INTERPACT_", "CI"))}
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    return inherited | {"PATH": path, "HOME": str(folder), "COLUMNS": "100", "NO_COLOR": "1"}


def alike(shown: str, printed: str) -> bool:
    """Whether the output is what is shown.

    `...` alone in a line stands for any number of lines, within a line for any text; blanks at the ends do not count.
    """
    pattern = "".join(
        r"(?:[^\n]*\n)*"
        if line.strip() == "..."
        else r"[^\n]*".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
        for line in shown.splitlines()
    )
    lines = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, lines) is not None


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("one\ntwo", "one\ntwo", True),
        ("one\n...", "one\ntwo\nthree", True),
        ("one\n...\nthree", "one\nthree", True),
        ("took ... s", "took 1.25 s", True),
        ("took ... s", "took 1\n2 s", False),
        ("one", "one\ntwo", False),
        ("a.c", "abc", False),
    ],
)
def test_ellipses_stand_for_what_is_left_out(*, shown: str, printed: str, expected: bool) -> None:
    assert alike(shown, printed) is expected


def test_a_block_is_split_into_commands() -> None:
    text = "$ one \\\n> --two\nshown\n$ three\n"
    assert list(commands(text)) == [("one --two", "shown"), ("three", "")]
