"""Rules about the recording rather than the service (kind: hygiene)."""

from .rule import Example, Kind, Part, Rule, Severity

HYGIENE = (
    Rule(
        code="IP501",
        slug="credential-in-capture",
        severity=Severity.WARNING,
        kind=Kind.HYGIENE,
        part=Part.REQUEST_HEADERS,
        title="A recording holds no credentials",
        expected="no credential, or one that the recorder filtered",
        why="Captures are shared and committed; whoever reads this one can call the API in its owner's name.",
        fix="Let the recorder filter this header (vcrpy: filter_headers), revoke the credential, rewrite the capture.",
        source="facts.md §4",
        example=Example(
            part=Part.REQUEST_HEADERS,
            at="/authorization",
            breaks="Basic dGlsbDpwYXNzd29yZA==",
            keeps="[Filtered]",
        ),
    ),
    Rule(
        code="IP502",
        slug="replacement-character",
        severity=Severity.INFO,
        kind=Kind.HYGIENE,
        part=Part.BODY,
        title="Texts hold no replacement character",
        expected="a text without U+FFFD",
        why="Somewhere bytes were lost, in the service or in the recorder: what was sent can no longer be judged.",
        fix="Record bytes rather than text; then, if it is still there, the service decodes with the wrong charset.",
        source="recorders.md, trap 8; reference-behaviour S1",
        example=Example(at="/interaction/1/messageList/0/subject", breaks="caf\ufffd", keeps="caf\u00e9"),
    ),
    Rule(
        code="IP503",
        slug="redacted-value",
        severity=Severity.INFO,
        kind=Kind.HYGIENE,
        part=Part.BODY,
        title="Receivers are recorded, not redacted",
        expected="the receiver itself",
        why="A recorder's filter replaced the value, so the rules about it were not checked.",
        fix="Nothing, if that is meant; otherwise replace values by others of the same shape.",
        source="recorders.md, trap 13",
        example=Example(at="/interaction/0/messageList/0/receiver", breaks="[REDACTED]", keeps="ada@example.com"),
    ),
)
