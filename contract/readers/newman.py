"""Reports of Newman's JSON reporter: every request that was run, with the bytes of its answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import located, read_records
from .json_text import loaded, outline, texts, unsigned
from .postman import read_collection, told, variables_of
from .sketch import sketched
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Record
    from .templates import Variables

_RUN: Final = ("run", "executions")
_COLLECTION: Final = frozenset({"item", "info", "_"})


class NewmanReader:
    """Run reports. A long collection comes before the run, so that a head may show nothing else."""

    name = "newman"
    title = "Newman's JSON run reports (.json)"

    def recognises(self, head: Head) -> bool:
        """A `run` of executions, or a collection that goes on beyond the head."""
        found = sketched(head, b'"executions"', b'"collection"')
        if found is None or found.is_list:
            return False
        if found.begins("run", b"{"):
            return bool(found.inside("run") & {"stats", "executions"})
        return not head.whole and bool(found.inside("collection") & _COLLECTION)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every execution, in the order of the run."""
        whole = read_document(stream, place, context)
        data = unsigned(whole.data)
        if outline(data, until="run").find("run") is None:
            yield from read_collection(data, place, context)
        else:
            read = partial(_exchange, variables=_variables(data))
            records = located(whole.data, texts(data, _RUN), loaded, _RUN)
            yield from read_records(records, place, read, context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


NEWMAN: Final = NewmanReader()


def _variables(data: bytes) -> Variables:
    part = outline(data, until="run").find("collection")
    return {} if part is None else variables_of(data[part.start : part.end])


def _exchange(record: Record, place: Place, allowance: Allowance, *, variables: Variables) -> Exchange | Problem:
    return told(record.get("request"), record.get("response"), place, allowance, variables)
