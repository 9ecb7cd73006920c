"""The case in which each rule could be broken, as points of the coverage: who saw none of them has not tried the rule.

That every rule has one, and that an exchange which keeps the rule shows it, is held by the tests. Relations
between answers have none: they are tried by requests that are made for their sake, which `interpact fuzz` counts.
"""

from __future__ import annotations

from typing import Final

from .document import load, operation
from .vocabulary import CONTENT, DELIVERED_FAMILY, EMAIL_CHANNELS, KNOWN_STATUSES, MESSAGE_CHANNELS, PHONE_CHANNELS

_ENTRY: Final = "response:/interaction/*"
_MESSAGE: Final = f"{_ENTRY}/messageList/*"


def _asked(name: str) -> tuple[str, ...]:
    """That a parameter was given, with one of its values."""
    return tuple(f"request:{name} = {value}" for value in operation().parameters[name]["enum"])


def _statuses() -> tuple[str, ...]:
    (path, *_) = load("openapi")["paths"].values()
    return tuple(f"status:{status}" for status in path[operation().method.lower()]["responses"])


def _messages_of(channels: frozenset[str]) -> tuple[str, ...]:
    return tuple(f"{_ENTRY} {channel} with messageList" for channel in sorted(channels))


_REQUEST: Final = _asked("identifierName")
_ANSWER: Final = ("response:/interaction present", "response:/interaction empty")
_REFUSAL: Final = tuple(f"error:/errors {state}" for state in ("present", "empty", "null", "absent"))
_BODY: Final = (*_ANSWER, *_REFUSAL)
_HAS_ENTRY: Final = (f"{_ENTRY}/name present",)
_COUNTED: Final = (f"{_ENTRY}/count > 0",)
_HAS_MESSAGE: Final = (f"{_MESSAGE}/id present",)
_RECEIVER: Final = (f"{_MESSAGE}/receiver present",)
_SUBJECT: Final = (f"{_MESSAGE}/subject present",)
_SENT: Final = (f"{_MESSAGE}/sentDate present",)
_DELIVERED: Final = (f"{_MESSAGE}/deliveredTime present",)
_OTHER_CONTENT: Final = tuple(f"{_ENTRY} {name} with {content}" for name, content in CONTENT.items())
_BY_PHONE: Final = _messages_of(PHONE_CHANNELS)
_NOT_DELIVERED: Final = tuple(f"{_MESSAGE}/status = {one}" for one in sorted(KNOWN_STATUSES - DELIVERED_FAMILY))

CASES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("IP101", "IP401", "IP404", "IP405", "IP407", "IP409", "IP415", "IP504", "IP505"), _BODY),
    **dict.fromkeys(("IP110", "IP402", "IP408", "IP410"), _ANSWER),
    **dict.fromkeys(("IP102", "IP103", "IP106", "IP203", "IP206", "IP207", "IP242"), _HAS_MESSAGE),
    **dict.fromkeys(("IP109", "IP204", "IP205", "IP248", "IP249"), _HAS_ENTRY),
    **dict.fromkeys(("IP105", "IP107", "IP201", "IP202", "IP247", "IP403"), _COUNTED),
    "IP104": _SUBJECT,
    "IP108": (*_OTHER_CONTENT, *_messages_of(MESSAGE_CHANNELS)),
    **dict.fromkeys(("IP150", "IP151", "IP152", "IP153", "IP162", "IP501"), _REQUEST),
    "IP154": _asked("network"),
    "IP155": _asked("type"),
    "IP156": tuple(
        f"request:type = {one}, network = {other}"
        for one, allowed in operation().parameters["type"]["x-interpact-depends"]["network"].items()
        for other in allowed
    ),
    **dict.fromkeys(("IP157", "IP158", "IP159"), ("request:identifierName = mobile",)),
    "IP160": ("request:identifierName = email",),
    "IP161": ("request:identifierName = external_id",),
    **dict.fromkeys(("IP208", "IP209", "IP212", "IP219", "IP220", "IP246"), _SENT),
    **dict.fromkeys(("IP210", "IP211", "IP213", "IP214", "IP217", "IP218"), _DELIVERED),
    "IP215": (f"{_MESSAGE}/status = DELIVERED",),
    "IP216": _NOT_DELIVERED,
    "IP221": (f"{_MESSAGE}/campaignId = -1", f"{_MESSAGE}/userId = -1"),
    **dict.fromkeys(("IP222", "IP226"), _messages_of(EMAIL_CHANNELS)),
    **dict.fromkeys(("IP223", "IP224", "IP245"), _BY_PHONE),
    **dict.fromkeys(("IP225", "IP244", "IP503"), _RECEIVER),
    **dict.fromkeys(("IP227", "IP243", "IP502"), _SUBJECT),
    "IP228": ("response:/warnings/*/code present",),
    "IP241": (f"{_MESSAGE}/id > 2147483648",),
    **dict.fromkeys(("IP250", "IP406"), ("response:/name present",)),
    "IP251": ("response:/warnings present", "response:/warnings empty"),
    **dict.fromkeys(("IP252", "IP413"), ("error:/errors present",)),
    "IP301": _asked("type"),
    **dict.fromkeys(("IP411", "IP412", "IP506", "IP507", "IP508"), _statuses()),
}
"""Ids of points (`schemas/coverage.py`) by the code of a rule: any of them shows the case."""

ELSEWHERE: Final = frozenset({"IP507"})
"""Rules about what only recordings of ours show, which no service can be asked for."""
