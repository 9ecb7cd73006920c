"""Valid bodies of a successful answer (facts.md §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..schemas.document import load
from ..schemas.vocabulary import TYPE_CHANNELS
from .entries import CHANNELS, entries
from .remarks import lists_or_null, remarks
from .requests import NETWORKS
from .sample import Json
from .times import FIRST, LAST
from .unusual import new_channels, undeclared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
    wanted = known | new_channels() if unusual and type is None else known
    names = draw(st.lists(wanted, min_size=min_size, max_size=max_size, unique=True))
    listed = [
        draw(entries(name=name, max_size=3 if answers(type, name) else 0,
                     min_time=min_time, max_time=max_time, unusual=unusual))
        for name in names
    ]  # fmt: skip
    if draw(st.booleans()):
        listed = repeated(listed)
    return draw(bodies(listed, network=network, unusual=unusual))


def answers(kind: str | None, channel: str) -> bool:
    """Whether an entry of `channel` may hold something where the type `kind` was asked for (facts.md §2).

    >>> answers("email", "sms"), answers("emailbulk", "email"), answers(None, "sms")
    (False, True, True)
    """
    return kind is None or channel in TYPE_CHANNELS.get(kind, {kind})


def repeated(listed: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """The entries, with the messages of `sms` under `phone` as well where both are there (facts.md §2)."""
    found = {entry["name"]: entry for entry in listed}
    sms = found.get("sms", {}).get("messageList", [])
    again = {"name": "phone", "count": len(sms), "messageList": sms}
    return [again if entry["name"] == "phone" and sms else entry for entry in listed]


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
