"""Valid requests: the parameters and the dependencies between them are read from the document (facts.md §1)."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..schemas.document import operation
from .sample import Query
from .texts import addresses, external_ids, phone_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PARAMETERS: Final = operation().parameters

IDENTIFIER_NAMES: Final[tuple[str, ...]] = tuple(_PARAMETERS["identifierName"]["enum"])
NETWORKS: Final[tuple[str, ...]] = tuple(_PARAMETERS["network"]["enum"])
TYPES: Final[tuple[str, ...]] = tuple(_PARAMETERS["type"]["enum"])
TIED: Final[Mapping[str, Sequence[str]]] = _PARAMETERS["type"]["x-interpact-depends"]["network"]
"""Types that exist on particular networks only, and these networks."""


def identifiers(name: str) -> st.SearchStrategy[str]:
    """Values of `identifierValue` for one `identifierName`.

    >>> from hypothesis import find
    >>> find(identifiers("mobile"), lambda value: True)
    '1000000'
    """
    kinds = {"email": addresses, "mobile": phone_numbers, "external_id": external_ids}
    if name not in kinds:
        message = f"identifiers() takes one of {', '.join(kinds)}"
        raise InvalidArgument(message)
    return kinds[name]()


def requests(
    *,
    names: Sequence[str] = IDENTIFIER_NAMES,
    types: Sequence[str | None] = (None, *TYPES),
    networks: Sequence[str | None] = (None, *NETWORKS),
) -> st.SearchStrategy[Query]:
    """Valid queries of the contracted operation.

    `names`, `types` and `networks` say which values may occur, `None` among them that the parameter may be left out.
    A type is only combined with a network that has it.

    >>> from hypothesis import find
    >>> find(requests(types=["tweet"]), lambda query: query.get("network") is not None).get("network")
    'twitter'
    """
    return _requests(tuple(names), tuple(types), tuple(networks))


def types_of(channel: str, channels_of: Mapping[str, frozenset[str]]) -> tuple[str | None, ...]:
    """The types (and `None`) that may be asked for where the answer holds messages of `channel`."""
    return (None, *(word for word in TYPES if channel in channels_of.get(word, {word})))


@cache
def _requests(
    names: tuple[str, ...], types: tuple[str | None, ...], networks: tuple[str | None, ...]
) -> st.SearchStrategy[Query]:
    filters = [pair for pair in product(types, networks) if _agree(*pair)]
    if not (names and filters):
        message = "requests() was given no identifier name, or only types and networks that contradict each other"
        raise InvalidArgument(message)
    who = st.one_of([st.tuples(st.just(name), identifiers(name)) for name in names])
    untyped = [pair for pair in filters if pair[0] is None]
    chosen = st.sampled_from(untyped) | st.sampled_from(filters) if untyped else st.sampled_from(filters)
    return st.builds(_query, who, chosen)


def _agree(kind: str | None, network: str | None) -> bool:
    return kind is None or network is None or network in TIED.get(kind, NETWORKS)


def _query(who: tuple[str, str], filters: tuple[str | None, str | None]) -> Query:
    pairs = zip(("identifierName", "identifierValue", "type", "network"), (*who, *filters), strict=True)
    return Query(tuple((name, value) for name, value in pairs if value is not None))
