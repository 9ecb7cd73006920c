"""What the recorder of the Python library `responses` writes: YAML with a list `responses`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from ..decompress import DamagedError
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import read_records
from .json_text import unsigned
from .record import exchange_of, pairs
from .yaml_values import BrokenYamlError, yaml_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Record

_LIST: Final = re.compile(rb"^responses:[ \t]*\r?\n[ \t]*-[ \t]+response:", re.MULTILINE)


class ResponsesReader:
    """Recordings of `responses`, whose bodies are texts: the recorder itself fails on other ones."""

    name = "responses"
    title = "recordings of the Python library responses (.yaml)"

    def recognises(self, head: Head) -> bool:
        """A list `responses` at the left margin, whose items have a `response`."""
        data = unsigned(head.data)
        return not data.startswith((b"{", b"[", b"<")) and _LIST.search(data) is not None

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every response, read one at a time."""
        try:
            yield from read_records(yaml_items(stream, frozenset({"responses"})), place, _exchange, context)
        except (BrokenYamlError, DamagedError) as error:
            raise UnreadableError(Problem(place, str(error))) from None


RESPONSES: Final = ResponsesReader()


def _exchange(record: Record, place: Place, allowance: Allowance) -> Exchange | Problem:
    found = record.get("response")
    if not isinstance(found, dict) or not isinstance(cast("Record", found).get("url"), str):
        return Problem(place, "an item without a response that has a URL")
    told = cast("Record", found)
    kind = told.get("content_type")
    headers = [*pairs(told.get("headers")), *([("Content-Type", kind)] if isinstance(kind, str) else [])]
    response = {"status": told.get("status"), "headers": headers, "body": told.get("body")}
    return exchange_of(
        {"request": {"method": told.get("method"), "url": told["url"]}, "response": response}, place, allowance
    )
