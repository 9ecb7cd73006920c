"""Known customers: read from a file (JSON, NDJSON, CSV), or learned from captures."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from ...schemas.document import operation
from ...schemas.population import IDENTIFIERS, OLD_SPELLING, identifier_key
from ...schemas.values import is_array, is_object
from ..exchange import Exchange
from ..http import is_operation, is_success, query
from ..sources import Input, read_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Customer = dict[str, str]
"""The identifiers of one customer, by their kind."""

_LETTERS: Final = re.compile(r"[^a-z]")
_KINDS: Final = {_LETTERS.sub("", kind.lower()): kind for kind in (*IDENTIFIERS, *OLD_SPELLING.values())}
"""`external_id`, `externalId`, `External ID` are one column."""


class CustomersError(Exception):
    """A file of customers that cannot be used. The message names the file and the entry, never a value."""


def read_customers(path: Path) -> list[Customer]:
    """The customers of a file: a JSON array, an object with a `customers` array, NDJSON, or CSV with a header.

    Each has one or more of the API's identifiers; other members are ignored, and a customer who shares an identifier
    with an earlier one is left out. Raises `CustomersError`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {type(error).__name__}"
        raise CustomersError(message) from None
    found = list(_distinct(_customer(path, at, record) for at, record in enumerate(_records(path, text), 1)))
    if not found:
        message = f"{path}: no customer has one of {', '.join(IDENTIFIERS)}"
        raise CustomersError(message)
    return found


def learn_customers(paths: Iterable[str]) -> list[Customer]:
    """The customers whom captured, successful requests were about, each with the one identifier that was used."""
    return list(_distinct(customer for path in paths for customer in _asked_for(path)))


def _asked_for(path: str) -> Iterator[Customer]:
    for item in read_input(Input.of(path)):
        if not isinstance(item, Exchange) or item.request is None or item.response is None:
            continue
        if is_operation(item.request) and is_success(item.response.status):
            kind, value = _identity(query(item.request))
            if kind in IDENTIFIERS and value:
                yield {kind: value}


def _identity(pairs: list[tuple[str, str]]) -> tuple[str, str]:
    """The first two parameters of the operation say who is meant."""
    kind, value, *_ = operation().parameters
    given = dict(pairs)
    return given.get(kind, ""), given.get(value, "")


def _records(path: Path, text: str) -> list[Any]:
    if path.suffix.lower() == ".csv":
        return list(csv.DictReader(io.StringIO(text)))
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [_line(path, at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if is_object(value) and is_array(value.get("customers")):
        return value["customers"]
    return value if is_array(value) else [value]


def _line(path: Path, at: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        message = f"{path}: line {at}, column {error.colno}: not JSON; customers are JSON, NDJSON or CSV"
        raise CustomersError(message) from None


def _customer(path: Path, at: int, record: Any) -> Customer:
    if not is_object(record):
        message = f"{path}: entry {at}: an object with {', '.join(IDENTIFIERS)} is expected"
        raise CustomersError(message)
    found: Customer = {}
    for name, value in record.items():
        kind = _KINDS.get(_LETTERS.sub("", str(name).lower()))
        if kind is not None and isinstance(value, (str, int)) and str(value).strip():
            found[kind] = str(value)
    return {kind: found[kind] for kind in IDENTIFIERS if kind in found}


def _distinct(customers: Iterable[Customer]) -> Iterator[Customer]:
    seen: set[tuple[str, str]] = set()
    for customer in customers:
        keys = {(kind, identifier_key(kind, value)) for kind, value in customer.items()}
        if keys and not keys & seen:
            seen |= keys
            yield customer
