"""The joined texts of many bodies, and the Arrow tables that pyarrow makes of them, around the bodies that it refuses.

pyarrow tells of the first body in its way only, and what it has read before that is lost. So it is given pieces, which
get smaller where one is refused; and where a value is not of its type, others like it are looked for at once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..schemas.document import load
from ..schemas.tables import TABLES
from ..schemas.values import is_array
from .arrow import letters, library, series
from .arrow import texts as joined
from .typed import definition, holds_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from ..schemas.document import Schema

_FIRST: Final = 512 * 1024
"""Bytes of the first piece; the next ones are twice as large each, as long as nothing is refused."""
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the largest pieces: larger ones are not read faster."""
_SMALLEST: Final = 128 * 1024
"""Bytes of a piece where much is refused: to read one more costs as much as some 50 kilobytes."""
_REFUSALS: Final = 150
"""Pieces that may be refused before the rest is left to the typed decoder."""
_FEW: Final = 4
"""Bodies that are not worth another attempt."""
_RUN: Final = 64
"""Bodies among which those that are not UTF-8 are looked for together."""
_ROW: Final = re.compile(r"in row ([0-9]+)")
_NO_INTEGER: Final = re.compile(r"to int64, couldn't parse:(\S+)")
_NAME: Final = re.compile(rb'"(\w+)"[ \t\r\n]*:[ \t\r\n]*\Z')
_NEAR: Final = 64
"""Bytes before a value in which its name is looked for."""
_CLOSED, _N, _BLANK = b"}n "
_NULL_AFTER_OBJECT: Final = r"\}[ \t\r\n]*null"
_BEGINNINGS: Final = {"string": '"', "integer": r"\-0-9", "boolean": "tf", "array": r"\[", "null": "n"}
_OTHER_NUMBER: Final = r"-?[0-9]{1,18}[^0-9 \t\r\n,}\]]|-?[0-9]{19}"
"""The beginning of a number with a fraction or an exponent, or of as many digits as 64 bits may not hold."""
_SOMETHING: Final = r"\[[ \t\r\n]*[^\] \t\r\n]"
"""The beginning of an array that holds something."""


@dataclass(frozen=True)
class Texts:
    """Bodies, each from `{` to `}`, with one byte of white space between two of them.

    >>> texts = Texts.of([b"{}", b'{"name": 1}'])
    >>> texts.body(1), texts.colons(1)
    (b'{"name": 1}', 1)
    """

    data: bytes | bytearray
    ends: Sequence[int]
    """Where each of them ends, at least one."""

    @classmethod
    def of(cls, bodies: Sequence[bytes]) -> Texts:
        """Bodies that are joined here."""
        ends = accumulate(len(body) + 1 for body in bodies)
        return cls(b"\n".join(bodies), [end - 1 for end in ends])

    def __len__(self) -> int:
        return len(self.ends)

    def start(self, index: int) -> int:
        """Where a body begins."""
        return self.ends[index - 1] + 1 if index else 0

    def body(self, index: int) -> bytes:
        """The text of one body."""
        return bytes(self.part(index, index + 1))

    def colons(self, index: int) -> int:
        """How many colons one body has."""
        return self.data.count(b":", self.start(index), self.ends[index])

    def part(self, low: int, high: int) -> memoryview:
        """The text of some bodies that follow each other."""
        return memoryview(self.data)[self.start(low) : self.ends[high - 1]]

    def some(self, indices: Sequence[int]) -> bytes | memoryview:
        """The text of some bodies, at least one, in their order."""
        breaks = [at for at, (one, after) in enumerate(pairwise(indices), 1) if after != one + 1]
        runs = [(indices[low], indices[high - 1] + 1) for low, high in pairwise((0, *breaks, len(indices)))]
        return self.part(*runs[0]) if len(runs) == 1 else b"\n".join(self.part(*run) for run in runs)

    @cached_property
    def undecodable(self) -> frozenset[int]:
        """Those of them that are not UTF-8."""
        if _is_unicode(self.part(0, len(self))):
            return frozenset()
        runs = (range(low, min(low + _RUN, len(self))) for low in range(0, len(self), _RUN))
        odd = (run for run in runs if not _is_unicode(self.part(run.start, run.stop)))
        return frozenset(index for run in odd for index in run if not _is_unicode(self.part(index, index + 1)))

    @cached_property
    def column(self) -> pl.Series:
        """The bodies as a column, each with the white space after it; blanks in the place of one that is not UTF-8."""
        data = bytearray(self.data) if self.undecodable else self.data
        for index in self.undecodable:
            start, end = self.start(index), self.ends[index]
            memoryview(data)[start:end] = b" " * (end - start)
        return series("", joined(data, [*map(self.start, range(len(self))), self.ends[-1]]))


class _RefusedError(Exception):
    """Bodies that cannot be read together, and pyarrow's reason."""

    @property
    def row(self) -> int | None:
        """Which of them is in the way, if pyarrow tells."""
        found = _ROW.search(str(self))
        return None if found is None else int(found[1])

    def name(self, text: bytes | memoryview) -> str | None:
        """The name of a member whose value in `text` is not of its type, if that is the reason."""
        number = _NO_INTEGER.search(str(self))
        if number is None:
            path = str(self).partition("Column(")[2].partition(")")[0].split("/")
            return next((name for name in reversed(path) if name not in {"", "[]"}), None)
        hits = (hit.start() for hit in re.finditer(re.escape(number[1].encode()), text))
        before = (_NAME.search(bytes(text[max(0, hit - _NEAR) : hit])) for hit in hits)
        return next((name[1].decode() for name in before if name is not None), None)


class Piece(NamedTuple):
    """Bodies that were read together."""

    indices: list[int]
    """Which of the texts they are."""
    table: Any
    """The Arrow table of their declared members, one row each; other members are passed over."""


def pieces(texts: Texts) -> Iterator[Piece]:
    """The bodies that can be read, piece by piece.

    >>> texts = Texts.of([b'{"name": "a"}', b"{", b'{"x": 1}', b"{}"])
    >>> [(piece.indices, piece.table.num_rows) for piece in pieces(texts)]
    [([0, 2, 3], 3)]
    """
    yield from _Reading(texts).pieces()


class _Reading:
    """The reading of some texts: what is left out of it, and how much is tried at once."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._size = _FIRST
        self._left_out = _harmful(texts)
        self._searched: set[str] = set()

    def pieces(self) -> Iterator[Piece]:
        """See above."""
        texts, low, refusals = self._texts, 0, 0
        while low < len(texts) and refusals < _REFUSALS:
            high = max(low + 1, bisect_right(texts.ends, texts.start(low) + self._size))
            indices = [index for index in range(low, high) if index not in self._left_out]
            text = texts.some(indices) if indices else b""
            try:
                table = _table(text, len(indices)) if indices else None
            except _RefusedError as error:
                refusals += 1
                self._learn(error, indices, text)
                continue
            low, self._size = high, min(self._size * 2, _LARGEST)
            if table is not None:
                yield Piece(indices, table)

    def _learn(self, error: _RefusedError, indices: Sequence[int], text: bytes | memoryview) -> None:
        """Leave out what is in the way, and what else is like it; if that is not known, try half as much next time."""
        found = self._like(error.name(text), indices[0])
        if error.row is not None and error.row < len(indices):
            found.add(indices[error.row])
        elif len(indices) <= _FEW:
            found.update(indices)
        self._left_out |= found
        if found.isdisjoint(indices):
            self._size = len(self._texts.part(indices[0], indices[-1])) // 2
        else:
            self._size = max(self._size // 4, _SMALLEST)

    def _like(self, name: str | None, low: int) -> set[int]:
        """The bodies from `low` on in which a member with this name has a value of another type than it declares."""
        if name is None or name in self._searched or name not in _others():
            return set()
        self._searched.add(name)
        pattern = rf'"{re.escape(name)}"[ \t\r\n]*:[ \t\r\n]*(?:{_others()[name]})'
        return {low + at for at in self._texts.column.slice(low).str.contains(pattern).arg_true()}


def _table(text: bytes | memoryview, bodies: int) -> Any:
    """The Arrow table of some bodies, one row each."""
    arrow, json = library(), library("json")
    try:
        table = json.read_json(
            arrow.BufferReader(arrow.py_buffer(text)),
            read_options=json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            # "error" does not tell which body has a member that is not declared, and of what "infer" makes some arrays
            # are invalid (with pyarrow 26 that of {"x": [null, []]}); what is passed over shows in the count of colons
            parse_options=json.ParseOptions(explicit_schema=_schema(), unexpected_field_behavior="ignore"),
        )
    except (arrow.ArrowException, OverflowError) as error:  # a block has at most 2 GiB
        raise _RefusedError(str(error)) from None
    if table.num_rows != bodies:
        raise _RefusedError
    return table


def _harmful(texts: Texts) -> set[int]:
    """The bodies that pyarrow must not be given: it does not check that they are UTF-8, and crashes at some nulls."""
    if not _may_hold_null(texts.part(0, len(texts)), len(texts)):
        return set(texts.undecodable)
    return {*texts.undecodable, *texts.column.str.contains(_NULL_AFTER_OBJECT).arg_true()}


def _is_unicode(text: memoryview) -> bool:
    try:
        joined(text, [0, len(text)]).validate(full=True)
    except library().ArrowException:
        return False
    return True


def _may_hold_null(text: memoryview, bodies: int) -> bool:
    """Whether a `null` may stand between objects, where pyarrow would crash (tested with 26).

    Between two bodies there is one byte of white space; where no more objects than that are followed by white space
    or by an n, there is none.
    """
    every = letters(text)
    after = every.slice(1)
    followed = (every == _CLOSED).slice(0, len(after)) & ((after <= _BLANK) | (after == _N))
    return int(followed.sum()) >= bodies and re.search(_NULL_AFTER_OBJECT.encode(), text) is not None


@cache
def _others() -> dict[str, str]:
    """For each name that declares one type wherever it occurs: a pattern of how values of other types begin."""
    declared: defaultdict[str, set[str]] = defaultdict(set)
    for schema in (load("response"), *(table.schema for table in TABLES.values())):
        for name, property_ in schema["properties"].items():
            declared[name].add(_beginnings(property_))
    return {name: patterns.pop() for name, patterns in declared.items() if len(patterns) == 1}


def _beginnings(schema: Schema) -> str:
    kind = schema["type"]
    kinds = kind if is_array(kind) else [kind]
    parts = [rf"[^{''.join(sorted(_BEGINNINGS[one] for one in kinds))} \t\r\n]"]
    parts += [_OTHER_NUMBER] if "integer" in kinds else []
    parts += [_SOMETHING] if holds_nothing(schema) else []
    return "|".join(parts)


@cache
def _schema() -> Any:
    """The Arrow types of a body."""
    return library().schema(_fields(load("response")))


def _fields(schema: Schema) -> list[tuple[str, Any]]:
    return [(name, _type(declared)) for name, declared in schema["properties"].items()]


def _type(schema: Schema) -> Any:
    arrow, kind = library(), schema["type"]
    scalars: dict[str, Any] = {"string": arrow.string(), "integer": arrow.int64(), "boolean": arrow.bool_()}
    if isinstance(kind, str) and kind in scalars:
        return scalars[kind]
    name = None if holds_nothing(schema) else definition(schema["items"])
    return arrow.list_(arrow.null() if name is None else arrow.struct(_fields(load("response")["$defs"][name])))
