"""Cassettes of VCR.py in YAML and JSON, and of those that took over the shape: Ruby's VCR, betamax, Schemathesis."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from ..decompress import DamagedError
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import read_list, read_records
from .json_text import outline, unsigned
from .own import is_body
from .record import exchange_of
from .yaml_values import BrokenYamlError, yaml_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Head
    from .bodies import Record

_LISTS: Final = frozenset({"interactions", "http_interactions"})
_YAML: Final = re.compile(rb"^[\"']?(?:http_)?interactions[\"']?[ \t]*:(?=\s|$)", re.MULTILINE)
_PACT: Final = ("consumer", "provider")


class CassetteReader:
    """Cassettes: a mapping with a list `interactions` or `http_interactions`."""

    name = "vcr"
    title = "VCR cassettes (.yaml, .json)"

    def recognises(self, head: Head) -> bool:
        """JSON with such a list, but no Pact, which has one as well; or YAML with such a key at the left margin."""
        data = unsigned(head.data)
        if not data.startswith(b"{"):
            return not data.startswith((b"[", b"<")) and _YAML.search(data) is not None
        if b'interactions"' not in data:
            return False
        found = outline(data)
        part = found.find(*_LISTS)
        if part is None or data[part.start : part.start + 1] != b"[":
            return False
        return found.find(*_PACT) is None and not is_body(found.keys)

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every interaction; those in YAML are read one at a time."""
        buffered = io.BufferedReader(cast("io.RawIOBase", stream))
        paths = ((key,) for key in sorted(_LISTS))
        if unsigned(buffered.peek(16)).startswith(b"{"):
            return read_list(buffered, place, *paths, read=_exchange, context=context)
        return self._read_yaml(buffered, place, context)

    def _read_yaml(self, stream: BinaryIO, place: Place, context: Context) -> Iterator[Exchange | Problem]:
        try:
            yield from read_records(yaml_items(stream, _LISTS), place, _exchange, context)
        except (BrokenYamlError, DamagedError) as error:
            raise UnreadableError(Problem(place, str(error))) from None


VCR: Final = CassetteReader()


def _exchange(record: Record, place: Place, allowance: Allowance) -> Exchange | Problem:
    """The exchange of an interaction; a body that a filter emptied (`body: {}`) was not recorded."""
    response = record.get("response")
    if isinstance(response, dict) and cast("Record", response).get("body") == {}:
        record = {**record, "response": {**cast("Record", response), "body": None}}
    return exchange_of(record, place, allowance)
