"""A population in SQLite: in a file, where it survives a restart and can be inspected, or in memory."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Final

from ...schemas.population import Customer, Message, PopulationError, identifier_key, shared_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE customers (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE identifiers (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, customer INTEGER NOT NULL REFERENCES customers,
    place INTEGER NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE messages (
    customer INTEGER NOT NULL REFERENCES customers, place INTEGER NOT NULL, channel TEXT NOT NULL,
    network TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (customer, place)
) WITHOUT ROWID;
CREATE INDEX identifiers_of_customers ON identifiers (customer, place);
"""
_VERSION: Final = 1
_MAGIC: Final = 0x1A7E
"""Marks our files among those of SQLite (`PRAGMA application_id`)."""

_FOUND: Final = "SELECT customer FROM identifiers WHERE kind = ? AND key = ?"
_NAME: Final = "SELECT name FROM customers WHERE number = ?"
_KINDS: Final = "SELECT kind, value FROM identifiers WHERE customer = ? ORDER BY place"
_TOLD: Final = "SELECT channel, network, body FROM messages WHERE customer = ? ORDER BY place"


class Store:
    """A population in an SQLite file, or in memory where no file is given.

    Raises `PopulationError` for a file that is not a population. May be used by one thread at a time.

    >>> store = Store()
    >>> store.add([Customer("Ada", (("email", "ada@example.com"),))])
    1
    >>> store.find("email", "ADA@example.com").name
    'Ada'
    """

    def __init__(self, path: Path | None = None) -> None:
        self._connection = sqlite3.connect(":memory:" if path is None else path, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._connection.close()
            message = "the file is not an SQLite population; name one that does not exist, and it is made"
            raise PopulationError(message) from None
        except PopulationError:
            self._connection.close()
            raise

    def add(self, customers: Iterable[Customer]) -> int:
        """Add customers one after the other, all or none; how many they were.

        Raises `PopulationError` if two customers share an identifier.
        """
        start = len(self)
        number = start
        with self._connection:
            for number, customer in enumerate(customers, start + 1):
                self._insert(number, customer)
        return number - start

    def find(self, kind: str, value: str) -> Customer | None:
        """The customer who has this identifier, or `None`."""
        row = self._connection.execute(_FOUND, (kind, identifier_key(kind, value))).fetchone()
        return None if row is None else self._customer(row[0])

    def __iter__(self) -> Iterator[Customer]:
        for (number,) in self._connection.execute("SELECT number FROM customers ORDER BY number"):
            yield self._customer(number)

    def __len__(self) -> int:
        return self._connection.execute("SELECT COUNT(*) FROM customers").fetchone()[0]

    def close(self) -> None:
        """Close the file; the population may not be used any more."""
        self._connection.close()

    def _prepare(self) -> None:
        (mark,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        if not tables:
            self._connection.executescript(_SCHEMA)
            self._connection.execute(f"PRAGMA application_id = {_MAGIC}")
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
            return
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if (mark, version) != (_MAGIC, _VERSION):
            message = "the SQLite file is not a population of this version of interpact"
            raise PopulationError(message)

    def _insert(self, number: int, customer: Customer) -> None:
        run = self._connection
        run.execute("INSERT INTO customers VALUES (?, ?)", (number, customer.name))
        for place, (kind, value) in enumerate(customer.identifiers):
            try:
                run.execute("INSERT INTO identifiers VALUES (?, ?, ?, ?, ?)",
                            (kind, identifier_key(kind, value), value, number, place))  # fmt: skip
            except sqlite3.IntegrityError:
                raise PopulationError(shared_identifier(number, kind)) from None
        rows = (
            (number, place, one.channel, one.network, json.dumps(dict(one.body), ensure_ascii=False))
            for place, one in enumerate(customer.messages)
        )
        run.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", rows)

    def _customer(self, number: int) -> Customer:
        (name,) = self._connection.execute(_NAME, (number,)).fetchone()
        identifiers = self._connection.execute(_KINDS, (number,)).fetchall()
        told = self._connection.execute(_TOLD, (number,)).fetchall()
        messages = tuple(Message(channel, network, json.loads(body)) for channel, network, body in told)
        return Customer(name, tuple((kind, value) for kind, value in identifiers), messages)
