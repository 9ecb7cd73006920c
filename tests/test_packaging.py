"""What is shipped: wheel and sdist are built, installed into empty environments and tried there."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .house import ROOMS, ROOT, module_paths, project, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("packaging")  # built once, not once for each worker

VERSION: str = project()["project"]["version"]
DATA = (".css", ".jinja", ".json", ".typed", ".yaml")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".hypothesis", ".*_cache", ".coverage*"
)

LOADED_BY_NAME = {"pyarrow"}
"""Not imported, but loaded by name where it is needed, in contract/arrow.py: it is slow to load, and has no types."""


def test_every_package_on_disk_is_listed() -> None:
    on_disk = {name for name, path in module_paths().items() if path.name == "__init__.py"}
    assert on_disk == set(project()["tool"]["setuptools"]["packages"])


def test_every_data_file_lies_in_a_package() -> None:
    folders = {path.parent for path in module_paths().values() if path.name == "__init__.py"}
    assert not [path for path in data_files() if path.parent not in folders]


def test_dependencies_are_what_the_rooms_import() -> None:
    distributions = packages_distributions()
    imported = {name.partition(".")[0] for source in sources() for name in source.loads()}
    foreign = imported - sys.stdlib_module_names - {"interpact"}
    needed = {canonicalize_name(distributions[name][0]) for name in foreign}
    declared = {requirement.name for requirement in requirements("dependencies")}
    assert needed | LOADED_BY_NAME == declared


def test_every_dependency_is_bounded() -> None:
    assert not [str(one) for one in requirements("dependencies") if not {">=", "<"} <= operators(one)]


def test_the_lock_keeps_the_bounds() -> None:
    pins = locked()
    ours = [*requirements("dependencies"), *requirements("test"), *requirements("dev")]
    assert not [str(one) for one in ours if not one.specifier.contains(pins[canonicalize_name(one.name)])]


def test_the_lock_names_no_host_and_no_path() -> None:
    text = (ROOT / "requirements" / "ci.lock").read_text(encoding="utf-8")
    assert not re.findall(r"https?:|file:|^-|@ |/\w+/", text, re.MULTILINE)


@pytest.mark.parametrize("room", ROOMS)
def test_the_checkout_is_no_place_to_import_a_room_from(room: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {room}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"import interpact.{room} instead" in done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    copy = tmp_path_factory.mktemp("checkout") / "interpact"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(copy))
    return folder


@pytest.fixture(scope="module", params=["*.whl", "*.tar.gz"], ids=["wheel", "sdist"])
def installed(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment that holds nothing but interpact.

    Its dependencies are lent by the environment that the tests run in: the path of that one comes last, and
    its own interpact is not in it or is hidden. (.ci/run installs the wheel into a really empty one.)
    """
    (artefact,) = built.glob(request.param)
    scripts = empty_environment(tmp_path_factory.mktemp("environment"))
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    run(*pip, "--no-deps", "--no-index", "--no-build-isolation", str(artefact))
    return scripts


def test_the_wheel_holds_every_module_and_data_file(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {name for name in names if name.startswith("interpact/")} == set(wheel_names())
    assert {name.partition("/")[0] for name in names} == {"interpact", f"interpact-{VERSION}.dist-info"}


def test_the_sdist_holds_what_its_own_tests_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".ci/run", "requirements/ci.lock"} <= names
    assert {f"tests/{path.name}" for path in (ROOT / "tests").glob("*.py")} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".git/", ".venv/"))]


def test_the_installed_command_tells_its_version(installed: Path) -> None:
    assert VERSION in run(str(installed / "interpact"), "--version")


def test_every_installed_module_can_be_imported(installed: Path) -> None:
    modules = [name for name in module_paths() if not name.endswith("__main__")]
    code = f"import importlib; [print(importlib.import_module(name).__file__) for name in {modules}]"
    places = [Path(line) for line in run(str(installed / "python"), "-I", "-c", code).splitlines()]
    assert len(places) == len(modules)
    assert not [place for place in places if not place.is_relative_to(installed.parent)]


def test_the_installed_package_is_typed_and_has_its_documents(installed: Path) -> None:
    code = """
from importlib.resources import files
from interpact.schemas.document import DOCUMENTS, load
assert files("interpact").joinpath("py.typed").is_file()
assert files("interpact.schemas").joinpath("openapi.yaml").is_file()
print([len(load(name)) > 0 for name in DOCUMENTS])
"""
    assert "False" not in run(str(installed / "python"), "-I", "-W", "error", "-c", code)


def test_a_project_with_rooms_of_its_own_notices_nothing(installed: Path, tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text(f"OWNER = 'the user of {room}'\n")
    (tmp_path / "conftest.py").write_text(USER_CONFTEST)
    (tmp_path / "test_own.py").write_text(USER_TEST)
    summary = run(str(installed / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "3 passed" in summary


USER_CONFTEST = """
import contract, pytest, schemas, strategies

@pytest.fixture
def rooms():
    return {"contract": contract, "schemas": schemas, "strategies": strategies}
"""
USER_TEST = """
import importlib, pathlib, pytest

@pytest.mark.parametrize("name", ["contract", "schemas", "strategies"])
def test_the_room_is_mine(name, rooms):
    assert rooms[name] is importlib.import_module(name)
    assert rooms[name].OWNER == f"the user of {name}"
    assert importlib.import_module(f"interpact.{name}") is not rooms[name]
    assert pathlib.Path(rooms[name].__file__).parent.parent == pathlib.Path(__file__).parent
"""


def requirements(group: str) -> list[Requirement]:
    """The dependencies, or those of an extra, other than interpact itself."""
    said = project()["project"]
    lines = said[group] if group in said else said["optional-dependencies"][group]
    return [one for one in map(Requirement, lines) if one.name != "interpact"]


def operators(requirement: Requirement) -> set[str]:
    return {one.operator for one in requirement.specifier}


def locked() -> dict[str, str]:
    """Versions by name, as .ci/run installs them."""
    text = (ROOT / "requirements" / "ci.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[\w,-]+\])?==([\w.]+)", text, re.MULTILINE))


def data_files() -> Iterator[Path]:
    """Files of the rooms and the face that are no modules but are read or looked for at run time."""
    folders = [ROOT / "src" / "interpact", *(ROOT / room for room in ROOMS)]
    yield from (path for folder in folders for path in folder.rglob("*") if path.suffix in DATA or path.name in DATA)


def wheel_names() -> Iterator[str]:
    """Where each file of the checkout lies in the wheel."""
    for path in [*module_paths().values(), *data_files()]:
        inside = path.relative_to(ROOT)
        yield "/".join(inside.parts[1:] if inside.parts[0] == "src" else ("interpact", *inside.parts))


def empty_environment(folder: Path) -> Path:
    """Make an environment without pip, lend it the packages of this one, and return its folder of scripts."""
    builder = venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt")
    builder.create(folder)
    context = builder.ensure_directories(folder)
    (packages,) = Path(folder).rglob("site-packages")
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return Path(context.bin_path)


def run(*command: str, cwd: Path | None = None) -> str:
    """What a command prints; fails with all of it where the command does."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
