"""The API's words and numbers: open vocabularies from the document, and the few groups that it cannot express."""

from __future__ import annotations

from typing import Any, Final

from .document import load, operation

_DEFS: Final[dict[str, Any]] = load("response")["$defs"]
_MESSAGE: Final[dict[str, Any]] = _DEFS["Message"]["properties"]
_ENTRY: Final[dict[str, Any]] = _DEFS["Entry"]["properties"]


def normal_status(status: str) -> str:
    """A status with `-` and `_` made alike (facts.md §3).

    >>> normal_status("NOT-DELIVERED")
    'NOT_DELIVERED'
    """
    return status.replace("-", "_")


KNOWN_STATUSES: Final = frozenset(normal_status(status) for status in _MESSAGE["status"]["x-interpact-known"])
"""Every status ever documented or seen, in its normal spelling (facts.md §3)."""

DELIVERED_FAMILY: Final = frozenset({
    "DELIVERED", "READ", "OPENED", "CLICKED", "OPENED_INTOUCH", "CLICKED_INTOUCH", "MARKED_SPAM", "MARKED_UNSUBSCRIBED",
})  # fmt: skip
"""Statuses that may have a delivery time (facts.md §3)."""

TIME_REQUIRED: Final = "DELIVERED"
"""The status that must have a delivery time (facts.md §3)."""

TIME_OPTIONAL_CHANNELS: Final = frozenset({"line"})
"""Channels in which even a delivered message may lack its time (facts.md §3)."""

KNOWN_CHANNELS: Final = frozenset(_ENTRY["name"]["x-interpact-known"])
"""Names of entries that are documented, seen in a sample, or used by the strict implementation (facts.md §2)."""

EMAIL_CHANNELS: Final = frozenset({"email", "emailbulk"})
"""Channels whose receivers are e-mail addresses (facts.md §2)."""

PHONE_CHANNELS: Final = frozenset({"sms", "phone", "whatsapp", "zalo", "line", "viber"})
"""Channels whose receivers are phone numbers (facts.md §2)."""

MESSAGE_CHANNELS: Final = EMAIL_CHANNELS | PHONE_CHANNELS
"""Channels that are known to hold a list of messages (facts.md §2)."""

CONTENT: Final = {"survey": "surveys", "missed_call": "usedStatus"}
"""Entries that hold something else than messages, and the property that holds it (facts.md §2)."""

KNOWN_TYPES: Final = tuple(operation().parameters["type"]["enum"])
"""Values of the request parameter `type` (facts.md §1); not the vocabulary of entry names."""

TYPE_CHANNELS: Final = {"emailbulk": EMAIL_CHANNELS}
"""Request types whose entries may have other names than the type's own (facts.md §2: `emailbulk?`)."""

EARLIEST_YEAR: Final = 2008
"""The service is not older (facts.md §3)."""

CLOCK_TOLERANCE_HOURS: Final = 14
"""How far the local time of a legacy field may be ahead of UTC (facts.md §3)."""

FUTURE_TOLERANCE_HOURS: Final = 24
"""How far a time may lie after the response's own Date (facts.md §3)."""

MERGED_CUSTOMER: Final = 8069
"""The code of the warning that the customer was merged into another one (facts.md §4)."""

CODES: Final = {
    code: meaning
    for meaning, codes in _DEFS["Remark"]["properties"]["code"]["x-interpact-codes"].items()
    for code in codes
}
"""What the codes that matter mean (facts.md §4)."""
