"""Rules across what was asked and what was answered (metamorphic relations) (kind: relation)."""

from .rule import Example, Kind, Part, Rule, Severity

RELATION = (
    Rule(
        code="IP301",
        slug="type-not-honoured",
        severity=Severity.ERROR,
        kind=Kind.RELATION,
        part=Part.BODY,
        title="With `type`, entries of another channel are absent or empty",
        expected="count 0, or no such entry, since type={query.type} was asked for",
        why="A filter that is ignored without a word gives a client messages that it did not ask for.",
        fix="Check that `type` reaches the query, and that its value is the documented one.",
        source="facts.md §2; reference-behaviour F1",
        example=Example(
            at="/interaction/1",
            breaks={"name": "survey", "count": 1, "surveys": []},
            keeps={"name": "survey", "count": 0, "surveys": []},
            given={"/request/query/type": "email"},
            found="/interaction/1/count",
        ),
    ),
)
