"""Valid messages: status and times agree, receivers fit the channel (facts.md §2, §3)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..schemas.document import load
from ..schemas.vocabulary import (
    DELIVERED_FAMILY,
    EMAIL_CHANNELS,
    KNOWN_STATUSES,
    MESSAGE_CHANNELS,
    PHONE_CHANNELS,
    TIME_OPTIONAL_CHANNELS,
    TIME_REQUIRED,
    normal_status,
)
from .texts import addresses, phone_numbers, subjects
from .times import FIRST, LAST, SECOND, delivered_time, instants, sent_date, with_offset
from .unusual import fractions, new_statuses, offsets, undeclared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .sample import Json

_PROPERTIES: Final[dict[str, Json]] = load("response")["$defs"]["Message"]["properties"]

STATUSES: Final[tuple[str, ...]] = tuple(_PROPERTIES["status"]["x-interpact-known"])
"""The known statuses, spelled as in the document."""

NONE: Final = -1
"""What stands for no campaign and no user (facts.md §2)."""

_DAY: Final = 86_400


@st.composite
def messages(  # noqa: PLR0913 - keyword-only bounds
    draw: st.DrawFn,
    *,
    channel: str | None = None,
    statuses: Sequence[str] | None = None,
    timed: bool | None = None,
    min_time: datetime = FIRST,
    max_time: datetime = LAST,
    unusual: bool = False,
) -> dict[str, Json]:
    """Messages of one channel (any of them by default), as JSON values.

    `statuses` says which may occur (default: all known ones), `timed` whether `deliveredTime` is there (default: as
    the status allows). Times lie between `min_time` and `max_time`, in UTC. With `unusual`, also what is worth a
    warning: new statuses, undeclared properties, offsets, fractions of a second.

    >>> from hypothesis import find
    >>> find(messages(channel="sms"), lambda message: "deliveredTime" in message)["status"]
    'DELIVERED'
    """
    name = draw(st.sampled_from(sorted(MESSAGE_CHANNELS))) if channel is None else channel
    words = STATUSES if statuses is None else tuple(statuses)
    status, delivered = draw(outcomes(name, words, timed=timed, unusual=unusual))
    sent = draw(instants(min_time=min_time, max_time=max_time))
    message = {
        "id": draw(ids()),
        "receiver": draw(receivers(name)),
        "subject": draw(subjects_of(name)),
        "campaignId": draw(owners()),
        "status": status,
        "sentDate": sent_date(sent),
        "userId": draw(owners()),
    }
    if delivered:
        message["deliveredTime"] = draw(_delivered_times(sent, max_time, unusual=unusual))
    return draw(undeclared(message, _PROPERTIES)) if unusual else message


@cache
def ids() -> st.SearchStrategy[int]:
    """Message ids: positive, also past 2^31 and past 2^53, up to the bound of the document (facts.md §2)."""
    bound: int = _PROPERTIES["id"]["maximum"]
    return st.integers(1, 2**31) | st.integers(2**31, 2**53) | st.integers(2**53, bound)


@cache
def owners() -> st.SearchStrategy[int]:
    """Values of `campaignId` and `userId`: positive, or -1 for none (facts.md §2)."""
    return st.just(NONE) | st.integers(1, 2**31) | st.integers(1, _PROPERTIES["userId"]["maximum"])


@cache
def receivers(channel: str) -> st.SearchStrategy[str]:
    """Receivers of one channel: addresses, phone numbers, or either where nothing is known of the channel."""
    if channel in EMAIL_CHANNELS:
        return addresses()
    return phone_numbers() if channel in PHONE_CHANNELS else phone_numbers() | addresses()


@cache
def subjects_of(channel: str) -> st.SearchStrategy[str]:
    """Subjects of one channel; only e-mail needs one (facts.md §2)."""
    return subjects(blank=channel not in EMAIL_CHANNELS)


@cache
def outcomes(
    channel: str, statuses: tuple[str, ...] = STATUSES, *, timed: bool | None = None, unusual: bool = False
) -> st.SearchStrategy[tuple[str, bool]]:
    """Statuses, each with whether there is a `deliveredTime` beside it.

    >>> from hypothesis import find
    >>> find(outcomes("sms", timed=True), lambda outcome: True)
    ('DELIVERED', True)
    """
    choices = (False, True) if timed is None else (timed,)
    pairs = [(status, flag) for status in statuses for flag in choices if _agree(channel, status, timed=flag)]
    if not pairs:
        message = "no status that was asked for agrees with `timed` in this channel"
        raise InvalidArgument(message)
    known = st.sampled_from(pairs)
    return known | st.tuples(new_statuses(), st.sampled_from(choices)) if unusual else known


def _agree(channel: str, status: str, *, timed: bool) -> bool:
    """Whether `deliveredTime` may be there, or may be missing (facts.md §3)."""
    normal = normal_status(status)
    if timed:
        return normal in DELIVERED_FAMILY or normal not in KNOWN_STATUSES
    return normal != TIME_REQUIRED or channel in TIME_OPTIONAL_CHANNELS


def _delivered_times(sent: datetime, max_time: datetime, *, unusual: bool) -> st.SearchStrategy[str]:
    room = (max_time - sent) // SECOND
    delays = st.integers(0, min(10, room)) | st.integers(0, min(30 * _DAY, room))
    moments = delays.map(lambda delay: sent + delay * SECOND)
    usual = moments.map(delivered_time)
    if not unusual:
        return usual
    return usual | st.builds(delivered_time, moments, fraction=fractions()) | st.builds(with_offset, moments, offsets())
