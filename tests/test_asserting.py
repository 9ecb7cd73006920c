"""`assert_kept`, and what `interpact.contract` offers to people who write tests of their own."""

from __future__ import annotations

import ast
from typing import Any, Final, cast

import pytest

import interpact.contract as room
from interpact.contract import assert_kept, exchange_from, schema
from interpact.contract.asserting import BrokenContractError, NotJudgedError
from interpact.contract.findings import State
from interpact.contract.server import running
from interpact.contract.settings import Settings
from interpact.schemas.document import operation
from interpact.schemas.rules import Severity
from interpact.strategies.people import make_population

from .house import ROOT
from .serving import by_requests

GOOD: Final[dict[str, Any]] = {"name": "capillary", "interaction": []}
BAD: Final[dict[str, Any]] = {"name": 7, "interaction": [{"name": "pigeon", "count": 0, "messageList": []}]}


def test_what_keeps_the_contract_passes() -> None:
    assert assert_kept(GOOD).verdicts[0].state is State.PASS


def test_what_breaks_it_is_explained() -> None:
    with pytest.raises(BrokenContractError) as raised:
        assert_kept(BAD)
    assert str(raised.value).startswith("error IP103 wrong-type: /name\n")
    assert "warning" not in str(raised.value)
    assert issubclass(BrokenContractError, AssertionError)


def test_settings_decide() -> None:
    assert assert_kept(BAD, Settings(ignore=("IP",))).findings == ()
    with pytest.raises(BrokenContractError, match="\nwarning "):
        assert_kept(BAD, Settings(fail_on=Severity.WARNING))


def test_pytest_shows_the_line_of_the_user() -> None:
    responses: list[Any] = [BAD, {"request": {"url": "/elsewhere"}, "response": {"body": GOOD}}]
    for response in responses:
        with pytest.raises(AssertionError) as raised:
            assert_kept(response)
        shown = raised.traceback.filter(raised)
        assert [str(entry.path).endswith("test_asserting.py") for entry in shown] == [True]


def test_other_operations_are_told_of_without_their_query() -> None:
    other: Any = {"request": {"method": "POST", "url": "https://crm.example/v2/x?a=secret"}, "response": {"body": BAD}}
    with pytest.raises(NotJudgedError, match=r"answers POST /v2/x, .*anywhere=True") as raised:
        assert_kept(other)
    assert "secret" not in str(raised.value)
    with pytest.raises(BrokenContractError):
        assert_kept(other, anywhere=True)
    assert assert_kept({**other, "response": {"body": GOOD}}, anywhere=True).verdicts[0].state is State.PASS


def test_what_cannot_be_judged_is_let_pass() -> None:
    (verdict,) = assert_kept({"request": None, "response": {"status": 204}}).verdicts
    assert verdict.state is State.UNCHECKED


def test_the_schema_is_the_contract_for_schemathesis() -> None:
    found = cast("Any", schema)[operation().path][operation().method]
    with running(make_population(1, 14)) as url:
        case: Any = found.Case(query={"identifierName": "email", "identifierValue": "nobody@example.com"})
        assert assert_kept(case.call(base_url=url)).verdicts[0].state is State.PASS


def test_names_are_there_and_others_are_not() -> None:
    assert {"assert_kept", "check", "exchange_from", "schema"} == set(room.__all__) == set(room.HOMES)
    assert set(room.__all__) <= set(dir(room))
    assert exchange_from(b"[]").request is None
    with pytest.raises(AttributeError, match="no attribute 'asert_kept'"):
        getattr(room, "asert_kept")  # noqa: B009  a type checker would refuse the attribute
    tree = ast.parse((ROOT / "contract" / "__init__.py").read_text(encoding="utf-8"))
    seen = {
        alias.name: f".{node.module}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    assert seen == room.HOMES


def test_a_response_of_a_client_is_checked() -> None:
    who = next(iter(make_population(1, 14))).identifier("email")
    with running(make_population(1, 14), fault="interaction-as-object") as url:
        response = by_requests(f"{url}{operation().path}?identifierName=email&identifierValue={who}")
    with pytest.raises(BrokenContractError):
        assert_kept(response)
