"""Rules of the profile `strict` about one answer: clauses of reference-behaviour that the pages do not promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rule import ABSENT, Example, Kind, Part, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST = "/interaction/0/messageList/0"
_SECOND = "/interaction/1/messageList/0"


def _clause(
    code: str, slug: str, clause: str, title: str, expected: str, example: Example, part: Part = Part.BODY
) -> Rule:
    """A rule that a clause states; they share their why and their fix."""
    return Rule(
        code=code,
        slug=slug,
        severity=Severity.ERROR,
        kind=Kind.MEANING if code < "IP3" else Kind.PROTOCOL,
        part=part,
        title=title,
        expected=expected,
        why="A provider who chooses the profile strict promises it; the pages do not.",
        fix="Keep the clause, or check with the profile documented.",
        source=f"reference-behaviour {clause}",
        example=example,
        only_strict=True,
    )


def _at(where: str, breaks: object, keeps: object, given: Mapping[str, Any] | None = None) -> Example:
    return Example(at=where, breaks=breaks, keeps=keeps, given=dict(given or {}))


STRICT = (
    _clause(
        "IP241", "small-message-id", "S5", "A message id is above 2^31", "an integer above 2147483648",
        _at(f"{_FIRST}/id", 2147483648, 2147483649),
    ),
    _clause(
        "IP242", "status-outside-profile", "S9", "A status is one of three",
        "one of DELIVERED, NOT-DELIVERED, SOFT_BOUNCED", _at(f"{_SECOND}/status", "SENT", "SOFT_BOUNCED"),
    ),
    _clause(
        "IP243", "blank-text", "S7", "A subject is never blank", "a text that is not blank",
        _at(f"{_SECOND}/subject", "  ", "Hello"),
    ),
    _clause(
        "IP244", "empty-receiver", "S6", "A receiver is never empty", "a text that is not empty",
        _at(f"{_SECOND}/receiver", "", "4915112345678", {"/response/body/interaction/1/name": "tweet"}),
    ),
    _clause(
        "IP245", "short-phone-number", "S6", "A phone number has 8 digits at least", "8 to 15 digits",
        _at(f"{_SECOND}/receiver", "4915112", "49151123"),
    ),
    _clause(
        "IP246", "time-after-answer", "S10, S11", "Times do not lie after the answer",
        "a time not after the answer's own Date",
        Example(
            at=f"{_SECOND}/sentDate", breaks="05-06-2023 20:00:00", keeps="05-06-2023 08:59:59",
            given={"/response/headers/date": "Mon, 05 Jun 2023 09:00:00 GMT"},
        ),
    ),
    _clause(
        "IP247", "empty-group", "S2", "There are no empty groups", "a group with messages, or no group",
        Example(at="/interaction/2", breaks={"name": "tweet", "count": 0, "messageList": []}, keeps=ABSENT,
                found="/interaction/2/count"),
    ),
    _clause(
        "IP248", "group-outside-profile", "S2", "A group is named after a type, or sms",
        "the name of a type, or sms", _at("/interaction/1/name", "viber", "whatsapp"),
    ),
    _clause(
        "IP249", "group-without-list", "S2", "Every group has a list of messages", "a messageList",
        Example(at="/interaction/2", breaks={"name": "tweet", "count": 1},
                keeps={"name": "tweet", "count": 1, "messageList": [
                    {"id": 2685581782999, "receiver": "ada", "subject": "Hello", "campaignId": -1,
                     "status": "NOT-DELIVERED", "sentDate": "02-06-2023 08:00:00", "userId": 98231}]},
                found="/interaction/2/messageList"),
    ),
    _clause(
        "IP250", "blank-name", "S1", "The top-level name is a text that is not empty", "a text that is not empty",
        _at("/name", "", "capillary"),
    ),
    _clause(
        "IP251", "no-warnings-list", "S1", "The answer has a list of warnings", "an array", _at("/warnings", ABSENT, []),
    ),
    _clause(
        "IP252", "empty-refusal", "E1", "A refusal has at least one error", "at least one error with a message",
        Example(at="", breaks={"errors": [], "warnings": []},
                keeps={"errors": [{"code": 1012, "message": "Customer not found"}], "warnings": []},
                given={"/response/status": 404}, found="/errors"),
    ),
    _clause(
        "IP415", "inexact-content-type", "R10", "The media type is exactly that of JSON in UTF-8",
        "application/json; charset=utf-8",
        Example(part=Part.RESPONSE_HEADERS, at="/content-type", breaks="application/json",
                keeps="application/json; charset=utf-8"),
        Part.RESPONSE_HEADERS,
    ),
)  # fmt: skip
