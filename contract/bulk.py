"""Many bodies at once: compiled code reads their joined texts into columns, without an object for any of them.

What it takes, the typed decoder takes, and so the schema accepts. pyarrow's reader of JSON lines is more liberal than
JSON Schema, and what it lets pass is looked for here: it does not tell a null from what is absent, does not validate
UTF-8, does not mind several values in a line, and must never be given a `null` instead of an object. What it refuses,
and every body that there is a doubt about, is left to the typed decoder, one by one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from ..schemas.document import load
from ..schemas.tables import TABLES
from ..schemas.values import is_array
from .arrow import letters, library, occurrences, series
from .arrow import texts as joined
from .columns import Columns, colons_each, columns_of, nullable
from .typed import bounds, definition, holds_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..schemas.document import Schema

_PIECE: Final = 512 * 1024
"""Bytes that are read together where not everything could be."""
_FEW: Final = 4
"""Bodies that are not worth another attempt."""
_ATTEMPTS: Final = 200
"""How often reading is tried before the rest is left to the typed decoder."""
_SPACE: Final = r"[ \t\r\n]"
_BEGINNINGS: Final = {"string": '"', "integer": r"\-0-9", "boolean": "tf", "array": r"\[", "null": "n"}
_ROW: Final = re.compile(r"in row ([0-9]+)")
_CLOSED, _COLON, _N, _BLANK = b"}:n "
_NULL_AFTER_OBJECT: Final = rb"\}[ \t\r\n]*null"
_SIGNS: Final = r"\\u(?:003[aA]|[fF]{3}[dD])|\x{FFFD}"
"""What only a slow reading sees: an escaped colon, which would spoil a count, and a replacement character."""
_BEFORE_REPLACEMENT: Final = "\ufffd".encode()[0]


class Texts(NamedTuple):
    """Bodies, each from `{` to `}`, with one byte of white space between two of them; `ends` is where each one ends."""

    data: bytes | bytearray
    ends: Sequence[int]

    @classmethod
    def of(cls, bodies: Sequence[bytes]) -> Texts:
        """Bodies that are joined here."""
        ends = accumulate(len(body) + 1 for body in bodies)
        return cls(b"\n".join(bodies), [end - 1 for end in ends])

    def start(self, index: int) -> int:
        """Where a body begins."""
        return self.ends[index - 1] + 1 if index else 0

    def body(self, index: int) -> bytes:
        """The text of one body."""
        return bytes(self.data[self.start(index) : self.ends[index]])

    def without(self, indices: Sequence[int]) -> Texts:
        """All texts but some: what lies between those is copied once, in as few pieces as there are."""
        kept = [(low + 1, high) for low, high in pairwise((-1, *indices, len(self.ends))) if low + 1 < high]
        parts = [self.part(low, high) for low, high in kept]
        starts = accumulate((len(part) + 1 for part in parts), initial=0)
        shifts = [start - self.start(low) for start, (low, _) in zip(starts, kept, strict=False)]
        ends = [end + shift for shift, (low, high) in zip(shifts, kept, strict=True) for end in self.ends[low:high]]
        return Texts(b"\n".join(parts), ends)

    def part(self, low: int, high: int) -> memoryview:
        """The text of some bodies that follow each other."""
        return memoryview(self.data)[self.start(low) : self.ends[high - 1] if high else 0]


class _RefusedError(Exception):
    """Bodies that cannot be read together; `row` is the one that stands in the way, if that is known."""

    def __init__(self, row: int | None = None) -> None:
        super().__init__(row)
        self.row = row


def read(texts: Texts, context: pl.DataFrame) -> Columns | None:
    """The tables of the bodies that can be accepted in this way, or `None` if that is none of them.

    `context` has a row for each body, as `flatten` takes it.
    """
    reading = _Reading(texts)
    pieces = list(reading.whole())
    if not pieces:
        texts, context = _without_suspects(texts, context)
        pieces = list(reading.about(texts).pieces(0, len(texts.ends)))
    if not pieces:
        return None
    taken = list(chain.from_iterable(range(low, high) for low, high, _ in pieces))
    found = columns_of([table for _, _, table in pieces], context if len(taken) == len(context) else context[taken])
    doubtful = _refused(found) | _signs(texts, context)
    rest = found.without(doubtful)
    written = sum(occurrences(texts.part(low, high), _COLON) for low, high, _ in pieces)
    if doubtful:
        exchanges = context.get_column("exchange").to_list()
        written -= sum(texts.body(at).count(_COLON) for at in taken if exchanges[at] in doubtful)
    needed = found.colons - (int(colons_each(found.only(doubtful)).get_column("needed").sum()) if doubtful else 0)
    return rest if written == needed else _settled(texts, rest, context)


class _Reading:
    """The attempts at reading some texts, which are limited."""

    def __init__(self, texts: Texts, *, harmless: bool | None = None) -> None:
        self._texts = texts
        self._left = _ATTEMPTS
        whole = texts.part(0, len(texts.ends))
        self._harmless = _is_harmless(whole, len(texts.ends)) if harmless is None else harmless

    def about(self, some: Texts) -> _Reading:
        """The same for some of the texts."""
        return _Reading(some, harmless=self._harmless)

    def whole(self) -> Iterator[tuple[int, int, Any]]:
        """All bodies, if they can be read together."""
        bodies = len(self._texts.ends)
        with suppress(_RefusedError):
            if self._harmless:
                yield 0, bodies, _table(self._texts.part(0, bodies), bodies)

    def pieces(self, low: int, high: int) -> Iterator[tuple[int, int, Any]]:
        """The bodies from `low` up to `high` that can be read, piece by piece, each with its Arrow table."""
        if low >= high or self._left <= 0:
            return
        self._left -= 1
        text, row = self._texts.part(low, high), None
        if self._harmless or _is_harmless(text, high - low):
            try:
                yield low, high, _table(text, high - low)
            except _RefusedError as error:
                row = error.row
            else:
                return
        for one in self._cuts(low, high, row):
            yield from self.pieces(*one)

    def _cuts(self, low: int, high: int, row: int | None) -> list[tuple[int, int]]:
        """What to try instead: smaller pieces; then what is before and after the body in the way; then halves."""
        size = self._texts.ends[high - 1] - self._texts.start(low)
        if size > 2 * _PIECE and high - low > _FEW:
            step = max(1, (high - low) * _PIECE // size)
            return [(at, min(high, at + step)) for at in range(low, high, step)]
        if row is not None and low + row < high:
            return [(low, low + row), (low + row + 1, high)]
        middle = (low + high) // 2
        return [(low, middle), (middle, high)] if high - low > _FEW else []


def _without_suspects(texts: Texts, context: pl.DataFrame) -> tuple[Texts, pl.DataFrame]:
    """Without the bodies in which a value begins unlike one of its type: one of these is enough to stop pyarrow."""
    sound = ~_each(texts).str.contains(_suspicious())
    if sound.all():
        return texts, context
    return texts.without((~sound).arg_true().to_list()), context.filter(sound)


def _table(text: memoryview, bodies: int) -> Any:
    """The Arrow table of some bodies, one row each."""
    arrow, json = library(), library("json")
    try:
        table = json.read_json(
            arrow.BufferReader(arrow.py_buffer(text)),
            read_options=json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=json.ParseOptions(explicit_schema=_schema(), unexpected_field_behavior="error"),
        )
    except arrow.ArrowException as error:
        row = _ROW.search(str(error))
        raise _RefusedError(None if row is None else int(row[1])) from None
    if table.num_rows != bodies:
        raise _RefusedError
    return table


def _is_harmless(text: memoryview, bodies: int) -> bool:
    """Whether pyarrow may be given a text: it does not check that it is UTF-8, and crashes at some nulls."""
    try:
        joined(text, [0, len(text)]).validate(full=True)
    except library().ArrowException:
        return False
    return not _may_hold_null(text, bodies)


def _may_hold_null(text: memoryview, bodies: int) -> bool:
    """Whether a `null` may stand between objects, where pyarrow would crash (tested with 26).

    Between two bodies there is one byte of white space; where no more objects than that are followed by white space
    or by an n, there is none.
    """
    every = letters(text)
    after = every.slice(1)
    followed = (every == _CLOSED).slice(0, len(after)) & ((after <= _BLANK) | (after == _N))
    return int(followed.sum()) >= bodies and re.search(_NULL_AFTER_OBJECT, text) is not None


def _refused(found: Columns) -> set[int]:
    """The exchanges whose bodies the typed decoder would refuse, though they could be read."""
    response = load("response")
    wrong = found.bodies.filter(_wrong(response, dict.fromkeys(response["properties"])))
    rows = [frame.filter(_wrong(TABLES[name].schema, TABLES[name].lengths)) for name, frame in found.frames.items()]
    return {index for frame in (wrong, *rows) for index in frame.get_column("exchange").to_list()}


def _wrong(schema: Schema, lengths: dict[str, Any]) -> pl.Expr:
    """Whether a row lacks what it must have, or has what the typed decoder does not take."""
    columns = {name: pl.col(lengths.get(name) or name) for name in schema["properties"]}
    found = [columns[name].is_null() for name in schema["required"]]
    for name, declared in schema["properties"].items():
        if declared.get("type") == "integer":
            least, most = bounds(declared)
            found += [columns[name] < least] if least > -(2**63) else []
            found += [columns[name] > most] if most < 2**63 - 1 else []
        elif holds_nothing(declared):
            found.append(columns[name] > 0)
    return pl.any_horizontal(found)


def _signs(texts: Texts, context: pl.DataFrame) -> set[int]:
    """The exchanges whose bodies show a sign of what only a slow reading sees."""
    if b"\\" not in texts.data and not occurrences(texts.data, _BEFORE_REPLACEMENT):
        return set()
    marked = _each(texts).str.contains(_SIGNS)
    return set(context.get_column("exchange").filter(marked).to_list())


def _settled(texts: Texts, found: Columns, context: pl.DataFrame) -> Columns:
    """Those of the bodies whose colons are accounted for: no key is repeated, and nothing is null that may not be."""
    each = _each(texts)
    nulls = {f"null.{name}": each.str.count_matches(rf'"{name}"{_SPACE}*:{_SPACE}*null') for name in nullable()}
    written = context.select(
        "exchange",
        each.str.count_matches(":", literal=True).alias("written"),
        *(counted.alias(name) for name, counted in nulls.items()),
    )
    both = written.join(colons_each(found), on="exchange", how="inner")
    unclear = both.filter(pl.col("written") != pl.sum_horizontal("needed", *nulls))
    bodies = found.bodies.drop(nulls).join(
        written.select("exchange", *(pl.col(name) > 0 for name in nulls)),
        on="exchange",
        how="left",
        maintain_order="left",
    )
    kept = Columns(found.frames, bodies, found.colons)
    return kept.without(unclear.get_column("exchange").to_list())


def _each(texts: Texts) -> pl.Series:
    """The bodies as a column, each with the white space after it."""
    starts = [texts.start(index) for index in range(len(texts.ends))]
    return series("", joined(texts.data, [*starts, texts.ends[-1]]))


@cache
def _suspicious() -> str:
    """A pattern of members whose value cannot be of the type that their name declares wherever it occurs."""
    response = load("response")
    declared: dict[str, set[str]] = {}
    for schema in (response, *(table.schema for table in TABLES.values())):
        for name, property_ in schema["properties"].items():
            declared.setdefault(name, set()).add(_beginning(property_))
    by_beginning: dict[str, list[str]] = {}
    for name, beginnings in declared.items():
        if len(beginnings) == 1:
            by_beginning.setdefault(beginnings.pop(), []).append(re.escape(name))
    blank = _SPACE.replace("[", "").replace("]", "")
    parts = (rf'"(?:{"|".join(names)})"{_SPACE}*:{_SPACE}*[^{start}{blank}]' for start, names in by_beginning.items())
    return "|".join(parts)


def _beginning(schema: Schema) -> str:
    """The letters that a value begins with, as a part of a class in a pattern."""
    kind = schema["type"]
    if is_array(kind):
        return "".join(sorted(_BEGINNINGS[one] for one in kind))
    return _BEGINNINGS[kind]


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
