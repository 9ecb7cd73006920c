"""Populations: a strategy for small ones, and made ones of any size (see `people`)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from ..schemas.population import CHANNELS, IDENTIFIERS, NETWORKS_OF, Customer, Customers, Message, identifier_key
from .letters import SECRET, STATUSES
from .messages import messages
from .people import customers, make_population
from .texts import addresses, external_ids, phone_numbers, subjects
from .times import FIRST, LAST

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["customers", "make_population", "populations"]

_SMALLEST: Final = 2**31 + 1
_LARGEST: Final = 2**63 - 1


@st.composite
def populations(  # noqa: PLR0913 - keyword-only bounds
    draw: st.DrawFn,
    *,
    min_size: int = 0,
    max_size: int = 3,
    max_messages: int = 4,
    min_time: datetime = FIRST,
    max_time: datetime = LAST,
) -> Customers:
    """Populations of `min_size` to `max_size` customers with up to `max_messages` messages each (S2-S12).

    Identifiers and message ids are unique; subjects may speak of one-time passwords, which the server masks. Times lie
    between `min_time` and `max_time`.

    >>> from hypothesis import find
    >>> len(find(populations(), lambda people: True))
    0
    """
    found = draw(_people(min_size, max_size))
    listed = _listed(max_messages, min_time, max_time)
    told = [draw(listed) for _ in found]
    used: set[int] = set()
    return Customers(
        Customer(draw(_names()), tuple(zip(*pair, strict=True)), tuple(_renumbered(one, used) for one in listed))
        for pair, listed in zip(found, told, strict=True)
    )


def _renumbered(message: Message, used: set[int]) -> Message:
    """The message with the next id that is free."""
    number = message.body["id"]
    while number in used:
        number = number + 1 if number < _LARGEST else _SMALLEST
    used.add(number)
    return Message(message.channel, message.network, {**message.body, "id": number})


@cache
def _people(min_size: int, max_size: int) -> st.SearchStrategy[list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    values = st.tuples(addresses(), phone_numbers(min_size=8), _external_ids())
    who = st.tuples(st.just(IDENTIFIERS), values)
    return st.lists(who, min_size=min_size, max_size=max_size, unique_by=_unique(IDENTIFIERS))


@cache
def _listed(most: int, min_time: datetime, max_time: datetime) -> st.SearchStrategy[list[Message]]:
    return st.lists(_messages(min_time, max_time), max_size=most)


def _unique(kinds: tuple[str, ...]) -> tuple[_Key, ...]:
    return tuple(_Key(index, kind) for index, kind in enumerate(kinds))


class _Key:
    """What must not occur twice: the identifier of one kind, however it is spelled."""

    def __init__(self, index: int, kind: str) -> None:
        self._index, self._kind = index, kind

    def __call__(self, who: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
        return identifier_key(self._kind, who[1][self._index])


def _external_ids() -> st.SearchStrategy[str]:
    return external_ids().map(lambda text: text.strip(" "))


def _names() -> st.SearchStrategy[str]:
    return subjects(blank=False)


def _ids() -> st.SearchStrategy[int]:
    return st.integers(_SMALLEST, 2**53) | st.integers(2**53, _LARGEST)


@st.composite
def _messages(draw: st.DrawFn, min_time: datetime, max_time: datetime) -> Message:
    channel = draw(st.sampled_from(CHANNELS))
    body: dict[str, Any] = draw(messages(channel=channel, statuses=STATUSES, min_time=min_time, max_time=max_time))
    body |= {"id": draw(_ids()), "subject": draw(subjects(blank=False) | st.sampled_from(SECRET))}
    if len(body["receiver"]) == 7:  # noqa: PLR2004 - S6 asks for eight digits at least
        body["receiver"] += "0"
    return Message(channel, draw(st.sampled_from(NETWORKS_OF[channel])), body)
