"""What figures are worth showing: whose words are counted, whose fields by which words, and which times are compared.

Only the words that the document knows are counted by name; any other may be personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from .coverage import spelling
from .tables import TABLES, Table
from .vocabulary import EARLIEST_YEAR, FUTURE_TOLERANCE_HOURS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Vocabulary:
    """The words of a column: how often each of them stands there is counted."""

    name: str
    """Short, and the same in every release that has it."""
    title: str
    noun: str
    """What one row of the table is called, where several are spoken of."""
    table: str
    column: str

    @cached_property
    def spelling(self) -> Callable[[str], str]:
        """What makes words that are alike equal."""
        return spelling(self.table, self.column)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The known words, in the order of the document, those that are alike once."""
        return tuple(dict.fromkeys(map(self.spelling, TABLES[self.table].properties[self.column]["x-interpact-known"])))


@dataclass(frozen=True)
class Fields:
    """The fields of a table's rows: how often each has something in it is counted, apart for each word of a column."""

    name: str
    noun: str
    table: str
    by: str
    """The column of the rows that holds the word."""
    vocabulary: Vocabulary

    @cached_property
    def columns(self) -> dict[str, str]:
        """The column of each field, by its name: its cells, or the length of an array."""
        table: Table = TABLES[self.table]
        return {name: table.lengths.get(name) or name for name in table.properties}


@dataclass(frozen=True)
class Delay:
    """The time between two texts of a row that name instants."""

    title: str
    noun: str
    table: str
    since: str
    until: str
    caveat: str
    """What keeps it from being exact."""


@dataclass(frozen=True)
class Moment:
    """A text that tells about when an exchange took place, where the exchange itself does not: the newest counts."""

    title: str
    table: str
    column: str


CHANNELS: Final = Vocabulary("channel", "Channels", "entries", "entries", "name")
STATUSES: Final = Vocabulary("status", "Statuses of messages", "messages", "messages", "status")

VOCABULARIES: Final = (CHANNELS, STATUSES)
"""The columns whose words are counted: both vocabularies are open, and drift is seen there first (facts.md §2, §3)."""

FIELDS: Final = (
    Fields("entry", "entries", "entries", "name", CHANNELS),
    Fields("message", "messages", "messages", "entry.name", CHANNELS),
)
"""The fields that are counted by channel: which of them a channel fills is documented for few (facts.md §2)."""

DELAY: Final = Delay(
    "From sent to delivered",
    "messages",
    "messages",
    "sentDate",
    "deliveredTime",
    "`sentDate` names no zone and is read as UTC: where the service writes local time, every delay is off by the "
    "offset of its zone (facts.md §3).",
)
"""The delay that is told."""

NEWEST: Final = Moment("the newest `sentDate` of the answer", "messages", "sentDate")
"""When an exchange took place at the earliest, if its answer is to be believed."""

EARLIEST: Final = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
"""The service is not older, so no exchange with it is."""

AHEAD: Final = timedelta(hours=FUTURE_TOLERANCE_HOURS)
"""How far ahead of now a time may be: clocks and zones differ (facts.md §3)."""
