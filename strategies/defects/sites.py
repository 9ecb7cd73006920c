"""Where a defect is put: valid exchanges of which one place is known to have what the defect needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hypothesis import strategies as st

from ...schemas.document import Schema, load, resolve
from ...schemas.vocabulary import (
    EMAIL_CHANNELS,
    MESSAGE_CHANNELS,
    PHONE_CHANNELS,
    TIME_OPTIONAL_CHANNELS,
    TYPE_CHANNELS,
)
from ..edits import find, join
from ..entries import CHANNELS, entries, message_entries
from ..exchanges import answers_with
from ..messages import messages
from ..requests import requests, types_of
from ..responses import answers, bodies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..sample import Json, Sample

EMAIL: Final = tuple(name for name in CHANNELS if name in EMAIL_CHANNELS)
PHONE: Final = tuple(name for name in CHANNELS if name in PHONE_CHANNELS)
LISTED: Final = tuple(name for name in CHANNELS if name in MESSAGE_CHANNELS)
TIMED: Final = tuple(name for name in LISTED if name not in TIME_OPTIONAL_CHANNELS)
"""Channels in which a delivered message has its time."""


@dataclass(frozen=True, slots=True)
class Site:
    """A valid exchange, and the pointer of one entry or message in its body."""

    sample: Sample
    at: str

    def value(self, *tokens: str | int) -> Json:
        """What is at the place, or below it."""
        return find(self.sample.body, self.at + join(*tokens))

    def pointer(self, *tokens: str | int) -> str:
        """The pointer of a place below."""
        return self.at + join(*tokens)


@st.composite
def entry_sites(
    draw: st.DrawFn,
    entry: st.SearchStrategy[dict[str, Json]],
    *,
    typed: bool | None = None,
    others: Sequence[str] = CHANNELS,
) -> Site:
    """Exchanges whose answer has `entry` among other ones; the site is that entry.

    `typed` says whether the request names a type that the entry is of (default: either).
    """
    made = draw(entry)
    name = made["name"]
    kinds = (None,) if typed is False else types_of(name, TYPE_CHANNELS)[1 if typed else 0 :]
    query = draw(requests(types=kinds))
    more = draw(_other_entries(name, others, query.get("type")))
    place = draw(st.integers(0, len(more)))
    body = draw(bodies([*more[:place], made, *more[place:]], network=query.get("network")))
    return Site(draw(answers_with(query, body)), join("interaction", place))


@st.composite
def message_sites(
    draw: st.DrawFn,
    *,
    channels: Sequence[str] = LISTED,
    message: st.SearchStrategy[dict[str, Json]] | None = None,
    typed: bool | None = None,
    **wanted: Json,
) -> Site:
    """Exchanges whose answer has a message of one of `channels`; the site is that message.

    It is one of `message`, or one of `messages(channel=..., **wanted)`.
    """
    channel = draw(st.sampled_from(channels))
    one = messages(channel=channel, **wanted) if message is None else message
    listed = message_entries(channel, messages(channel=channel), max_size=2)
    entry = _with_message(draw(listed), draw(one), draw(st.integers(0, 2)))
    site = draw(entry_sites(st.just(entry[0]), typed=typed))
    return Site(site.sample, site.pointer("messageList", entry[1]))


def any_entries() -> st.SearchStrategy[dict[str, Json]]:
    """Entries of every known name, those with a list of messages not empty."""
    return st.sampled_from((*LISTED, *CHANNELS)).flatmap(lambda name: entries(name=name, min_size=1, max_size=2))


def answer_sites() -> st.SearchStrategy[Site]:
    """Exchanges without a type, whose answer has at least one entry that is not empty."""
    return entry_sites(any_entries(), typed=False)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a body, and what the document declares there."""

    at: str
    schema: Schema
    required: bool


def spots(body: Json, document: str) -> list[Spot]:
    """Every declared place in a body, in the order of the text.

    >>> [spot.at for spot in spots({"name": "capillary", "interaction": [], "more": 1}, "response")]
    ['', '/name', '/interaction']
    """
    root = load(document)
    return list(_spots(body, root, root, "", required=True))


def free_texts(body: Json) -> list[str]:
    """The pointers of texts in an answer that may be anything: nothing else judges what is in them.

    >>> free_texts({"name": "capillary", "interaction": []})
    ['/name']
    """
    places = [spot.at for spot in spots(body, "response")]
    return [at for at in places if at == "/name" or at.endswith(("/subject", "/message"))]


def _spots(value: Json, declared: Json, root: Schema, at: str, *, required: bool) -> Iterator[Spot]:
    schema = resolve(declared, root)
    yield Spot(at, schema, required)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(cast("list[Json]", value)):
            yield from _spots(item, schema["items"], root, at + join(index), required=False)
    if isinstance(value, dict):
        needed = schema.get("required", ())
        for key in (key for key in cast("dict[str, Json]", value) if key in schema.get("properties", {})):
            yield from _spots(value[key], schema["properties"][key], root, at + join(key), required=key in needed)


@st.composite
def _other_entries(draw: st.DrawFn, name: str, others: Sequence[str], kind: str | None) -> list[dict[str, Json]]:
    names = draw(st.lists(st.sampled_from([one for one in others if one != name]), max_size=2, unique=True))
    return [draw(entries(name=one, max_size=2 if answers(kind, one) else 0)) for one in names]


def _with_message(entry: dict[str, Json], message: dict[str, Json], place: int) -> tuple[dict[str, Json], int]:
    """The entry with one more message, and the index of that."""
    others = [one for one in entry["messageList"] if one["id"] != message["id"]]
    index = min(place, len(others))
    listed = [*others[:index], message, *others[index:]]
    return entry | {"count": len(listed), "messageList": listed}, index
