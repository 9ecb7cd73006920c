"""Defects of the shape of a body: what is missing, of another type, out of range or too much (IP101-IP110)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.rules import ABSENT
from ...schemas.vocabulary import CONTENT
from ..edits import join, read, spelled
from ..entries import entries
from ..exchanges import exchanges
from ..unusual import json_values, new_keys
from .record import Defect, Part, broken
from .sites import LISTED, Spot, answer_sites, entry_sites, spots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..sample import Json, Sample

_EXACT: Final = 2**53
"""Up to here a float holds every integer."""

_TEXTS: Final = st.sampled_from(["", "4711", "true", "null", "capillary", "[]"]) | st.text("abc é👋", max_size=5)
_FRACTIONS: Final = st.sampled_from([0.5, -0.5, 1e-7, 4711.25]) | st.integers(-9999, 9999).map(lambda n: n + 0.5)
_WHOLE: Final = st.sampled_from([0, 1, -1, 1685581782856]) | st.integers(-(2**63), 2**63 - 1)
_OBJECTS: Final = st.dictionaries(st.text("abcname", max_size=4), json_values(), max_size=2)

OF_TYPE: Final[Mapping[str, st.SearchStrategy[Json]]] = {
    "string": _TEXTS,
    "integer": _WHOLE,
    "number": _FRACTIONS,
    "boolean": st.booleans(),
    "array": st.lists(json_values(), max_size=2),
    "object": _OBJECTS,
    "null": st.none(),
}
"""Values of each JSON type; of `number` those only that no schema takes for an integer."""

_FOREIGN_KEYS: Final = ("priority", "messagelist", "MessageList", "delivered_time", "customerId", "a/b", "m~n", "", "é")

_STATUSES: Final[list[Json]] = [{}, {"success": "true", "code": 200, "message": "Success"}]
_CUSTOMERS: Final[list[Json]] = [{}, {"mobile": "4915112345678", "interactions": {"interaction": []}}]


def _legacy(status: Json, customer: Json) -> Json:
    return {"response": {"status": status, "customer": customer}}


_LEGACY: Final = st.builds(_legacy, st.sampled_from(_STATUSES), st.sampled_from(_CUSTOMERS))


@st.composite
def _place(draw: st.DrawFn, keep: Callable[[Spot], bool]) -> tuple[Sample, Spot]:
    """A valid exchange and one declared place of its body; every property is as likely as another."""
    answered = draw(st.booleans())
    sample = draw(answer_sites()).sample if answered else draw(exchanges(refused=True))
    found = [spot for spot in spots(sample.body, "response" if answered else "error") if keep(spot)]
    if not found:
        sample = draw(answer_sites()).sample
        found = [spot for spot in spots(sample.body, "response") if keep(spot)]
    return sample, draw(_one_of_each_kind(found))


def _one_of_each_kind(found: list[Spot]) -> st.SearchStrategy[Spot]:
    kinds: dict[str, list[Spot]] = {}
    for spot in found:
        kinds.setdefault(spot.at.rpartition("/")[2], []).append(spot)
    return st.sampled_from(list(kinds.values())).flatmap(st.sampled_from)


def types(spot: Spot) -> list[str]:
    """The JSON types that the document allows at a place."""
    declared = spot.schema.get("type", list(OF_TYPE))
    return [declared] if isinstance(declared, str) else declared


def _is_integer(spot: Spot) -> bool:
    return types(spot) == ["integer"]


@st.composite
def not_an_object(draw: st.DrawFn) -> Defect:
    """IP101: another JSON value instead of the body, the body in a list or in a string among them."""
    site = draw(answer_sites())
    wrapped = st.sampled_from([[site.sample.body], '{"name": "capillary", "interaction": []}'])
    other = st.one_of([values for kind, values in OF_TYPE.items() if kind != "object"])
    return broken("IP101", site.sample, "", draw(other | wrapped))


@st.composite
def missing_property(draw: st.DrawFn) -> Defect:
    """IP102: any required property left out."""
    sample, spot = draw(_place(lambda spot: spot.required and spot.at != ""))
    return broken("IP102", sample, spot.at, ABSENT)


@st.composite
def wrong_type(draw: st.DrawFn) -> Defect:
    """IP103: at any declared place a value of any other type but null."""
    sample, spot = draw(_place(lambda spot: spot.at != "" and len(types(spot)) < len(OF_TYPE)))
    allowed = {*types(spot), "null"}
    return broken("IP103", sample, spot.at, draw(st.one_of([OF_TYPE[kind] for kind in OF_TYPE if kind not in allowed])))


@st.composite
def null_value(draw: st.DrawFn) -> Defect:
    """IP104: null at any declared place where it is not allowed."""
    sample, spot = draw(_place(lambda spot: spot.at != "" and "null" not in types(spot)))
    return broken("IP104", sample, spot.at, None)


@st.composite
def integer_as_float(draw: st.DrawFn) -> Defect:
    """IP105: an integer written with a fraction of zeros, or with an exponent."""
    sample, spot = draw(_place(_is_integer))
    value: int = read(sample, Part.BODY, spot.at)
    if abs(value) > _EXACT:
        sample = broken("", sample, spot.at, value % _EXACT or 1).sample
        value = value % _EXACT or 1
    spellings = [f"{value}.0", f"{value}.000", f"{value}e0", f"{value}E+00", f"{value or ''}0e-1", f"{value}.0E0"]
    literal = draw(st.sampled_from(spellings))
    return broken("IP105", sample, "", spelled(sample.body, spot.at, literal), pointer=spot.at)


@st.composite
def integer_out_of_range(draw: st.DrawFn) -> Defect:
    """IP106: an integer of more than 64 bits, positive, or negative where nothing else is wrong with that."""
    sample, spot = draw(_place(_is_integer))
    above = st.sampled_from([2**63, 2**64 - 1, 2**64, 10**20, 10**400]) | st.integers(2**63, 2**70)
    low = spot.schema["minimum"] == -(2**63)
    return broken("IP106", sample, spot.at, draw(above | above.map(lambda n: -n - 1) if low else above))


@st.composite
def negative_count(draw: st.DrawFn) -> Defect:
    """IP107: a count below zero."""
    site = draw(entry_sites(_without_list() | _with_list()))
    return broken("IP107", site.sample, site.pointer("count"), draw(st.integers(-(2**63), -1) | st.just(-(2**70))))


@st.composite
def missing_content(draw: st.DrawFn) -> Defect:
    """IP108: an entry without the property that its kind holds."""
    site = draw(entry_sites(_without_list() | _with_list()))
    content = CONTENT.get(site.value("name"), "messageList")
    return broken("IP108", site.sample, site.pointer(content), ABSENT)


@st.composite
def undeclared_property(draw: st.DrawFn) -> Defect:
    """IP109: one more property in any object, of any JSON type, some of whose names need escaping."""
    sample, spot = draw(_place(lambda spot: types(spot) == ["object"]))
    key = draw(st.sampled_from(_FOREIGN_KEYS) | new_keys())
    return broken("IP109", sample, spot.at + join(key), draw(json_values()))


@st.composite
def legacy_shape(draw: st.DrawFn) -> Defect:
    """IP110: the body of the older API."""
    site = draw(answer_sites())
    return broken("IP110", site.sample, "", draw(_LEGACY))


def _without_list() -> st.SearchStrategy[dict[str, Json]]:
    return st.sampled_from(list(CONTENT)).flatmap(lambda name: entries(name=name))


def _with_list() -> st.SearchStrategy[dict[str, Json]]:
    return st.sampled_from(LISTED).flatmap(lambda name: entries(name=name))


STRUCTURE: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP101": not_an_object(),
    "IP102": missing_property(),
    "IP103": wrong_type(),
    "IP104": null_value(),
    "IP105": integer_as_float(),
    "IP106": integer_out_of_range(),
    "IP107": negative_count(),
    "IP108": missing_content(),
    "IP109": undeclared_property(),
    "IP110": legacy_shape(),
}
"""The strategies of this file by the rule that they break."""
