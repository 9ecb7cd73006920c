"""Many bodies at once: compiled code reads their joined texts into columns, without an object for any of them.

What it takes, the typed decoder takes, and so the schema accepts. pyarrow's reader of JSON lines is more liberal than
JSON Schema, and what it lets pass is looked for here: it does not tell a null from what is absent, and passes over what
is not declared; both show in the number of colons. What it refuses, and every body that there is a doubt about, is left
to the typed decoder, one by one.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from ..schemas.document import load
from ..schemas.tables import TABLES
from .arrow import occurrences
from .columns import Columns, colons_each, columns_of, nullable
from .together import Texts, pieces
from .typed import bounds, holds_nothing

if TYPE_CHECKING:
    from ..schemas.document import Schema

_COUNTS: Final = {"exchange": pl.Int64, "written": pl.Int64}
_COLON: Final = b":"[0]
_SIGNS: Final = r"\\u(?:003[aA]|[fF]{3}[dD])|\x{FFFD}"
"""What only a slow reading sees: an escaped colon, which would spoil a count, and a replacement character."""
_BEFORE_REPLACEMENT: Final = "\ufffd".encode()[0]


def read(texts: Texts, context: pl.DataFrame) -> Columns | None:
    """The tables of the bodies that can be accepted in this way, or `None` if that is none of them.

    `context` has a row for each body, as `flatten` takes it.
    """
    found = list(pieces(texts))
    if not found:
        return None
    taken = list(chain.from_iterable(piece.indices for piece in found))
    columns = columns_of([piece.table for piece in found], context if len(taken) == len(context) else context[taken])
    exchanges = context.get_column("exchange").to_list()
    doubtful = _refused(columns) | _signs(texts, context)
    places = {exchanges[at]: at for at in taken if exchanges[at] not in doubtful}
    others = set(range(len(texts))).difference(places.values()) if len(places) < len(texts) else ()
    written = occurrences(texts.part(0, len(texts)), _COLON) - sum(map(texts.colons, others))
    needed = columns.colons - (int(colons_each(columns.only(doubtful)).get_column("needed").sum()) if doubtful else 0)
    rest = columns.without(doubtful)
    return rest if written == needed else _settled(texts, rest, places, written - needed)


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
    marked = texts.column.str.contains(_SIGNS)
    return set(context.get_column("exchange").filter(marked).to_list())


def _settled(texts: Texts, found: Columns, places: dict[int, int], surplus: int) -> Columns:
    """Those of the bodies that have no more colons than they need, or one more for each null that is allowed.

    `places` tells where in `texts` they are, by the number of their exchange; `surplus` is how many colons there are
    beyond those that they need: none of them has fewer.
    """
    named = set(texts.column.str.contains("null", literal=True).arg_true())
    some = {exchange: at for exchange, at in places.items() if at in named}
    odd = _odd(texts, found if len(some) == len(places) else found.only(some), some)
    if odd.get_column("surplus").sum() != surplus:
        odd = _odd(texts, found, places)
    null = [_null(texts.body(places[exchange])) for exchange in odd.get_column("exchange")]
    nulls = [f"null.{name}" for name in nullable()]
    odd = odd.hstack(pl.DataFrame(null, dict.fromkeys(nulls, pl.Boolean), orient="row"))
    unclear = odd.filter(pl.col("surplus") != pl.sum_horizontal(*nulls)).get_column("exchange")
    told = odd.drop("surplus")
    bodies = found.bodies.drop(nulls).join(told, on="exchange", how="left", maintain_order="left")
    kept = Columns(found.frames, bodies.with_columns(pl.col(*nulls).fill_null(value=False)), found.colons)
    return kept.without(unclear.to_list())


def _null(body: bytes) -> list[bool]:
    """For each member of a body that may be null whether it is; for none of them where that cannot be told."""
    try:
        found = _members().decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [False for _ in nullable()]
    return [bytes(getattr(found, name)) == b"null" for name in nullable()]


@cache
def _members() -> msgspec.json.Decoder[Any]:
    """Finds the members that may be null, and passes over all other ones."""
    return msgspec.json.Decoder(msgspec.defstruct("Body", [(name, msgspec.Raw, msgspec.Raw()) for name in nullable()]))


def _odd(texts: Texts, found: Columns, places: dict[int, int]) -> pl.DataFrame:
    """The exchanges whose bodies have more colons than they need, and how many."""
    written = pl.DataFrame({"exchange": list(places), "written": [texts.colons(at) for at in places.values()]}, _COUNTS)
    both = written.join(colons_each(found), on="exchange")
    surplus = pl.col("written") - pl.col("needed")
    return both.select("exchange", surplus.alias("surplus")).filter(pl.col("surplus") != 0)
