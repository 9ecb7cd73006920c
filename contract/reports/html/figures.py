"""What a run has seen, as tables: the shares of words, and fields by channel; each with what it is counted over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ....schemas.statistics import FIELDS, VOCABULARIES, Fields, Vocabulary
from ...statistics import MISSING, OTHERS, ROWS, Counts
from .model import Share
from .texts import percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...report import Report
    from ...statistics import Statistics

_LEVELS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares from which on a cell of a heat map is darker; the number stands in it too."""
JUDGED: Final = "judged exchanges, passing or failing, whose body could be read"
"""What most figures are counted over."""
_NEVER: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Spread:
    """How often each word occurred."""

    title: str
    over: str
    column: str
    """What a word is called."""
    shares: Sequence[Share]
    unseen: Sequence[str] = ()
    """Known words that did not occur."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many rows have something in a field."""

    text: str
    level: int
    told: str


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of the rows of one word."""

    name: str
    rows: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Heat:
    """Fields by words."""

    noun: str
    over: str
    fields: Sequence[str]
    rows: Sequence[Row]
    unseen: Sequence[str]


def spreads_of(statistics: Statistics, report: Report) -> list[Spread]:
    """The words of each vocabulary, and the status codes."""
    found = [_spread(one, statistics.words.get(one.name, {})) for one in VOCABULARIES]
    return [*found, _codes(statistics.statuses, report)]


def heats_of(statistics: Statistics) -> list[Heat]:
    """Which fields are filled, by channel."""
    return [_heat(one, statistics.fields.get(one.name, {})) for one in FIELDS]


def _spread(asked: Vocabulary, counts: Counts) -> Spread:
    total = sum(counts.values())
    names = {OTHERS: "another word", MISSING: "no word that can be read"}
    pairs = sorted(counts.items(), key=lambda pair: (pair[0] in names, -pair[1], pair[0]))
    shares = [Share(names.get(word, word), count, total, "odd" if word in names else "plain") for word, count in pairs]
    unseen = [word for word in asked.words if word not in counts]
    return Spread(asked.title, f"Over {total:,} {asked.noun} of {JUDGED}.", "Word", shares, unseen)


def _codes(counts: Counts, report: Report) -> Spread:
    total = sum(counts.values())
    names = {OTHERS: "no status code", MISSING: "not recorded"}
    shares = [
        Share(names.get(code, code), counts[code], total, "odd" if code in names else "plain")
        for code in sorted(counts, key=lambda code: (code in names, code))
    ]
    over = f"Over {plural(total, 'exchange')} of the operation, judged or not"
    left = f"; {report.others:,} of other operations left out." if report.others else "."
    return Spread("Status codes of responses", over + left, "Code", shares)


def _heat(asked: Fields, by_word: dict[str, Counts]) -> Heat:
    fields = list(asked.columns)
    words = [word for word in (*asked.vocabulary.words, OTHERS, MISSING) if word in by_word]
    names = {OTHERS: "others", MISSING: "unreadable"}
    rows = [Row(names.get(word, word), by_word[word][ROWS], _cells(by_word[word], fields, asked)) for word in words]
    total = sum(row.rows for row in rows)
    over = f"Over {total:,} {asked.noun} of exchanges that passed: the share in which a field has something in it."
    return Heat(asked.noun, over, fields, rows, [word for word in asked.vocabulary.words if word not in by_word])


def _cells(counts: Counts, fields: Sequence[str], asked: Fields) -> list[Cell]:
    return [_cell(counts.get(name, 0), counts[ROWS], asked.noun) for name in fields]


def _cell(count: int, rows: int, noun: str) -> Cell:
    level = sum(count > 0 and count / rows >= least for least in _LEVELS)
    text = _NEVER if not count else percent(count, rows).removesuffix("%")
    return Cell(text, level, f"{count:,} of {rows:,} {noun}")
