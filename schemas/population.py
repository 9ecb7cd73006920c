"""The population: the customers and messages that a server knows, and how an identifier finds a customer."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from .document import operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

IDENTIFIERS: Final[tuple[str, ...]] = tuple(operation().parameters["identifierName"]["enum"])
"""The kinds of identifier, as `identifierName` calls them (reference-behaviour R2)."""

OLD_SPELLING: Final = {"external id": "external_id"}
"""What the first edition of the page called a kind, and what it is called now (facts.md §1)."""

NETWORKS: Final[tuple[str, ...]] = tuple(operation().parameters["network"]["enum"])
"""The values of `network` (reference-behaviour R2)."""

_OWN: Final = ("capillary",)
_ELSEWHERE: Final = {
    "checkin": ("facebook", "foursquare"),
    "like": ("facebook",),
    "comment": ("facebook",),
    "mention": ("twitter",),
    "retweet": ("twitter",),
    "tweet": ("twitter",),
}

TYPES: Final = (
    "email", "emailbulk", "checkin", "like", "comment", "mention", "retweet", "tweet", "feedback", "whatsapp", "zalo",
)  # fmt: skip
"""The accepted values of `type` (reference-behaviour R2). The one place to add `line` and `viber` to."""

CHANNELS: Final = (*TYPES, "sms")
"""The names of groups (reference-behaviour S2): every type, and one that cannot be asked for."""

NETWORKS_OF: Final[Mapping[str, tuple[str, ...]]] = {name: _ELSEWHERE.get(name, _OWN) for name in CHANNELS}
"""The networks that the messages of a channel may belong to (reference-behaviour R3, F2)."""

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MOBILE: Final = re.compile(r"\+(?!\+)")


class PopulationError(ValueError):
    """A population that cannot be served; the message tells which customer, and never repeats a value."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its channel, the network it belongs to, and what the answer says about it (S4)."""

    channel: str
    network: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer: name, identifiers as pairs of kind and value, messages in the order in which they are told."""

    name: str
    identifiers: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...] = ()

    def identifier(self, kind: str) -> str | None:
        """The value of the identifier of this kind, or `None`.

        >>> Customer("Ada", (("email", "ada@example.com"),)).identifier("email")
        'ada@example.com'
        """
        return next((value for name, value in self.identifiers if name == kind), None)

    def __repr__(self) -> str:
        """Say what kind of thing this is; all its values are personal."""
        return f"<Customer, {len(self.identifiers)} identifiers, {len(self.messages)} messages>"


class Population(Protocol):
    """Customers that can be looked up by an identifier and gone through in a fixed order."""

    def find(self, kind: str, value: str) -> Customer | None:
        """The customer who has this identifier, spelled in any of the ways that R7 makes equal."""
        ...

    def __iter__(self) -> Iterator[Customer]: ...

    def __len__(self) -> int: ...


def identifier_key(kind: str, value: str) -> str:
    """What two spellings of one identifier have in common (reference-behaviour R7).

    >>> identifier_key("email", " Ada@Example.COM"), identifier_key("mobile", "+4915112345678")
    ('ada@example.com', '4915112345678')
    >>> identifier_key("external_id", "007 ")
    '007'
    """
    trimmed = value.strip(" ")
    if kind == "email":
        return trimmed.translate(_LOWER)
    return _MOBILE.sub("", trimmed, count=1) if kind == "mobile" and trimmed[:1] == "+" else trimmed


class Customers:
    """A population in memory.

    Raises `PopulationError` if two customers share an identifier.

    >>> people = Customers([Customer("Ada", (("email", "ada@example.com"),))])
    >>> people.find("email", "ADA@example.com").name
    'Ada'
    """

    def __init__(self, customers: Iterable[Customer] = ()) -> None:
        self._all: list[Customer] = []
        self._found: dict[tuple[str, str], Customer] = {}
        for customer in customers:
            self._add(customer)

    def find(self, kind: str, value: str) -> Customer | None:
        """The customer who has this identifier, or `None`."""
        return self._found.get((kind, identifier_key(kind, value)))

    def __iter__(self) -> Iterator[Customer]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        """Tell the size only."""
        return f"<Customers, {len(self)}>"

    def _add(self, customer: Customer) -> None:
        self._all.append(customer)
        for kind, value in customer.identifiers:
            if self._found.setdefault((kind, identifier_key(kind, value)), customer) is not customer:
                raise PopulationError(shared_identifier(len(self), kind))


def shared_identifier(number: int, kind: str) -> str:
    """The message of the error that an identifier belongs to two customers."""
    return f"customer {number}: the {kind} belongs to an earlier customer too; identifiers must be unique"


def to_json(customer: Customer) -> dict[str, Any]:
    """A customer as a JSON value, one line of a population file; `from_json` reads it.

    >>> to_json(Customer("Ada", (("email", "ada@example.com"),)))
    {'name': 'Ada', 'identifiers': {'email': 'ada@example.com'}, 'messages': []}
    """
    listed = [{"channel": one.channel, "network": one.network, "body": dict(one.body)} for one in customer.messages]
    return {"name": customer.name, "identifiers": dict(customer.identifiers), "messages": listed}


def from_json(value: Any, number: int) -> Customer:
    """The customer that a JSON value describes, as `to_json` writes it; `number` is its place in the file, from 1 on.

    Raises `PopulationError` for anything else, and for channels, networks and identifiers that do not exist.

    >>> from_json({"name": "Ada", "identifiers": {"email": "ada@example.com"}, "messages": []}, 1).name
    'Ada'
    """
    try:
        identifiers = cast("dict[str, str]", value["identifiers"])
        customer = Customer(value["name"], tuple(identifiers.items()), tuple(map(_message, value["messages"])))
    except (KeyError, TypeError, AttributeError):
        message = f"customer {number}: expected an object with name, identifiers and messages, each with its members"
        raise PopulationError(message) from None
    flaw = _flaw(customer)
    if flaw is not None:
        message = f"customer {number}: {flaw}"
        raise PopulationError(message)
    return customer


def _message(value: Any) -> Message:
    return Message(value["channel"], value["network"], dict(value["body"]))


def _flaw(customer: Customer) -> str | None:
    if not (isinstance(customer.name, str) and customer.name.strip()):  # pyright: ignore[reportUnnecessaryIsInstance]
        return "the name must be a text that is not blank"
    if not customer.identifiers or any(kind not in IDENTIFIERS for kind, _ in customer.identifiers):
        return f"identifiers must be some of {', '.join(IDENTIFIERS)}"
    if not all(identifier_key(kind, value) for kind, value in customer.identifiers):
        return "an identifier is blank"
    if any(one.network not in NETWORKS_OF.get(one.channel, ()) for one in customer.messages):
        return "a message has an unknown channel, or a network that its channel does not belong to"
    return None
