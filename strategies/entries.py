"""Valid entries: messages of one channel, surveys, missed calls (facts.md §2)."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..schemas.document import load
from .messages import messages
from .times import FIRST, LAST
from .unusual import json_values, new_channels, undeclared

if TYPE_CHECKING:
    from datetime import datetime

    from .sample import Json

_PROPERTIES: Final[dict[str, Json]] = load("response")["$defs"]["Entry"]["properties"]

CHANNELS: Final[tuple[str, ...]] = tuple(_PROPERTIES["name"]["x-interpact-known"])
"""The known entry names, in the order of the document."""


@st.composite
def entries(  # noqa: PLR0913 - keyword-only bounds
    draw: st.DrawFn,
    *,
    name: str | None = None,
    min_size: int = 0,
    max_size: int = 3,
    min_time: datetime = FIRST,
    max_time: datetime = LAST,
    unusual: bool = False,
) -> dict[str, Json]:
    """Entries of one name (any known one by default) with `min_size` to `max_size` interactions, as JSON values.

    With `unusual`, also new names, undeclared properties, and unusual messages.

    >>> from hypothesis import find
    >>> find(entries(name="survey"), lambda entry: True)
    {'name': 'survey', 'count': 0, 'surveys': []}
    """
    known = st.sampled_from(CHANNELS)
    chosen = name if name is not None else draw(known | new_channels() if unusual else known)
    if chosen == "survey":
        surveys = draw(st.lists(json_values(), min_size=min_size, max_size=max_size))
        entry = {"name": chosen, "count": len(surveys), "surveys": surveys}
    elif chosen == "missed_call":
        count = draw(st.integers(min_size, max_size))
        entry = {"name": chosen, "count": count, "usedStatus": draw(st.booleans())}
    else:
        one = messages(channel=chosen, min_time=min_time, max_time=max_time, unusual=unusual)
        entry = draw(message_entries(chosen, one, min_size=min_size, max_size=max_size))
    return draw(undeclared(entry, _PROPERTIES)) if unusual else entry


def message_entries(
    name: str, elements: st.SearchStrategy[dict[str, Json]], *, min_size: int = 0, max_size: int = 3
) -> st.SearchStrategy[dict[str, Json]]:
    """Entries `name` that hold `elements`, each id once."""
    listed = st.lists(elements, min_size=min_size, max_size=max_size, unique_by=itemgetter("id"))
    return listed.map(lambda found: {"name": name, "count": len(found), "messageList": found})
