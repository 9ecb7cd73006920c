"""What loads what: the face and the quick commands stay clear of the heavy libraries."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

import interpact

from .house import sources

HEAVY = {"polars", "pandera", "schemathesis", "hypothesis", "pandas", "pytest", "jsonschema"}

REPORT = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"

QUICK = {
    "face": "import interpact",
    "version of the face": "import interpact; interpact.__version__",
    "values of the face": "import interpact; interpact.Exchange, interpact.Settings, interpact.RULES",
    "room": "import interpact.contract",
    "command line": "import interpact.contract.cli",
    "--version": "from interpact.contract.cli import main; sys.argv = ['interpact', '--version']; run(main)",
    "--help": "from interpact.contract.cli import main; sys.argv = ['interpact', '--help']; run(main)",
}

PRELUDE = """
import contextlib, io, sys
def run(main):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
"""


@pytest.mark.parametrize("code", QUICK.values(), ids=QUICK.keys())
def test_quick_things_load_nothing_heavy(code: str) -> None:
    assert not loaded_by(f"{PRELUDE}\n{code}") & HEAVY


def test_the_face_loads_no_room() -> None:
    code = "import interpact, sys; print([name for name in sys.modules if name.startswith('interpact.')])"
    assert python(code).strip() == "[]"


@pytest.mark.parametrize("name", interpact.__all__)
def test_every_name_of_the_face_is_there(name: str) -> None:
    assert getattr(interpact, name) is not None
    assert name in dir(interpact)


def test_an_unknown_name_of_the_face_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        getattr(interpact, "chekc")  # noqa: B009  a type checker would refuse the attribute


def test_type_checkers_see_the_same_face() -> None:
    """What stands under `if TYPE_CHECKING` is what the lazy face gives, from the same modules."""
    (face,) = (source for source in sources() if source.module == "interpact")
    seen = {
        alias.name: node.module
        for node in ast.walk(face.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("interpact.")
        for alias in node.names
    }
    assert seen == interpact.HOMES
    assert sorted([*seen, "__version__"]) == sorted(interpact.__all__)


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    return set(json.loads(python(f"{code}\n{REPORT}").splitlines()[-1]))


def python(code: str) -> str:
    """What a fresh interpreter prints; isolated, so that neither the checkout nor the environment shows through."""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout
