"""What a raw query string asks for, or why it has to be refused (reference-behaviour R2-R4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from .document import operation
from .population import IDENTIFIERS, NETWORKS, NETWORKS_OF, OLD_SPELLING, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST: Final = 256
"""The most characters of an identifier, spaces around it left out (R2)."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""The control characters of Unicode (category Cc)."""

_PARAMETERS: Final = frozenset(operation().parameters)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be answered: whose interactions, and which of them."""

    kind: str
    value: str
    type: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a request is refused: a number and a sentence that repeats nothing of it (E1, E2)."""

    code: int
    message: str


MISSING: Final = Complaint(1015, "An identifier is required: identifierName and identifierValue")
UNKNOWN_KIND: Final = Complaint(8013, "identifierName is not one of the documented names")
INVALID: Final = Complaint(1104, "identifierValue must be 1 to 256 characters of UTF-8 without control characters")
REPEATED: Final = Complaint(4001, "A parameter was given more than once")
UNKNOWN_NETWORK: Final = Complaint(4002, "network is not one of the documented networks")
UNKNOWN_TYPE: Final = Complaint(4003, "type is not one of the documented types")
CONTRADICTION: Final = Complaint(4004, "type does not belong to network")


def pairs(query: bytes) -> list[tuple[bytes, bytes]]:
    r"""Names and values of a raw query string in their order, percent-decoded; a plus is a plus (RFC 3986 §2.1).

    >>> pairs(b"type=email&q=%ff+1&&x")
    [(b'type', b'email'), (b'q', b'\xff+1'), (b'x', b'')]
    """
    parts = (part.partition(b"=") for part in query.split(b"&") if part)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parts]


def read(query: bytes) -> Asked | tuple[Complaint, ...]:
    """What a raw query string asks for, or all that is wrong with it.

    >>> read(b"identifierName=email&identifierValue=%20ada@example.com&type=email")
    Asked(kind='email', value='ada@example.com', type='email', network=None)
    >>> [complaint.code for complaint in read(b"identifierName=email&type=")]
    [1015, 4003]
    """
    given: dict[str, list[str | None]] = {}
    for name, value in pairs(query):
        known = _text(name)
        if known in _PARAMETERS:
            given.setdefault(known, []).append(_text(value))
    wrong = dict.fromkeys(_complaints(given))
    if wrong:
        return tuple(wrong)
    one = {name: values[0] for name, values in given.items()}
    kind, value = one["identifierName"] or "", one["identifierValue"] or ""
    return Asked(OLD_SPELLING.get(kind, kind), value.strip(" "), one.get("type"), one.get("network"))


def _complaints(given: Mapping[str, list[str | None]]) -> Iterable[Complaint]:
    if any(len(values) > 1 for values in given.values()):
        yield REPEATED
    if not given.keys() >= {"identifierName", "identifierValue"}:
        yield MISSING
    if not all(kind in IDENTIFIERS or kind in OLD_SPELLING for kind in given.get("identifierName", ())):
        yield UNKNOWN_KIND
    if not all(map(_is_identifier, given.get("identifierValue", ()))):
        yield INVALID
    networks, types = given.get("network", []), given.get("type", [])
    if any(network not in NETWORKS for network in networks):
        yield UNKNOWN_NETWORK
    if any(kind not in TYPES for kind in types):
        yield UNKNOWN_TYPE
    if any(kind in TYPES and network in NETWORKS and network not in NETWORKS_OF[kind]
           for kind in types if kind is not None for network in networks):  # fmt: skip
        yield CONTRADICTION


def _is_identifier(value: str | None) -> bool:
    if value is None or _CONTROL.search(value):
        return False
    return 1 <= len(value.strip(" ")) <= LONGEST


def _text(raw: bytes) -> str | None:
    """The text in UTF-8, or `None`: then it is no value that any parameter may have."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None
