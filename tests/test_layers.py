"""The plan of the house: which room may import which, and that `contract/` names nothing of the API."""

from __future__ import annotations

import ast
import graphlib
import re
from typing import TYPE_CHECKING

import pytest

from interpact.schemas.document import DOCUMENTS, load, operation

from .house import ROOMS, ROOT, Source, room_of, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interpact.schemas.values import Json

# Names of the API that are words of every program, of JSON, of HTTP or of interpact itself, each with the reason.
FALSE_FRIENDS = {
    "name": "rules, files, headers and options have names",
    "id": "JSON Schema's $id, Python's id()",
    "type": "JSON Schema's type, argparse's and click's type=",
    "status": "HTTP's status code",
    "count": "findings are counted; str.count",
    "message": "errors and findings have messages",
    "code": "rules have codes",
    "warnings": "a severity and a module of the standard library",
    "errors": "a severity; the errors= of open() and decode()",
    "network": "what nothing in a capture may reach",
}

# Where one of our own modules may be imported late, each with the reason.
MAY_IMPORT_LATE = {
    "interpact.contract.cli": "so that `interpact --version` is quick",
    "interpact.contract.pytest_plugin": "it costs a test run nothing before it is used",
    "interpact.contract.runner": "the checker loads Polars, which a run without exchanges does not need",
    "interpact.contract.spark": "the checker loads Polars, which reads then how many threads it may use",
    "interpact.contract.workers": "the checker loads Polars, which reads then how many threads it may use",
}


def test_every_room_is_there() -> None:
    assert {source.room for source in sources()} == {"", *ROOMS}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.module)
def test_a_room_imports_only_from_those_before_it(source: Source) -> None:
    if not source.room:
        return
    allowed = ROOMS[: ROOMS.index(source.room) + 1]
    wrong = [
        f"{name} in line {line}" for name, line in source.imports() if _is_ours(name) and room_of(name) not in allowed
    ]
    assert not wrong


def test_imports_have_no_cycle() -> None:
    graph = {source.module: {name for name, _ in source.imports() if _is_ours(name)} for source in sources()}
    for module, imported in graph.items():
        imported.discard(module)
    tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.module)
def test_own_modules_are_imported_at_the_top(source: Source) -> None:
    if source.module.startswith(tuple(MAY_IMPORT_LATE)):
        return
    assert not [f"{name} in line {line}" for name, line in source.late_imports() if _is_ours(name)]


@pytest.mark.parametrize("source", [s for s in sources() if s.room], ids=lambda source: source.module)
def test_rooms_import_each_other_relatively(source: Source) -> None:
    absolute = [
        node.lineno
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "interpact")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "interpact" for alias in node.names))
    ]
    assert not absolute


@pytest.mark.parametrize(
    "source",
    [s for s in sources() if s.room == "contract"],
    ids=lambda source: source.module.removeprefix("interpact."),
)
def test_contract_names_nothing_of_the_api(source: Source) -> None:
    ours = api_names() - FALSE_FRIENDS.keys()
    assert not [f"{word} in line {line}" for word, line in _words(source.tree) if word in ours]


def test_false_friends_are_names_of_the_api() -> None:
    assert FALSE_FRIENDS.keys() <= api_names()


def test_names_of_the_api_are_known() -> None:
    assert {"messageList", "campaignId", "identifierName", "interaction", "deliveredTime"} <= api_names()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_refuses_to_be_a_top_level_package(room: str) -> None:
    guard = (ROOT / room / "__init__.py").read_text(encoding="utf-8")
    assert f'if __name__ != "interpact.{room}":' in guard


def api_names() -> frozenset[str]:
    """Names of all properties and parameters that the documents declare."""
    properties = {name for document in DOCUMENTS for name in _properties(load(document))}
    return frozenset(properties | operation().parameters.keys())


def _properties(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        declared = node.get("properties")
        yield from declared if isinstance(declared, dict) else ()
    for child in _children(node):
        yield from _properties(child)


def _children(node: Json) -> list[Json]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _words(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The identifiers, and the words in the strings, of code; docstrings are for people and may give examples."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from ((word, node.lineno) for word in re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or "", node.lineno


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "interpact"
