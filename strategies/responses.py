"""Valid bodies of a successful answer (facts.md §2)."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..schemas.document import load
from ..schemas.vocabulary import TYPE_CHANNELS
from .entries import CHANNELS, entries
from .remarks import lists_or_null, remarks
from .requests import NETWORKS
from .times import FIRST, LAST
from .unusual import new_channels, undeclared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .sample import Json

_PROPERTIES: Final[dict[str, Json]] = load("response")["properties"]


@st.composite
def responses(  # noqa: PLR0913 - keyword-only bounds
    draw: st.DrawFn,
    *,
    type: str | None = None,  # noqa: A002 - the API's own word
    network: str | None = None,
    min_size: int = 0,
    max_size: int = 3,
    min_time: datetime = FIRST,
    max_time: datetime = LAST,
    unusual: bool = False,
) -> dict[str, Json]:
    """Bodies with `min_size` to `max_size` entries, as JSON values; they break no rule.

    `type` and `network` are what was asked for: entries of other channels are then empty. With `unusual`, also what
    is worth a warning or an information: new channels and statuses, undeclared properties, offsets, fractions.

    >>> from hypothesis import find
    >>> find(responses(), lambda body: True)
    {'name': 'facebook', 'interaction': []}
    """
    known = st.sampled_from(CHANNELS)
    names = known | new_channels() if unusual and type is None else known

    def entries_of(name: str) -> st.SearchStrategy[dict[str, Json]]:
        size = 3 if answers(type, name) else 0
        return entries(name=name, max_size=size, min_time=min_time, max_time=max_time, unusual=unusual)

    one = names.flatmap(entries_of)
    listed = draw(st.lists(one, min_size=min_size, max_size=max_size, unique_by=itemgetter("name")))
    if type is None and any(entry["name"] == "sms" and entry["count"] for entry in listed) and draw(st.booleans()):
        listed = repeated(listed, max_size=max_size)
    return draw(bodies(listed, network=network, unusual=unusual))


def answers(kind: str | None, channel: str) -> bool:
    """Whether an entry of `channel` may hold something where the type `kind` was asked for (facts.md §2).

    >>> answers("email", "sms"), answers("emailbulk", "email"), answers(None, "sms")
    (False, True, True)
    """
    return kind is None or channel in TYPE_CHANNELS.get(kind, {kind})


def repeated(listed: Sequence[dict[str, Json]], *, max_size: int) -> list[dict[str, Json]]:
    """The entries, with the messages of `sms` under `phone` as well if there is room for it (facts.md §2)."""
    (sms,) = (entry for entry in listed if entry["name"] == "sms")
    others = [entry for entry in listed if entry["name"] != "phone"]
    return [*others, sms | {"name": "phone"}][:max_size]


@st.composite
def bodies(
    draw: st.DrawFn, listed: Sequence[dict[str, Json]], *, network: str | None = None, unusual: bool = False
) -> dict[str, Json]:
    """Bodies that hold the entries `listed`."""
    name = draw(st.sampled_from(NETWORKS)) if network is None else network
    body = {"name": name, "interaction": list(listed)}
    optional = {"warnings": lists_or_null(remarks(unusual=unusual)), "errors": st.sampled_from([[], None])}
    body |= draw(st.fixed_dictionaries({}, optional=optional))
    return draw(undeclared(body, _PROPERTIES)) if unusual else body
