"""How the cases of an API fuzzer are filled: with identifiers that the endpoint knows, and parameters that agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from ..schemas.document import load
from .requests import IDENTIFIER_NAMES, NETWORKS, TIED, TYPES, identifiers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Customer = dict[str, str]
"""What identifies one customer: values by kind of identifier, which is what `identifierName` may say."""

_NAME: Final = "identifierName"
_VALUE: Final = "identifierValue"
_KNOWN_IN_TEN: Final = 9
"""More than are wanted: Hypothesis repeats no example, which takes away from where there are fewer to choose from."""
_UNTIED: Final = tuple(kind for kind in TYPES if kind not in TIED)
_EXAMPLE: Final[str] = load("openapi")["components"]["parameters"][_VALUE]["example"]
_STAND_INS: Final = {"email": _EXAMPLE, "mobile": "4915112345678", "external_id": "A-1001"}
"""Identifiers in place of the document's one example where nobody is known."""


def known_identifiers(customers: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Kinds and values that identify the customers, in their order, each once; kinds that cannot be sent are left out.

    >>> known_identifiers([{"mobile": "4915112345678", "loyalty card": "7"}])
    (('mobile', '4915112345678'),)
    """
    pairs = ((kind, value) for customer in customers for kind, value in customer.items())
    return tuple(dict.fromkeys((kind, value) for kind, value in pairs if kind in IDENTIFIER_NAMES and value.strip()))


def queries(customers: Sequence[Mapping[str, str]] = ()) -> st.SearchStrategy[dict[str, str]]:
    """Valid queries as a mapping; about four in five ask for one of `customers`, if any.

    Parameters that depend on each other agree. Shrinks to the first customer without filters.

    >>> from hypothesis import find
    >>> find(queries([{"external_id": "A-1"}]), lambda query: "network" in query)
    {'identifierName': 'external_id', 'identifierValue': 'A-1', 'network': 'facebook'}
    """
    anyone = st.sampled_from(IDENTIFIER_NAMES).flatmap(lambda name: st.tuples(st.just(name), identifiers(name)))
    known = known_identifiers(customers)
    return st.builds(_query, _mostly(st.sampled_from(known), anyone) if known else anyone, _filters())


def completions(
    query: Mapping[str, Any], customers: Sequence[Mapping[str, str]] = ()
) -> st.SearchStrategy[dict[str, Any]]:
    """`query`, which is invalid on purpose, with what is right in it made to name a known customer.

    So a service that overlooks the mistake answers with somebody's data instead of "not found".

    >>> from hypothesis import find
    >>> wrong = {"identifierName": "email", "identifierValue": "a@b.example", "type": "E-MAIL"}
    >>> find(completions(wrong, [{"mobile": "4915112345678"}]), lambda query: True)["identifierValue"]
    '4915112345678'
    """
    known = known_identifiers(customers)
    if not known or not _is_text(query.get(_VALUE)):
        return st.just(dict(query))
    return st.sampled_from(known).map(lambda pair: _renamed(query, pair))


def settled(
    query: Mapping[str, Any], customers: Sequence[Mapping[str, str]], turn: int, tested: str | None
) -> dict[str, Any]:
    """`query`, made from the schemas and examples of the document, with parameters that fit each other.

    The identifier becomes that of a known customer, another one at each `turn`, unless it is no identifier at all; a
    network that the type does not have is replaced. `tested`, the parameter that the query is about, keeps its value.

    >>> settled({"identifierName": "mobile", "identifierValue": "ada@example.com"}, [], 0, None)["identifierValue"]
    '4915112345678'
    """
    result = dict(query)
    name = result.get(_NAME)
    if tested != _VALUE and _is_text(result.get(_VALUE)):
        known = [value for kind, value in known_identifiers(customers) if kind == name or name not in IDENTIFIER_NAMES]
        result[_VALUE] = known[turn % len(known)] if known else _STAND_INS.get(str(name), _EXAMPLE)
    return _agreeing(result, tested)


def openers(customers: Sequence[Mapping[str, str]], limit: int) -> list[dict[str, str]]:
    """The plainest question about each of the customers, by each of their identifiers; at most `limit`.

    >>> openers([{"email": "ada@example.com"}], 5)
    [{'identifierName': 'email', 'identifierValue': 'ada@example.com'}]
    """
    return [_query(pair, (None, None)) for pair in known_identifiers(customers)[:limit]]


@st.composite
def _mostly(
    draw: st.DrawFn, usual: st.SearchStrategy[tuple[str, str]], other: st.SearchStrategy[tuple[str, str]]
) -> tuple[str, str]:
    return draw(usual if draw(st.integers(0, 9)) < _KNOWN_IN_TEN else other)


@st.composite
def _filters(draw: st.DrawFn) -> tuple[str | None, str | None]:
    """Type and network, or `None` for one that is left out; half of them have no type. Each shrinks by itself."""
    network = draw(st.sampled_from((None, *NETWORKS)))
    kind = draw(st.sampled_from(TYPES)) if draw(st.booleans()) else None
    if kind is None or network is None or _agree(kind, network):
        return kind, network
    return _UNTIED[TYPES.index(kind) % len(_UNTIED)], network


def _agree(kind: Any, network: Any) -> bool:
    return kind not in TIED or network not in NETWORKS or network in TIED[kind]


def _agreeing(query: dict[str, Any], tested: str | None) -> dict[str, Any]:
    kind, network = query.get("type"), query.get("network")
    if not isinstance(kind, str) or not isinstance(network, str) or _agree(kind, network):
        return query
    if tested == "network":
        return {name: value for name, value in query.items() if name != "type"}
    return {**query, "network": TIED[kind][0]}


def _renamed(query: Mapping[str, Any], pair: tuple[str, str]) -> dict[str, Any]:
    named = {_NAME: pair[0]} if query.get(_NAME) in IDENTIFIER_NAMES else {}
    return {**query, **named, _VALUE: pair[1]}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _query(who: tuple[str, str], filters: tuple[str | None, str | None]) -> dict[str, str]:
    pairs = zip((_NAME, _VALUE, "type", "network"), (*who, *filters), strict=True)
    return {name: value for name, value in pairs if value is not None}
