"""The house as it stands on disk: its rooms, its modules with their syntax trees, its pyproject.toml."""

from __future__ import annotations

import ast
import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ROOMS = ("schemas", "strategies", "contract")
"""From what is declared to what is checked: a room imports from those before it, never from those after it."""


def unmeasured() -> dict[str, str]:
    """The environment of a process that a test interrupts or kills: without our settings, and without coverage.py.

    Its tracer takes a lock that an exception of a signal's handler never gives back, so that the process does not end,
    and one that is killed leaves half of a file, which the others cannot be put together with.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith(("INTERPACT_", "COVERAGE_"))}


@dataclass(frozen=True)
class Source:
    """One module of the wheel: where it is, what it is called, what it says."""

    path: Path
    module: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room that it stands in; empty for the face."""
        return room_of(self.module)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Absolute names of the modules that it imports, with their lines."""
        yield from self._imports(self.tree)

    def loads(self) -> Iterator[str]:
        """Names of the modules that it imports when it runs, which leaves out those for type checkers."""
        for_types = [node for node in ast.walk(self.tree) if isinstance(node, ast.If) and _is_type_checking(node.test)]
        left_out = {name for node in for_types for name, _ in self._imports(node)}
        yield from (name for name, _ in self.imports() if name not in left_out)

    def late_imports(self) -> Iterator[tuple[str, int]]:
        """Those of the imports that stand in a function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from self._imports(node)

    def _imports(self, scope: ast.AST) -> Iterator[tuple[str, int]]:
        for node in ast.walk(scope):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from ((name, node.lineno) for name in self._names(node))

    def _names(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        base = self._base(node)
        return [_longest(f"{base}.{alias.name}") for alias in node.names]

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.module.split(".")
        up = node.level - (self.path.name == "__init__.py")
        return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def room_of(module: str) -> str:
    """The room that a module stands in: `interpact.contract.cli` -> `contract`; empty for the face."""
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    return room if package == "interpact" and room in ROOMS else ""


@cache
def sources() -> tuple[Source, ...]:
    """Every module that the wheel is made of."""
    return tuple(
        Source(path, name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in sorted(module_paths().items())
    )


@cache
def module_paths() -> dict[str, Path]:
    """The files of the modules of the wheel, by the names that they are imported by."""
    folders = {"interpact": ROOT / "src" / "interpact", **{f"interpact.{room}": ROOT / room for room in ROOMS}}
    return {
        _module(package, path.relative_to(folder)): path
        for package, folder in folders.items()
        for path in folder.rglob("*.py")
    }


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _module(package: str, path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join((package, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _longest(name: str) -> str:
    """`name`, or its parent where it is something in a module of ours."""
    ours = name.startswith("interpact.") and name not in module_paths()
    return name.rpartition(".")[0] if ours else name
