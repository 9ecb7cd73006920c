"""What loads what: the face and the quick commands stay clear of the heavy libraries."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import Any

import pytest

import interpact
import interpact.contract

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


@pytest.mark.parametrize("module", [interpact, interpact.contract], ids=lambda module: module.__name__)
def test_type_checkers_see_the_same_names(module: Any) -> None:
    """What stands under `if TYPE_CHECKING` is what is given when it is asked for, from the same modules."""
    (source,) = (source for source in sources() if source.module == module.__name__)
    seen = {
        alias.name: f"{'.' * node.level}{node.module}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("interpact."))
        for alias in node.names
    }
    assert seen == module.HOMES
    assert set(seen) == set(module.__all__) - {"__version__"}


@pytest.mark.parametrize("name", interpact.contract.__all__)
def test_every_name_of_the_room_is_there(name: str) -> None:
    assert getattr(interpact.contract, name) is not None
    assert name in dir(interpact.contract)


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    return set(json.loads(python(f"{code}\n{REPORT}").splitlines()[-1]))


def python(code: str) -> str:
    """What a fresh interpreter prints; isolated, so that neither the checkout nor the environment shows through."""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout
