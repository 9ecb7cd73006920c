"""The frames as pandera schemas say what the checker says, and the tables are what they promise."""

from __future__ import annotations

import json
from typing import Any, cast

import pandera.errors
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Response
from interpact.contract.flatten import flatten
from interpact.contract.frames import context_frame
from interpact.contract.loose import Broken, loosen
from interpact.contract.settings import Settings
from interpact.schemas.frames import VIOLATIONS
from interpact.schemas.frames.models import frame_schema, prepared
from interpact.schemas.rules import RULES, Kind, Severity
from interpact.schemas.tables import TABLES
from interpact.strategies import BREAKABLE, defects, responses

from .wire import body_only

CALM = Settings(key=b"tests")
FRAMED = [code for code in BREAKABLE if RULES[code].kind is Kind.MEANING and RULES[code].part.value == "response.body"]


def tables_of(exchange: Exchange, broken: Broken | None = None) -> dict[str, pl.DataFrame]:
    assert exchange.response is not None
    assert exchange.response.body is not None
    body = loosen(json.loads(exchange.response.body), {} if broken is None else broken)
    return flatten([body], context_frame([(0, exchange)], CALM.now), {})


def reported(table: str, frame: pl.DataFrame) -> set[str]:
    try:
        frame_schema(table, least=Severity.INFO).validate(prepared(table, frame), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pl.DataFrame = cast("Any", errors).failure_cases  # untyped in pandera
        return {name.partition(" ")[0] for name in cases["check"].to_list()}
    return set()


@given(st.sampled_from(FRAMED).flatmap(defects))
@settings(max_examples=25)
def test_pandera_reports_what_the_checker_reports(defect: Any) -> None:
    exchange = Exchange(Place("x"), response=Response.of(defect.sample.content()))
    found = {one.code for one in check([exchange], CALM).findings}
    broken: Broken = {}
    frames = tables_of(exchange, broken)
    assume(not broken)  # a table cannot hold an integer of more than 64 bits
    assert set().union(*(reported(name, frame) for name, frame in frames.items())) == found


@given(responses())
@settings(max_examples=10)
def test_pandera_accepts_what_is_valid(body: Any) -> None:
    for name, frame in tables_of(body_only(body)).items():
        assert reported(name, frame) == set()


@given(responses())
@settings(max_examples=40)
def test_each_row_knows_its_place(body: Any) -> None:
    frames = tables_of(body_only(body))
    for row in frames["messages"].iter_rows(named=True):
        message = body["interaction"][row["entry"]]["messageList"][row["message"]]
        assert {name: row[name] for name in message} == message
        assert row["entry.name"] == body["interaction"][row["entry"]]["name"]
    assert len(frames["messages"]) == sum(len(entry.get("messageList", ())) for entry in body["interaction"])
    assert frames["entries"]["name"].to_list() == [entry["name"] for entry in body["interaction"]]


def test_the_tables_are_those_that_the_document_marks() -> None:
    assert list(TABLES) == ["entries", "messages", "remarks"]
    assert set(VIOLATIONS) == {*TABLES, "requests"}


def test_pandera_reads_tables_without_context() -> None:
    frame = pl.DataFrame({
        "exchange": [0], "entry": [0], "message": [0], "entry.name": ["sms"], "id": [7], "receiver": ["491511234567"],
        "subject": [""], "campaignId": [0], "status": ["SENT"], "sentDate": ["01-06-2023 10:00:00"], "userId": [1],
        "deliveredTime": [None],
    }, schema_overrides={"deliveredTime": pl.String})  # fmt: skip
    with pytest.raises(pandera.errors.SchemaErrors, match="IP221"):
        frame_schema("messages").validate(frame, lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors, match=r"int64|Int64"):
        frame_schema("messages").validate(frame.with_columns(pl.col("userId").cast(pl.String)), lazy=True)
