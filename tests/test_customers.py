"""Known customers: every form of file, and captures; what is wrong is named by its place, never by its value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.fuzz.customers import CustomersError, learn_customers, read_customers
from interpact.schemas.document import operation
from interpact.schemas.population import IDENTIFIERS

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

ADA = {"email": "ada@example.com", "mobile": "4915112345678", "external_id": "0042"}
BOB = {"email": "bob@example.com"}

FORMS = {
    "array.json": json.dumps([ADA, BOB]),
    "object.json": json.dumps({"version": 1, "customers": [ADA, BOB]}),
    "lines.ndjson": f"{json.dumps(ADA)}\n\n{json.dumps(BOB)}\n",
    "lines-without-a-name": f"{json.dumps(ADA)}\r\n{json.dumps(BOB)}",
    "table.csv": "email,mobile,external_id\nada@example.com,4915112345678,0042\nbob@example.com,,\n",
    "TABLE.CSV": 'Email,"Mobile","External ID"\r\nada@example.com,4915112345678,0042\r\nbob@example.com, ,\r\n',
    "bom.csv": "\ufeffexternalId,Mobile,E-Mail,Name\n0042,4915112345678,ada@example.com,Ada\n,,bob@example.com,Bob\n",
    "alias.json": json.dumps([{"externalId": "0042", "Mobile": ADA["mobile"], "EMAIL": ADA["email"]}, BOB]),
    "old.json": json.dumps([{**{k: ADA[k] for k in ("email", "mobile")}, "external id": "0042", "age": 36}, BOB]),
    "number.json": json.dumps([{**ADA, "mobile": 4915112345678}, BOB]),
    "twice.json": json.dumps([ADA, BOB, {"email": "ADA@example.com"}, {"mobile": "+4915112345678"}, {}]),
}


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_customers(name: str, tmp_path: Path) -> None:
    assert read_customers(put(tmp_path, name, FORMS[name])) == [ADA, BOB]


def test_one_object_is_one_customer(tmp_path: Path) -> None:
    assert read_customers(put(tmp_path, "one.json", json.dumps(ADA))) == [ADA]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.json", json.dumps([ADA, "secret-ada"]), "entry 2"),
        ("b.ndjson", f'{json.dumps(ADA)}\n{{"email": "secret-ada', "line 2, column "),
        ("c.json", json.dumps([{"name": "secret-ada"}]), "no customer has one of email, mobile, external_id"),
        ("d.csv", "name\nsecret-ada\n", "no customer has one of"),
        ("e.json", "[]", "no customer has one of"),
        ("f.json", "", "no customer has one of"),
        ("g.csv", "", "no customer has one of"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(name: str, text: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(CustomersError) as caught:
        read_customers(put(tmp_path, name, text))
    assert name in str(caught.value)
    assert expected in str(caught.value)
    assert "secret-ada" not in str(caught.value)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe[\x00")
    with pytest.raises(CustomersError, match=r"a\.json: cannot be read"):
        read_customers(path)


@given(st.lists(st.fixed_dictionaries({}, optional={kind: st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True) for kind in
                                                    IDENTIFIERS})))  # fmt: skip
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, customers: list[dict[str, str]]) -> None:
    path = put(tmp_path_factory.mktemp("customers"), "all.json", json.dumps(customers))
    expected: list[dict[str, str]] = []
    taken: set[tuple[str, str]] = set()
    for one in customers:
        if one and not set(one.items()) & taken:
            expected.append(one)
            taken |= set(one.items())
    if expected:
        assert read_customers(path) == expected
    else:
        with pytest.raises(CustomersError):
            read_customers(path)


def entry(query: str, status: int, method: str = "GET", path: str = operation().path) -> dict[str, Any]:
    request: dict[str, Any] = {"method": method, "url": f"https://till.example{path}?{query}", "headers": []}
    content = {"size": 2, "mimeType": "application/json", "text": '{"interaction": []}'}
    return {"request": request, "response": {"status": status, "headers": [], "content": content}}


def test_customers_are_learned_from_successful_requests_of_the_operation(tmp_path: Path) -> None:
    entries = [
        entry("identifierName=email&identifierValue=ada%40example.com", 200),
        entry("identifierName=email&identifierValue=ADA%40example.com&type=email", 200),
        entry("identifierValue=0042&identifierName=external_id", 200),
        entry("identifierName=mobile&identifierValue=4915112345678", 404),
        entry("identifierName=mobile&identifierValue=4915100000000", 200, path="/v1/other"),
        entry("identifierName=mobile&identifierValue=4915100000001", 200, method="POST"),
        entry("identifierName=phone&identifierValue=4915100000002", 200),
        entry("identifierName=mobile", 200),
    ]
    har = {"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": entries}}
    path = put(tmp_path, "capture.har", json.dumps(har))
    assert learn_customers([str(path)]) == [{"email": "ada@example.com"}, {"external_id": "0042"}]


def test_nothing_is_learned_from_nothing() -> None:
    assert learn_customers([]) == []
