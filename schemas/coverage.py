"""What there is to exercise: the closed, ordered universe of coverage points, derived from the document.

A point says in data when it is seen: conditions on the members of one kind of object (a message, a request). Frames
and parsed values are asked the same conditions, the ones by `schemas.frames.seen`, the others by `holds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .cases import CASES, ELSEWHERE
from .document import Schema, load, operation, resolve
from .forbidden import clause_against
from .rules import RULES, Profile
from .tables import TABLES
from .values import is_array
from .vocabulary import MESSAGE_CHANNELS, normal_status

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

_LEAST: Final = -(2**63)
"""The bound that says only that a number has 64 bits."""

_LARGE: Final = {"messages": {"id": 2**31}}
"""Bounds that the document gives in words only: ids go beyond 2^31 (facts.md §2)."""

_NEVER_EMPTY: Final = {"messages": {"receiver"}}
"""Texts that no schema restrains and that are never empty: an address, or a number (facts.md §2)."""

_REFUSED: Final = 399
"""A status above it is a refusal or a failure (RFC 9110 §15.5, §15.6)."""

_NOUNS: Final = {
    "response": "response",
    "entries": "entry",
    "messages": "message",
    "remarks": "warning",
    "error": "refusal",
    "error.errors": "error of a refusal",
    "error.warnings": "warning of a refusal",
}
"""What people call the objects of each kind."""

_SPELLINGS: Final[Mapping[str, Mapping[str, Callable[[str], str]]]] = {"messages": {"status": normal_status}}
"""Columns with values that are alike in several spellings (facts.md §3)."""


class Dimension(StrEnum):
    """The kinds of points."""

    PARAMETER = "parameter"
    PAIR = "pair"
    STATUS = "status"
    FIELD = "field"
    VALUE = "value"
    BOUND = "bound"
    BRANCH = "branch"
    CHANNEL = "channel"
    RULE = "rule"


class Question(StrEnum):
    """What a condition asks of a member; a member that is null or empty is not filled."""

    FILLED = "filled"
    ABSENT = "absent"
    NULL = "null"
    EMPTY = "empty"
    EQUAL = "equal"
    ABOVE = "above"
    UP_TO = "up to"
    NONE_OF = "none of"


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of one member of an object."""

    member: str
    question: Question
    value: Any = None


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a run may exercise or not."""

    id: str
    """Short, and the same in every release that has the point."""
    dimension: Dimension
    gap: str
    """What a run that never saw it lacks, in words for people."""
    holder: str
    """The kind of object that shows it: a table, or one of `HOLDERS`, or `requests`, or `exchanges`."""
    where: tuple[Condition, ...]
    """What must be true of such an object."""
    shown_by: tuple[str, ...] = ()
    """The ids of other points, any of which shows this one; nothing is counted for it then."""

    def is_seen(self, seen: Container[str]) -> bool:
        """Whether it is among what was seen, or shown by it.

        >>> next(one for one in universe() if one.id == "rule:IP157").is_seen({"request:identifierName = mobile"})
        True
        """
        return self.id in seen or any(one in seen for one in self.shown_by)

    def asked(self) -> Iterator[tuple[str, str, Any]]:
        """The conditions as plain values."""
        yield from ((one.member, one.question.value, one.value) for one in self.where)


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of object in a body: where it stands, what it is called, and its JSON Schema."""

    name: str
    at: str
    noun: str
    schema: Schema
    document: str
    arrays: tuple[str, ...] = ()
    """The members that lead to such objects from the body: each holds an array of them."""

    def kinds(self, member: str) -> tuple[str, ...]:
        """The JSON types that a member may have.

        >>> HOLDERS["response"].kinds("warnings")
        ('array', 'null')
        """
        kind = self.schema["properties"][member].get("type", ())
        return tuple(kind) if is_array(kind) else (str(kind),)


def _holders() -> Iterator[Holder]:
    yield Holder("response", "response:", _NOUNS["response"], load("response"), "response")
    for table in TABLES.values():
        at = table.pointer(dict.fromkeys((one.row for one in TABLES.values()), "*"), "").removesuffix("/")
        yield Holder(table.name, f"response:{at}", _NOUNS[table.name], table.schema, "response")
    error = load("error")
    yield Holder("error", "error:", _NOUNS["error"], error, "error")
    for name, schema in error["properties"].items():
        inner, kind = resolve(schema.get("items"), error), f"error.{name}"
        if "properties" in inner:
            yield Holder(kind, f"error:/{name}/*", _NOUNS[kind], inner, "error", (name,))


HOLDERS: Final = {holder.name: holder for holder in _holders()}
"""The kinds of objects that bodies are made of, in the order of their points."""


@cache
def universe(profile: Profile = Profile.DOCUMENTED) -> tuple[Point, ...]:
    """Every point that can be seen, in order: what was asked, how it was answered, and what the bodies hold.

    What the profile `strict` forbids cannot be seen in an answer that keeps it.

    >>> point = next(point for point in universe() if point.gap == "`type=zalo` was never asked for")
    >>> point.id, point.dimension.value
    ('request:type = zalo', 'parameter')
    """
    bodies = (point for holder in HOLDERS.values() for point in _in_bodies(holder))
    points = (*_in_requests(), *_statuses(), *bodies)
    if profile is Profile.STRICT:
        points = tuple(point for point in points if not clause_against(point.holder, point.asked()))
    return (*points, *_rules(profile, {point.id: point for point in points}))


def _rules(profile: Profile, points: Mapping[str, Point]) -> Iterator[Point]:
    """The case of each rule that the profile asks for, if it can be seen."""
    for code, rule in RULES.items():
        shown_by = tuple(one for one in CASES.get(code, ()) if one in points)
        asked = rule.severity_under(profile=profile) is not None and rule.opt_in is None and code not in ELSEWHERE
        if asked and (gaps := [points[one].gap for one in shown_by]):
            others = " (or the like)" if len(gaps) > 1 else ""
            gap = f"nothing put {code} {rule.slug} to the test: {gaps[0]}{others}"
            yield Point(f"rule:{code}", Dimension.RULE, gap, "", (), shown_by)


@cache
def points_of(holder: str) -> tuple[Point, ...]:
    """The points that objects of one kind show.

    >>> [point.id for point in points_of("exchanges")][:2]
    ['status:200', 'status:400']
    """
    return tuple(point for point in universe() if point.holder == holder)


def holds(point: Point, members: Mapping[str, Any]) -> bool:
    """Whether an object with these members shows the point.

    >>> found, missing, *_ = points_of("remarks")
    >>> found.id, holds(found, {"status": True}), missing.id, holds(missing, {"status": True})
    ('response:/warnings/*/status present', True, 'response:/warnings/*/status absent', False)
    """
    return all(_HOLDS[one.question](members.get(one.member, ...), one.value) for one in point.where)


def spelling(holder: str, member: str) -> Callable[[str], str]:
    """What makes values of a member that are alike equal.

    >>> spelling("messages", "status")("NOT-DELIVERED"), spelling("entries", "name")("sms")
    ('NOT_DELIVERED', 'sms')
    """
    return _SPELLINGS.get(holder, {}).get(member, str)


_HOLDS: Final[Mapping[Question, Callable[[Any, Any], bool]]] = {
    Question.FILLED: lambda found, _: found not in (..., None, "", [], ()),
    Question.ABSENT: lambda found, _: found is ...,
    Question.NULL: lambda found, _: found is None,
    Question.EMPTY: lambda found, _: found in ("", [], ()),
    Question.EQUAL: lambda found, value: found == value,
    Question.ABOVE: lambda found, value: found not in (..., None) and found > value,
    Question.UP_TO: lambda found, value: found not in (..., None) and found <= value,
    Question.NONE_OF: lambda found, values: found not in values,
}


def _in_requests() -> Iterator[Point]:
    """Each value of a parameter, or none where it may be left out; each pair of values that depend on each other."""
    for name, schema in operation().parameters.items():
        for value in schema.get("enum", ()):
            yield _asked(Dimension.PARAMETER, (name, value))
        if "enum" in schema and name not in operation().required:
            gap = f"no request left `{name}` out"
            absent = (Condition(name, Question.ABSENT),)
            yield Point(f"request:{name} absent", Dimension.PARAMETER, gap, "requests", absent)
    for name, schema in operation().parameters.items():
        for other, table in schema.get("x-interpact-depends", {}).items():
            for value, allowed in table.items():
                yield from (_asked(Dimension.PAIR, (name, value), (other, one)) for one in allowed)


def _asked(dimension: Dimension, *pairs: tuple[str, str]) -> Point:
    named = ", ".join(f"{name} = {value}" for name, value in pairs)
    gap = " with ".join(f"`{name}={value}`" for name, value in pairs) + " was never asked for"
    where = tuple(Condition(name, Question.EQUAL, value) for name, value in pairs)
    return Point(f"request:{named}", dimension, gap, "requests", where)


def _statuses() -> Iterator[Point]:
    """Each documented status; `default` is any other refusal."""
    (path, *_) = load("openapi")["paths"].values()
    documented = path[operation().method.lower()]["responses"]
    named = tuple(int(status) for status in documented if status != "default")
    for status in named:
        where = (Condition("status", Question.EQUAL, status),)
        yield Point(f"status:{status}", Dimension.STATUS, f"no response had the status {status}", "exchanges", where)
    if "default" in documented:
        gap = f"no refusal had another status than {', '.join(str(one) for one in named if one > _REFUSED)}"
        where = (Condition("status", Question.ABOVE, _REFUSED), Condition("status", Question.NONE_OF, named))
        yield Point("status:default", Dimension.STATUS, gap, "exchanges", where)


def _in_bodies(holder: Holder) -> Iterator[Point]:
    for name, schema in holder.schema["properties"].items():
        yield from _fields(holder, name, schema)
        yield from _values(holder, name, schema)
        yield from _bounds(holder, name, schema)
    yield from _branches(holder)
    if holder.name == "messages":
        yield from _channels(holder)


def _fields(holder: Holder, name: str, schema: Schema) -> Iterator[Point]:
    empty = _may_be_empty(holder, name, schema)
    filled = f"no {holder.noun} had `{name}`{' with something in it' if empty else ''}"
    if schema.get("maxItems") != 0:
        yield _field(holder, name, "present", Question.FILLED, filled)
    if name not in holder.schema.get("required", ()):
        yield _field(holder, name, "absent", Question.ABSENT, f"no {holder.noun} was without `{name}`")
    if "null" in holder.kinds(name):
        yield _field(holder, name, "null", Question.NULL, f"no {holder.noun} had `{name}: null`")
    if empty:
        yield _field(holder, name, "empty", Question.EMPTY, f"no {holder.noun} had an empty `{name}`")


def _channels(holder: Holder) -> Iterator[Point]:
    """What differs between messages in each channel: who saw text messages only has not seen an e-mail's subject.

    What every message has needs no point of its own: the branches of the entries say in which channels there were any.
    """
    for channel in load("response")["$defs"]["Entry"]["properties"]["name"]["x-interpact-known"]:
        spoken = replace(holder, noun=f"{channel} {holder.noun}")
        for name, schema in holder.schema["properties"].items():
            states = list(_fields(spoken, name, schema)) if channel in MESSAGE_CHANNELS else []
            for point in states if len(states) > 1 else ():
                where = (Condition("entry.name", Question.EQUAL, channel), *point.where)
                yield Point(f"{point.id} in {channel}", Dimension.CHANNEL, point.gap, holder.name, where)


def _field(holder: Holder, name: str, state: str, question: Question, gap: str) -> Point:
    return Point(f"{holder.at}/{name} {state}", Dimension.FIELD, gap, holder.name, (Condition(name, question),))


def _may_be_empty(holder: Holder, name: str, schema: Schema) -> bool:
    """Whether an array, or a text that is not one of some words, may be empty."""
    if "array" in holder.kinds(name):
        return not schema.get("minItems")
    if "string" not in holder.kinds(name) or "x-interpact-known" in schema or "enum" in schema:
        return False
    restrained = schema.get("minLength") or re.search(schema.get("pattern", ""), "") is None
    return not restrained and name not in _NEVER_EMPTY.get(holder.name, ())


def _values(holder: Holder, name: str, schema: Schema) -> Iterator[Point]:
    """Each value of a closed or an open vocabulary, spellings that are alike once; both values of a boolean."""
    words = schema.get("enum", schema.get("x-interpact-known", ()))
    found: dict[Any, str] = {one: one for one in map(spelling(holder.name, name), words)}
    if schema.get("type") == "boolean":
        found = {True: "true", False: "false"}
    for value, word in found.items():
        gap = f"no {holder.noun} had the {name} {word}"
        where = (Condition(name, Question.EQUAL, value),)
        yield Point(f"{holder.at}/{name} = {word}", Dimension.VALUE, gap, holder.name, where)


def _bounds(holder: Holder, name: str, schema: Schema) -> Iterator[Point]:
    """Both sides of the bound of a number: at its minimum and above, or up to a bound that is known and above."""
    large = _LARGE.get(holder.name, {}).get(name)
    least = schema.get("minimum", _LEAST)
    if large is not None:
        yield _bound(holder, name, ("<=", " up to"), Condition(name, Question.UP_TO, large))
        yield _bound(holder, name, (">", " above"), Condition(name, Question.ABOVE, large))
    if least > _LEAST:
        yield _bound(holder, name, ("=", ""), Condition(name, Question.EQUAL, least))
        yield _bound(holder, name, (">", " above"), Condition(name, Question.ABOVE, least))


def _bound(holder: Holder, name: str, words: tuple[str, str], condition: Condition) -> Point:
    sign, word = words
    gap = f"no {holder.noun} had `{name}`{word} {condition.value}"
    where = (condition,)
    return Point(f"{holder.at}/{name} {sign} {condition.value}", Dimension.BOUND, gap, holder.name, where)


def _branches(holder: Holder) -> Iterator[Point]:
    """Each value that an `if` names, with something in the member that its `then` asks for."""
    for rule in holder.schema.get("allOf", ()):
        ((name, declared),) = rule["if"]["properties"].items()
        for value in declared.get("enum") or [declared["const"]]:
            for content in rule["then"]["required"]:
                anything = "anything in " if "array" in holder.kinds(content) else ""
                gap = f"no {value} {holder.noun} had {anything}`{content}`"
                where = (Condition(name, Question.EQUAL, value), Condition(content, Question.FILLED))
                yield Point(f"{holder.at} {value} with {content}", Dimension.BRANCH, gap, holder.name, where)
