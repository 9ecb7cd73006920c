"""Tables: every row with a body is an exchange, whatever the file; tables that are flattened are judged by frames."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from importlib import import_module
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.exchange import Exchange
from interpact.contract.readers.base import Problem, Rows
from interpact.contract.readers.tables.columns import Kind, layout_of
from interpact.contract.readers.tables.judging import judge_rows
from interpact.contract.settings import Settings
from interpact.schemas.tables import TABLES

from .fuzzing.seeds import BODY, URL, arrow, columns, csv_of, escaped_csv, flat, parquet, sqlite
from .packing import findings, items, told
from .test_cli import interpact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WRITERS = [parquet, arrow, csv_of, escaped_csv, sqlite]
TYPED = [parquet, arrow]
ARROW = ("pyarrow", "pyarrow.parquet", "pyarrow.feather")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@pytest.mark.parametrize("write", WRITERS)
def test_a_column_of_bodies_is_found(tmp_path: Path, write: Callable[[dict[str, list[Any]]], bytes]) -> None:
    path = tmp_path / "table"
    member = "log" if write is sqlite else ""
    assert told(path, write(columns()))[0] == f"{member}#1: {BODY}"
    first, second = items(path)
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert first.request is not None
    assert first.request.url == URL
    assert [one.response.status for one in (first, second) if one.response] == [200, 404]
    assert told(path, column="payload") == told(path)
    assert "no column of this name; the columns are" in told(path, column="paylod")[0]
    assert told(path, explicit=False) == told(path)


@pytest.mark.parametrize("write", WRITERS)
@given(texts=st.lists(st.fixed_dictionaries({"name": TEXTS, "interaction": st.just([])}), min_size=1, max_size=20))
def test_bodies_come_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, write: Callable[[dict[str, list[Any]]], bytes], texts: list[Any]
) -> None:
    bodies = [json.dumps(one, ensure_ascii=False) for one in texts]
    path = tmp_path_factory.mktemp("t") / "table"
    path.write_bytes(write({"id": list(range(len(bodies))), "answer": bodies}))
    read = [
        one.response.body for one in items(path) if isinstance(one, Exchange) and one.response and one.response.body
    ]
    assert read == [body.encode() for body in bodies]


@pytest.mark.parametrize("write", WRITERS)
def test_a_table_of_something_else(tmp_path: Path, write: Callable[[dict[str, list[Any]]], bytes]) -> None:
    data = write({"a": ["x", "y"], "b": [1, 2]})
    (only,) = told(tmp_path / "t", data)
    assert "--body-column" in only or "plain text" in only
    assert told(tmp_path / "t.csv", data, explicit=False) == ["~"]


def packed(body: str) -> dict[str, Any]:
    pa: Any = import_module("pyarrow")
    texts = [body, None, body]
    return {
        "numbered": pa.array(texts).dictionary_encode(),
        "large": pa.array(texts, pa.large_string()),
        "view": pa.array(texts, pa.string_view()),
        "fixed": pa.array([text and text.encode() for text in texts], pa.binary(len(body.encode()))),
        "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(texts)),
        "gzip": pa.array([text and gzip.compress(text.encode()) for text in texts]),
        "base64": pa.array([text and base64.b64encode(text.encode()).decode() for text in texts]),
        "escaped twice": pa.array([text and json.dumps(text) for text in texts]),
    }


@pytest.mark.parametrize("kind", packed(BODY))
def test_bodies_in_columns_of_unusual_types(tmp_path: Path, kind: str) -> None:
    pa, files, feather = (import_module(name) for name in ARROW)
    table = pa.table({"at": [1, 2, 3], "answer": packed(BODY)[kind]})
    files.write_table(table, tmp_path / "t")
    feather.write_feather(table, str(tmp_path / "f"))
    expected = [f"#1: {BODY}", "#2: body not recorded", f"#3: {BODY}"]
    for name in ("t", "f"):
        assert told(tmp_path / name) == told(tmp_path / name, column="answer") == expected


@pytest.mark.parametrize("is_typed", [True, False])
def test_one_value_that_stands_in_every_row(tmp_path: Path, *, is_typed: bool) -> None:
    """A dictionary makes a few hundred bytes of gigabytes; what it grows to is bounded as for any compression."""
    pa, files, _ = (import_module(name) for name in ARROW)
    large = f"{BODY}{' ' * 1_000_000}"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array([large]))
    files.write_table(pa.table({"body": column}), tmp_path / "t", compression="zstd", store_schema=is_typed)
    assert (tmp_path / "t").stat().st_size < 1000
    (only,) = told(tmp_path / "t", free_expansion=1 << 20)
    assert "times its size" in only


def test_rows_that_are_read_in_pieces_are_all_there(tmp_path: Path) -> None:
    bodies = [f'{{"name": "{number % 7}", "interaction": []}}' for number in range(1000)]
    read = told(tmp_path / "t", parquet({"answer": bodies}))
    assert read == [f"#{number}: {body}" for number, body in enumerate(bodies, 1)]


def test_a_column_is_known_by_its_name_where_it_holds_nothing(tmp_path: Path) -> None:
    table = {"url": [URL] * 200, "body": [None] * 199 + [BODY]}
    assert told(tmp_path / "t", parquet(table))[198:] == ["#199: body not recorded", f"#200: {BODY}"]
    assert "--body-column" in told(tmp_path / "m", parquet({"to": ["a"], "body": ["Dear Ada"]}))[0]


def test_headers_and_compressed_bodies(tmp_path: Path) -> None:
    fields = json.dumps({"Content-Type": "application/json"})
    table = {"response_headers": [fields], "response_body": [gzip.compress(BODY.encode())], "uri": [URL]}
    (tmp_path / "t").write_bytes(parquet(table))
    (found,) = items(tmp_path / "t", column="response_body")
    assert isinstance(found, Exchange)
    assert found.response is not None
    assert (found.response.body, found.response.header("content-type")) == (BODY.encode(), "application/json")


def test_nested_bodies_are_written_again(tmp_path: Path) -> None:
    body = json.loads(BODY)
    expected = ["#1: " + json.dumps(body, separators=(",", ":"))]
    for write in TYPED:
        assert told(tmp_path / "t", write({"at": [1], "answer": [body]})) == expected
        assert told(tmp_path / "t", write({name: [value] for name, value in body.items()})) == expected
        record = {"request": [{"url": URL}], "response": [{"status": 200, "body": BODY}]}
        assert told(tmp_path / "t", write(record)) == [f"#1: {BODY}"]


def test_what_a_nested_body_lacks_is_left_out(tmp_path: Path) -> None:
    body = {"name": None, "interaction": [{"name": "sms", "count": None}]}
    assert (
        told(tmp_path / "t", parquet({"answer": [body, json.loads(BODY)]}))[0] == '#1: {"interaction":[{"name":"sms"}]}'
    )


def test_many_rows_are_numbered_through_batches(tmp_path: Path) -> None:
    for write in WRITERS:
        (tmp_path / "t").write_bytes(write({"payload": [BODY] * 2500, "status": [200] * 2500}))
        assert [one.place.entry for one in items(tmp_path / "t")] == list(range(1, 2501))


def test_rows_of_another_length_are_named(tmp_path: Path) -> None:
    data = csv_of({"payload": [BODY, BODY], "status": [200, 200]})
    lines = data.splitlines(keepends=True)
    reading = told(tmp_path / "t", b"".join([*lines[:2], b"1,2,3\r\n", *lines[2:]]))
    assert sorted(line[:4] for line in reading) == ["#1: ", "#2! ", "#3: "]
    assert "3 cells, where 2 are expected" in str(reading)


def test_a_null_is_no_body_and_csv_writes_it_as_an_empty_cell(tmp_path: Path) -> None:
    for write in (parquet, arrow, sqlite):
        (tmp_path / "t").write_bytes(write({"payload": [BODY, None, ""], "status": [200, 200, 200]}))
        assert [line.removeprefix("log") for line in told(tmp_path / "t")[1:]] == ["#2: body not recorded", "#3: "]
    (tmp_path / "t").write_bytes(csv_of({"payload": [BODY, "", BODY], "status": [200, 200, 200]}))
    assert told(tmp_path / "t")[1] == "#2: body not recorded"


def test_cells_are_kept_byte_for_byte_in_whatever_encoding(tmp_path: Path) -> None:
    body = '{"name":"\xe9","interaction":[]}'
    for codec in ("utf-8", "latin-1"):
        quoted = body.replace('"', '""').encode(codec)
        (tmp_path / "t").write_bytes(b'payload,caf\xe9\n"' + quoted + b'",1\n\xff,1,2\n"' + quoted + b'",\xff\n')
        assert told(tmp_path / "t")[0].startswith("! ")  # a name that is no text
        (tmp_path / "t").write_bytes(b'payload,x\n"' + quoted + b'",1\n\xff,1,2\n"' + quoted + b'",\xff\n')
        first, second, third = sorted(items(tmp_path / "t"), key=lambda one: one.place.entry or 0)
        assert isinstance(second, Problem)
        for one in (first, third):
            assert isinstance(one, Exchange)
            assert one.response is not None
            assert one.response.body == body.encode(codec)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators(tmp_path: Path, separator: str) -> None:
    quoted = BODY.replace('"', '""')
    data = f'status{separator}payload\n200{separator}"{quoted}"\n'.encode()
    assert told(tmp_path / "t", data) == [f"#1: {BODY}"]


@pytest.mark.parametrize("write", WRITERS)
def test_damaged_tables_are_problems(tmp_path: Path, write: Callable[[dict[str, list[Any]]], bytes]) -> None:
    data = write({"payload": [BODY] * 200, "status": [200] * 200})
    for cut in (20, len(data) // 2, len(data) - 10):
        reading = told(tmp_path / "t", data[:cut])
        assert any("!" in line for line in reading) or write in {csv_of, escaped_csv}


def test_sqlite_runs_nothing_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE log (body TEXT, size INT GENERATED ALWAYS AS (length(body)))")
    connection.execute("INSERT INTO log (body) VALUES (?)", (BODY,))
    connection.execute("CREATE VIEW answers AS SELECT body FROM log")
    connection.execute("CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM log; END")
    connection.execute("CREATE TABLE other (a)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    assert told(path) == [f"log#1: {BODY}"]
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["t.db"]


def test_sqlite_whose_name_is_no_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=rwc#%41 \udce9.db"
    assert told(path, sqlite(columns()))[0] == f"log#1: {BODY}"


WRONG: list[tuple[dict[str, list[Any]], list[str]]] = [
    ({}, []),
    ({"message": [0, 1]}, ["2 IP203 /interaction/0/messageList/1/id"]),
    ({"exchange": [0, 1]}, []),
    ({"message": [0, 1], "id": [7, None]}, ["2 IP102 /interaction/0/messageList/1/id"]),
    ({"sentDate": ["31-06-2023 10:00:00", "01-06-2023 10:00:00"]}, ["1 IP209 /interaction/0/messageList/0/sentDate"]),
]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("changes", "expected"), WRONG)
def test_flattened_tables_are_judged_by_row(
    tmp_path: Path, write: Callable[[dict[str, list[Any]]], bytes], changes: dict[str, list[Any]], expected: list[str]
) -> None:
    table = flat() | {"id": [7, 8]} | changes
    if "message" in changes and "id" not in changes:
        table["id"] = [7, 7]
    assert findings(tmp_path / "t", write(table)) == expected


def test_cells_of_another_type_are_named(tmp_path: Path) -> None:
    table = flat() | {"id": ["x", "8"], "message": [0, 1]}
    for write in (csv_of, sqlite):
        assert findings(tmp_path / "t", write(table)) == ["1 IP103 /interaction/0/messageList/0/id"]
    assert findings(tmp_path / "t", parquet(flat() | {"id": [1.5, 2.0]})) == ["1 IP103 /interaction/0/messageList/0/id"]


def test_rows_of_one_exchange_stay_together(tmp_path: Path) -> None:
    """Two equal ids in one entry are found however the rows fall into batches."""
    rows = 45_000
    table = {name: [values[0]] * rows for name, values in flat().items()}
    table |= {"exchange": [number // 7 for number in range(rows)], "id": [number % 7 for number in range(rows)]}
    table["id"][20_000] = table["id"][19_999]
    (tmp_path / "t").write_bytes(parquet(table))
    found = [one for item in items(tmp_path / "t") if isinstance(item, Rows) for one in judge_rows(item).findings]
    assert [(one.place.entry, one.code) for one in found] == [(20_001, "IP203")]


def test_a_row_has_a_verdict_of_its_own_and_settings_count(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(parquet(flat()))
    (rows,) = items(tmp_path / "t")
    assert isinstance(rows, Rows)
    assert [one.state.value for one in judge_rows(rows).verdicts] == ["pass", "fail"]
    assert [one.state.value for one in judge_rows(rows, Settings(ignore=("IP203",))).verdicts] == ["pass", "pass"]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_known_by_its_columns(name: str) -> None:
    table = TABLES[name]
    dtypes = {"string": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "number": pl.Float64}
    frame = pl.DataFrame(
        schema={column: dtypes[kind] for column, kind in table.columns.items()} | {"exchange": pl.Int64}
    )
    found = layout_of(frame)
    assert found is not None
    assert (found.kind, found.table) == (Kind.FLAT, name)


def test_tables_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(parquet({"a": [BODY], "b": ["x"]}))
    (tmp_path / "f.parquet").write_bytes(parquet(flat()))
    assert interpact("check", "t.parquet", folder=tmp_path).returncode == 0
    assert interpact("check", "t.parquet", "--body-column", "b", folder=tmp_path).returncode == 1
    (tmp_path / "interpact.toml").write_text('body-column = "c"\n')
    done = interpact("check", "t.parquet", folder=tmp_path)
    assert (done.returncode, b"no column of this name" in done.stdout) == (2, True)
    (tmp_path / "interpact.toml").unlink()
    done = interpact("check", "f.parquet", folder=tmp_path)
    assert done.returncode == 1
    assert b"f.parquet entry 2 /interaction/0/messageList/0/id error IP203" in done.stdout
