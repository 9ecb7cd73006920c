"""Rules of the profile `strict` about one answer: clauses of reference-behaviour that the pages do not promise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from .rule import ABSENT, Example, Kind, Part, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST = "/interaction/0/messageList/0"
_SECOND = "/interaction/1/messageList/0"

_clause: Final = partial(
    Rule,
    severity=Severity.ERROR,
    kind=Kind.MEANING,
    part=Part.BODY,
    why="A provider who chooses the profile strict promises it; the pages do not.",
    fix="Keep the clause, or check with the profile documented.",
    only_strict=True,
)
"""A rule that a clause states; such rules share their why and their fix."""


def _at(where: str, breaks: object, keeps: object, given: Mapping[str, Any] | None = None) -> Example:
    return Example(at=where, breaks=breaks, keeps=keeps, given=dict(given or {}))


STRICT = (
    _clause(
        code="IP241", slug="small-message-id", source="reference-behaviour S5",
        title="A message id is above 2^31", expected="an integer above 2147483648",
        example=_at(f"{_FIRST}/id", 2147483648, 2147483649),
    ),
    _clause(
        code="IP242", slug="status-outside-profile", source="reference-behaviour S9",
        title="A status is one of three", expected="one of DELIVERED, NOT-DELIVERED, SOFT_BOUNCED",
        example=_at(f"{_SECOND}/status", "SENT", "SOFT_BOUNCED"),
    ),
    _clause(
        code="IP243", slug="blank-text", source="reference-behaviour S7",
        title="A subject is never blank", expected="a text that is not blank",
        example=_at(f"{_SECOND}/subject", "  ", "Hello"),
    ),
    _clause(
        code="IP244", slug="empty-receiver", source="reference-behaviour S6",
        title="A receiver is never empty", expected="a text that is not empty",
        example=_at(f"{_SECOND}/receiver", "", "4915112345678", {"/response/body/interaction/1/name": "tweet"}),
    ),
    _clause(
        code="IP245", slug="short-phone-number", source="reference-behaviour S6",
        title="A phone number has 8 digits at least", expected="8 to 15 digits",
        example=_at(f"{_SECOND}/receiver", "4915112", "49151123"),
    ),
    _clause(
        code="IP246", slug="time-after-answer", source="reference-behaviour S10, S11",
        title="Times do not lie after the answer", expected="a time not after the answer's own Date",
        example=Example(
            at=f"{_SECOND}/sentDate", breaks="05-06-2023 20:00:00", keeps="05-06-2023 08:59:59",
            given={"/response/headers/date": "Mon, 05 Jun 2023 09:00:00 GMT"},
        ),
    ),
    _clause(
        code="IP247", slug="empty-group", source="reference-behaviour S2",
        title="There are no empty groups", expected="a group with messages, or no group",
        example=Example(at="/interaction/2", breaks={"name": "tweet", "count": 0, "messageList": []}, keeps=ABSENT,
                found="/interaction/2/count"),
    ),
    _clause(
        code="IP248", slug="group-outside-profile", source="reference-behaviour S2",
        title="A group is named after a type, or sms", expected="the name of a type, or sms",
        example=_at("/interaction/1/name", "viber", "whatsapp"),
    ),
    _clause(
        code="IP249", slug="group-without-list", source="reference-behaviour S2",
        title="Every group has a list of messages", expected="a messageList",
        example=Example(at="/interaction/2", breaks={"name": "tweet", "count": 1},
                keeps={"name": "tweet", "count": 1, "messageList": [
                    {"id": 2685581782999, "receiver": "ada", "subject": "Hello", "campaignId": -1,
                     "status": "NOT-DELIVERED", "sentDate": "02-06-2023 08:00:00", "userId": 98231}]},
                found="/interaction/2/messageList"),
    ),
    _clause(
        code="IP250", slug="blank-name", source="reference-behaviour S1",
        title="The top-level name is a text that is not empty", expected="a text that is not empty",
        example=_at("/name", "", "capillary"),
    ),
    _clause(
        code="IP251", slug="no-warnings-list", source="reference-behaviour S1",
        title="The answer has a list of warnings", expected="an array",
        example=_at("/warnings", ABSENT, []),
    ),
    _clause(
        code="IP252", slug="empty-refusal", source="reference-behaviour E1",
        title="A refusal has at least one error", expected="at least one error with a message",
        example=Example(at="", breaks={"errors": [], "warnings": []},
                keeps={"errors": [{"code": 1012, "message": "Customer not found"}], "warnings": []},
                given={"/response/status": 404}, found="/errors"),
    ),
    _clause(
        code="IP415", slug="inexact-content-type", source="reference-behaviour R10",
        kind=Kind.PROTOCOL, part=Part.RESPONSE_HEADERS,
        title="The media type is exactly that of JSON in UTF-8", expected="application/json; charset=utf-8",
        example=Example(part=Part.RESPONSE_HEADERS, at="/content-type", breaks="application/json",
                keeps="application/json; charset=utf-8"),
    ),
)  # fmt: skip
