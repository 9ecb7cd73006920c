"""Files of a population: where `--population` reads it from, and what `--write-customers` writes."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Final

from ...schemas.population import Customer, PopulationError, from_json
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SQLITE: Final = b"SQLite format 3\0"


def open_population(path: Path, customers: Iterable[Customer]) -> Store:
    """The population in a file: SQLite, or NDJSON with one customer a line; a file that is not there is made.

    A new file is an SQLite file with `customers`. Raises `PopulationError` for a file that is neither, `OSError` for
    one that cannot be read or made.
    """
    if not path.exists() or not path.stat().st_size:
        store = Store(path)
        store.add(customers)
        return store
    with path.open("rb") as stream:
        begins = stream.read(len(_SQLITE))
    if begins == _SQLITE:
        return Store(path)
    store = Store()
    store.add(_read_lines(path))
    return store


def write_customers(path: Path, customers: Iterable[Customer]) -> int:
    """Write who can be asked for: one record a customer, its identifiers by kind; how many they were.

    The end of the name says how: `.csv`, `.json` (an array), anything else NDJSON.
    """
    records = [dict(customer.identifiers) for customer in customers]
    with path.open("w", encoding="utf-8", newline="") as stream:
        if path.suffix.lower() == ".csv":
            writer = csv.DictWriter(stream, fieldnames=list(dict.fromkeys(kind for one in records for kind in one)))
            writer.writeheader()
            writer.writerows(records)
        elif path.suffix.lower() == ".json":
            stream.write(json.dumps(records, ensure_ascii=False, indent=1) + "\n")
        else:
            stream.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    return len(records)


def _read_lines(path: Path) -> Iterator[Customer]:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            lines = (line for line in stream if line.strip())
            for number, line in enumerate(lines, 1):
                yield from_json(_parsed(line, number), number)
    except UnicodeDecodeError:
        message = "the file is neither an SQLite population nor NDJSON in UTF-8"
        raise PopulationError(message) from None


def _parsed(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except ValueError:
        message = f"customer {number}: the line is not JSON; expected NDJSON, one customer a line"
        raise PopulationError(message) from None
